"""Where the paper, its README and its released files disagree, each with what follows.

What is said of code is said of the files of the public repository, read by us; none of it is run or
used here.
"""

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from benchmarks.families.preference_data.audit import BEST_70B, PUBLISHED
from benchmarks.families.preference_data.printed.claims import REWARD_MODEL, best_other
from benchmarks.families.preference_data.printed.rows import able_to_fail, impossible, is_own
from benchmarks.families.preference_data.printed.steps import MEAN, by_items, step
from benchmarks.paper.audit import rounded, summed

PAGE = "inconsistencies.md"
"""The page that shows them."""
_SLIPPED = "70B UltraMix SFT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two places that cannot both be so, or of which one says less than it seems to."""

    about: str
    one: str
    """What one place says."""
    other: str
    """What another says."""
    follows: str
    """What follows for whoever reads the numbers."""
    known: str = "print"
    """From what it is known: print, or files of the repository."""


def _printed() -> tuple[Disagreement, ...]:
    """What printed numbers alone show."""
    table, items = PUBLISHED.tables["2"], PUBLISHED.items_of
    best = table.find(BEST_70B, MEAN)
    medqa = PUBLISHED.tables["medqa"].cells[0]
    slipped, genetics = table.find(_SLIPPED, MEAN), table.find(_SLIPPED, "genetics")
    sets = [column for column in table.columns if column in items]
    mean, _ = summed(table.row(_SLIPPED, sets), Fraction(1, len(sets)))
    other = best_other()
    lead = step((other, REWARD_MODEL), table="4")
    return (
        Disagreement(
            about="the accuracy of the 70B model on MedQA",
            one=f"{medqa.printed}, in the README",
            other=f"{table.find(BEST_70B, 'MedQA').printed} in Table 2, whose {best.printed} is "
            "the mean of nine sets",
            follows="a mean is called the accuracy on one set",
        ),
        Disagreement(
            about="an average",
            one=f"{slipped.printed} for {_SLIPPED}",
            other=f"its nine cells give {rounded(mean, 2)}",
            follows=f"one cell has slipped: genetics prints {genetics.printed}, which no count of "
            f"{items['genetics']} items gives; with 94.0 the average follows",
        ),
        Disagreement(
            about="accuracies that no count of items gives",
            one=f"{len(impossible())} cells of Table 2",
            other=f"{sum(is_own(one.cell.row) for one in impossible())} of them in rows that the "
            "authors ran; the others are quoted, and may be means over runs",
            follows=f"rows of two kinds share a table; {able_to_fail()[0]} of {able_to_fail()[1]} "
            "cells could show it, the others have too many items for one decimal",
        ),
        Disagreement(
            about="a row that is quoted",
            one=_above("GPT-3.5-Turbo"),
            other=_others_below("GPT-3.5-Turbo"),
            follows="its cells of MedMCQA and PubMedQA may have been exchanged, which no mean "
            "shows",
        ),
        Disagreement(
            about="what an average of a reward model weighs",
            one=f"{PUBLISHED.tables['4'].find(REWARD_MODEL, MEAN).printed} for {REWARD_MODEL}, the "
            "mean of four kinds of pairs",
            other=f"{by_items(REWARD_MODEL):.2f} over all {_pairs()} pairs",
            follows=f"its lead over {other}, {lead.in_words}, is not clear of the sampling error",
        ),
        Disagreement(
            about="the general benchmark of reward models",
            one=f"{REWARD_MODEL} leads on medical pairs",
            other=f"{other} leads it on general ones, "
            f"{_general(other)} against {_general(REWARD_MODEL)}",
            follows="what is trained for a domain stays good outside it, and is not the best there",
        ),
    )


def _pairs() -> int:
    table, items = PUBLISHED.tables["4"], PUBLISHED.items_of
    return sum(items[column] for column in table.columns if column in items)


def _general(row: str) -> str:
    return PUBLISHED.tables["4"].find(row, "general Avg").printed


def _above(row: str) -> str:
    table = PUBLISHED.tables["2"]
    cells = [table.find(row, column).printed for column in ("MedMCQA", "MedQA", "PubMedQA")]
    return f"{row}: MedMCQA {cells[0]}, MedQA {cells[1]}, PubMedQA {cells[2]}"


def _others_below(row: str) -> str:
    """How many other rows have MedMCQA above MedQA."""
    table = PUBLISHED.tables["2"]
    others = [one for one in table.rows if one != row]
    n = sum(table.find(one, "MedMCQA").value > table.find(one, "MedQA").value for one in others)
    return f"MedMCQA lies above MedQA in {n} of the {len(others)} other rows"


_FILES = (
    Disagreement(
        about="settings of supervised tuning",
        one="learning rate 1e-5 and one epoch, in the configuration file",
        other="three epochs and four learning rates, in the script",
        follows="which of them made the printed rows is not said",
        known="repository",
    ),
    Disagreement(
        about="settings of preference tuning",
        one="learning rate 3e-7, in the configuration file",
        other="1e-5, in the script",
        follows="a factor of 33, of which the distance to the reference depends",
        known="repository",
    ),
    Disagreement(
        about="chat template",
        one="dialogues that end with an answer",
        other="the template opens another turn of the assistant behind them",
        follows="models are trained on an open turn that nobody fills",
        known="repository",
    ),
    Disagreement(
        about="what is released",
        one="reward models, choice among N, the iterated round, evaluation, mixing: in the paper",
        other="no code of any of them, nor the benchmark's files, in the repository",
        follows="U3 to U6 cannot be run again from what is public",
        known="repository",
    ),
)


def disagreements() -> tuple[Disagreement, ...]:
    """Every place: those of printed numbers first, then those of released files."""
    return (*_printed(), *_FILES)


def disagreements_frame() -> pd.DataFrame:
    """Every place as a row of a table."""
    return pd.DataFrame(
        [
            {
                "": str(number),
                "about": one.about,
                "one place": one.one,
                "another": one.other,
                "what follows": one.follows,
                "known from": one.known,
            }
            for number, one in enumerate(disagreements(), start=1)
        ]
    )
