"""What differs between where two runs were made, in words."""

from collections.abc import Iterator

from benchmarks.chains.record import Record
from benchmarks.running.record import Envelope, StageFacts, StudyRecord


def differing_surroundings(mine: Envelope, other: Envelope) -> tuple[str, ...]:
    """What differs in the surroundings of two runs, each as `what: mine (there: other)`."""
    return tuple(
        f"{what}: {here} (there: {there})"
        for what, here, there in _facts(mine, other)
        if here != there
    ) + _code(mine, other)


def _facts(mine: Envelope, other: Envelope) -> Iterator[tuple[str, str, str]]:
    here, there = mine.environment, other.environment
    yield "Python", here.python, there.python
    for name in sorted(here.versions.keys() | there.versions.keys()):
        yield name, here.versions.get(name, "none"), there.versions.get(name, "none")
    yield "lock", _lock(mine), _lock(other)
    yield "precision", here.precision, there.precision
    yield "device", mine.hardware.device, other.hardware.device
    yield "machine", mine.hardware.machine, other.hardware.machine
    yield "threads", str(mine.hardware.threads), str(other.hardware.threads)


def _lock(record: Envelope) -> str:
    lock = record.environment.lock
    if lock is None:
        return "none"
    return f"{lock.name} {lock.sha256[:8]}{'' if lock.satisfied else ', not satisfied'}"


def _code(mine: Envelope, other: Envelope) -> tuple[str, ...]:
    """Whether the stages have the same addresses, which code, settings and versions decide."""
    here, there = _stages(mine), _stages(other)
    alike = sum(there.get(key) == stage.digest for key, stage in _whole(mine).items())
    if here == there:
        return ()
    commits = f"commit {mine.commit[:8]}{', changed' if mine.dirty else ''}"
    return (
        f"code: {alike} of {len(here)} stages have the same address; {commits} "
        f"(there: {other.commit[:8]})",
    )


def _whole(record: Envelope) -> dict[str, StageFacts]:
    if isinstance(record, StudyRecord):
        return dict(record.stages)
    assert isinstance(record, Record), "records are those of chains or of studies"
    return {
        f"{one.generation} {kind}": stage
        for one in record.generations
        for kind, stage in one.stages.items()
    }


def _stages(record: Envelope) -> dict[str, str]:
    return {key: stage.digest for key, stage in _whole(record).items()}
