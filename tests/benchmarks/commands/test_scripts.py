"""What scripts read: JSON, whole names in a pipe, a version."""

import json

import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.families.catalogue import RECIPES
from data.workflow import WORKFLOWS
from tests.support.places import RECORDS


def _said(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.exception
    return result.stdout


@pytest.mark.parametrize(
    ("arguments", "column", "value"),
    [
        (("list", "recipes"), "recipe", "smoke"),
        (("list", "families"), "family", "toedit"),
        (("list", "workflows"), "workflow", "edit_previous"),
        (("list", "tables"), "table", "3"),
        (("list", "sources"), "name", "king_james"),
        (("data", "list"), "name", "smollm2"),
        (("tables", "3"), "verdict", "not attempted"),
        (("leaderboard", "--records", str(RECORDS / "smoke-470bad5f")), "method", "replace"),
        (("show", "smoke", "--records", str(RECORDS / "smoke-470bad5f")), "arm", "replace"),
    ],
)
def test_lists_are_json_too(arguments: tuple[str, ...], column: str, value: str) -> None:
    rows = json.loads(_said(*arguments, "--json"))

    assert value in {row[column] for row in rows}


def test_no_name_is_cut_in_a_pipe() -> None:
    recipes, workflows = _said("list", "recipes"), _said("list", "workflows")

    assert all(f" {name} " in recipes for name in RECIPES)
    assert all(f" {name} " in workflows for name in WORKFLOWS)
    assert "…" not in recipes + workflows


def test_the_help_has_headings_and_the_version_is_told() -> None:
    told = _said("--help")

    for heading in ("Run", "Results", "Your own text", "This machine"):
        assert f"─ {heading} ─" in told
    assert _said("--version").startswith("collapse-ledger ")
