"""Ranks methods from records, in tracks of what they may use.

Two chains are comparable when their recipes share every setting but those of the method itself
(`METHOD_SETTINGS`): then seed k means the same human text, first model, fits and measures in both.
A track holds comparable chains that use the same kinds of text and of training. The score is the
excess of held-out loss over `fresh_human` at the last generation, paired by seed. The rank of a
method is one plus the number of methods of its track that are significantly better: paired t tests
of all pairs, corrected together (Benjamini and Hochberg 1995), at 5 %. "Not different" is not
transitive, so that a rank says who is better and never who is equal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.comparison import CONFIDENCE, CONTROL, LOSS, Difference, p_value, paired
from benchmarks.evaluation import HELD_OUT_VERSION
from benchmarks.leaderboard.terms import Terms, allowed, slug, terms_of, title, tokens_seen
from benchmarks.recipe import recipe_digest
from benchmarks.record import Record
from data.statistics import VERSION
from data.workflow import label

Floats = NDArray[np.float64]

METHOD_SETTINGS = (
    "edit_rule", "prior", "prior_context", "human_share", "candidates", "truncate_above", "health",
)  # fmt: skip
"""Settings of a recipe that belong to the method, so that methods with different ones compete."""
_PROSE = ("name", "summary", "tier", "workflows")
DISTINCT = "samples/distinct_2/none"
TAIL = "samples/tail_coverage/none"
CURRENT = (HELD_OUT_VERSION, VERSION)
"""Versions of loss and diversity that are measured today."""


@dataclass(frozen=True)
class Band:
    """A number at every generation, with its interval over seeds."""

    mean: tuple[float, ...]
    """One per generation, from 0."""
    low: tuple[float, ...] | None
    """Ends of the t interval at CONFIDENCE; None for one seed."""
    high: tuple[float, ...] | None


@dataclass(frozen=True)
class Standing:
    """One method in a track."""

    rank: int | None
    """None for the control, and where one seed cannot tell."""
    method: str
    """The workflow's name; for a method of a user's own, the function's."""
    workflow: str
    recipe: str
    """Name and digest of its recipe."""
    tier: str
    score: Difference
    """Excess bits per byte over the control at the last generation; smaller is better."""
    seeds: tuple[int, ...]
    """Those that the control has too."""
    curve: Band
    """Held-out bits per byte."""
    excess: Band
    """The same minus the control's, paired by seed."""
    distinct_2: float
    """Share of different bigrams in what the last model writes; mean over seeds."""
    tail_coverage: float
    """Share of rare held-out bigrams in what the last model writes; mean over seeds."""
    human_tokens: float
    """Different human tokens that a chain needed; mean over seeds."""
    tokens_seen: float
    """Tokens that all fits of a chain were trained on; mean over seeds."""
    seconds: float
    """Of a chain, each stage counted once; mean over seeds."""
    files: tuple[str, ...]
    """Its records, below the folder of records."""


@dataclass(frozen=True)
class Track:
    """Methods that compete on equal terms, best rank first."""

    id: str
    """For links and file names: lower-case letters, digits and hyphens."""
    name: str
    allowed: str
    """One sentence: what a method of this track may use."""
    setting: str
    """Digest of the settings that all its recipes share."""
    recipes: tuple[str, ...]
    """Name and digest of every recipe in it, that of the control first."""
    source: str
    """Name of the human text."""
    versions: tuple[int, int]
    """Of the loss and of the diversity measures."""
    control: Standing
    """`fresh_human`: where the score is 0."""
    floor: Mapping[str, float]
    """`distinct_2` and `tail_coverage` between two human texts, mean over seeds."""
    standings: tuple[Standing, ...]

    @property
    def is_current(self) -> bool:
        """Whether its numbers were measured as they are today."""
        return self.versions == CURRENT


@dataclass(frozen=True)
class Unranked:
    """Records of one workflow of one recipe that cannot be ranked."""

    recipe: str
    method: str
    seeds: tuple[int, ...]
    reason: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class _Chain:
    record: Record
    control: Record

    @property
    def excess(self) -> Floats:
        return _losses(self.record) - _losses(self.control)


