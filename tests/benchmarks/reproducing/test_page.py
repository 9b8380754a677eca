"""The page docs/reproduction.md: planted runs are outside, its tables those of the records."""

from collections.abc import Sequence
from types import ModuleType

import pytest

from benchmarks.chains.record import Record, read_record
from tests.support.checkout import load_script
from tests.support.places import RECORDS, ROOT

PAGE = (ROOT / "docs/reproduction.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    return load_script(ROOT / "docs/make_reproduction.py")


@pytest.fixture(scope="module")
def smoke() -> Sequence[Record]:
    return [read_record(path) for path in sorted(RECORDS.glob("smoke-470bad5f/*.json"))]


@pytest.mark.parametrize("name", ["planted", "reruns"])
def test_the_tables_of_the_page_follow_from_records(
    maker: ModuleType, smoke: Sequence[Record], name: str
) -> None:
    table = maker.BLOCKS[name](smoke)

    assert f"<!-- {name} -->\n{table}\n<!-- /{name} -->" in PAGE, (
        "run: python docs/make_reproduction.py"
    )


def test_every_planted_run_is_found_whether_its_seed_is_on_record_or_not() -> None:
    rows = [row for row in PAGE.splitlines() if "| its own seed " in row or "| four other " in row]
    cases = [path for path in (ROOT / "docs/reproduction").glob("*/*.json")]

    assert len(rows) == 2 * len(cases) >= 10
    assert all("**outside**" in row for row in rows)


def test_95_percent_of_honest_seeds_are_inside() -> None:
    (line,) = (line for line in PAGE.splitlines() if line.startswith("| all "))
    inside, seeds = (int(word) for word in line.split("|")[3].split("(")[0].split(" of "))

    assert seeds >= 80
    assert inside / seeds >= 0.95
