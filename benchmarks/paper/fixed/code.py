"""Which code decides: every definition that a judgement rests on, by content and by name.

Names are followed from a function through the rooms that judge (`JUDGING`) and through the module
and family of the function itself: functions, constants, and the classes of what it is given. Of a
class count defaults of fields and the methods that some followed code names. Annotations,
docstrings, comments and layout do not count, nor does the place of a definition, so that moving or
explaining it changes nothing. Outside those rooms plain values are followed and nothing else: not
the classes of records, and not libraries, whose versions stand in the locks.
"""

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence, Set
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import NamedTuple

from benchmarks.running.code import ROOT, source_digest
from data.errors import BadInput

JUDGING = ("benchmarks/comparing", "benchmarks/paper")
"""Rooms whose code is followed wherever it is named."""
_FAMILIES = ROOT / "benchmarks" / "families"


class _Definition(NamedTuple):
    """One definition of a module: `name`, or `class.method`."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class _Module:
    """What the names of a module stand for."""

    defined: dict[str, ast.stmt] = field(default_factory=dict)
    """Statement that defines a name; of a method by `class.method`."""
    taken: dict[str, _Definition] = field(default_factory=dict)
    """Definition in another module that a name stands for."""


def deciding_code(roots: Sequence[Callable[..., object]]) -> dict[str, str]:
    """Digest of every definition that some functions rest on, 12 hex digits, by name.

    Definitions of one name in two modules share a line; their digests stand in it in order.

    Args:
        roots: Functions and methods, each defined in a module by a name.

    Raises:
        BadInput: One has no name that a reader could look up, such as a lambda.
    """
    starts = tuple(map(_definition, roots))
    homes = [*(ROOT / room for room in JUDGING), *(_home(one.path) for one in starts)]
    found = _followed(frozenset(starts), frozenset(homes))
    lines: dict[str, list[str]] = {}
    for one in found:
        lines.setdefault(one.name, []).append(_digest(one))
    return {name: " ".join(sorted(digests)) for name, digests in sorted(lines.items())}


def _definition(root: Callable[..., object]) -> _Definition:
    if not isinstance(root, FunctionType) or "<" in root.__qualname__:
        raise BadInput(f"{root!r} decides; give a function that a module defines by a name")
    return _Definition(Path(inspect.getfile(root)).resolve(), root.__qualname__)


def _home(path: Path) -> Path:
    """The folder whose code a function may rest on: its family's, or its module alone."""
    if not path.is_relative_to(_FAMILIES):
        return path
    return _FAMILIES / path.relative_to(_FAMILIES).parts[0]


@cache
def _followed(starts: Set[_Definition], homes: Set[Path]) -> Set[_Definition]:
    """Every definition that is reached, with the methods of reached classes that are named."""
    found: set[_Definition] = set()
    waiting = set(starts)
    while waiting:
        found |= waiting
        named = {other for one in waiting for other in _named(one).definitions}
        attributes = frozenset[str]().union(*(_named(one).attributes for one in found))
        waiting = {
            one
            for one in named.union(_methods(found, attributes)) - found
            if _is_constant(one) or any(one.path.is_relative_to(home) for home in homes)
        }
    return found


def _is_constant(one: _Definition) -> bool:
    """Whether a definition names a plain value, which decides wherever it stands."""
    statement = _module(one.path).defined[one.name]
    value = getattr(statement, "value", None)
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or value is None:
        return False
    return not any(isinstance(node, ast.Name | ast.Call) for node in ast.walk(value))


class _Named(NamedTuple):
    """What a definition names."""

    definitions: frozenset[_Definition]
    attributes: frozenset[str]


@cache
def _named(one: _Definition) -> _Named:
    """The definitions that one names, and the attributes that it asks for."""
    module, node = _module(one.path), _bare(one)
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | _kinds(one)
    used = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    places = {module.taken.get(name, _Definition(one.path, name)) for name in names}
    owner = {_Definition(one.path, one.name.partition(".")[0])} if "." in one.name else set()
    return _Named(
        frozenset(p for p in places | owner if p.name in _module(p.path).defined),
        frozenset(used),
    )


def _kinds(one: _Definition) -> set[str]:
    """Names of the classes of the values that a definition is given or holds."""
    whole = _module(one.path).defined[one.name]
    kinds = (getattr(node, "annotation", None) for node in ast.walk(whole))
    names = {n.id for kind in kinds if kind for n in ast.walk(kind) if isinstance(n, ast.Name)}
    return {name for name in names if isinstance(_defining(one.path, name), ast.ClassDef)}


def _defining(path: Path, name: str) -> ast.stmt | None:
    """The statement that defines a name of a module, wherever it stands."""
    place = _module(path).taken.get(name, _Definition(path, name))
    return _module(place.path).defined.get(place.name)


def _methods(found: Set[_Definition], attributes: Set[str]) -> Iterator[_Definition]:
    """The methods of classes that are found, where something asks for their name."""
    classes = {
        one for one in found if isinstance(_module(one.path).defined[one.name], ast.ClassDef)
    }
    for one in classes:
        for name in _module(one.path).defined:
            owner, _, method = name.partition(".")
            is_called = method in attributes or method.startswith("__")
            if owner == one.name and method and is_called:
                yield _Definition(one.path, name)


@cache
def _module(path: Path) -> _Module:
    found = _Module()
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            file = ROOT.joinpath(*statement.module.split(".")).with_suffix(".py")
            if file.is_file():
                for alias in statement.names:
                    taken = _Definition(file, alias.name)
                    found.taken[alias.asname or alias.name] = taken
        for name in _defines(statement):
            found.defined[name] = statement
        if isinstance(statement, ast.ClassDef):
            for part in statement.body:
                if isinstance(part, ast.FunctionDef) and not _is_promise(part):
                    found.defined[f"{statement.name}.{part.name}"] = part
    return found


def _is_promise(function: ast.FunctionDef) -> bool:
    """Whether a function is words alone, as those of a protocol are."""
    return all(isinstance(one, ast.Expr | ast.Pass) for one in function.body) and not any(
        isinstance(node, ast.Call) for one in function.body for node in ast.walk(one)
    )


def _defines(statement: ast.stmt) -> list[str]:
    """The names that a statement of a module defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        walked = (node for target in targets for node in ast.walk(target))
        return [node.id for node in walked if isinstance(node, ast.Name)]
    return []


class _Unannotated(ast.NodeTransformer):
    """Leaves out annotations, which decide nothing."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function without the kind of its value."""
        self.generic_visit(node)
        node.returns = None
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """An argument without its kind."""
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """A plain assignment, or the name alone where nothing is assigned."""
        self.generic_visit(node)
        if node.value is None:
            return ast.Expr(node.target)
        return ast.Assign([node.target], node.value, lineno=node.lineno)


@cache
def _bare(one: _Definition) -> ast.stmt:
    """A definition without annotations; a class without its methods, which count by themselves.

    Nor has it the fields without a default: what uses them names them.
    """
    node = deepcopy(_module(one.path).defined[one.name])
    if isinstance(node, ast.ClassDef):
        kept = [part for part in node.body if not _counts_elsewhere(part)]
        node.body = kept or [ast.Pass()]
    bare = _Unannotated().visit(node)
    assert isinstance(bare, ast.stmt)
    return bare


def _counts_elsewhere(part: ast.stmt) -> bool:
    is_bare_field = isinstance(part, ast.AnnAssign) and part.value is None
    return is_bare_field or isinstance(part, ast.FunctionDef)


@cache
def _digest(one: _Definition) -> str:
    return source_digest(ast.Module([deepcopy(_bare(one))], []))
