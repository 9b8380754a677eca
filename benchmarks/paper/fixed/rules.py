"""When a rule was fixed: its digest, held against a committed file and the start of its records.

A family's `rules.json` names every digest that the rule of a claim has had, the last one last, each
with the time and the commit at which it was fixed. `python docs/fix_rules.py` adds what is new; it
never changes what stands there. Whether a rule is older than the records that it judges is computed
from those times, so that nobody can forget to say it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from benchmarks.paper.evidence import Rule
from benchmarks.running.digests import canonical_json
from data.errors import BadInput

Standing = Literal[
    "no run decides it", "not fixed", "before any record", "before its records", "post hoc"
]
"""How the time at which a rule was fixed stands to the records that it judges."""


@dataclass(frozen=True, slots=True)
class FixedRule:
    """One digest that the rule of a claim has had, and since when."""

    digest: str
    fixed: datetime
    """Time at which it was fixed."""
    commit: str
    """Commit that brought the rule, or on top of which it was written."""
    note: str = ""
    """What must be said about it."""


History = Mapping[str, tuple[FixedRule, ...]]
"""The rules that each claim has had, by the claim's id, the last one last."""
_FILE = TypeAdapter(dict[str, tuple[FixedRule, ...]])


def digest_of(rule: Rule) -> str:
    """12 hex digits of all that decides: they change with arms, code, region or level."""
    return hashlib.sha256(canonical_json(rule.data).encode()).hexdigest()[:12]


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
    history: History, rules: Mapping[str, Rule], now: datetime, commit: str, note: str = ""
) -> dict[str, tuple[FixedRule, ...]]:
    """The history with what is new in it: claims and rules that it does not end with.

    Args:
        history: What stands in the file.
        rules: Rules as they are now, by the id of their claim.
        now: Time to enter, in UTC.
        commit: Commit to enter.
        note: What must be said about them.
    """
    found = dict(history)
    for name, rule in rules.items():
        versions, digest = found.get(name, ()), digest_of(rule)
        if not versions or versions[-1].digest != digest:
            found[name] = (*versions, FixedRule(digest, now.replace(microsecond=0), commit, note))
    return found


def as_text(history: History) -> str:
    """The history as a file that reads well in a diff."""
    plain = json.loads(_FILE.dump_json(dict(history), exclude_defaults=True))
    return json.dumps(plain, indent=1, sort_keys=True) + "\n"


def standing(rule: Rule, versions: Sequence[FixedRule], started: Sequence[str]) -> Standing:
    """How a rule stands to the records that it judges.

    Args:
        rule: Rule as it is now.
        versions: What the family's file says of the claim.
        started: When the runs of those records began, in ISO format.
    """
    if not rule.by_runs:
        return "no run decides it"
    if not versions or versions[-1].digest != digest_of(rule):
        return "not fixed"
    if not started:
        return "before any record"
    first = min(map(_time, started))
    return "before its records" if versions[-1].fixed < first else "post hoc"


def words_of(
    rule: Rule, versions: Sequence[FixedRule], started: Sequence[str], found: Standing
) -> str:
    """The standing of a rule as a sentence, with digest, times and commit."""
    digest = digest_of(rule)
    if found == "no run decides it":
        return f"Rule `{digest}`; no run decides it."
    if found == "not fixed":
        return (
            f"Rule `{digest}` is not the one that was fixed: nothing shows that it is older than "
            "its records."
        )
    now = versions[-1]
    since = f"Rule `{digest}`, fixed {now.fixed:%Y-%m-%d %H:%M} UTC at commit {now.commit[:7]}"
    changed = f"; {now.note}" if now.note else ""
    changed += f"; {len(versions) - 1} before it" if len(versions) > 1 else ""
    if found == "before any record":
        return f"{since}, before any record{changed}."
    first = min(map(_time, started))
    order = "before" if found == "before its records" else "**post hoc**, after"
    return f"{since}, {order} its records (the first began {first:%Y-%m-%d %H:%M}){changed}."


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
