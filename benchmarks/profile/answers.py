"""The collapse profile: each definition of collapse in the literature, answered separately.

"Does it collapse?" has no single answer (Schaeffer et al. 2025 count eight definitions). Here every
definition is one number with an interval and a threshold: yes when the interval lies above it, no
when below, undecided otherwise. The unit is the replicate: a chain of one seed, or a block of
documents where there are only corpora. `calibration` measures how often answers are
wrong on chains whose truth is known; `promise` says it where answers are printed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import CONTROL, LOSS, Curve, curves
from benchmarks.comparing.decisions import LEVEL, holm
from benchmarks.comparing.differences import Floats, p_value, ratio_interval
from benchmarks.running.record import Metric
from data.errors import BadInput
from data.measures.health import Health
from data.measures.statistics import Estimate
from lightning_modules.library_warnings import LibraryWarning

Answer = Literal["yes", "no", "undecided"]


@dataclass(frozen=True)
class Replicates:
    """One measure of a workflow and of its control, replicate by replicate."""

    values: Floats
    """Values of the workflow, shape (replicates, generations)."""
    control: Floats
    """Values of the control for the same replicates, in the same shape."""


Parts = tuple[Floats, Floats]
"""Numerator and denominator of an effect, each of shape (replicates,)."""


def rise(replicates: Replicates) -> Parts:
    """Relative rise over the control at the last generation."""
    return replicates.values[:, -1] - replicates.control[:, -1], replicates.control[:, -1]


def fall(replicates: Replicates) -> Parts:
    """Relative fall under the control at the last generation."""
    return replicates.control[:, -1] - replicates.values[:, -1], replicates.control[:, -1]


def excess(replicates: Replicates) -> Parts:
    """Difference from the control at the last generation."""
    difference = replicates.values[:, -1] - replicates.control[:, -1]
    return difference, np.ones(len(difference))


def late_slope(replicates: Replicates) -> Parts | None:
    """Slope of the rise over the later half of the generations, per generation; needs three."""
    generations = np.arange(replicates.values.shape[1])
    late = generations >= (len(generations) - 1) / 2
    if late.sum() < 3:
        return None
    gap = (replicates.values - replicates.control)[:, late]
    slope = np.polyfit(generations[late], gap.T, 1)[0]
    return slope, replicates.control[:, late].mean(axis=1)


@dataclass(frozen=True)
class Definition:
    """One definition of collapse: its question, its measure, and the effect that answers it."""

    id: str
    question: str
    measure: str
    """Name of the measure, as in `data.measures.statistics`, or `loss`."""
    effect: Callable[[Replicates], Parts | None]
    threshold: float
    """Effects above it are collapse in this sense; the calibration uses the same number."""
    unit: str


DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "catastrophic",
        "Does test loss rise catastrophically?",
        "loss",
        rise,
        0.25,
        "relative rise of test loss",
    ),
    Definition("any-increase", "Does test loss rise at all?", "loss", rise, 0.005, "relative rise"),
    Definition(
        "divergence",
        "Does test loss keep growing over generations?",
        "loss",
        late_slope,
        0.001,
        "relative rise per generation, later half",
    ),
    Definition(
        "variance",
        "Does the variance of the text shrink?",
        "judge_spread",
        fall,
        0.05,
        "relative fall of the spread of bits per byte under a fixed judge",
    ),
    Definition(
        "scaling",
        "Does the scaling law change?",
        "scaling_slope",
        fall,
        0.05,
        "relative fall of what a doubling of the text teaches an n-gram model",
    ),
    Definition(
        "tails",
        "Are the tails lost?",
        "tail_coverage",
        fall,
        0.05,
        "relative fall of the share of rare human bigrams",
    ),
    Definition(
        "outside",
        "Does text appear outside the human distribution?",
        "outside_human",
        excess,
        0.02,
        "more documents outside the central 98 % of human documents, share",
    ),
    Definition(
        "entanglement",
        "Do modes become entangled?",
        "mode_margin",
        fall,
        0.05,
        "relative fall of the margin between the two nearest human clusters",
    ),
)


@dataclass(frozen=True)
class Assessment:
    """One definition of collapse applied: its question, the answer, and the number behind it."""

    id: str
    question: str
    answer: Answer
    effect: float | None
    low: float | None
    """Lower end of the interval at CONFIDENCE; None where it is unbounded or there is none."""
    high: float | None
    threshold: float
    unit: str
    n: int
    """Number of replicates behind the interval."""
    p: float | None = None
    """P value against an effect that is exactly the threshold, two-sided; None where the interval
    is unbounded or there is none."""
    adjusted_p: float | None = None
    """The same after Holm's correction over all answers given together."""

    @property
    def stands(self) -> bool:
        """Whether the answer is still given when all are corrected together."""
        return self.adjusted_p is not None and self.adjusted_p <= LEVEL


