"""Every contract of pyproject.toml can fail: a violation is planted for each, and found.

Needs import-linter, which is in the environment `layers` alone.
"""

import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

grimp = pytest.importorskip("grimp", reason="tox run -e layers")

ROOT = Path(__file__).parents[1]
PACKAGES = ("theory", "data", "lightning_modules", "benchmarks")
PLANTED = {
    "packages point one way": ("data/editing.py", "import lightning_modules.settings"),
    "rooms of benchmarks point one way": (
        "benchmarks/running/stage.py",
        "import benchmarks.chains.recipe",
    ),
    "families know nothing of each other, and only the catalogue knows them": (
        "benchmarks/families/layer_emulators/claims.py",
        "import benchmarks.families.toedit.cells",
    ),
    "a family's theory and modules are known to that family alone": (
        "benchmarks/profile/calibration.py",
        "import theory.toedit.cases",
    ),
    "rooms of the chains point one way": (
        "benchmarks/chains/work/fit.py",
        "import benchmarks.chains.materials",
    ),
    "rooms of the leaderboard point one way": (
        "benchmarks/leaderboard/terms.py",
        "import benchmarks.leaderboard.ranking",
    ),
    "rooms of the theory point one way": (
        "theory/linear_chains/limits.py",
        "import theory.toedit.cases",
    ),
    "theory needs no torch": ("theory/linear_chains/limits.py", "import torch"),
    "only the mirror knows wandb": (
        "benchmarks/run.py",
        "import benchmarks.leaderboard.mirror.live",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("*.json"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _lint(folder: Path) -> dict[str, str]:
    """Each contract, and whether it is KEPT or BROKEN."""
    command = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run(
        [command, "--no-cache"], cwd=folder, env={"PYTHONPATH": str(folder)},
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    words = [line.split(" (")[0].rpartition(" ") for line in told.splitlines()]
    return {name: outcome for name, _, outcome in words if outcome in ("KEPT", "BROKEN")}


def test_every_contract_is_kept_and_has_a_planted_violation(copy: Path) -> None:
    found = _lint(copy)

    assert set(found.values()) == {"KEPT"}
    assert set(found) == set(PLANTED)


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_breaks_its_contract(copy: Path, contract: str) -> None:
    name, line = PLANTED[contract]
    before = (copy / name).read_text(encoding="utf-8")
    (copy / name).write_text(f"{before}\n{line}\n", encoding="utf-8")
    try:
        assert _lint(copy)[contract] == "BROKEN"
    finally:
        (copy / name).write_text(before, encoding="utf-8")


def test_no_two_modules_import_each_other_round_a_circle() -> None:
    """Imports for annotations alone count too: what names a thing should not be named by it."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}

    order = tuple(TopologicalSorter(imports).static_order())  # raises CycleError

    assert len(order) == len(imports) > 200


def _modules(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.py") if path.name != "__init__.py"]


def test_no_folder_holds_more_than_14_modules() -> None:
    tops = [ROOT / name for name in (*PACKAGES, "tests")]
    folders = [folder for top in tops for folder in (top, *top.rglob("*")) if folder.is_dir()]

    counts = {str(folder.relative_to(ROOT)): len(_modules(folder)) for folder in folders}
    assert {name: count for name, count in counts.items() if count > 14} == {}
