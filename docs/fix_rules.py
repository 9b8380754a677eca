"""Enters the rules of claims that are new or changed into each family's `rules.json`.

Run `python docs/fix_rules.py` when a rule was written or changed, before the runs that it judges,
and commit the files with the rule: they say since when it stands. What is in them is never changed.

`--as-of COMMIT CLAIM...` enters rules that stood in other words at an earlier commit, with the time
of that commit; a test looks whether the claim is named there.
"""

import argparse
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.families.catalogue import FAMILIES
from benchmarks.paper.evidence import Rule
from benchmarks.paper.fixed.rules import as_text, extended, read_history
from data.files import write_atomic

ROOT = Path(__file__).resolve().parents[1]


def rules_file(family: str) -> Path:
    """The file that holds a family's rules."""
    return ROOT / "benchmarks" / "families" / family / "rules.json"


def rules_by_runs() -> dict[str, dict[str, Rule]]:
    """Every rule that runs can decide, by family and claim."""
    return {
        family.name: {claim.id: claim.rule for claim in family.claims() if claim.rule.by_runs}
        for family in FAMILIES
    }


def _git(*arguments: str) -> str:
    command = ("git", "-C", str(ROOT), *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _enter(chosen: Mapping[str, Mapping[str, Rule]], now: datetime, commit: str, note: str) -> None:
    for family, rules in chosen.items():
        if rules:
            path = rules_file(family)
            found = extended(read_history(path), rules, now, commit, note)
            write_atomic(path, as_text(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--as-of", nargs="+", metavar=("COMMIT", "CLAIM"), default=[])
    given = parser.parse_args().as_of
    every = rules_by_runs()
    if given:
        commit, claims = _git("rev-parse", given[0]), set(given[1:])
        then = datetime.fromisoformat(_git("show", "-s", "--format=%cI", commit))
        named = {
            f: {id: r for id, r in rules.items() if id in claims} for f, rules in every.items()
        }
        _enter(named, then, commit, "in other words then")
    else:
        _enter(every, datetime.now(UTC), _git("rev-parse", "HEAD"), "")
