"""Ranks methods from records, in tracks of what they may use.

Two chains are comparable when their recipes share every setting but those of the method itself
(`entries.METHOD_SETTINGS`): then seed k means the same human text, first model, fits and measures
in both. A track holds comparable chains that use the same kinds of text and of training. The score
is the excess of held-out loss over `fresh_human` at the last generation, paired by seed. Where
several comparable recipes have the control of a seed, the mean of them all stands for it: the best
of k would lower the control, and so shift every score of the track, by more the more there are. The
rank of a method is an interval (`comparing.ranks`): one plus the number of methods of its track
that were shown to be better, up to all but those shown to be worse, with one promise for the whole
track. The tests compare the losses themselves: in a pair of one seed the control cancels, and
across seeds it could only favour whoever chose it. "Not different" is not transitive, so that a
shared rank never says that two methods are equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import CONTROL, LOSS
from benchmarks.comparing.differences import Difference, paired
from benchmarks.comparing.ranks import RankInterval, ranks
from benchmarks.comparing.two_way import over_texts
from benchmarks.families.catalogue import GIVEN
from benchmarks.leaderboard.entries import (
    DISTINCT,
    TAIL,
    Contest,
    Entry,
    contests,
    controls_of,
    entry_of,
    file_of,
    groups,
    is_dose,
    method_of,
    recipe_of,
)
from benchmarks.leaderboard.terms import Terms, allowed, slug, title, tokens_seen
from data.measures.statistics import HELD_OUT_VERSION
from data.workflow import label

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """A number at every generation, with its interval over seeds."""

    mean: tuple[float, ...]
    """Mean over seeds at each generation, from 0."""
    low: tuple[float, ...] | None
    """Lower ends of the t interval at CONFIDENCE; None for one seed."""
    high: tuple[float, ...] | None


@dataclass(frozen=True)
class Standing:
    """Place of one method in a track, with the numbers that decide it."""

    rank: RankInterval | None
    """Ranks in its track that its losses allow; None for the control, and where one seed cannot
    tell."""
    method: str
    """The workflow's name; for a method of a user's own, the function's and that of its version:
    the first 8 hex digits of the SHA-256 of its file."""
    workflow: str
    recipe: str
    """Name and digest of its recipe; of each where controls come from several."""
    tier: str
    score: Difference
    """Excess bits per byte over the control at the last generation; smaller is better. The interval
    is for this held-out text."""
    over_texts: Difference | None
    """The same with an interval for other held-out texts of the kind too; None where a record keeps
    no losses of documents."""
    seeds: tuple[int, ...]
    """Seed of each of `files`: of the method those that the control has too. The control has a seed
    as often as comparable recipes have run it."""
    curve: Band
    """Held-out loss by generation, in bits per byte."""
    excess: Band
    """Held-out loss less the control's by generation, in bits per byte, paired by seed."""
    excess_by_seed: tuple[tuple[float, ...], ...]
    """The same for each seed: one row per record, one number per generation."""
    distinct_2: float
    """Share of different bigrams in what the last model writes; mean over seeds."""
    tail_coverage: float
    """Share of rare held-out bigrams in what the last model writes; mean over seeds."""
    diversity_versions: tuple[int, ...]
    """Versions of these two measures in its records; they do not decide the track."""
    human_tokens: float
    """Number of different human tokens that a chain needed; mean over seeds."""
    tokens_seen: float
    """Number of tokens that all fits of a chain were trained on; mean over seeds."""
    seconds: float
    """Time of a chain, each stage counted once; mean over seeds."""
    files: tuple[str, ...]
    """Paths of its records, below the folder of records."""
    n_sealed_later: int
    """Number of its records whose digest is younger than they are."""


