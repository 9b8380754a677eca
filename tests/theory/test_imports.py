"""`theory` stays light: no torch, no pydantic, none of our other packages."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import theory

ROOT = Path(theory.__file__).parents[1]
HEAVY = ("torch", "pytorch_lightning", "transformers", "pydantic", "wandb", "matplotlib")
OURS = ("data", "lightning_modules", "benchmarks")
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(theory.__path__, "theory.") if not module.ispkg
)


def loaded(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"import sys; {statement}; print(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_theory_imports_nothing_heavy() -> None:
    assert len(MODULES) > 10

    modules = loaded("import " + ", ".join(MODULES))

    assert modules.isdisjoint(HEAVY + OURS)


def test_a_heavy_import_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("")

    modules = loaded(
        f"sys.path.insert(0, {str(tmp_path)!r}); import theory.linear_chains.limits, torch"
    )

    assert "torch" in modules


@pytest.mark.parametrize("name", MODULES)
def test_modules_have_a_docstring_and_under_300_lines(name: str) -> None:
    source = (ROOT / name.replace(".", "/")).with_suffix(".py").read_text(encoding="ascii")

    assert source.startswith('"""')
    assert len(source.splitlines()) <= 300
