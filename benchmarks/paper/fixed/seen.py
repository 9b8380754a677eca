"""When each run was first seen, and which code made a record, whatever the records say now.

A record that is made anew begins later than the one it replaces, and its seed tells no more than it
told then. So `seen.json` holds the start of the first record that was ever committed for a recipe,
an arm and a seed, under whichever settings, and for each commit that records name the digest of the
code that their stages rest on. `python docs/date_records.py` computes both from the history of git;
a clone without history knows them from the file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from benchmarks.paper.evidence import Run
from benchmarks.running.record import Envelope
from data.errors import BadInput

FILE = Path(__file__).with_name("seen.json")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of runs that were made at any time."""

    first: Mapping[str, Mapping[str, Mapping[int, datetime]]] = field(default_factory=dict)
    """Start of the first record, by recipe, arm and seed."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Digest of the code that makes records, by commit."""

    def of(self, run: Run) -> datetime | None:
        """When a run was first begun; None where none is known."""
        return self.first.get(run.recipe, {}).get(run.arm, {}).get(run.seed)

    def earliest(self, runs: Iterable[Run], records: Iterable[Envelope]) -> datetime | None:
        """When the first of some runs and records was begun, at whichever of its times.

        Args:
            runs: Runs to look for in the file.
            records: Records to look at as well, and to look for in the file.
        """
        given = tuple(records)
        known = (self.of(run) for run in (*runs, *map(run_of, given)))
        times = [time for time in known if time is not None]
        return min([*times, *(time_of(record.started) for record in given)], default=None)

    def source(self, record: Envelope) -> str:
        """Digest of the code that made a record; its commit where that is not known.

        A record from a checkout with changes says so: nothing identifies those.
        """
        found = self.sources.get(record.commit, f"commit {record.commit[:7]}")
        return f"{found} with changes" if record.dirty else found


def run_of(record: Envelope) -> Run:
    """The run that a record is of."""
    return Run(str(record.recipe["name"]), record.arm, record.seed)


def time_of(text: str) -> datetime:
    """A time in ISO format; one without a zone is in UTC."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


@cache
def committed() -> Seen:
    """What the project's own file says.

    Raises:
        BadInput: The file is damaged.
    """
    return read_seen(FILE)


_FORM = TypeAdapter(Seen)


def read_seen(path: Path) -> Seen:
    """What a file says.

    Raises:
        BadInput: It is missing, or is not of this form.
    """
    try:
        return _FORM.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise BadInput(f"{path}: {first}; restore it from git") from error


def as_text(seen: Seen) -> str:
    """The file of what is known, which reads well in a diff."""
    return _FORM.dump_json(_sorted(seen), indent=1).decode() + "\n"


def _sorted(seen: Seen) -> Seen:
    first = {
        recipe: {arm: dict(sorted(seeds.items())) for arm, seeds in sorted(arms.items())}
        for recipe, arms in sorted(seen.first.items())
    }
    return Seen(first, dict(sorted(seen.sources.items())))


def source_words(seen: Seen, records: Iterable[Envelope]) -> str:
    """Which code made some records, and whether one code made all of them."""
    by_source: dict[str, set[str]] = {}
    for record in records:
        name = f"{record.recipe['name']} seed {record.seed}"
        by_source.setdefault(seen.source(record), set()).add(name)
    if not by_source:
        return ""
    if len(by_source) == 1:
        return f"One code made all of its records: `{next(iter(by_source))}`."
    each = "; ".join(f"`{s}` made {', '.join(sorted(n))}" for s, n in sorted(by_source.items()))
    return f"**{len(by_source)} codes** made its records, and numbers can differ for that: {each}."
