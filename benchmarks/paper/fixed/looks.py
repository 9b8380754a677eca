"""What was seen before a rule was fixed though no record tells it, as a family declares by hand.

`seen.json` knows every run whose record was ever committed. A run that was looked at and thrown
away, or a count that others had published, leaves no trace there: only who looked can say so. A
family's `looks.json` says it, and which claims it concerns is computed: all whose rule plans what
was looked at. One that was fixed after such a look is *post hoc*.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from benchmarks.paper.evidence import Plan
from data.errors import BadInput


@dataclass(frozen=True, slots=True)
class Look:
    """One look at runs, or at what they must come out as."""

    by: AwareDatetime
    """Time by which it had been done; the time of the rule where that is all that is known."""
    recipes: tuple[str, ...]
    """Names of the recipes whose runs, or whose like, were looked at."""
    arms: tuple[str, ...]
    """Arms of them that were looked at."""
    what: str
    """What was looked at and what it told, in words that go on after a colon."""
    seeds: tuple[int, ...] | None = None
    """Seeds that were looked at; None where no seed changes what was seen, or hardly."""
    differs: str = ""
    """In what the run was another one than the rule judges; empty where it was such a run. What
    differs is a pilot: it is said, and dates nothing."""

    def concerns(self, plans: Iterable[Plan]) -> bool:
        """Whether a rule of these plans judges the like of what was looked at."""
        return any(self._meets(plan) for plan in plans)

    def shows(self, plans: Iterable[Plan]) -> bool:
        """Whether the outcome of a planned run of these plans was seen."""
        return not self.differs and any(
            self._meets(plan) and (self.seeds is None or not {*self.seeds}.isdisjoint(plan.seeds))
            for plan in plans
        )

    def _meets(self, plan: Plan) -> bool:
        return plan.recipe in self.recipes and not {*self.arms}.isdisjoint(plan.arms)

    @property
    def words(self) -> str:
        """Time and content as a sentence: `Seen by 2026-11-28 14:03, and no record: ...`."""
        told = f"Seen by {self.by:%Y-%m-%d %H:%M}, and no record: {self.what}"
        return f"{told}; another run than these: {self.differs}." if self.differs else f"{told}."


Looks = tuple[Look, ...]
"""All that a family has looked at, in the order of its file."""
_FILE = TypeAdapter(Looks)


def read_looks(path: Path) -> Looks:
    """What a family's file declares; nothing where there is none.

    Raises:
        BadInput: The file is no list of looks.
    """
    if not path.is_file():
        return ()
    try:
        return _FILE.validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadInput(f"{path}: {where}: {first['msg']}; restore it from git") from error


def first_shown(looks: Sequence[Look], plans: Sequence[Plan]) -> datetime | None:
    """When the outcome of a planned run was first looked at; None where none was."""
    return min((look.by for look in looks if look.shows(plans)), default=None)
