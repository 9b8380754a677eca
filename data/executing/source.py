"""From the text of a program to its syntax tree, unharmed, and what no program may reach for."""

import ast
import re
import warnings

from data.errors import one_line
from data.executing.limits import Limits
from data.executing.outcome import OutcomeClass, Stopped

_OPERATORS = "+-*/%~<=&|^@.,:;([{"
_WORDS = ("not ", "not(", " if ", "else", "await", " and ", " or ")
_MAY_WARN = re.compile(r"\\|\d[A-Za-z_]")
"""What Python's parser may warn about: escapes that are none, numbers that run into a word."""
MODULES = frozenset({"math", "decimal"})
"""Modules that a program may import in the sandbox: they compute and do nothing else."""
_REACHING = frozenset({
    "breakpoint", "compile", "delattr", "dir", "eval", "exec", "exit", "getattr", "globals", "help",
    "input", "locals", "memoryview", "object", "open", "quit", "setattr", "super", "vars",
    "SystemExit", "KeyboardInterrupt",
})  # fmt: skip
"""Functions of Python that reach out of a program or into the interpreter."""
_INSIDE = re.compile(r"_|(?:gi|cr|ag|f|tb|co|func)_|(?:mro|format|format_map)$")
"""Attributes that lead to the inside of the interpreter."""
_NO_FILE = ""
"""Name of the file that a program is said to stand in. On an error Python's parser opens the file
of that name to quote it, `<unknown>` if none is given; no file has an empty name."""
_MAIN = {"__name__", "__main__"}


def parse(program: str, limits: Limits) -> ast.Module:
    """The syntax tree of a program.

    Args:
        program: Text of the program.
        limits: Its length and operators are held against these before Python's parser sees it.

    Raises:
        Stopped: The program is refused for its form, or is no Python.
    """
    if len(program) > limits.characters:
        raise _refused(f"has {len(program):,} characters; {limits.characters:,} are the most")
    n_operators = sum(map(program.count, _OPERATORS)) + sum(map(program.count, _WORDS))
    if n_operators > limits.operators:
        raise _refused(f"has {n_operators:,} operators and brackets; {limits.operators:,} are the "
                       "most")  # fmt: skip
    if "\0" in program:
        raise _refused("has a null byte, which is no text")
    try:
        if _MAY_WARN.search(program):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(program, _NO_FILE)
        return ast.parse(program, _NO_FILE)
    except SyntaxError as error:
        if "too many nested" in str(error):
            raise _refused("has brackets within brackets, too many for Python") from error
        place = f"line {error.lineno}: " if error.lineno else ""
        raise Stopped(OutcomeClass.SYNTAX, one_line(f"{place}{error.msg}")) from error
    except UnicodeEncodeError as error:
        raise _refused("has a lone surrogate, which is no text") from error
    except (RecursionError, MemoryError) as error:
        raise _refused("is nested too deeply for Python's parser") from error


def check_reach(tree: ast.Module) -> None:
    """Make sure that a program reaches for nothing outside of it, whichever layer would run it.

    This is a wall of its own before the sandbox, which denies the same things by itself; and it
    tells a program that reaches out from one that is merely beyond a layer.

    Raises:
        Stopped: It imports another module than `MODULES`, names what leads to files, processes or
            the interpreter, or has names with two underscores (but for `__name__`).
    """
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    for node in ast.walk(tree):
        if what := _reached(node, bound):
            raise _refused(what)


def _reached(node: ast.AST, bound: set[str]) -> str:
    """What a part of a program reaches for, in words; empty where it is nothing."""
    match node:
        case ast.Import():
            denied = [one.name for one in node.names if one.name not in MODULES]
            return f"imports {one_line(denied[0])}" if denied else ""
        case ast.ImportFrom():
            denied = [] if node.module in MODULES and not node.level else [node.module or "."]
            return f"imports {one_line(denied[0])}" if denied else ""
        case ast.Attribute():
            return f"reaches for .{node.attr}" if _INSIDE.match(node.attr) else ""
        case ast.Name():
            denied = [node.id] if node.id in _REACHING - bound or _is_inside(node.id) else []
            return f"reaches for {denied[0]}" if denied else ""
        case ast.Constant(value=str(text)):
            return "has a text with two underscores" if _is_inside(text) else ""
        case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
            return f"defines {node.name}" if _is_inside(node.name) else ""
    return ""


def _is_inside(name: str) -> bool:
    return "__" in name and name not in _MAIN


def _refused(reason: str) -> Stopped:
    return Stopped(OutcomeClass.REFUSED, reason)


def rows_of(program: str) -> list[bytes]:
    """The lines of a program as its tree counts them, in UTF-8, in which it counts columns."""
    return program.replace("\r\n", "\n").replace("\r", "\n").encode().split(b"\n")
