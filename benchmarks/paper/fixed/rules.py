"""When a rule was fixed: the digests of its parts, held against when its runs were first seen.

A rule has four parts, each with a digest of its own: what is asked (statistic, region, level,
needs), the settings of its recipes, the seeds that it plans, and the code that decides. A family's
`rules.json` holds every version, the last one last: the parts that are new in it, time and commit,
and beside a question that is new what the claim says, which is in no digest.
`python docs/fix_rules.py` adds what is new; it never changes what stands there. Whether a part is
older than the first sight of the runs that it judges is computed from those times, so that nobody
can forget to say it, and a page says which part is not. What no record tells is declared (`looks`).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from pydantic import TypeAdapter, ValidationError

from benchmarks.paper.evidence import Judgement, Rule, after_correction
from benchmarks.paper.fixed.code import deciding_code
from benchmarks.paper.fixed.looks import Look, first_shown
from benchmarks.paper.fixed.seen import Seen
from benchmarks.running.digests import canonical_json
from data.errors import BadInput

Part = Literal["question", "recipes", "seeds", "code"]
"""What a rule consists of."""
PARTS: tuple[Part, ...] = get_args(Part)
Standing = Literal[
    "no run decides it",
    "not fixed",
    "before any record",
    "before its records",
    "before its records, code later",
    "post hoc, in other words before",
    "post hoc",
]
"""How the time at which a rule was fixed stands to the first sight of the runs that it judges."""


@dataclass(frozen=True, slots=True)
class FixedRule:
    """One version that the rule of a claim has had, and since when; or what stood before it."""

    fixed: datetime
    """Time at which it was fixed."""
    commit: str
    """Commit on top of which it was written; of what stood in other words, that which holds it."""
    digest: str = ""
    """Digest of all of the rule; empty for what stood in other words."""
    parts: Mapping[Part, str] = field(default_factory=dict)
    """Digest of each part that is new in it; empty for versions from before parts, which date
    nothing."""
    words: str = ""
    """What the claim said at that commit, of what stood in other words."""
    file: str = ""
    """The file that said it."""
    says: str = ""
    """What the claim stated then, where it was first entered or its question is new."""


History = Mapping[str, tuple[FixedRule, ...]]
"""The versions of the rule of each claim, by the claim's id, the last one last."""
_FILE = TypeAdapter(dict[str, tuple[FixedRule, ...]])


@cache
def parts_of(rule: Rule) -> Mapping[Part, str]:
    """The digest of each part of a rule, 12 hex digits."""
    plain: dict[Part, object] = {
        "question": rule.data,
        "recipes": {plan.recipe: plan.digest for plan in rule.plans},
        "seeds": {plan.recipe: plan.seeds for plan in rule.plans},
        "code": deciding_code((*rule.code, after_correction)),
    }
    return {part: _digest(value) for part, value in plain.items()}


def digest_of(rule: Rule) -> str:
    """12 hex digits of all that decides."""
    return _digest(parts_of(rule))


def _digest(value: object) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:12]


def read_history(path: Path) -> dict[str, tuple[FixedRule, ...]]:
    """The rules of a family's file; empty where there is none.

    Raises:
        BadInput: The file is no history of rules.
    """
    if not path.is_file():
        return {}
    try:
        return _FILE.validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadInput(f"{path}: {where}: {first['msg']}; restore it from git") from error


def extended(
    history: History,
    rules: Mapping[str, Rule],
    statements: Mapping[str, str],
    now: datetime,
    commit: str,
) -> dict[str, tuple[FixedRule, ...]]:
    """The history with what is new in it: claims and rules that it does not end with.

    Args:
        history: What stands in the file.
        rules: Rules as they are now, by the id of their claim.
        statements: What these claims state.
        now: Time to enter, in UTC.
        commit: Commit to enter.
    """
    found = dict(history)
    for name, rule in rules.items():
        versions, parts = found.get(name, ()), parts_of(rule)
        stands = _stands(versions)
        new = {part: digest for part, digest in parts.items() if stands.get(part) != digest}
        if new:
            says = statements[name] if "question" in new else ""
            version = FixedRule(now.replace(microsecond=0), commit, _digest(parts), new, says=says)
            found[name] = (*versions, version)
    return found


def _stands(versions: Sequence[FixedRule]) -> dict[Part, str]:
    """The digest that each part has after some versions."""
    return {part: digest for one in versions for part, digest in one.parts.items()}


def as_text(history: History) -> str:
    """The history as a file that reads well in a diff."""
    plain = json.loads(_FILE.dump_json(dict(history), exclude_defaults=True))
    return json.dumps(plain, indent=1, sort_keys=True) + "\n"


