"""The committed records, read and ranked once in a process."""

from functools import cache

from benchmarks.chains.record import Record, read_records
from benchmarks.leaderboard.headline import Study, main_first
from benchmarks.leaderboard.headline import studies as studies_of
from benchmarks.leaderboard.ranking import Track, rank
from tests.support.places import RECORDS


@cache
def records() -> tuple[Record, ...]:
    """All committed records of chains."""
    return tuple(read_records(RECORDS))


@cache
def tracks() -> tuple[Track, ...]:
    """All tracks that they fill, those of the main study first."""
    return tuple(main_first(rank(records())))


@cache
def studies() -> tuple[Study, ...]:
    """All studies, the main one first."""
    return tuple(studies_of(tracks()))