def setting_digest(record: Record) -> str:
    """8 hex digits of all that comparable recipes share: everything but method and prose."""
    left_out = (*_PROSE, *METHOD_SETTINGS)
    return recipe_digest({k: v for k, v in record.recipe.items() if k not in left_out})


def rank(records: Sequence[Record]) -> list[Track]:
    """Every track that the records fill, those of today's measures first.

    Raises:
        ValueError: A chain is there twice.
    """
    groups = _groups([record for record in records if _is_measured(record)])
    tracks = [track for key, mine in groups.items() for track in _tracks(key, mine)]
    return sorted(tracks, key=lambda track: (not track.is_current, track.recipes[0], track.id))


def unranked(records: Sequence[Record]) -> list[Unranked]:
    """Records that no track holds, and why."""
    missing = [record for record in records if not _is_measured(record)]
    found = [_left([record], "not measured by loss and diversity") for record in missing]
    for mine in _groups([record for record in records if _is_measured(record)]).values():
        controls = [record for record in mine if record.workflow == CONTROL]
        reason = f"no {CONTROL} chain with {'this seed' if controls else 'these settings'}"
        left: dict[tuple[str, str], list[Record]] = {}
        for record in mine:
            if _control_of(record, controls) is None:
                left.setdefault((_recipe(record), record.workflow), []).append(record)
        found += [_left(its, reason) for its in left.values()]
    return found


def ranks(excesses: Sequence[Mapping[int, float]]) -> list[int | None]:
    """The rank of each method of a track, from its excess by seed.

    A pair without two common seeds is not compared. A method that is compared with none because it
    has one seed has no rank.
    """
    tested = {}
    for one, other in combinations(range(len(excesses)), 2):
        common = sorted(excesses[one].keys() & excesses[other].keys())
        differences = np.array([excesses[one][s] - excesses[other][s] for s in common])
        p = p_value(differences)
        if p is not None:
            tested[one, other] = (p, float(differences.mean()))
    p_values = [p for p, _ in tested.values()]
    adjusted = stats.false_discovery_control(p_values) if p_values else []
    better = [0] * len(excesses)
    for ((one, other), (_, mean)), p in zip(tested.items(), adjusted, strict=True):
        if p < 1 - CONFIDENCE:
            better[other if mean < 0 else one] += 1
    return [
        None if len(mine) < 2 else 1 + count for mine, count in zip(excesses, better, strict=True)
    ]


_Group = tuple[str, str, str, tuple[int, int]]


def _groups(records: Sequence[Record]) -> dict[_Group, list[Record]]:
    """Comparable records: setting, human text, precision and versions of the measures agree."""
    found: dict[_Group, list[Record]] = {}
    seen: set[tuple[str, str, int]] = set()
    for record in sorted(records, key=lambda r: (_recipe(r), r.workflow, r.seed)):
        chain = (record.digest, record.workflow, record.seed)
        if chain in seen:
            raise ValueError(
                f"more than one record of {file_of(record)}: give the folders one by one, or name "
                "your recipe differently"
            )
        seen.add(chain)
        versions = (_version(record, LOSS), _version(record, DISTINCT))
        key = (
            setting_digest(record),
            record.human.fingerprint,
            record.environment.precision,
            versions,
        )
        found.setdefault(key, []).append(record)
    return found


def _is_measured(record: Record) -> bool:
    return {LOSS, DISTINCT, TAIL} <= record.last.metrics.keys()


def _left(records: Sequence[Record], reason: str) -> Unranked:
    return Unranked(
        _recipe(records[0]),
        label(records[0].workflow),
        tuple(record.seed for record in records),
        reason,
        tuple(file_of(record) for record in records),
    )


def _tracks(key: _Group, records: list[Record]) -> list[Track]:
    controls = [record for record in records if record.workflow == CONTROL]
    chains = [
        _Chain(record, control)
        for record in records
        if record.workflow != CONTROL and (control := _control_of(record, controls)) is not None
    ]
    by_method: dict[tuple[str, str], list[_Chain]] = {}
    for chain in chains:
        by_method.setdefault((_recipe(chain.record), chain.record.workflow), []).append(chain)
    by_terms: dict[Terms, list[list[_Chain]]] = {}
    for mine in by_method.values():
        each = [terms_of(chain.record, chain.control) for chain in mine]
        found = Terms(*(any(one) for one in zip(*each, strict=True)))
        by_terms.setdefault(found, []).append(mine)
    return [_track(key, found, methods) for found, methods in by_terms.items()]


