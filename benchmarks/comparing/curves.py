"""Curves of workflows over generations, and how their last values compare, paired by seed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.chains.record import Record
from benchmarks.comparing.differences import CONFIDENCE, Difference, bootstrap, p_value, paired
from benchmarks.comparing.identities import refuse_conflicts
from benchmarks.comparing.two_way import over_texts
from data.errors import BadInput
from data.randomness import Purpose, stream
from data.workflow import WORKFLOWS

LOSS = "held_out/bits_per_byte/none"
CONTROL = "fresh_human"


@dataclass(frozen=True)
class Curve:
    """One metric of one workflow, over seeds and generations."""

    workflow: str
    seeds: tuple[int, ...]
    values: NDArray[np.float64]
    """Values of the metric, shape (seeds, generations)."""

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean of the metric over seeds, shape (generations,)."""
        mean: NDArray[np.float64] = self.values.mean(axis=0)
        return mean

    @property
    def spread(self) -> NDArray[np.float64] | None:
        """Standard deviation over seeds, shape (generations,); None for one seed."""
        if len(self.seeds) < 2:
            return None
        spread: NDArray[np.float64] = self.values.std(axis=0, ddof=1)
        return spread


def curves(records: Iterable[Record], metric: str = LOSS) -> list[Curve]:
    """One curve per workflow, in the order of `WORKFLOWS`, methods of a user's own last.

    Raises:
        BadInput: The records come from different recipes, human texts, precisions or files that
            a recipe names, their chains differ in length, or a chain is there twice.
    """
    found = sorted(records, key=lambda record: record.seed)
    kinds: dict[str, set[str]] = {
        "recipes": {record.digest for record in found},
        "human texts": {record.human.fingerprint for record in found},
        "precisions": {record.environment.precision for record in found},
        "lengths": {str(len(record.generations)) for record in found},
    }
    for what, values in kinds.items():
        if len(values) > 1:
            raise BadInput(f"records of different {what} cannot be compared: {values}")
    refuse_conflicts(found)
    chains = Counter((record.workflow, record.seed) for record in found)
    if twice := [chain for chain, n in chains.items() if n > 1]:
        raise BadInput(f"more than one record of {twice[0]}: keep one")
    names = dict.fromkeys([*WORKFLOWS, *sorted({record.workflow for record in found})])
    by_workflow = {
        workflow: [record for record in found if record.workflow == workflow] for workflow in names
    }
    return [
        Curve(
            workflow,
            tuple(record.seed for record in mine),
            np.array([[g.metrics[metric].value for g in record.generations] for record in mine]),
        )
        for workflow, mine in by_workflow.items()
        if mine
    ]


def excess(curve: Curve, control: Curve) -> Difference | None:
    """Value at the last generation minus the control's, on common seeds; None without any."""
    common = [seed for seed in curve.seeds if seed in control.seeds]
    if not common:
        return None
    mine = [curve.values[curve.seeds.index(seed), -1] for seed in common]
    theirs = [control.values[control.seeds.index(seed), -1] for seed in common]
    return paired(np.array(mine) - np.array(theirs))


def gaps(curve: Curve, control: Curve) -> NDArray[np.float64]:
    """Differences from the control on common seeds, shape (seeds, generations)."""
    common = [seed for seed in curve.seeds if seed in control.seeds]
    mine = [curve.values[curve.seeds.index(seed)] for seed in common]
    theirs = [control.values[control.seeds.index(seed)] for seed in common]
    shape = (len(common), curve.values.shape[1])
    return np.asarray(np.reshape(mine, shape) - np.reshape(theirs, shape), dtype=np.float64)


def slope(curve: Curve, control: Curve) -> Difference | None:
    """Least-squares slope of the excess over generations 1, 2, ..; one slope per seed.

    The seed is the unit: points of one chain depend on each other. None with fewer than two later
    generations or without common seeds.
    """
    found = gaps(curve, control)[:, 1:]
    if found.shape[0] == 0 or found.shape[1] < 2:
        return None
    generations = np.arange(1, found.shape[1] + 1)
    return paired(np.polyfit(generations, found.T, 1)[0])


