"""What decides in which track a chain is ranked, and beside which seeds.

Precision and the versions of measures divide tracks, so that a changed one takes a chain away from
those that it loses to. Seeds that are left out change a mean. Neither is a number that a run gives:
the device decides the first, the code the second, and whoever submits the third.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.chains.record import Record
from benchmarks.leaderboard.checks.findings import Finding
from benchmarks.leaderboard.entries import Entry, contests, file_of, method_of
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


def wrong_alone(record: Record) -> bool:
    """Whether the precision or a version of a chain is wrong, whatever others say."""
    precision, device = record.environment.precision, record.hardware.device
    versions: dict[str, set[int]] = {}
    for metrics in (record.human.floor, *(g.metrics for g in record.generations)):
        for key, metric in metrics.items():
            versions.setdefault(key, set()).add(metric.version)
    is_wrong = any(len(v) > 1 or not 1 <= min(v) <= _NEWEST for v in versions.values())
    return is_wrong or precision not in _allowed(device)


def _allowed(device: str) -> tuple[str, ...]:
    """The precisions of fits on a device."""
    return (_ON_CPU,) if device == "cpu" else _ON_GPU


def _precision(record: Record, known: dict[str, tuple[str, str]]) -> Iterator[str]:
    precision, device = record.environment.precision, record.hardware.device
    if precision not in (allowed := _allowed(device)):
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


def left_out(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Methods that lack seeds which others of their track have: warnings, for no run is owed."""
    try:
        found = list(contests(entries))
    except BadInput:  # a chain is there twice, which the check of places tells
        return
    for contest in found:
        everybody = {entry.seed for method in contest.methods for entry in method}
        for method in contest.methods:
            seeds = {entry.seed for entry in method}
            if missing := everybody - seeds:
                first = method[0]
                yield Finding(
                    "warning",
                    "seeds",
                    first.recipe,
                    f"{method_of(first.workflow, first.version)} has seeds {_words(seeds)}; other "
                    f"methods of its track have {_words(missing)} too: a rank may rest on those "
                    "left out",
                )


def misnamed(record: Record, recipes: Sequence[str]) -> Iterator[Finding]:
    """A recipe whose name looks like one of the project's, and is another.

    Args:
        record: A chain.
        recipes: Names of the project's recipes.
    """
    name = str(record.recipe["name"])
    if name not in recipes and (known := imitated(name, recipes)):
        text = f"its recipe {name} looks like {known}, one of the project; rename it"
        yield Finding("error", "name", file_of(record), text)


def _words(seeds: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(seeds)))
