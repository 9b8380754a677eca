"""What the theory predicts of language models, checked on records of chains.

Linear models say: editing the source stays level while editing the last copy drifts, in proportion
to the share that was changed. The controls say what it rests on: `edit_random` changes as many
tokens at random places, and the null arms `redraw` and `reencode` change nothing.
"""

from collections.abc import Callable, Mapping, Sequence
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
Decide = Callable[[Difference, float], Outcome]
"""Turns a measured difference with its interval, and a limit, into an outcome."""
Curves = Mapping[str, Curve]
"""One metric as a curve per workflow, by the workflow's name."""


@dataclass(frozen=True)
class Prediction:
    """A prediction with what records say of it."""

    id: str
    statement: str
    outcome: Outcome
    difference: Difference | None
    """The measured number that decides, with its interval; None where it was not measured."""
    unit: str


def check_predictions(records: Sequence[Record]) -> list[Prediction]:
    """Every prediction, on the records of one recipe."""
    return check_curves(curves(records), _changed_shares(records))


def check_curves(losses: Sequence[Curve], changed: Sequence[Curve]) -> list[Prediction]:
    """Every prediction, on curves of test loss and of the share of tokens changed."""
    loss = {curve.workflow: curve for curve in losses}
    share = {curve.workflow: curve for curve in changed}
    return [_checked(statement, loss, share) for statement in STATEMENTS]


def _checked(statement: "Statement", loss: Curves, share: Curves) -> Prediction:
    difference = statement.measured(loss, share)
    outcome: Outcome = "not measured"
    if difference is not None:
        limit = _level(loss) if statement.limit is None else statement.limit
        outcome = statement.decide(difference, limit)
    return Prediction(statement.id, statement.text, outcome, difference, statement.unit)


def predictions_table(predictions: Sequence[Prediction]) -> Table:
    """Every prediction with its outcome and number, for a terminal."""
    table = Table(title="What the theory predicts, on these records")
    for name in ("prediction", "interval alone", "number", "interval", "n", "unit"):
        table.add_column(name)
    table.caption = (
        "each interval alone, without correction; where a claim asks the same, its verdict stands "
        "(collapse claims)"
    )
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


def inside(difference: Difference, limit: float) -> Outcome:
    """Held when the whole interval lies inside the limit, failed when it lies outside."""
    if difference.low is None or difference.high is None:
        return "undecided"
    if -limit < difference.low and difference.high < limit:
        return "held"
    if difference.low > limit or difference.high < -limit:
        return "failed"
    return "undecided"


def above(difference: Difference, limit: float) -> Outcome:
    """Held when the whole interval lies above the limit, failed when it lies below."""
    if difference.low is None or difference.high is None:
        return "undecided"
    if difference.low > limit:
        return "held"
    return "failed" if difference.high < limit else "undecided"


def _level(loss: Curves) -> float:
    base = loss.get(BASE) or next(iter(loss.values()))
    return LEVEL * float(base.mean.mean())


@dataclass(frozen=True)
class Slope:
    """What is said of the slope of a workflow's loss over generations, against BASE."""

    id: str
    text: str
    workflow: str
    decide: Decide
    limit: float | None = None
    """Limit that the slope is held against; None takes LEVEL of the loss of BASE."""

    unit = f"bits per generation, against {BASE}"

    def measured(self, loss: Curves, share: Curves) -> Difference | None:
        """The slope; None where a chain is missing or too short."""
        if self.workflow not in loss or BASE not in loss:
            return None
        return slope(loss[self.workflow], loss[BASE])


@dataclass(frozen=True)
class Gap:
    """What is said of the gap between the losses of two workflows at the last generation."""

    id: str
    text: str
    workflow: str
    control: str
    decide: Decide
    limit: float | None = None
    """Limit that the gap is held against; None takes LEVEL of the loss of BASE."""

    @property
    def unit(self) -> str:
        """What the gap is measured in, and which workflow is subtracted from which."""
        return f"bits at the last generation, {self.workflow} - {self.control}"

    def measured(self, loss: Curves, share: Curves) -> Difference | None:
        """The gap over the seeds that both have; None where there are none.

        Curves that agree in every generation are those of the same chains, whose gap is known to be
        0 without any spread to judge by.
        """
        if self.workflow not in loss or self.control not in loss:
            return None
        found = gaps(loss[self.workflow], loss[self.control])
        if not len(found):
            return None
        if found.shape[1] > 1 and not found.any():
            return Difference(0.0, 0.0, 0.0, len(found))
        return paired(found[:, -1])


@dataclass(frozen=True)
class Bend:
    """What is said of a workflow's excess loss against the share it changed so far.

    A line through 0 leaves no bend.
    """

    id: str
    text: str
    workflow: str
    decide: Decide
    limit: float | None

    unit = "bend of excess over share changed, relative to a line"

    def measured(self, loss: Curves, share: Curves) -> Difference | None:
        """The bend; None where nothing changed, or over fewer than three generations."""
        mine, base, changed = loss.get(self.workflow), loss.get(BASE), share.get(self.workflow)
        if mine is None or base is None or changed is None:
            return None
        excess = gaps(mine, base)[:, 1:]
        seeds = [seed for seed in mine.seeds if seed in base.seeds]
        rows = [changed.seeds.index(seed) for seed in seeds]
        so_far = np.cumsum(changed.values, axis=1)[rows][:, 1:]
        if excess.shape[1] < 3 or not seeds or not so_far.any():
            return None
        return _bend(so_far, excess)


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


Statement = Slope | Bend | Gap

STATEMENTS: tuple[Statement, ...] = (
    Slope(
        "source-level",
        "Editing the source stays level over generations after the first",
        "edit_source",
        inside,
    ),
    Slope(
        "previous-drifts",
        "Editing the last copy drifts over generations",
        "edit_previous",
        above,
    ),
    Bend(
        "drift-proportional",
        "The drift of edit_previous is in proportion to the share changed so far",
        "edit_previous",
        inside,
        _BEND,
    ),
    Gap(
        "confidence-matters",
        "As many edits at random places cost more than where the prior is likeliest",
        "edit_random",
        "edit_source",
        above,
        0.0,
    ),
    Gap(
        "confidence-matters-previous",
        "The same for edits of the last copy",
        "edit_random_previous",
        "edit_previous",
        above,
        0.0,
    ),
    Gap(
        "redraw-null",
        "Writing flagged tokens anew as what they were changes nothing",
        "redraw",
        BASE,
        inside,
    ),
    Gap(
        "reencode-null",
        "Encoding and decoding the text changes nothing",
        "reencode",
        BASE,
        inside,
    ),
)
"""What the theory says of the chains, in the order in which it is shown."""


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
