"""Fills the table of docs/theory-literature.md with what the check of its claims found.

Run `python docs/make_literature.py` when a claim of theory/literature was added or changed; a test
compares.
"""

from pathlib import Path

from theory.claims import check_all
from theory.literature.ledger import LITERATURE_CLAIMS
from theory.literature.page import filled

PAGE = Path(__file__).resolve().parent / "theory-literature.md"
"""Page that holds the table."""


def main() -> None:
    """Write the page anew."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(filled(text, check_all(LITERATURE_CLAIMS)), encoding="utf-8")


if __name__ == "__main__":
    main()
