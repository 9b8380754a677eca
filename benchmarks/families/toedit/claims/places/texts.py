"""Claims about two more texts: does what edits cost on the Bible hold for other prose and for code?

Rules, margins and seeds were fixed before any record; earlier chains on the King James Bible
suggested what they ask.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from benchmarks.chains.cost import size_words
from benchmarks.chains.recipe import Recipe
from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.toedit.claims.doses import TESTABLE, Dose
from benchmarks.families.toedit.claims.margins import SAME_END, SAME_END_WORDS
from benchmarks.families.toedit.claims.places.arms import make
from benchmarks.families.toedit.claims.statistics import last_difference
from benchmarks.families.toedit.recipes.texts import SEEDS, TEXT_RECIPES
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import from_arms


class Asked(NamedTuple):
    """A question that is asked of every text: two arms, and what their difference must be."""

    statement: str
    arms: tuple[str, str]
    region: Region
    edited: tuple[int, ...] = (0,)
    """Places of the arms that must change tokens."""
    note: str = ""


QUESTIONS: Mapping[str, Asked] = {
    "place": Asked(
        "edits of the source where the model itself is likeliest cost more than as many at random",
        ("edit_source", "edit_random"),
        ABOVE_0,
        (0, 1),
    ),
    "below": Asked(
        "human text that the model edits ends below pure synthetic text",
        ("edit_source", "replace"),
        BELOW_0,
    ),
    "same-end": Asked(
        "`edit_previous` ends where `replace` ends",
        ("edit_previous", "replace"),
        SAME_END,
        (0,),
        SAME_END_WORDS,
    ),
}
"""Questions by the name that stands in the ids of their claims."""


def texts() -> list[tuple[str, Callable[[], Recipe]]]:
    """Every text by the name of its source, with the function of its recipe."""
    return [(recipe().human.source, recipe) for recipe in TEXT_RECIPES.values()]


def id_of(question: str, source: str) -> str:
    """The id of the claim that asks a question of a text."""
    return f"texts-{question}-{source.replace('_', '-')}"


def _claim(question: str, source: str, recipe: Callable[[], Recipe]) -> PaperClaim:
    asked, first = QUESTIONS[question], recipe()
    return PaperClaim(
        id=id_of(question, source),
        where="ours",
        statement=f"{asked.statement} (`{source}`)",
        statistic=f"held-out bits per byte, {asked.arms[0]} minus {asked.arms[1]}, last generation",
        rule=from_arms(
            recipe, asked.arms, last_difference, asked.region, Dose(TESTABLE, asked.edited), SEEDS
        ),
        note=asked.note,
        command=make(recipe, SEEDS),
        caveat=f"a model of {size_words(first.model)} on `{source}`, rule `share`",
    )


TEXTS: tuple[PaperClaim, ...] = tuple(
    _claim(question, *text) for text in texts() for question in QUESTIONS
)
"""Claims about edits of biographies and of program code."""
