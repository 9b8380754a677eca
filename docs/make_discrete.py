"""Fills the table of docs/theory-discrete.md with what the check of its claims found.

Run `python docs/make_discrete.py` when a claim of theory/discrete was added or changed; a test
compares.
"""

from pathlib import Path

from theory.claims import check_all
from theory.discrete.claims import DISCRETE_CLAIMS
from theory.literature.page import filled

PAGE = Path(__file__).resolve().parent / "theory-discrete.md"
"""Page whose table is filled."""


def main() -> None:
    """Write the page anew."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(filled(text, check_all(DISCRETE_CLAIMS)), encoding="utf-8")


if __name__ == "__main__":
    main()
