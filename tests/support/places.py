"""Where the tests find what is committed."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The root of the repository."""
RECORDS = ROOT / "benchmarks" / "records"
"""The committed records."""
