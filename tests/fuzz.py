"""The property tests, again and again with other draws, until a time is over: `tox run -e fuzz`.

`python tests/fuzz.py [--minutes 60] [--seed 0] [TESTS ...]`. Tests are any files or folders; those
of files, edits, replays, bad input and records where none is named. A round runs them all with
draws of its own, and the next one begins while there is time. The end counts what was drawn and
what went wrong; exit code 1 says that something did.
"""

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PROFILE = "fuzz"
TESTS = (
    "tests/data/text/test_file_properties.py",
    "tests/data/text/test_text_files.py",
    "tests/data/test_ledger.py",
    "tests/benchmarks/editing/test_replay.py",
    "tests/benchmarks/editing/test_kills.py",
    "tests/benchmarks/commands/test_bad_input.py",
    "tests/benchmarks/leaderboard/test_any_value.py",
)
_MEANING = {
    "test_file_properties": "lost documents or changed bytes",
    "test_text_files": "lost documents or changed bytes",
    "test_replay": "wrong replays",
    "test_kills": "runs that do not go on to the same bytes",
    "test_bad_input": "bad inputs that end in anything but one line",
    "test_any_value": "records that were judged wrongly",
}
"""What it means when a test of a module fails."""
_OTHER = "other properties that do not hold"
_TRACEBACKS = "tracebacks"


@dataclass(eq=False)
class Counting:
    """A plugin of pytest that counts files, documents, examples, and what went wrong."""

    drawn: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def watch_files(self) -> None:
        """Count every file that the strategies draw, with its documents."""
        from tests.support.text_files import Made

        begin = Made.__init__

        def counted(made: Made, *args: Any, **kwargs: Any) -> None:
            begin(made, *args, **kwargs)
            self.drawn["files"] += 1
            self.drawn["documents"] += len(made.texts)

        Made.__init__ = counted  # type: ignore[method-assign,assignment]

    def pytest_runtest_makereport(self, item: pytest.Item, call: "pytest.CallInfo[None]") -> None:
        """Count a test, and say what its failure means."""
        if call.when == "call":
            self.drawn["runs of a property"] += 1
        if call.excinfo is None or call.excinfo.errisinstance(pytest.skip.Exception):
            return
        is_claim = call.excinfo.errisinstance((AssertionError, pytest.fail.Exception))
        meaning = _MEANING.get(item.path.stem, _OTHER)
        self.wrong[meaning if is_claim else _TRACEBACKS] += 1
        self.failed.append(f"{item.nodeid}: {call.excinfo.exconly(tryshort=True).splitlines()[0]}")

    def lines(self, seconds: float, rounds: int) -> list[str]:
        """What is printed at the end."""
        kinds = (_TRACEBACKS, *dict.fromkeys(_MEANING.values()), _OTHER)
        head = f"{rounds} rounds in {seconds / 60:.1f} minutes"
        from tests.support.processes.counted import TRIED

        drawn = [f"{count:,} {what}" for what, count in (self.drawn + TRIED).items()]
        wrong = [f"{self.wrong[kind]:,} {kind}" for kind in kinds]
        return [", ".join([head, *drawn]), ", ".join(wrong), *self.failed]


def main() -> int:
    """Run rounds until the time is over; print the counts, and say whether all went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--examples", type=int, default=500, help="of each property in a round")
    parser.add_argument("tests", nargs="*", default=TESTS)
    asked = parser.parse_args()
    settings.register_profile(
        PROFILE,
        max_examples=asked.examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    os.chdir(ROOT)
    counting = Counting()
    counting.watch_files()
    began, rounds, outcome = time.monotonic(), 0, 0
    while rounds == 0 or time.monotonic() - began < 60 * asked.minutes:
        seed = asked.seed + rounds
        options = ["-q", "-m", "hypothesis and not slow", "-p", "no:cacheprovider"]
        options += ["-W", "ignore:Module already imported"]  # by the round before
        options += [f"--hypothesis-profile={PROFILE}", f"--hypothesis-seed={seed}"]
        outcome = int(pytest.main([*options, *asked.tests], plugins=[counting]))
        if outcome not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            break  # Ctrl-C, or no test at all: what was tried until then counts
        rounds += 1
    sys.stdout.write("\n".join(["", *counting.lines(time.monotonic() - began, rounds), ""]))
    return 1 if counting.failed else outcome


if __name__ == "__main__":
    sys.exit(main())