def _track(key: _Group, found: Terms, methods: Sequence[Sequence[_Chain]]) -> Track:
    setting, _, precision, versions = key
    controls = _largest({file_of(c.control): c.control for mine in methods for c in mine}.values())
    control = _standing([_Chain(record, record) for record in controls])
    places = ranks([{c.record.seed: float(c.excess[-1]) for c in mine} for mine in methods])
    standings = [
        replace(_standing(mine), rank=place) for mine, place in zip(methods, places, strict=True)
    ]
    name = str(controls[0].recipe["name"])
    return Track(
        id=slug(name, setting, precision, versions, found),
        name=f"{name}: {title(found)}",
        allowed=allowed(found),
        setting=setting,
        recipes=tuple(dict.fromkeys([control.recipe, *sorted(s.recipe for s in standings)])),
        source=controls[0].human.source,
        versions=versions,
        control=control,
        floor={
            "distinct_2": _mean([record.human.floor[DISTINCT].value for record in controls]),
            "tail_coverage": _mean([record.human.floor[TAIL].value for record in controls]),
        },
        standings=tuple(sorted(standings, key=_order)),
    )


def _standing(chains: Sequence[_Chain]) -> Standing:
    records = [chain.record for chain in chains]
    excess = np.array([chain.excess for chain in chains])
    first = records[0]
    return Standing(
        rank=None,
        method=label(first.workflow),
        workflow=first.workflow,
        recipe=_recipe(first),
        tier=str(first.recipe["tier"]),
        score=paired(excess[:, -1]),
        seeds=tuple(record.seed for record in records),
        curve=_band(np.array([_losses(record) for record in records])),
        excess=_band(excess),
        distinct_2=_mean([record.last.metrics[DISTINCT].value for record in records]),
        tail_coverage=_mean([record.last.metrics[TAIL].value for record in records]),
        human_tokens=_mean([record.last.human_tokens_used for record in records]),
        tokens_seen=_mean([tokens_seen(record) for record in records]),
        seconds=_mean([record.seconds for record in records]),
        files=tuple(file_of(record) for record in records),
    )


def _control_of(record: Record, controls: Sequence[Record]) -> Record | None:
    """The control with the same seed, of the same recipe if it has one."""
    mine = [control for control in controls if control.seed == record.seed]
    return next((c for c in mine if c.digest == record.digest), mine[0] if mine else None)


def _largest(controls: Iterable[Record]) -> list[Record]:
    """The controls of the one recipe that has most of them."""
    by_recipe: dict[str, list[Record]] = {}
    for control in controls:
        by_recipe.setdefault(_recipe(control), []).append(control)
    largest = max(sorted(by_recipe), key=lambda recipe: len(by_recipe[recipe]))
    return sorted(by_recipe[largest], key=lambda record: record.seed)


def _order(standing: Standing) -> tuple[float, float, str]:
    rank = np.inf if standing.rank is None else standing.rank
    return rank, standing.score.mean, standing.method


def _band(values: Floats) -> Band:
    """Mean and t interval over the first axis, of values of shape (seeds, generations)."""
    found = [paired(values[:, generation]) for generation in range(values.shape[1])]
    low = tuple(one.low for one in found if one.low is not None)
    high = tuple(one.high for one in found if one.high is not None)
    return Band(tuple(one.mean for one in found), low or None, high or None)


def _losses(record: Record) -> Floats:
    return np.array([g.metrics[LOSS].value for g in record.generations])


def _version(record: Record, metric: str) -> int:
    return record.last.metrics[metric].version


def _recipe(record: Record) -> str:
    return f"{record.recipe['name']}-{record.digest}"


def file_of(record: Record) -> str:
    """Where a record belongs below the folder of records."""
    return record.file(Path()).as_posix()


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
