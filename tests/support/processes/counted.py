"""What property tests tried, for the end of `tests/fuzz.py`."""

from collections import Counter

TRIED: Counter[str] = Counter()
"""Number of tries by kind, of all examples of this process."""
