"""What the theory predicts of language models, checked on records of chains.

Linear models say: editing the source stays level while editing the last copy drifts, in proportion
to the share that was changed. The controls say what it rests on: `edit_random` changes as many
tokens at random places, and the null arms `redraw` and `reencode` change nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks.chains.record import Generation, Record
from benchmarks.comparing.curves import Curve, curves, gaps, slope
from benchmarks.comparing.differences import Difference, paired, ratio_interval

BASE = "same_human"
"""Control of the edit arms: the same text, not edited."""
LEVEL = 0.001
"""Share of the loss of `same_human`: a slope per generation, or an effect, inside is none."""

_BEND = 0.25
"""Share of the line that a bend may add or take at the largest share."""

Outcome = Literal["held", "failed", "undecided", "not measured"]


@dataclass(frozen=True)
class Prediction:
    """A prediction with what records say of it."""

    id: str
    statement: str
    outcome: Outcome
    difference: Difference | None
    """The number behind it."""
    unit: str


def check_predictions(records: Sequence[Record]) -> list[Prediction]:
    """Every prediction, on the records of one recipe."""
    return check_curves(curves(records), _changed_shares(records))


def check_curves(losses: Sequence[Curve], changed: Sequence[Curve]) -> list[Prediction]:
    """Every prediction, on curves of test loss and of the share of tokens changed."""
    found = {curve.workflow: curve for curve in losses}
    edited = {curve.workflow: curve for curve in changed}
    return [check(found, edited) for check in _CHECKS]


def predictions_table(predictions: Sequence[Prediction]) -> Table:
    """Every prediction with its outcome and number, for a terminal."""
    table = Table(title="What the theory predicts, on these records")
    for name in ("prediction", "outcome", "number", "interval", "n", "unit"):
        table.add_column(name)
    for one in predictions:
        table.add_row(*cells(one))
    return table


def cells(prediction: Prediction) -> tuple[str, ...]:
    """Statement, outcome, number, interval, replicates and unit, in words."""
    d = prediction.difference
    known = d is not None and d.low is not None
    return (
        prediction.statement,
        prediction.outcome,
        f"{d.mean:+.4f}" if d else "",
        f"[{d.low:+.4f}, {d.high:+.4f}]" if d and known else "",
        str(d.n) if d else "",
        prediction.unit,
    )


Curves = dict[str, Curve]


def _edit_source_is_level(found: Curves, edited: Curves) -> Prediction:
    return _slope_prediction(
        found,
        "source-level",
        "Editing the source stays level over generations after the first",
        "edit_source",
        _inside,
    )


def _edit_previous_drifts(found: Curves, edited: Curves) -> Prediction:
    return _slope_prediction(
        found,
        "previous-drifts",
        "Editing the last copy drifts over generations",
        "edit_previous",
        _above,
    )


def _drift_follows_the_share(found: Curves, edited: Curves) -> Prediction:
    """Excess against the share changed so far: a line through 0 leaves no bend."""
    statement = "The drift of edit_previous is in proportion to the share changed so far"
    unit = "bend of excess over share changed, relative to a line"
    parts = (found.get("edit_previous"), found.get(BASE), edited.get("edit_previous"))
    if any(part is None for part in parts):
        return Prediction("drift-proportional", statement, "not measured", None, unit)
    previous, base, share = (part for part in parts if part is not None)
    excess = gaps(previous, base)[:, 1:]
    seeds = [s for s in previous.seeds if s in base.seeds]
    so_far = np.cumsum(share.values, axis=1)[[share.seeds.index(s) for s in seeds]][:, 1:]
    if excess.shape[1] < 3 or len(seeds) == 0:
        return Prediction("drift-proportional", statement, "not measured", None, unit)
    if not so_far.any():
        return Prediction("drift-proportional", statement, "not measured", None, unit)
    difference = _bend(so_far, excess)
    return Prediction("drift-proportional", statement, _inside(difference, _BEND), difference, unit)


def _bend(share: NDArray[np.float64], excess: NDArray[np.float64]) -> Difference:
    """Quadratic over linear part at the largest share, of a fit through 0 to each seed.

    The ratio of the means over seeds with its interval (`ratio_interval`), which is left out where
    the linear part may be 0. Shapes (seeds, generations).
    """
    parts = []
    for x, y in zip(share, excess, strict=True):
        (line, square), *_ = np.linalg.lstsq(np.column_stack([x, x**2]), y, rcond=None)
        parts.append((square * x[-1] ** 2, line * x[-1]))
    top, bottom = np.array(parts).T
    ratio, low, high = ratio_interval(top, bottom)
    if not np.isfinite([low, high]).all():
        return Difference(ratio, None, None, len(parts))
    return Difference(ratio, low, high, len(parts))


def _confidence_matters(found: Curves, edited: Curves) -> Prediction:
    return _gap_prediction(
        found,
        "confidence-matters",
        "As many edits at random places cost more than where the prior is confident",
        "edit_random",
        "edit_source",
        lambda d, level: _above(d, 0.0),
    )


def _confidence_matters_again(found: Curves, edited: Curves) -> Prediction:
    return _gap_prediction(
        found,
        "confidence-matters-previous",
        "The same for edits of the last copy",
        "edit_random_previous",
        "edit_previous",
        lambda d, level: _above(d, 0.0),
    )


def _redraw_is_null(found: Curves, edited: Curves) -> Prediction:
    return _gap_prediction(
        found,
        "redraw-null",
        "Writing flagged tokens anew as what they were changes nothing",
        "redraw",
        BASE,
        _inside,
    )


def _reencode_is_null(found: Curves, edited: Curves) -> Prediction:
    return _gap_prediction(
        found,
        "reencode-null",
        "Encoding and decoding the text changes nothing",
        "reencode",
        BASE,
        _inside,
    )


_CHECKS: tuple[Callable[[Curves, Curves], Prediction], ...] = (
    _edit_source_is_level,
    _edit_previous_drifts,
    _drift_follows_the_share,
    _confidence_matters,
    _confidence_matters_again,
    _redraw_is_null,
    _reencode_is_null,
)


def _slope_prediction(
    found: Curves,
    name: str,
    statement: str,
    workflow: str,
    judge: Callable[[Difference, float], Outcome],
) -> Prediction:
    unit = f"bits per generation, against {BASE}"
    difference = (
        slope(found[workflow], found[BASE]) if workflow in found and BASE in found else None
    )
    outcome = "not measured" if difference is None else judge(difference, _level(found))
    return Prediction(name, statement, outcome, difference, unit)


def _gap_prediction(
    found: Curves,
    name: str,
    statement: str,
    workflow: str,
    control: str,
    judge: Callable[[Difference, float], Outcome],
) -> Prediction:
    unit = f"bits at the last generation, {workflow} - {control}"
    if workflow not in found or control not in found:
        return Prediction(name, statement, "not measured", None, unit)
    last = gaps(found[workflow], found[control])[:, -1]
    if len(last) == 0:
        return Prediction(name, statement, "not measured", None, unit)
    difference = paired(last)
    return Prediction(name, statement, judge(difference, _level(found)), difference, unit)


def _level(found: Curves) -> float:
    base = found.get(BASE) or next(iter(found.values()))
    return LEVEL * float(base.mean.mean())


def _inside(difference: Difference, limit: float) -> Outcome:
    """Held when the whole interval lies inside the limit, failed when it lies outside."""
    if difference.low is None or difference.high is None:
        return "undecided"
    if -limit < difference.low and difference.high < limit:
        return "held"
    if difference.low > limit or difference.high < -limit:
        return "failed"
    return "undecided"


def _above(difference: Difference, limit: float) -> Outcome:
    if difference.low is None or difference.high is None:
        return "undecided"
    if difference.low > limit:
        return "held"
    return "failed" if difference.high < limit else "undecided"


def _changed_shares(records: Sequence[Record]) -> list[Curve]:
    """Share of tokens that each generation's edit changed; 0 where nothing was edited."""
    by_workflow: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda r: r.seed):
        by_workflow.setdefault(record.workflow, []).append(record)
    return [
        Curve(
            workflow,
            tuple(record.seed for record in mine),
            np.array([[_share(generation) for generation in r.generations] for r in mine]),
        )
        for workflow, mine in by_workflow.items()
    ]


def _share(generation: Generation) -> float:
    edit = generation.corpus.edit
    return edit.changed / edit.tokens if edit is not None else 0.0
