"""What the sections of all rooms are made with: records by arm, a template, the command."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from benchmarks.chains.record import Record
from benchmarks.comparing import differences
from benchmarks.comparing.differences import Difference, paired
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import templates
from benchmarks.paper.rules import FIRST_FIVE
from benchmarks.running.record import Envelope, StudyRecord
from benchmarks.running.study import FamilyRecipe

if TYPE_CHECKING:  # drawn with only where a picture is
    from matplotlib.axes import Axes

Kind = TypeVar("Kind", bound=Record | StudyRecord)


def by_arm(
    records: Sequence[Envelope], recipe: FamilyRecipe, kind: type[Kind]
) -> dict[str, list[Kind]]:
    """The records of a recipe as it stands, by arm in its order and each in the order of seeds.

    Args:
        records: Records of any family.
        recipe: The recipe.
        kind: Class of its records; of a chain an arm is its workflow.
    """
    found: dict[str, list[Kind]] = {arm: [] for arm in recipe.arms}
    for one in records:
        if isinstance(one, kind) and one.digest == recipe.digest:
            arm = one.workflow if isinstance(one, Record) else one.arm
            found.setdefault(arm, []).append(one)
    return {
        arm: sorted(some, key=lambda record: record.seed) for arm, some in found.items() if some
    }


def section_of(
    recipe: FamilyRecipe, template: str, claims: Mapping[str, Entry], **content: object
) -> str:
    """A section in Markdown, with the recipe and the command that makes its five seeds.

    Args:
        recipe: The recipe whose records it shows.
        template: Name of the section's template, without its ending.
        claims: The family's ledger by claim.
        content: What else stands in it.
    """
    render = templates("markdown", "benchmarks.families.preference_data").get_template
    text = render(f"{template}.md.jinja").render(
        recipe=recipe, claims=claims, command=five_seeds(recipe.name), **content
    )
    return text.strip()


def beside(
    ones: Sequence[Kind], others: Sequence[Kind], measure: Callable[[Kind], float]
) -> Difference | None:
    """A measure of one arm less that of another, paired by seed; None without a common seed.

    Args:
        ones: Records of the arm.
        others: Records of the other one.
        measure: Reads the number from a record.
    """
    theirs = {one.seed: one for one in others}
    found = [measure(one) - measure(theirs[one.seed]) for one in ones if one.seed in theirs]
    return paired(np.array(found)) if found else None


def in_words(one: Difference | None, digits: int = 3, *, sign: bool = False) -> str:
    """A mean and its interval in one line, or that there is no record.

    Args:
        one: The mean; None where nothing is on record.
        digits: Digits behind the point.
        sign: Whether a plus stands before what is above 0, as before a difference.
    """
    return "no record yet" if one is None else differences.in_words(one, digits, sign=sign)


def draw_band(
    axes: "Axes", places: Sequence[float], values: Sequence[Difference], color: str
) -> None:
    """Shade the intervals of a curve; where replicates are all equal it has none.

    Args:
        axes: Where it is drawn.
        places: Places of the values.
        values: Means with their intervals.
        color: Colour of the curve.
    """
    if any(one.low is not None for one in values):
        low = [one.mean if one.low is None else one.low for one in values]
        high = [one.mean if one.high is None else one.high for one in values]
        axes.fill_between(places, low, high, color=color, alpha=0.12, lw=0)


def five_seeds(recipe: str) -> str:
    """The command that makes the records of a recipe by which claims are judged."""
    return command(recipe, FIRST_FIVE)
