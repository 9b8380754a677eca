"""The numbers printed about CRaSh, and how they follow from themselves."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from benchmarks.paper.accuracies import Gain, gain_of
from benchmarks.paper.audit import Audit, Check, difference_check
from benchmarks.paper.published import PublishedNumbers, PublishedTable

PUBLISHED = PublishedNumbers(
    Path(__file__).parent / "published", versions=("EMNLP 2023", "Offsite-Tuning", "LLEOT")
)
"""The paper, the one of the method below it, and a later manuscript that runs it again."""
ZERO_SHOT = "full model: zero-shot"
FULL = "full model: fine-tuned"
DISTILLED = "distilled: plug-in"
UNIFORM = "uniform: plug-in"
SPREAD = "uniform, spread: plug-in"
CRASH = "CRaSh: plug-in"
UNSHARED = "without sharing: plug-in"


def _gain(table: PublishedTable) -> Iterator[Check]:
    """The gain in the text is the difference of two cells of Table 1."""
    first = PUBLISHED.tables["1"]
    for target in table.cells:
        more, less = first.find(CRASH, target.column), first.find(UNIFORM, target.column)
        yield difference_check(target, more, less, f"Table 1, {CRASH} less {UNIFORM}")


AUDIT = Audit(published=PUBLISHED, derived={"gain": _gain})


def compare_rows(before: str, after: str) -> Gain:
    """The mean gain over the eight tasks from one row of Table 1 to another."""
    table = PUBLISHED.tables["1"]
    return gain_of(table.row(before), table.row(after), PUBLISHED.items_of)


def in_words(gain: Gain) -> str:
    """Points, standard errors and tasks: `+1.89 points, z +3.1, 8 of 8 tasks up`."""
    return f"{gain.mean:+.2f} points, z {gain.z:+.1f}, {gain.up} of {gain.tasks} tasks up"


def reruns_won(over: str) -> str:
    """In how many cells of the re-run CRaSh lies above the distilled emulator, or zero-shot.

    Args:
        over: Row to compare with: `distilled`, at the same rate, or `full: zero-shot`.
    """
    table = PUBLISHED.tables["rerun"]
    mine = [cell for cell in table.cells if ", CRaSh," in cell.row and cell.unit == "%"]
    leads = [cell.value - table.find(_rival(cell.row, over), cell.column).value for cell in mine]
    above, equal = sum(lead > 0 for lead in leads), leads.count(Fraction(0))
    return f"above {over} in {above} of {len(leads)} cells, equal in {equal}"


def _rival(row: str, over: str) -> str:
    model, _, rate = row.split(", ")
    return f"{model}, {over}" + (f", {rate}" if over == "distilled" else "")