@dataclass(frozen=True)
class Track:
    """Methods that compete on equal terms, best rank first."""

    id: str
    """Name of the track in links and file names: lower-case letters, digits and hyphens."""
    name: str
    recipe: str
    """Name of the recipe of its controls; where several have them, of that with most workflows."""
    allowed: str
    """One sentence: what a method of this track may use."""
    setting: str
    """Digest of the settings that all its recipes share."""
    study: str
    """Name of the study that it belongs to: all tracks of one study have the same controls."""
    recipes: tuple[str, ...]
    """Name and digest of every recipe in it, those of the controls first."""
    source: str
    """Name of the human text that its chains begin with."""
    loss_version: int
    """Version of the held-out loss, which makes scores comparable."""
    control: Standing
    """Standing of `fresh_human`, where the score is 0: all comparable chains of every seed."""
    floor: Mapping[str, float]
    """`distinct_2` and `tail_coverage` between two human texts, mean over seeds."""
    standings: tuple[Standing, ...]
    price: str = ""
    """What its method costs beside the training, with the unit; empty where it uses nothing of its
    own."""
    programs: bool = False
    """Whether its chains write programs, which are executed, and not text."""

    @property
    def is_current(self) -> bool:
        """Whether its scores were measured as they are today."""
        return self.loss_version == HELD_OUT_VERSION

    @property
    def diversity_versions(self) -> tuple[int, ...]:
        """All versions of the diversity measures in the records of the track."""
        standings = (self.control, *self.standings)
        return tuple(sorted({v for standing in standings for v in standing.diversity_versions}))


@dataclass(frozen=True)
class Unranked:
    """Records of one workflow of one recipe that cannot be ranked."""

    recipe: str
    method: str
    seeds: tuple[int, ...]
    reason: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class _MatchedPair:
    """The record of a chain, and all comparable ones of the control with its seed."""

    record: Record
    controls: tuple[Record, ...]

    @property
    def excess(self) -> Floats:
        control: Floats = np.mean([_losses(record) for record in self.controls], axis=0)
        return _losses(self.record) - control


def rank(records: Sequence[Record]) -> list[Track]:
    """Every track that the records fill, those of today's measures first.

    Raises:
        BadInput: A chain is there twice.
    """
    found = [_track(contest, records) for contest in contests(_entries(records))]
    return sorted(found, key=lambda track: (not track.is_current, track.recipes[0], track.id))


def unranked(records: Sequence[Record]) -> list[Unranked]:
    """Records that no track holds, and why."""
    entries = _entries(records)
    measured = {entry.number for entry in entries}
    missing = [record for number, record in enumerate(records) if number not in measured]
    found = [_left([record], _why(record)) for record in missing]
    for mine in groups(entries).values():
        controls = controls_of(mine)
        reason = f"no {CONTROL} chain with {'this seed' if controls else 'these settings'}"
        left: dict[tuple[str, str], list[Record]] = {}
        for entry in mine:
            if entry.seed not in controls:
                left.setdefault((entry.recipe, entry.workflow), []).append(records[entry.number])
        found += [_left(its, reason) for its in left.values()]
    return found


def _why(record: Record) -> str:
    """Why a record has no entry."""
    if is_dose(record):
        return "a dose in a study of places, which `docs/workflows.md` shows, and no method"
    return "not measured by loss and diversity"


def _entries(records: Sequence[Record]) -> list[Entry]:
    """The entries of all records that were measured."""
    found = (entry_of(record, number) for number, record in enumerate(records))
    return [entry for entry in found if entry is not None]


def _left(records: Sequence[Record], reason: str) -> Unranked:
    return Unranked(
        recipe_of(records[0]),
        label(records[0].workflow),
        tuple(record.seed for record in records),
        reason,
        tuple(file_of(record) for record in records),
    )