@dataclass(frozen=True)
class Comparison:
    """One workflow against the control, at the last generation and over generations."""

    workflow: str
    excess: Difference
    """Excess with its t interval over seeds, which holds for this held-out text."""
    over_texts: Difference | None
    """The same with an interval over seeds and documents, for other texts of the kind too; None for
    another metric than the loss, and where records keep no losses of documents."""
    bootstrap: Difference
    slope: Difference | None
    p: float | None
    adjusted_p: float | None
    """The p value after correction over all workflows compared (Benjamini and Hochberg 1995)."""

    @property
    def is_significant(self) -> bool | None:
        """Whether the excess is significant after correction; None for one seed."""
        return None if self.adjusted_p is None else self.adjusted_p < 1 - CONFIDENCE


def compare_all(records: Iterable[Record], metric: str = LOSS) -> list[Comparison]:
    """Every workflow against the control on common seeds, largest excess first.

    Raises:
        BadInput: There is no control, or the records cannot be compared.
    """
    records = list(records)
    found = {curve.workflow: curve for curve in curves(records, metric)}
    if CONTROL not in found:
        raise BadInput(f"no {CONTROL} chain to compare with: run the recipe with it")
    control = found.pop(CONTROL)
    last = {name: gaps(curve, control)[:, -1] for name, curve in found.items()}
    last = {name: differences for name, differences in last.items() if len(differences)}
    p = {name: p_value(differences) for name, differences in last.items()}
    adjusted = _corrected({name: value for name, value in p.items() if value is not None})
    rng = stream(0, Purpose.STATISTICS, "bootstrap")
    compared = [
        Comparison(
            name,
            paired(differences),
            _over_texts(records, name) if metric == LOSS else None,
            bootstrap(differences, rng),
            slope(found[name], control),
            p[name],
            adjusted.get(name),
        )
        for name, differences in last.items()
    ]
    return sorted(compared, key=lambda c: -c.excess.mean)


def _corrected(p: Mapping[str, float]) -> dict[str, float]:
    """P values after Benjamini and Hochberg's correction; one that is NaN stays so, and counts."""
    if not p:
        return {}
    counted = [1.0 if np.isnan(value) else value for value in p.values()]
    found = map(float, stats.false_discovery_control(counted))
    return {
        name: value if np.isnan(value) else corrected
        for (name, value), corrected in zip(p.items(), found, strict=True)
    }


def _over_texts(records: Iterable[Record], workflow: str) -> Difference | None:
    by_chain = {(record.workflow, record.seed): record for record in records}
    return over_texts(
        [
            (record, [by_chain[CONTROL, seed]])
            for (name, seed), record in sorted(by_chain.items())
            if name == workflow and (CONTROL, seed) in by_chain
        ]
    )


def verdict(curve: Curve, control: Curve, *, is_significant: bool | None = None) -> str:
    """One sentence: did the loss rise against the control, and is that more than the spread?

    Args:
        curve: Loss of the workflow, in bits per byte.
        control: Loss of the control, in bits per byte.
        is_significant: Whether the excess is significant after correction over all workflows
            (`Comparison.is_significant`); None where this is the only comparison, and its interval
            decides.
    """
    first, last = curve.mean[0], curve.mean[-1]
    path = f"{curve.workflow}: {first:.3f} -> {last:.3f} bits per byte"
    difference = excess(curve, control)
    if difference is None:
        return f"{path}; no {control.workflow} chain with the same seed to compare with"
    side = "above" if difference.mean >= 0 else "below"
    text = f"{path}, {abs(difference.mean):.3f} {side} {control.workflow}"
    if difference.is_significant is None:
        few = "one seed has" if difference.n == 1 else f"these {difference.n} seeds have"
        return f"{text}; {few} no spread, so this is an observation and not a finding"
    differs = difference.is_significant if is_significant is None else is_significant
    word = "larger than" if differs else "not larger than"
    return (
        f"{text} [{difference.low:+.3f}, {difference.high:+.3f}]; {word} the spread over "
        f"{difference.n} seeds"
    )


def over_generations(
    chains: Sequence[Record], measure: Callable[[Record, int], float]
) -> list[Difference]:
    """Mean over chains of a measure at every generation that all have, with its interval.

    Args:
        chains: Records of one workflow, a seed each; at least one.
        measure: Reads it from a record at a generation.
    """
    generations = range(min(len(record.generations) for record in chains))
    return [paired(np.array([measure(one, at) for one in chains])) for at in generations]