def assess(definition: Definition, replicates: Replicates | None) -> Assessment:
    """Apply one definition; without replicates it is undecided."""
    undecided = Assessment(
        id=definition.id,
        question=definition.question,
        answer="undecided",
        effect=None,
        low=None,
        high=None,
        threshold=definition.threshold,
        unit=definition.unit,
        n=0,
    )
    parts = None if replicates is None else definition.effect(replicates)
    if parts is None:
        return undecided
    effect, low, high = ratio_interval(*parts)
    top, bottom = parts
    is_bounded = bool(np.isfinite([low, high]).all())
    return replace(
        undecided,
        answer=_answer(low, high, definition.threshold),
        effect=_finite(effect),
        low=_finite(low),
        high=_finite(high),
        n=len(top),
        p=p_value(top - definition.threshold * bottom) if is_bounded else None,
    )


def _answer(low: float, high: float, threshold: float) -> Answer:
    if low > threshold:
        return "yes"
    return "no" if high < threshold else "undecided"


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


@dataclass(frozen=True)
class Measures:
    """Diversity of one corpus or of the text of one model, beside the human-human floor."""

    name: str
    values: dict[str, Estimate]
    floor: dict[str, Estimate]


@dataclass(frozen=True)
class Profile:
    """All answers about one workflow or one series of corpora."""

    subject: str
    control: str
    replicate: str
    """What a replicate is, in words: `chain of one seed`, or a block of so many words."""
    assessments: tuple[Assessment, ...]
    """Answers, one for each definition of collapse."""
    by_measure: Mapping[str, Replicates]
    measures: tuple[Measures, ...] = ()
    histograms: Mapping[str, tuple[list[int], list[float]]] | None = None
    """Counts and edges of documents by bits per byte under the judge, by corpus."""
    health: Mapping[str, Health] | None = None
    """Health of each corpus, looked at whole."""
    together: int = 0
    """Number of answers that were corrected together, those of other profiles included."""
    library_warnings: tuple[LibraryWarning, ...] = ()
    """What libraries warned of while it was made."""


def corrected(profiles: Sequence[Profile]) -> list[Profile]:
    """The profiles with p values corrected over all their answers (Holm 1979).

    Those that stand are all right with a chance of 95 % at least, however many there are.
    """
    p_values = [1.0 if a.p is None else a.p for profile in profiles for a in profile.assessments]
    adjusted = iter(holm(p_values))
    return [
        replace(
            profile,
            assessments=tuple(replace(a, adjusted_p=next(adjusted)) for a in profile.assessments),
            together=len(p_values),
        )
        for profile in profiles
    ]


def profile_records(records: Sequence[Record]) -> list[Profile]:
    """One profile per workflow of one recipe, against the fresh_human chains of the same seeds.

    Raises:
        BadInput: There is no fresh_human chain, or the records cannot be compared.
    """
    found = _curves(records)
    if CONTROL not in found["loss"]:
        raise BadInput(f"no {CONTROL} chain to compare with: run the recipe with it")
    floor = _estimates(records[0].human.floor)
    profiles = []
    for workflow in found["loss"]:
        if workflow == CONTROL:
            continue
        by_measure = {}
        for name, by_workflow in found.items():
            mine, control = by_workflow[workflow], by_workflow[CONTROL]
            place = {seed: number for number, seed in enumerate(control.seeds)}
            at = [number for number, seed in enumerate(mine.seeds) if seed in place]
            if at:
                there = [place[mine.seeds[number]] for number in at]
                by_measure[name] = Replicates(mine.values[at], control.values[there])
        shown = next(record for record in records if record.workflow == workflow)
        measures = (Measures(f"seed {shown.seed}", _estimates(shown.last.metrics), floor),)
        profiles.append(
            Profile(
                workflow,
                CONTROL,
                "chain of one seed",
                tuple(assess(d, by_measure.get(d.measure)) for d in DEFINITIONS),
                by_measure,
                measures,
            )
        )
    return corrected(profiles)


def _curves(records: Sequence[Record]) -> dict[str, dict[str, Curve]]:
    """The curve of every measure of a profile, by measure and workflow.

    Raises:
        BadInput: The records cannot be compared.
    """
    losses = curves(records)  # which looks once at whether they can be
    of_chain = {(record.workflow, record.seed): record for record in records}
    chains = {
        one.workflow: [of_chain[one.workflow, seed].generations for seed in one.seeds]
        for one in losses
    }
    keys = {d.measure: metric_of(d.measure) for d in DEFINITIONS}
    return {
        measure: {
            one.workflow: replace(
                one,
                values=np.array(
                    [[g.metrics[key].value for g in chain] for chain in chains[one.workflow]]
                ),
            )
            for one in losses
        }
        for measure, key in keys.items()
    }


def metric_of(name: str) -> str:
    """Key of the metric of records that a definition's measure is."""
    return LOSS if name == "loss" else f"samples/{name}/none"


def _estimates(metrics: Mapping[str, Metric]) -> dict[str, Estimate]:
    return {
        key.split("/")[1]: Estimate(metric.value, metric.stderr, metric.n)
        for key, metric in metrics.items()
        if key.startswith("samples/")
    }
