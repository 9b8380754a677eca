"""Worlds of planted records: committed ones with effects that are known in place of their own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from benchmarks.chains.record import CorpusFacts, EditTotals, Generation, Record, read_records
from benchmarks.comparing.curves import LOSS
from benchmarks.families.toedit.family import RECIPES
from benchmarks.leaderboard.entries import is_dose
from benchmarks.running.record import Metric
from tests.support.places import RECORDS

DISTINCT = "samples/distinct_2/none"
FLAT = (0.1,) * 10
Draw = Callable[[np.random.Generator, int], np.ndarray[Any, np.dtype[np.float64]]]


def normal(rng: np.random.Generator, n: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return rng.normal(size=n)


@dataclass(frozen=True, kw_only=True)
class World:
    """What is true of all chains: effects without noise, and the noise of a chain."""

    cost: Mapping[str, float] = field(default_factory=dict)
    """Bits per byte that a workflow costs after all of its generations; none where not named."""
    rule: Mapping[str, float] = field(default_factory=dict)
    """Bits per byte that one edit by the rule of a recipe costs; none where not named."""
    share: float = 0.0
    """Bits per byte that 100 % of synthetic text cost above none, and training loss they save."""
    narrower: float = 0.0
    """How far the diversity of synthetic text stays below that of human text, relative to it."""
    histogram: Sequence[float] = FLAT
    """Shares of tokens by probability under the prior."""
    falls: float = 0.0
    """Points by which the share of flagged tokens falls with an edit."""
    changed: float = 0.05
    """Share of tokens that an edit changes."""
    noise: float = 0.0
    """Standard deviation of a chain, in bits per byte; others in proportion."""
    law: Draw = normal
    """Law of the noise, with a standard deviation of 1."""
    quiet: frozenset[str] = frozenset()
    """Workflows whose chains have no noise: a difference of two chains with noise of one law is
    symmetric, that of one with noise from one without is as skewed as the law."""


@cache
def committed() -> tuple[Record, ...]:
    """Every committed chain."""
    return tuple(read_records(RECORDS))


@cache
def known() -> tuple[Record, ...]:
    """Every committed chain of a recipe whose claims a `World` knows the effects of."""
    return tuple(
        record for record in committed() if record.recipe["name"] in RECIPES and not is_dose(record)
    )


def planted(world: World, rng: np.random.Generator) -> list[Record]:
    """The committed chains as they would be in a world."""
    found = known()
    draws = world.noise * world.law(rng, 4 * len(found)).reshape(-1, 4)
    return [
        _planted(record, world, row * (record.workflow not in world.quiet))
        for record, row in zip(found, draws, strict=True)
    ]


def _planted(record: Record, world: World, noise: Any) -> Record:
    last = len(record.generations) - 1
    share = _synthetic_share(record)
    cost = world.cost.get(record.workflow, 0.0) + world.share * share
    if record.recipe["name"] in RULES:
        cost = world.rule.get(record.recipe["name"], 0.0) * (record.workflow == "edit_source")
    shown = record.human.floor[DISTINCT].value * (1 - world.narrower) + float(noise[1])
    generations = [
        _generation(
            generation,
            world,
            loss=2.0 + (cost + float(noise[0])) * number / last,
            training=2.0 - world.share * share + float(noise[2]),
            distinct=shown,
            noise=float(noise[3]),
            is_human=record.workflow in ("same_human", "fresh_human"),
        )
        for number, generation in enumerate(record.generations)
    ]
    forgotten = {"evaluated": None, "content": None, "sealed_later": False}
    return record.model_copy(update={"generations": generations, **forgotten})


def _synthetic_share(record: Record) -> float:
    name, _, share = str(record.recipe["name"]).rpartition("_")
    return float(share) / 100 if name == "mixture" else 0.0


def _generation(
    generation: Generation, world: World, *, loss: float, training: float, distinct: float,
    noise: float, is_human: bool,
) -> Generation:  # fmt: skip
    values = {LOSS: loss, DISTINCT: distinct}
    corpus = _corpus(generation.corpus, world, generation.generation, noise, is_human)
    metrics = _with(generation.metrics, values)
    changed = {"metrics": metrics, "final_loss": training, "corpus": corpus, "document_bits": None}
    return generation.model_copy(update=changed)


def _corpus(
    corpus: CorpusFacts, world: World, number: int, noise: float, is_human: bool
) -> CorpusFacts:
    edit = None if corpus.edit is None else _edit(corpus.edit, world, number, noise)
    text = corpus.text
    if text is not None:
        scale = 1.0 if is_human else 1 - world.narrower
        kinds = ("corpus/perplexity_range/none", "corpus/distinct_2/none")
        text = _with(text, {key: scale * (1 + noise) for key in kinds})
    return corpus.model_copy(update={"edit": edit, "text": text})


def _edit(edit: EditTotals, world: World, number: int, noise: float) -> EditTotals:
    size = 1_000_000
    tilt = np.array([noise / 10] * 5 + [-noise / 10] * 5)
    shares = np.maximum(np.array(world.histogram) + tilt, 0)
    flagged = size // 8
    by_paper = round(size * (0.125 - (number - 1) * (world.falls / 100 + noise)))
    return edit.model_copy(
        update={
            "tokens": size,
            "editable": size,
            "flagged": flagged,
            "changed": round(size * world.changed),
            "flagged_by_paper": min(max(by_paper, 0), size),
            "histogram": [round(share * size) for share in shares],
        }
    )


def _with(metrics: Mapping[str, Metric], values: Mapping[str, float]) -> dict[str, Metric]:
    return {
        key: metric.model_copy(update={"value": values[key]}) if key in values else metric
        for key, metric in metrics.items()
    }


ORDER = (
    "accumulate", "accumulate_subsample", "mix", "edit_random", "edit_source",
    "edit_random_previous", "edit_previous", "replace", "verified", "long_tail",
    "truncated_loss", "importance",
)  # fmt: skip
"""Workflows whose next corpus is not human text, in the order of what they cost in `HARM`."""


RULES = (
    "edit_threshold_0_9", "edit_rejection", "edit_candidates_64", "edit_threshold_0_99",
    "edit_below_0_1",
)  # fmt: skip
"""Edit rules that claims compare, in the order of what they cost in `HARM`."""


def _costs(step: float) -> dict[str, float]:
    """Each workflow of `ORDER` costs a step more than the one before; human controls nothing."""
    found = {workflow: step * (number + 1) for number, workflow in enumerate(ORDER)}
    return found | {"redraw": step, "reencode": step}


def _rules(step: float) -> dict[str, float]:
    return {recipe: step * (number + 1) for number, recipe in enumerate(RULES)}


_U = (0.5, *(0.05,) * 5, *(0.02,) * 3, 0.19)
_HILL = (0.02, *(0.12,) * 8, 0.02)
_CHAIN = 0.004
NOTHING = World(noise=_CHAIN)
"""No effect at all, and the noise of chains of the size of the committed ones."""
FINE = World(noise=1e-5)
"""No effect at all, measured finely."""
HARM = World(
    cost=_costs(0.3), rule=_rules(0.3), share=1.0, narrower=0.5, histogram=_U, falls=5.0,
    noise=_CHAIN / 4,
)  # fmt: skip
"""Whatever is not human text does harm, the later in `ORDER` the more."""
HELP = World(
    cost=_costs(-0.1), rule=_rules(-0.1), share=-0.5, narrower=-0.5, histogram=_HILL, falls=-5.0,
    noise=_CHAIN / 4,
)  # fmt: skip
"""Whatever is not human text helps, the later in `ORDER` the more."""
