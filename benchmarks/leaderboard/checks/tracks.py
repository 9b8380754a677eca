"""What decides in which track a chain is ranked, and beside which seeds.

Precision and the versions of measures divide tracks, so that a changed one takes a chain away from
those that it loses to. Seeds that are left out change a mean. Neither is a number that a run gives:
the device decides the first, the code the second, and whoever submits the third.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.chains.record import Record
from benchmarks.leaderboard.checks.findings import Finding
from benchmarks.leaderboard.ranking import file_of, rank
from benchmarks.running.record import Metric
from data.errors import BadInput
from data.measures.statistics import HELD_OUT_VERSION, VERSION
from data.names import imitated

_ON_CPU = "32-true"
_ON_GPU = (_ON_CPU, "bf16-mixed")
_NEWEST = max(HELD_OUT_VERSION, VERSION)


def moved(records: Sequence[Record]) -> Iterator[Finding]:
    """Chains whose precision or versions are not those of their device, code and stages."""
    versions: dict[tuple[str, str, str], tuple[int, str]] = {}
    precisions: dict[str, tuple[str, str]] = {}
    for record in records:
        name = file_of(record)
        for text in _precision(record, precisions):
            yield Finding("error", "precision", name, text)
        for text in _versions(record, versions):
            yield Finding("error", "version", name, text)


def _precision(record: Record, known: dict[str, tuple[str, str]]) -> Iterator[str]:
    precision, device = record.environment.precision, record.hardware.device
    allowed = (_ON_CPU,) if device == "cpu" else _ON_GPU
    if precision not in allowed:
        yield f"precision is {precision[:20]}; on {device[:40]} it is {' or '.join(allowed)}"
    for generation in record.generations:
        digest = generation.stages["fit"].digest
        other, place = known.setdefault(digest, (precision, file_of(record)))
        if other != precision:
            yield f"precision is {precision[:20]}; its fit {digest} has {other[:20]} in {place}"
            return


def _versions(record: Record, known: dict[tuple[str, str, str], tuple[int, str]]) -> Iterator[str]:
    """One version of each measure in a chain, in the records of a commit, in those of a stage."""
    measured: list[tuple[Mapping[str, Metric], list[tuple[str, str]]]] = [
        (g.metrics, [("stage", g.stages["evaluate"].digest)] if "evaluate" in g.stages else [])
        for g in record.generations
    ]
    mine: dict[str, int] = {}
    for metrics, stages in (*measured, (record.human.floor, [])):
        for key, metric in metrics.items():
            if not 1 <= metric.version <= _NEWEST:
                yield f"{key} has version {metric.version}; there are 1 to {_NEWEST}"
                return
            if mine.setdefault(key, metric.version) != metric.version:
                yield f"{key} has versions {mine[key]} and {metric.version} in one chain"
                return
            for kind, mark in (*stages, ("commit", record.commit)):
                at = (kind, mark, key)
                other, place = known.setdefault(at, (metric.version, file_of(record)))
                if other != metric.version:
                    yield (
                        f"{key} has version {metric.version}, in {place} of the same {kind} "
                        f"{mark[:8]} {other}"
                    )
                    return


def left_out(records: Sequence[Record]) -> Iterator[Finding]:
    """Methods that lack seeds which others of their track have: warnings, for no run is owed."""
    try:
        tracks = rank(records)
    except BadInput:  # a chain is there twice, which the check of places tells
        return
    for track in tracks:
        everybody = {seed for one in track.standings for seed in one.seeds}
        for standing in track.standings:
            if missing := sorted(everybody - set(standing.seeds)):
                yield Finding(
                    "warning",
                    "seeds",
                    standing.recipe,
                    f"{standing.method} has seeds {_words(set(standing.seeds))}; other methods of "
                    f"its track have {_words(missing)} too: a rank may rest on those left out",
                )


def misnamed(records: Iterable[Record], recipes: Sequence[str]) -> Iterator[Finding]:
    """Recipes whose names look like those of the project's, and are others.

    Args:
        records: Chains.
        recipes: Names of the project's recipes.
    """
    for record in records:
        name = str(record.recipe["name"])
        if name not in recipes and (known := imitated(name, recipes)):
            text = f"its recipe {name} looks like {known}, one of the project; rename it"
            yield Finding("error", "name", file_of(record), text)


def _words(seeds: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(seeds)))
