"""Writes docs/code.md: every module with the first line of its docstring, room by room.

Run `python docs/make_code.py` after a module was added, moved, renamed or described anew; a test
compares the page with the modules. It reads the sources and imports none of them.
"""

import ast
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "code.md"
PACKAGES = ("theory", "data", "lightning_modules", "benchmarks")

_BEGINNING = """\
# Every module in one line

Written by `python docs/make_code.py` from the first lines of the modules; a test compares. A room
is a folder of modules about one concern. Imports go down only, from `benchmarks` to
`lightning_modules` to `data`, and from `benchmarks` to `theory`; the contracts in
[pyproject.toml](../pyproject.toml) say it room by room, and `tox run -e layers` holds them. Tests
mirror the rooms below [tests](../tests). Words are in the [glossary](glossary.md).

The rooms of `benchmarks`, from those that import to those that are imported: {rooms}.
"""


def page() -> str:
    """The whole of docs/code.md."""
    sections = [_section(room) for room in rooms()]
    return "\n".join([_BEGINNING.format(rooms=_layers()), *sections])


def rooms() -> list[Path]:
    """Every folder with modules, a package before its rooms."""
    return [
        init.parent
        for package in PACKAGES
        for init in sorted((ROOT / package).rglob("__init__.py"), key=lambda path: path.parts[:-1])
    ]


def _section(room: Path) -> str:
    """A heading, what the room is for, and a line for each module."""
    name = room.relative_to(ROOT)
    marks = "##" if len(name.parts) == 1 else "###"
    modules = [path for path in sorted(room.glob("*.py")) if path.name != "__init__.py"]
    lines = [f"- [{path.name}](../{name}/{path.name}): {first_line(path)}" for path in modules]
    return "\n".join([f"{marks} {name}", "", first_line(room / "__init__.py"), "", *lines, ""])


def first_line(path: Path) -> str:
    """The first line of a module's docstring."""
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return words.partition("\n")[0]


def _layers() -> str:
    """The rooms of `benchmarks` in the order of their contract."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (
        contract["layers"]
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract.get("containers") == ["benchmarks"]
    )
    return ", ".join(f"`{layer}`" for layer in layers)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