@dataclass(frozen=True, slots=True)
class Dated:
    """A rule with the times of its parts and of its runs."""

    digest: str
    standing: Standing
    since: Mapping[Part, FixedRule] = field(default_factory=dict)
    """The version since which each part has stood as it is."""
    seen: datetime | None = None
    """When the first of its runs was begun, at whichever of its times."""
    before: int = 0
    """How many versions were before the one that stands."""
    stated: FixedRule | None = None
    """The earliest statement in other words."""
    looks: tuple[Look, ...] = ()
    """What was seen of the like of its runs, and is no record."""
    shown: datetime | None = None
    """When the outcome of a planned run was first seen in one of these."""

    @property
    def first(self) -> datetime | None:
        """When its runs were first seen: begun, or looked at before."""
        return min((time for time in (self.seen, self.shown) if time), default=None)

    @property
    def late(self) -> tuple[Part, ...]:
        """Parts that are not older than the first sight of the runs."""
        return _late(self.since, self.first)

    @property
    def words(self) -> str:
        """The standing as a sentence, with digest, times and commits."""
        match self.standing:
            case "no run decides it":
                return f"Rule `{self.digest}`; no run decides it."
            case "not fixed":
                return (
                    f"Rule `{self.digest}` is not the one that was fixed: nothing shows that it is "
                    "older than its records."
                )
        changed = f"; {self.before} before it" if self.before else ""
        told = f"Rule `{self.digest}`, {self._times()}{changed}; {self._order()}."
        return " ".join(filter(None, (told, *(look.words for look in self.looks), self._stated())))

    def _times(self) -> str:
        """Since when its parts stand: `fixed TIME at commit X`, or each time with its parts."""
        by_version: dict[str, list[str]] = {}
        for part, one in self.since.items():
            version = f"fixed {one.fixed:%Y-%m-%d %H:%M} UTC on commit {one.commit[:7]}"
            by_version.setdefault(version, []).append(part)
        if len(by_version) == 1:
            return next(iter(by_version))
        return ", ".join(f"{_listed(parts)} {when}" for when, parts in by_version.items())

    def _order(self) -> str:
        """How those times stand to the first sight of its runs."""
        if self.first is None:
            return "no run of it was ever seen"
        first = self._first_words()
        if not self.late:
            return f"before its records ({first})"
        if len(self.late) == len(PARTS):
            after = "its records" if self.first == self.seen else "its outcome was seen"
            return f"**post hoc**, after {after} ({first})"
        if self.late == ("code",):
            return f"before its records ({first}), and the code that decides changed since"
        return f"**post hoc** for {_listed(self.late)} ({first})"

    def _first_words(self) -> str:
        """When its runs were looked at, and when the first of its records was begun."""
        told = (
            ("looked at by", self.shown),
            ("the first run of these seeds was begun", self.seen),
        )
        return "; ".join(f"{words} {time:%Y-%m-%d %H:%M}" for words, time in told if time)

    def _stated(self) -> str:
        if self.stated is None:
            return ""
        when = f"{self.stated.fixed:%Y-%m-%d %H:%M}"
        return (
            f"Commit {self.stated.commit[:7]} of {when} said in `{self.stated.file}`: "
            f"`{self.stated.words}`."
        )


def _listed(parts: Sequence[str]) -> str:
    """Parts as they are said: `question, recipes and seeds`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def dated(
    rule: Rule,
    versions: Sequence[FixedRule],
    judged: Judgement,
    seen: Seen,
    looks: Iterable[Look] = (),
) -> Dated:
    """A rule with the times of its parts, held against those of the runs that it judges.

    Where it judges no record now, the times of every run that it plans count: its records may have
    been seen and removed.

    Args:
        rule: Rule as it is now.
        versions: What the family's file says of the claim.
        judged: What the rule makes of the records.
        seen: When each run was first seen.
        looks: What the family has seen beside its records.
    """
    parts = parts_of(rule)
    digest = _digest(parts)
    if not rule.by_runs:
        return Dated(digest, "no run decides it")
    if _stands(versions) != parts:
        return Dated(digest, "not fixed")
    planned = () if judged.judged else (run for plan in rule.plans for run in plan.runs)
    first = seen.earliest(planned, judged.judged)
    last = {part: one for one in versions for part in one.parts}
    since = {part: last[part] for part in PARTS}
    stated = min((one for one in versions if one.words), key=lambda one: one.fixed, default=None)
    before = sum(bool(one.digest) for one in versions) - 1
    mine = tuple(look for look in looks if look.concerns(rule.plans))
    shown = first_shown(mine, rule.plans)
    standing = _standing(since, min((t for t in (first, shown) if t), default=None), stated)
    return Dated(digest, standing, since, first, before, stated, mine, shown)


def _late(since: Mapping[Part, FixedRule], first: datetime | None) -> tuple[Part, ...]:
    return tuple(part for part, one in since.items() if first is not None and one.fixed >= first)


def _standing(
    since: Mapping[Part, FixedRule], first: datetime | None, stated: FixedRule | None
) -> Standing:
    if first is None:
        return "before any record"
    late = _late(since, first)
    if not late:
        return "before its records"
    if late == ("code",):
        return "before its records, code later"
    is_stated = stated is not None and stated.fixed < first
    return "post hoc, in other words before" if is_stated else "post hoc"
