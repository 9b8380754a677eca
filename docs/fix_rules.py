"""Enters the rules of claims that are new or changed into each family's `rules.json`.

Run `python docs/fix_rules.py` when a rule was written or changed, before the runs that it judges,
and commit the files with the rule: they say since when it stands, and what the claim states where
its question is new. What is in them is never changed.
It prints which parts of which rules are new.

`--as-of COMMIT CLAIM...` enters beside a rule what the claim said at an earlier commit, in the
words of the source there. It dates nothing: a rule that stood in other words is post hoc as it is
now, and the page quotes what it said then. The words are taken from git; a test takes them again.
"""

import argparse
import ast
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.families.catalogue import FAMILIES
from benchmarks.paper.evidence import Rule
from benchmarks.paper.fixed.rules import FixedRule, History, as_text, extended, read_history
from data.errors import BadInput
from data.files import write_atomic

ROOT = Path(__file__).resolve().parents[1]
ByFamily = Mapping[str, Mapping[str, Rule]]
"""Rules by family and claim."""
DECIDES = ("statistic", "rule", "judge")
"""What a claim's source says of how it is decided, by the names that it has had."""


def rules_file(family: str) -> Path:
    """The file that holds a family's rules."""
    return ROOT / "benchmarks" / "families" / family / "rules.json"


def rules_by_runs() -> dict[str, dict[str, Rule]]:
    """Every rule that runs can decide, by family and claim."""
    return {
        family.name: {claim.id: claim.rule for claim in family.claims() if claim.rule.by_runs}
        for family in FAMILIES
    }


def statements(family: str) -> dict[str, str]:
    """What the claims of a family state, by their ids."""
    (mine,) = (one for one in FAMILIES if one.name == family)
    return {claim.id: claim.statement for claim in mine.claims()}


def git(*arguments: str) -> str:
    """What git says of this checkout."""
    command = ("git", "-C", str(ROOT), *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def time_of(commit: str) -> datetime:
    """When a commit was made."""
    return datetime.fromisoformat(git("show", "-s", "--format=%cI", commit)).astimezone(UTC)


def stated_at(commit: str, claim: str) -> FixedRule:
    """What the source of a commit says of how a claim is decided.

    Raises:
        BadInput: No module there states a claim of that id by keywords.
    """
    commit = git("rev-parse", commit)
    for file in _naming(claim, commit):
        module = ast.parse(git("show", f"{commit}:{file}"))
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and _is_of(node, claim):
                return FixedRule(time_of(commit), commit, words=_words(node, module), file=file)
    raise BadInput(f"{claim}: no claim of this id at {commit[:7]}; name a commit that states it")


def _naming(claim: str, commit: str) -> list[str]:
    """Modules of a commit that name a claim."""
    looked = ("git", "-C", str(ROOT), "grep", "-lF", f'"{claim}"', commit, "--", "benchmarks/*.py")
    found = subprocess.run(looked, check=False, capture_output=True, text=True)  # 1 for none
    return [place.partition(":")[2] for place in found.stdout.splitlines()]


def _is_of(call: ast.Call, claim: str) -> bool:
    given = {word.arg: word.value for word in call.keywords}
    found = given.get("id")
    return isinstance(found, ast.Constant) and found.value == claim and "rule" in given


def _words(call: ast.Call, module: ast.Module) -> str:
    """Statistic and rule as they were written; a name of the module in place of what it names."""
    names = {
        target.id: statement.value
        for statement in module.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    parts = {
        word.arg: names.get(word.value.id, word.value)
        if isinstance(word.value, ast.Name)
        else word.value
        for word in call.keywords
    }
    return ", ".join(f"{name}={ast.unparse(parts[name])}" for name in DECIDES if name in parts)


def with_statement(history: History, claim: str, commit: str) -> History:
    """The history with what a claim said at a commit, once."""
    versions, stated = history.get(claim, ()), stated_at(commit, claim)
    return history if stated in versions else {**history, claim: (stated, *versions)}


def changes(before: History, after: History) -> list[str]:
    """Which parts of which rules are new, in words."""
    return [
        f"{claim}: {', '.join(versions[-1].parts)}"
        for claim, versions in after.items()
        if versions != before.get(claim, ())
    ]


def _enter(rules: ByFamily) -> None:
    now, commit = datetime.now(UTC), git("rev-parse", "HEAD")
    for family, mine in rules.items():
        if mine:
            before = read_history(rules_file(family))
            after = extended(before, mine, statements(family), now, commit)
            write_atomic(rules_file(family), as_text(after))
            sys.stdout.writelines(f"{line}\n" for line in changes(before, after))


def _enter_statements(
    commit: str, claims: set[str], rules: Mapping[str, Mapping[str, Rule]]
) -> None:
    for family, mine in rules.items():
        if chosen := sorted(claims & mine.keys()):
            history: History = read_history(rules_file(family))
            for claim in chosen:
                history = with_statement(history, claim, commit)
            write_atomic(rules_file(family), as_text(history))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--as-of", nargs="+", metavar=("COMMIT", "CLAIM"), default=[])
    given = parser.parse_args().as_of
    if given:
        _enter_statements(given[0], set(given[1:]), rules_by_runs())
    else:
        _enter(rules_by_runs())
