"""Which code a stage rests on: every module of the project that its work imports, by content.

No list is kept by hand. The imports of the module that holds the work are followed through the
project's own packages, wherever in a file they stand; imports for annotations alone
(`if TYPE_CHECKING:`) do not count. A digest is of the syntax tree without docstrings and comments,
so that better words run nothing again.
"""

import ast
import hashlib
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
"""Root of the checkout, in which the project's packages lie."""
PACKAGES = ("theory", "data", "lightning_modules", "benchmarks")


def code_of(work: Callable[..., Any]) -> dict[str, str]:
    """Digest of every module that a function rests on, 12 hex digits, by its path in the project.

    A module outside the project, such as a file of a user's own, counts under its name alone.
    """
    start = Path(inspect.getfile(work)).resolve()
    found: dict[Path, str] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path not in found:
            digest, imported = _read(path)
            found[path] = digest
            waiting += imported
    return {_name(path): digest for path, digest in sorted(found.items())}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


@cache
def _read(path: Path) -> tuple[str, tuple[Path, ...]]:
    """A module's digest, and the modules of the project that it imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {module for name in imported_names(tree) for module in _modules(name)}
    return source_digest(tree), tuple(sorted(imported))


class _PlainStrings(ast.NodeTransformer):
    """Writes f-strings as calls: how they are quoted differs between versions of Python."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """A call with the parts of the string."""
        self.generic_visit(node)
        parts = [one for one in node.values if getattr(one, "value", None) != ""]  # 3.12 adds some
        return ast.Call(ast.Name("f_string"), parts, [])

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        """A call with the value, its conversion and its format."""
        self.generic_visit(node)
        form = [node.format_spec] if node.format_spec is not None else []
        return ast.Call(ast.Name("value"), [node.value, ast.Constant(node.conversion), *form], [])


def source_digest(tree: ast.Module) -> str:
    """12 hex digits of what a module does: its code without docstrings, comments and layout.

    It is the same under every version of Python that runs the project.
    """
    tree = _PlainStrings().visit(tree)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [one for one in body if not _is_text(one)] or [ast.Pass()]  # type: ignore[attr-defined]
    return hashlib.sha256(ast.unparse(tree).encode()).hexdigest()[:12]


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a string that nobody reads: a docstring of a module or a name."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Constant):
        return False
    return isinstance(statement.value.value, str)


def imported_names(tree: ast.AST) -> Iterator[str]:
    """Full names of all that is imported, modules and what is taken from them."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        yield from imported_names(node)


def _modules(name: str) -> Iterator[Path]:
    """The files of a module of the project and of the packages around it; none for another's."""
    parts = name.split(".")
    if parts[0] not in PACKAGES:
        return
    for n in range(1, len(parts) + 1):
        place = ROOT.joinpath(*parts[:n])
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                yield path
