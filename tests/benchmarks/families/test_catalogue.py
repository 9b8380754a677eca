"""What holds of every family of the catalogue, those that will come included."""

import ast
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.__main__ import FAMILY_FOLDERS, app
from benchmarks.commands.leaderboard import read_chains
from benchmarks.families import catalogue
from benchmarks.families.catalogue import FAMILIES, RECIPES, read_all
from benchmarks.leaderboard.checks.check import check_records
from benchmarks.leaderboard.checks.provenance import Repository
from benchmarks.paper.family import Family
from data.errors import BadInput
from data.sources.texts import SOURCES
from data.workflow import METHODS
from tests.support.places import RECORDS, ROOT

_OWN = ("theory", "lightning_modules")
"""Packages in which a family may have a module or folder of its own."""
_PACKAGES = (*_OWN, "data", "benchmarks")
_ALSO = {"toedit": {"theory.report", "benchmarks.commands.theory"}}
"""Older than the other families: the table of ratios and its figure are ToEdit's."""


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, n in Counter(names).items() if n > 1]


def test_no_name_belongs_to_two_families() -> None:
    assert _twice(family.name for family in FAMILIES) == []
    assert _twice(family.docs for family in FAMILIES) == []
    assert _twice(family.record_family for family in FAMILIES) == []
    runnable = ((*family.recipes, *family.plans()) for family in FAMILIES)
    assert _twice(chain.from_iterable(runnable)) == []
    assert _twice(claim.id for family in FAMILIES for claim in family.theory()) == []


def test_no_two_recipes_have_one_digest() -> None:
    assert _twice(make().digest for make in RECIPES.values()) == []


def test_every_folder_of_a_family_is_in_the_catalogue() -> None:
    folders = {path.parent.name for path in (ROOT / "benchmarks/families").glob("*/family.py")}

    assert folders == {family.name for family in FAMILIES}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_has_tests_and_pages(family: Family) -> None:
    assert list((ROOT / "tests/benchmarks/families" / family.name).glob("test_*.py"))
    assert (ROOT / "docs" / family.docs / "README.md").is_file()


def test_a_recipe_has_the_name_it_is_found_by() -> None:
    assert [name for name, make in RECIPES.items() if make().name != name] == []


@pytest.mark.parametrize("family", FAMILIES[1:], ids=lambda family: family.name)
def test_a_recipe_is_called_as_its_function_and_begins_with_its_family(family: Family) -> None:
    """ToEdit's, the first, are older than families and keep the names of their records."""
    assert [name for name, make in family.recipes.items() if make.__name__ != name] == []
    names = [*family.recipes, *family.plans()]
    assert [
        name for name in names if name != family.name and not name.startswith(f"{family.name}_")
    ] == []


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_record_says_the_family_that_reads_it(family: Family) -> None:
    assert family.record().model_fields["family"].default == family.record_family


def test_all_committed_records_are_read_each_by_its_family() -> None:
    kinds = {family.record_family: family.record() for family in FAMILIES}

    found = read_all(RECORDS)

    assert len(found) == len(list(RECORDS.glob("*/*.json"))) > 0
    assert [record.name for record in found if type(record) is not kinds[record.family]] == []