def _track(contest: Contest, records: Sequence[Record]) -> Track:
    found, (setting, human, precision, loss_version) = contest.terms, contest.group
    methods = [
        [
            _MatchedPair(
                records[entry.number],
                tuple(records[control.number] for control in contest.controls[entry.seed]),
            )
            for entry in mine
        ]
        for mine in contest.methods
    ]
    by_seed = {pair.record.seed: pair.controls for mine in methods for pair in mine}
    controls = [record for seed in sorted(by_seed) for record in by_seed[seed]]
    sources = sorted({recipe_of(record) for record in controls})
    control = replace(
        _standing([_MatchedPair(record, (record,)) for record in controls]),
        recipe=", ".join(sources),
        over_texts=None,
        curve=_band(
            np.array([np.mean([_losses(r) for r in its], axis=0) for its in by_seed.values()])
        ),
    )
    places = ranks(
        [{pair.record.seed: _last_loss(pair.record) for pair in mine} for mine in methods]
    )
    standings = [
        replace(_standing(mine), rank=place) for mine, place in zip(methods, places, strict=True)
    ]
    name = _largest(controls)
    return Track(
        id=slug(name, setting, human, precision, loss_version, found),
        name=f"{name}: {title(found)}",
        recipe=name,
        allowed=allowed(found),
        setting=setting,
        study="-".join(map(str, contest.group)),
        recipes=tuple(dict.fromkeys([*sources, *sorted(s.recipe for s in standings)])),
        source=controls[0].human.source,
        loss_version=loss_version,
        control=control,
        floor={
            "distinct_2": _mean([record.human.floor[DISTINCT].value for record in controls]),
            "tail_coverage": _mean([record.human.floor[TAIL].value for record in controls]),
        },
        standings=tuple(sorted(standings, key=_order)),
        price=_price(found, methods[0][0].record),
        programs=bool(controls[0].recipe.get("executes", False)),
    )


def _largest(controls: Sequence[Record]) -> str:
    """Name of the recipe of controls that compares most workflows; of equal ones the first."""
    first = min(controls, key=lambda one: (-len(one.recipe.get("workflows", ())), recipe_of(one)))
    return str(first.recipe["name"])


def _price(found: Terms, record: Record) -> str:
    if found.given is None:
        return ""
    given = GIVEN[found.given]
    return f"{given.price(record.recipe):g} {given.unit}"


def _standing(pairs: Sequence[_MatchedPair]) -> Standing:
    records = [pair.record for pair in pairs]
    excess = np.array([pair.excess for pair in pairs])
    first = records[0]
    return Standing(
        rank=None,
        method=method_of(first.workflow, first.method_sha256),
        workflow=first.workflow,
        recipe=recipe_of(first),
        tier=str(first.recipe["tier"]),
        score=paired(excess[:, -1]),
        over_texts=over_texts([(pair.record, pair.controls) for pair in pairs]),
        seeds=tuple(record.seed for record in records),
        curve=_band(np.array([_losses(record) for record in records])),
        excess=_band(excess),
        excess_by_seed=tuple(tuple(float(value) for value in row) for row in excess),
        distinct_2=_mean([record.last.metrics[DISTINCT].value for record in records]),
        tail_coverage=_mean([record.last.metrics[TAIL].value for record in records]),
        diversity_versions=tuple(sorted({_version(record, DISTINCT) for record in records})),
        human_tokens=_mean([record.last.human_tokens_used for record in records]),
        tokens_seen=_mean([tokens_seen(record) for record in records]),
        seconds=_mean([record.seconds for record in records]),
        files=tuple(file_of(record) for record in records),
        n_sealed_later=sum(record.sealed_later for record in records),
    )


def _order(standing: Standing) -> tuple[float, float, str]:
    best = np.inf if standing.rank is None else standing.rank.best
    return best, standing.score.mean, standing.method


def _band(values: Floats) -> Band:
    """Mean and t interval over the first axis, of values of shape (seeds, generations).

    Where a generation has no interval, because its seeds show no spread, the band has no width.
    """
    found = [paired(values[:, generation]) for generation in range(values.shape[1])]
    mean = tuple(one.mean for one in found)
    if all(one.low is None for one in found):
        return Band(mean, None, None)
    low = tuple(one.mean if one.low is None else one.low for one in found)
    return Band(mean, low, tuple(one.mean if one.high is None else one.high for one in found))


def _losses(record: Record) -> Floats:
    return np.array([g.metrics[LOSS].value for g in record.generations])


def _last_loss(record: Record) -> float:
    return record.last.metrics[LOSS].value


def _version(record: Record, metric: str) -> int:
    return record.last.metrics[metric].version


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
