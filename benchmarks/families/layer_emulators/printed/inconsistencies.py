"""Where the paper, its released code and a re-run by others disagree, each with what follows.

What is said of code is said of the files of the public repository at one commit, read by us; none
of it is run or used here.
"""

from dataclasses import dataclass

import pandas as pd

from benchmarks.families.layer_emulators.audit import (
    AUDIT,
    CRASH,
    LEAK,
    PUBLISHED,
    UNIFORM,
    emulator_row,
    reruns_won,
)
from benchmarks.families.layer_emulators.printed.contrasts import RATES, chosen_rise

PAGE = "inconsistencies.md"
"""The page that shows them."""
COMMIT = "305e80a"
"""Commit of the repository whose files are spoken of."""


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
    in_code: bool
    """Whether it is known from files of the repository rather than from printed numbers."""


def _printed() -> tuple[Disagreement, ...]:
    """What printed numbers alone show."""
    (gain,) = (check for check in AUDIT.checks() if check.kind == "difference")
    (leak,) = AUDIT.checks([PUBLISHED.tables[LEAK]])
    table = PUBLISHED.tables["1"]
    crash, uniform = (table.find(row, "OBQA").printed for row in (CRASH, UNIFORM))
    row = emulator_row()
    return (
        Disagreement(
            about="gain on OpenBookQA",
            one=f"{gain.cell.printed} points over uniform dropping, in the text",
            other=f"{crash} and {uniform} in Table 1",
            follows=f"the gain is {gain.recomputed}",
            in_code=False,
        ),
        Disagreement(
            about="zero-shot accuracy of the CRaSh emulator",
            one="a row of its own in Table 1",
            other=f"within .1 of the full model on {', '.join(row.full)}, equal to the row without "
            f"sharing on {', '.join(row.unshared)}",
            follows="no cell of the row is one of an emulator with shared layers",
            in_code=False,
        ),
        Disagreement(
            about="one number for each cell",
            one="one seed, the best of four learning rates by the accuracy that is printed",
            other=f"zero-shot rows without a choice; were the {RATES} rates alike, choosing would "
            f"add {chosen_rise(CRASH):.1f} points to the mean of a row",
            follows="rows that were tuned are compared with each other here; a difference to "
            "zero-shot is less clear than its error over items",
            in_code=False,
        ),
        Disagreement(
            about="the re-run by others",
            one=f"CRaSh is {reruns_won('distilled')}",
            other=f"its own table: a leak of {leak.cell.printed} % printed for a random network, "
            f"{leak.recomputed} % by its accuracies",
            follows="a lead and no evidence: soft prompts in place of layers, and a column that "
            "does not follow from its neighbours",
            in_code=False,
        ),
    )


_CODE = (
    Disagreement(
        about="evaluation of shared emulators",
        one="the scripts of the 1.3B model evaluate every arm without the flag that drops layers",
        other="without that flag the evaluation runs the full model; the function that repeats "
        "layers is defined and never called, and the file that the 6.7B scripts name for it is "
        "not in the repository",
        follows="the released code cannot evaluate an emulator with shared layers; see the row "
        "above",
        in_code=True,
    ),
    Disagreement(
        about="the line from the plug-in to full tuning",
        one="on OpenBookQA, CRaSh's adapter is one that was tuned on OpenBookQA",
        other="on the same line offsite tuning's adapter is loaded from a run on ARC-Challenge",
        follows="if Figure 6 is by this script, its two curves compare tasks, not methods",
        in_code=True,
    ),
    Disagreement(
        about="the plane through three models",
        one="on ARC-Easy, offsite tuning and full tuning were tuned on ARC-Easy",
        other="in the same plane CRaSh's adapter is loaded from a run on OpenBookQA",
        follows="that three optima lie in one basin is not shown by models of two tasks",
        in_code=True,
    ),
    Disagreement(
        about="pooling of tokens",
        one="the training scripts name lists of position-weighted pooling",
        other="the clustering script runs five other poolings, and never that one",
        follows="no released script makes the clusters behind the lists",
        in_code=True,
    ),
    Disagreement(
        about="layer lists of the 6.7B model",
        one="clusters that belong to a task",
        other="three lists for eight tasks in the training script, and four others, of other "
        "trainable layers, in the evaluation script; no code turns clusters into lists",
        follows="which layers the printed numbers kept is not known, nor how they were chosen",
        in_code=True,
    ),
    Disagreement(
        about="model of the 6.7B scripts",
        one="their names, and layers up to 31",
        other="the 1.3B model, which has 24 layers, in both",
        follows="they do not run as released",
        in_code=True,
    ),
)


def disagreements() -> tuple[Disagreement, ...]:
    """Every place: those of printed numbers first, then those of the released code."""
    return (*_printed(), *_CODE)


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
                "known from": "code" if one.in_code else "print",
            }
            for number, one in enumerate(disagreements(), start=1)
        ]
    )