def _modules() -> Iterator[tuple[str, Path]]:
    for package in _PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def _imported(source: str) -> set[str]:
    """Full names of all that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _inside(name: str, rooms: Iterable[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def _trespasses(family: str, modules: Iterable[tuple[str, str]]) -> list[str]:
    """Modules that import what belongs to a family and are not its own; by name and source."""
    own = [f"{package}.{family}" for package in _OWN]
    may = {*own, f"benchmarks.families.{family}", "theory.claims", *_ALSO.get(family, ())}
    return [
        name
        for name, source in modules
        if not _inside(name, may) and any(_inside(one, own) for one in _imported(source))
    ]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_what_belongs_to_a_family_is_imported_by_that_family_alone(family: Family) -> None:
    modules = ((name, path.read_text(encoding="utf-8")) for name, path in _modules())

    assert _trespasses(family.name, modules) == []


@pytest.mark.parametrize(
    "line",
    [
        "import theory.dice",
        "from theory import dice",
        "from theory.dice.odds import odds",
        "def late():\n    from lightning_modules.dice import Throw",
    ],
)
def test_a_trespass_is_found_wherever_it_stands(line: str) -> None:
    assert _trespasses("dice", [("benchmarks.paper.audit", line)]) == ["benchmarks.paper.audit"]
    assert _trespasses("dice", [("benchmarks.families.other.work", line)]) != []
    assert _trespasses("dice", [("benchmarks.families.dice.work", line)]) == []
    assert _trespasses("dice", [("theory.claims", line)]) == []
    assert _trespasses("die", [("benchmarks.paper.audit", line)]) == []


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_commands_of_a_family_stand_where_the_help_looks_for_them(family: Family) -> None:
    assert bool(family.commands()) == (FAMILY_FOLDERS / family.name / "commands.py").is_file()


def test_a_command_of_a_family_stands_beside_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "commands.py").touch()
    monkeypatch.setattr("benchmarks.__main__.FAMILY_FOLDERS", tmp_path)
    verify = typer.Typer()

    @verify.command()
    def verify_answers(file: str) -> None:
        """Run programs and compare their answers."""
        typer.echo(f"verified {file}")

    @verify.command()
    def drop_layers() -> None:
        """Leave out layers of a model."""

    mine = replace(FAMILIES[-1], commands=lambda: (verify,))
    monkeypatch.setattr(catalogue, "FAMILIES", (*FAMILIES[:-1], mine))
    runner = CliRunner()

    told = runner.invoke(app, ["verify-answers", "answers.jsonl"])
    helped = runner.invoke(app, ["--help"])

    assert (told.exit_code, told.output) == (0, "verified answers.jsonl\n")
    assert "verify-answers" in helped.output
    assert "drop-layers" in helped.output
    assert runner.invoke(app, ["verify-nothing"]).exit_code == 2


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_what_a_family_gives_to_all_is_there_under_its_general_name(family: Family) -> None:
    assert [given.workflow for given in family.methods if given.workflow not in METHODS] == []
    assert [name for name in family.sources if name not in SOURCES] == []


def test_commands_of_families_are_not_loaded_before_they_are_asked_for() -> None:
    script = """
import sys
from benchmarks.__main__ import app
app(["--help"], standalone_mode=False)
heavy = {"benchmarks.families", "numpy", "pydantic", "datasets", "torch"}
print(sorted(heavy & sys.modules.keys()))
"""
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert told.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("family", ["nope", "layer_emulators"])
def test_a_record_that_says_another_family_is_refused_and_never_left_out(
    tmp_path: Path, family: str
) -> None:
    name = "smoke-470bad5f/replace-seed0.json"
    path = tmp_path / name
    path.parent.mkdir()
    content = json.loads((RECORDS / name).read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, "family": family}), encoding="utf-8")

    told = CliRunner().invoke(app, ["leaderboard", "--records", str(tmp_path)])

    assert isinstance(told.exception, BadInput)
    with pytest.raises(BadInput, match="replace-seed0"):
        read_all(tmp_path)


def test_only_records_of_chains_are_pushed() -> None:
    files = [path for path, _ in read_chains([RECORDS])]

    assert files
    assert not any(path.parent.name == "layer_emulators-87c1f649" for path in files)


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record["recipe"].pop("name"),
        lambda record: record["recipe"].update(name="../../evil"),
        lambda record: record.update(arm="nope"),
        lambda record: record.update(metrics={}),
        lambda record: record.update(stages={}),
        lambda record: record.update(seconds=1e9),
        lambda record: record.update(seed=record["seed"]),
    ],
)
def test_a_study_that_cannot_be_true_is_one_error_of_the_check(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """Without the seal, as a forger would leave it; the last change is none but that."""
    name = "layer_emulators-87c1f649/cka_blind-seed0.json"
    path = tmp_path / name
    path.parent.mkdir()
    record = json.loads((RECORDS / name).read_text(encoding="utf-8"))
    change(record)
    record["content"] = None
    path.write_text(json.dumps(record), encoding="utf-8")

    checked = check_records([tmp_path], Repository())

    errors = [found for found in checked.findings if found.level == "error"]
    assert [found.check for found in errors if found.check != "commit"] == ["schema"]


@pytest.mark.parametrize(
    ("prior", "layers", "price"), [("self", 4, 0.5), ("self", 3, 2 / 3), ("smollm2", 3, 0.5)]
)
def test_the_price_of_a_thinned_prior_is_that_of_the_prior_s_own_layers(
    prior: str, layers: int, price: float
) -> None:
    recipe = {"prior": prior, "model": {"layers": layers}}

    assert catalogue.GIVEN["edit_thinned"].price(recipe) == pytest.approx(price)
