"""The rules of Tables 5, 7 and 8 side by side, by held-out loss and by what they changed."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.comparing.differences import paired
from benchmarks.families.toedit.cells import first_edit
from benchmarks.families.toedit.claims.statistics import last_difference
from benchmarks.families.toedit.recipes.editing import EDIT_RECIPES, VARIANTS, Variant
from benchmarks.paper.cells import command
from benchmarks.paper.evidence import Evidence, in_words
from benchmarks.paper.rendering import DASH
from benchmarks.running.record import Envelope
from data.workflow import Workflow

_WORKFLOWS: tuple[Workflow, Workflow] = ("edit_source", "same_human")


class _Row(NamedTuple):
    rule: str
    tokens: str = DASH
    flagged: str = DASH
    changed: str = DASH
    loss: str = DASH


def edit_rules_frame(records: Iterable[Envelope]) -> pd.DataFrame:
    """One line per rule: tokens read, flagged, changed, and what the edit cost in held-out loss.

    Counts are sums over seeds. The loss is that of `edit_source` minus that of `same_human`, paired
    by seed. A rule without records shows dashes and the command that makes them.
    """
    evidence = Evidence(tuple(records))
    frame = pd.DataFrame([_row(variant, evidence) for variant in VARIANTS])
    heads = ("rule", "tokens", "flagged", "changed", "bits per byte, edited minus source")
    return frame.set_axis(list(heads), axis="columns")


def _row(variant: Variant, evidence: Evidence) -> _Row:
    recipe = EDIT_RECIPES[f"edit_{variant.name}"]()
    edited, source = (evidence.runs(recipe, workflow) for workflow in _WORKFLOWS)
    seeds = sorted(edited.keys() & source.keys())
    if not seeds:
        return _Row(variant.what, loss=f"`{command(recipe.name)}`")
    edits = [first_edit(edited[seed]) for seed in seeds]
    tokens = sum(edit.tokens for edit in edits)
    differences = [last_difference((edited[seed], source[seed])) for seed in seeds]
    return _Row(
        variant.what,
        f"{tokens:,}",
        _of_all(sum(edit.flagged for edit in edits), tokens),
        _of_all(sum(edit.changed for edit in edits), tokens),
        in_words(paired(np.array(differences))),
    )


def _of_all(count: int, tokens: int) -> str:
    return f"{count:,} ({count / tokens:.2%})"
