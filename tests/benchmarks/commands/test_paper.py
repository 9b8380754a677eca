import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from benchmarks.__main__ import app
from benchmarks.families.catalogue import find_family
from benchmarks.families.toedit.audit import AUDIT
from tests.support.places import ROOT


def _collapse(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=True)


@pytest.fixture
def no_records(tmp_path: Path) -> str:
    folder = tmp_path / "records"
    folder.mkdir()
    return str(folder)


def test_a_table_is_printed(no_records: str) -> None:
    result = _collapse("tables", "7", "--records", no_records)

    assert result.exit_code == 0
    assert result.output.startswith("# Table 7\n")
    assert "collapse run ablations_paper" in result.output


def test_an_unknown_table_is_bad_input(no_records: str) -> None:
    result = _collapse("tables", "10", "--records", no_records)

    assert isinstance(result.exception, ValueError)
    assert "unknown table '10'" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tables", "--records", "nowhere"), "nowhere is no folder"),
        (("claims", "--records", "nowhere"), "nowhere is no folder"),
        (("tables", "--out", __file__), "is a file; give --out a folder"),
        (("claims", "--json", "nowhere/claims.json"), "nowhere is no folder"),
        (("claims", "nonsense"), "unknown family 'nonsense'; use one of"),
    ],
)
def test_bad_input_is_named_with_its_mend(arguments: tuple[str, ...], message: str) -> None:
    result = _collapse(*arguments)

    assert isinstance(result.exception, ValueError)
    assert message in str(result.exception)


def test_tables_are_written_in_one_format(no_records: str, tmp_path: Path) -> None:
    out = tmp_path / "out"

    result = _collapse(
        "tables", "1", "2", "--format", "csv", "--records", no_records, "--out", str(out)
    )

    assert result.exit_code == 0
    assert {path.name for path in out.iterdir()} == {"table-01.csv", "table-02.csv"}


def test_without_records_everything_but_figures_is_written(no_records: str, tmp_path: Path) -> None:
    out = tmp_path / "out"

    result = _collapse("tables", "--records", no_records, "--out", str(out))

    names = {path.name for path in (out / "paper").iterdir()}
    assert result.exit_code == 0
    assert {"README.md", "claims.md", "table-13-17.tex", "figures.html"} <= names
    assert not any(name.endswith(".png") for name in names)


def test_the_ledger_is_shown_and_written(no_records: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.json"

    result = _collapse("claims", "--records", no_records, "--json", str(path))

    rows = json.loads(path.read_text())
    assert result.exit_code == 0
    assert {row["verdict"] for row in rows if row["tier"] == "theory"} > {"not reproduced"}
    for row in rows:
        assert row["id"][:20] in result.output


def test_the_claims_of_named_families_are_judged_alone(no_records: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.json"
    names = ("story_style", "layer_emulators", "story_style")

    result = _collapse("claims", *names, "--records", no_records, "--json", str(path))

    found = [row["id"] for row in json.loads(path.read_text())]
    chosen = [claim.id for name in names[:2] for claim in find_family(name).claims()]
    assert result.exit_code == 0
    assert found == chosen


def test_a_plan_is_printed_and_not_run() -> None:
    dry = _collapse("run", "pretraining_paper", "--dry-run")
    run = _collapse("run", "pretraining_paper")

    assert dry.exit_code == 0
    assert "22,888 steps of 262,144 tokens" in dry.output
    assert isinstance(run.exception, ValueError)


def test_the_readme_counts_the_checks_as_they_are() -> None:
    findings = AUDIT.checks()
    wrong = [f for f in findings if f.status == "inconsistent as printed"]
    counts = f"of {len(findings)} checks {len(wrong)} fail"
    text = re.sub(r"\s+", " ", (ROOT / "README.md").read_text())
    tables = sorted({f.cell.table for f in wrong})

    assert counts in text
    assert tables == ["Table 1", "Table 18", "Table 3", "Table 4"]
    assert "in Tables 1, 3, 4 and 18" in text
