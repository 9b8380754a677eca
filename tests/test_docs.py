"""The documentation is true: its code runs, its numbers follow, its links lead somewhere."""

import hashlib
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import typer

from benchmarks.__main__ import app
from benchmarks.chains.chain import run_chain
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import read_records
from benchmarks.comparing.curves import curves
from benchmarks.families.catalogue import RECIPES, find_chains, find_recipe
from benchmarks.families.toedit.audit import AUDIT
from benchmarks.leaderboard.checks.check import findings_of
from benchmarks.leaderboard.checks.provenance import Repository
from benchmarks.leaderboard.entries import setting_digest
from benchmarks.leaderboard.ranking import rank
from benchmarks.profile.answers import DEFINITIONS, profile_records
from benchmarks.profile.page import as_html
from tests.support import committed
from tests.support.chains import Workshop, run_quietly
from tests.support.checkout import load_script
from tests.support.pictures import differs
from tests.support.places import ROOT

_PAGE = ROOT / "docs" / "add_a_method.md"
_PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def _script(name: str) -> ModuleType:
    """A script of docs/, as a module."""
    return load_script(ROOT / "docs" / f"{name}.py")


_MODULES, _BLOCKS = _script("make_code"), _script("make_blocks")


def _code() -> str:
    (block,) = re.findall(r"```python\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(block)


def test_a_method_takes_twenty_lines() -> None:
    assert len([line for line in _code().splitlines() if line.strip()]) <= 20


def test_the_page_names_all_that_materials_offer() -> None:
    from data.workflow import Materials

    settings = {"human_share", "candidates"}
    offered = [name for name in vars(Materials) if not name.startswith("_")]
    text = _PAGE.read_text(encoding="utf-8")

    assert [name for name in offered if f"`{name}`" not in text] == sorted(settings, reverse=True)


def test_the_method_of_the_page_runs_and_is_recorded_under_its_name(
    tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text(_code())
    monkeypatch.chdir(tmp_path)
    study = find_recipe("mine.py:study")
    small = replace(tiny, name="study", generations=1, workflows=study.workflows)

    run_quietly(small, tmp_path / "outputs")

    records = read_records(tmp_path / "records")
    losses = {curve.workflow: curve.mean[-1] for curve in curves(records)}
    (mine,) = (record for record in records if record.workflow == "mine.py:keep_variety")
    assert mine.method_sha256 == hashlib.sha256(_code().encode()).hexdigest()
    assert (tmp_path / "records" / f"study-{small.digest}" / "keep_variety-seed0.json").is_file()
    assert losses["mine.py:keep_variety"] != losses["replace"]
    profiles = {profile.subject: profile for profile in profile_records(records)}
    assessments = profiles["mine.py:keep_variety"].assessments
    assert profiles.keys() == losses.keys() - {"fresh_human"}
    assert {one.answer for one in assessments} == {"undecided"}  # one seed decides nothing
    assert next(one for one in assessments if one.id == "any-increase").effect is not None
    assert "keep_variety" in as_html(list(profiles.values()))
    assert {s.method for track in rank(records) for s in track.standings} == {
        f"keep_variety {hashlib.sha256(_code().encode()).hexdigest()[:8]}",
        "replace",
    }
    wrong = [f for f in findings_of(records, Repository()) if f.level == "error"]
    assert [str(f) for f in wrong if f.check != "commit"] == []  # this checkout may be at work


def test_the_method_of_the_page_competes_with_the_committed_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text(_code())
    monkeypatch.chdir(tmp_path)
    study = find_recipe("mine.py:study")
    committed = read_records(_PAGE.parents[1] / "benchmarks" / "records")
    theirs = next(record for record in committed if record.recipe["name"] == "smoke")

    mine = theirs.model_copy(update={"recipe": study.as_dict(), "digest": study.digest})

    assert mine.digest != theirs.digest
    assert setting_digest(mine) == setting_digest(theirs)


def test_another_score_is_another_stage(tiny: Recipe, workshop: Workshop, tmp_path: Path) -> None:
    """The source text of a score is part of the stage's address."""
    file = tmp_path / "mine.py"
    recipe = replace(tiny, generations=1, workflows=(f"{file}:keep_variety",))
    file.write_text(_code())
    first = run_chain(workshop.chain(recipe), f"{file}:keep_variety")[1]
    file.write_text(_code().replace("len(set(split_words(text)))", "-len(split_words(text))"))

    second = run_chain(workshop.chain(recipe), f"{file}:keep_variety")[1]

    assert first.stages["select"].digest != second.stages["select"].digest
    assert first.stages["sample"].digest == second.stages["sample"].digest


def test_the_recipe_of_the_page_on_fine_tuning_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _PAGE.with_name("fine_tuning.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "mine.py").write_text(code)
    monkeypatch.chdir(tmp_path)

    recipe = find_recipe("mine.py:mine")

    assert recipe.fit.lora is not None
    assert recipe.checkpoint == "smollm2"
    recipes = [make() for make in RECIPES.values()]
    named = {one.name for one in recipes if isinstance(one, Recipe) and one.base is not None}
    assert named
    assert all(f"`{name}`" in page for name in named)


def test_the_readme_is_a_ten_minute_read() -> None:
    assert len((ROOT / "README.md").read_bytes()) <= 10_000


def test_the_page_of_modules_is_up_to_date() -> None:
    written = _MODULES.PAGE.read_text(encoding="utf-8")

    assert written == _MODULES.page(), "run: python docs/make_code.py"


def test_every_module_says_what_it_is() -> None:
    modules = [path for room in _MODULES.rooms() for path in sorted(room.glob("*.py"))]

    assert [path for path in modules if not _MODULES.first_line(path).endswith((".", "?"))] == []


@pytest.mark.parametrize("path", [ROOT / name for name in _BLOCKS.FILES], ids=lambda p: p.name)
def test_what_follows_from_records_is_up_to_date(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert text == _BLOCKS.filled(text, _all_blocks()[path]), "run: python docs/make_blocks.py"


@cache
def _all_blocks() -> dict[Path, dict[str, str]]:
    found: dict[Path, dict[str, str]] = _BLOCKS.blocks()
    return found


def test_the_figures_are_those_of_the_committed_records(tmp_path: Path) -> None:
    figures = _script("make_figures")

    made = figures.draw(committed.records(), tmp_path)

    assert [
        str(path.relative_to(tmp_path))
        for path in made
        if differs(path, ROOT / path.relative_to(tmp_path)) > 0.001
    ] == [], "run: python docs/make_figures.py"


def test_a_block_that_is_not_there_is_no_block_that_agrees() -> None:
    with pytest.raises(ValueError, match="is there 0 times"):
        _BLOCKS.filled("no block", {"found": "words"})


def _anchor(heading: str) -> str:
    """What GitHub makes of a heading."""
    words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return words.replace(" ", "-")


def _broken(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    file = page.parent / name if name else page
    if not file.exists():
        return True
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8") if anchor else "", re.M)
    return bool(anchor) and anchor not in map(_anchor, headings)


_WRITTEN = [ROOT / "LEADERBOARD.md", *sorted((ROOT / "docs").glob("*/*.md"))]


@pytest.mark.parametrize(
    "page", _PAGES + _WRITTEN, ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if "://" not in link and _broken(page, link)] == []


def test_a_link_to_nowhere_is_broken() -> None:
    readme = ROOT / "README.md"

    assert _broken(readme, "docs/nowhere.md")
    assert _broken(readme, "docs/theory.md#nowhere")
    assert not _broken(readme, "docs/theory.md#12-how-a-verdict-is-reached")


def test_every_page_is_linked_by_another() -> None:
    reached = {
        (page.parent / link).resolve()
        for page in _PAGES
        for link in re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", page.read_text(encoding="utf-8"))
    }

    assert [page.name for page in _PAGES[1:] if page.resolve() not in reached] == []


_READERS_OWN = "benchmarks/families/dice/"
"""What a reader of docs/add_a_family.md writes."""


def _paths_in_code(page: Path) -> set[str]:
    """Paths of this project that stand as code in the words of a page."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    start = r"(?:benchmarks|theory|data|lightning_modules|tests|docs|locks)/"
    named = re.findall(rf"`({start}[\w./-]+)`", text)
    return {path for path in named if not path.startswith(_READERS_OWN)}


@pytest.mark.parametrize("page", _PAGES, ids=lambda path: path.name)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    assert [path for path in sorted(_paths_in_code(page)) if not (ROOT / path).exists()] == []


def test_every_module_that_the_theory_names_exists() -> None:
    text = (ROOT / "docs" / "theory.md").read_text(encoding="utf-8")
    names = re.findall(r"`((?:theory\.)?[a-z_]+(?:\.[a-z_]+)*\.[A-Za-z_]+)`", text)
    room = ROOT / "theory" / "linear_chains"

    assert len(names) > 40
    assert [name for name in names if not _is_defined(name, room)] == []


def _is_defined(name: str, room: Path) -> bool:
    """Whether a module, or a name at the top of a module of the room, is there."""
    if name.startswith("theory."):
        module, _, attribute = name.rpartition(".")
        path = ROOT / module.replace(".", "/")
        file = path.with_suffix(".py")
        return (path / f"{attribute}.py").exists() or (file.exists() and _defines(file, attribute))
    module, _, attribute = name.partition(".")
    file = room / f"{module}.py"
    return file.exists() and _defines(file, attribute)


def _defines(file: Path, attribute: str) -> bool:
    return re.search(rf"^(?:def|class) {attribute}\b", file.read_text(), re.MULTILINE) is not None


def test_every_command_that_a_page_names_is_one() -> None:
    command = typer.main.get_command(app)
    known = set(command.list_commands(typer.Context(command)))
    named = {
        word
        for page in _PAGES
        for word in re.findall(r"\bcollapse ([a-z]+)\b(?= |`|\n)", _code_of(page))
    }

    assert named
    assert named - known == set()


def test_every_environment_that_a_page_names_has_a_lock() -> None:
    locks = {path.stem for path in (ROOT / "locks").glob("*.txt")} | {"lock"}  # which makes them
    named = {
        name
        for page in _PAGES
        for names in re.findall(r"\btox (?:run|exec) -e\s+([\w,-]+)(?=[\s`])", _code_of(page))
        for name in names.split(",")
    }

    assert "bench-smoke" in named
    assert named - locks == set()


def _code_of(page: Path) -> str:
    """All that stands as code on a page."""
    return "\n".join(re.findall(r"```.*?```|`[^`]+`", page.read_text(encoding="utf-8"), re.DOTALL))


def test_the_method_of_the_readme_runs(tiny: Recipe, workshop: Workshop, tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    file = tmp_path / "mine.py"
    file.write_text(code)
    method = f"{file}:edit_samples"
    recipe = replace(tiny, generations=1, workflows=(method,))

    last = run_chain(workshop.chain(recipe), method)[-1]

    assert {"sample", "edit"} <= last.stages.keys()
    assert find_recipe(f"{file}:study").arms == ("fresh_human", "mine.py:edit_samples")


def test_the_recipe_of_the_page_on_recipes_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ROOT / "docs" / "add_a_recipe.md"
    (code,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "mine.py").write_text(code)
    monkeypatch.chdir(tmp_path)

    recipe = find_recipe("mine.py:longer")

    assert isinstance(recipe, Recipe)
    assert (recipe.generations, recipe.human.source) == (6, "my.jsonl")


def test_the_pages_count_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    claims = re.sub(r"\s+", " ", (ROOT / "docs" / "claims.md").read_text(encoding="utf-8"))
    checks = AUDIT.checks()
    wrong = [check for check in checks if check.status == "inconsistent as printed"]

    assert f"{len(wrong)} of {len(checks)} checks fail" in claims
    assert len(find_chains("workflows").workflows) == 16
    assert "[Sixteen workflows]" in " ".join(readme.split())
    assert len(DEFINITIONS) == 8
    assert "eight definitions of collapse" in readme
