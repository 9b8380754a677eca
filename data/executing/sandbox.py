"""The second layer: programs beyond straight-line arithmetic, in a sandbox of its own processes.

The sandbox is `pydantic-monty`, an interpreter of a part of Python that is written in Rust, has
neither files nor network nor processes, and runs in a worker process. The extra `executor` brings
it, pinned: its interface is young. The clock stands still in it, sleep returns at once, draws are
keyed, and what a program prints is collected here. A worker that does not end by itself within a
twentieth of its time is killed and replaced: there are loops (of growing products) that do not look
at the clock.
"""

import ast
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from data.errors import RunFailed, one_line
from data.executing.answers import read_answer
from data.executing.limits import Limits
from data.executing.outcome import Execution, Layer, Line, Number, OutcomeClass
from data.executing.said import SOLUTION, Said
from data.executing.source import rows_of
from data.executing.tracing import ANSWER, TOLD, traced

if TYPE_CHECKING:
    import pydantic_monty

EXTRA = "pip install 'collapse-ledger[executor]'"
"""How the sandbox is had."""
_GRACE = 0.05
"""Share of a program's time that its worker gets beyond it before it is killed."""
_MOST_NAMES = 50
"""Names at the top of a program whose values are told."""
_MOST_REASON = 160
"""Characters of what an error says that are kept."""
_MOST_TEXT = 2_000
"""Characters of a text that are looked at; a number has fewer."""
_PROGRAMS_PER_WORKER = 1_000
_MOST_TOLD = 200
"""Values that are told of a program line by line."""
_PLAIN, _VALUES = "_collapse_plain", "_collapse_values"
_READING = f"""
{_VALUES} = []
def {_PLAIN}(value):
    if value is None or type(value) is int or type(value) is float:
        return value
    kind = type(value).__name__
    return str(value)[:{_MOST_TEXT}] if kind in ("Decimal", "str") else "a " + kind
"""
"""Runs in the sandbox after a program: only numbers and short text come out of it."""

_TELLING = f"""{_READING}
def {TOLD}(line, name, value):
    if len({_VALUES}) < {_MOST_TOLD}:
        {_VALUES}.append((name, line, {_PLAIN}(value)))
    return value
"""
"""Stands before a program that is traced."""


@dataclass
class _Used:
    """Which process has used the sandbox first: its threads are not there in a fork of it."""

    pid: int | None = None


_USED = _Used()


class Sandbox:
    """Worker processes that run programs; a context manager that ends them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._pool: pydantic_monty.Monty | None = None

    @contextmanager
    def open(self) -> Iterator["Sandbox"]:
        """Have workers for as long as the block runs; the first program starts one.

        Raises:
            ImportError: The extra `executor` is not installed.
            RunFailed: This process was forked from one that had used the sandbox.
        """
        from pydantic_monty import Monty

        if _USED.pid not in (None, os.getpid()):
            raise RunFailed(
                "the sandbox was used before this process was forked from another, and would wait "
                "for ever in it; start processes with spawn or forkserver"
            )
        _USED.pid = os.getpid()

        pool = Monty(
            min_processes=0,
            max_processes=1,
            feed_duration_limit_grace=_GRACE * self._limits.seconds,
            max_checkouts_per_worker=_PROGRAMS_PER_WORKER,
        )
        with pool:
            self._pool = pool
            try:
                yield self
            finally:
                self._pool = None

    def run(self, program: str, tree: ast.Module) -> Execution:
        """Run a program that Python's parser has read, and that reaches for nothing outside.

        Args:
            program: Its text.
            tree: Its syntax tree.
        """
        from pydantic_monty import CollectString, MontyError

        printed = CollectString(max_bytes=self._limits.printed)
        try:
            with self._session() as opened:
                value, values = opened.feed_run(_told(program, tree), print_callback=printed)
        except MontyError as error:
            kind, reason = _failure(error, self._limits)
            return Execution(None, kind, Layer.SANDBOX, 0, reason, ())
        lines = sorted(_lines(values), key=lambda line: line.number)
        return self._execution(tree, _plain(value), str(printed.output), tuple(lines))

    def trace(self, program: str, tree: ast.Module) -> tuple[Line, ...]:
        """The values of a program line by line, as far as it comes; at most some hundred.

        Args:
            program: Its text.
            tree: Its syntax tree.
        """
        from pydantic_monty import CollectString, MontyCrashedError, MontyError

        text = traced(program)
        if text is None:
            return ()
        calls = _defines_solution(tree) and not _calls_solution(tree)
        tail = f"{SOLUTION}()" if calls else "None"
        printed = CollectString(max_bytes=self._limits.printed)
        with suppress(MontyError), self._session() as opened:  # how it ends was said before
            try:
                opened.feed_run(f"{_TELLING}\n{text}\n{tail}\n", print_callback=printed)
            except MontyCrashedError:
                return ()
            except MontyError:
                pass
            return tuple(_lines(opened.feed_run(_VALUES)))
        return ()

    def _session(self) -> "pydantic_monty.MontySession":
        """A worker for one program."""
        assert self._pool is not None, "a sandbox is opened first"
        return self._pool.checkout(limits=self._costs(), os_policy=_still())

    def _execution(
        self, tree: ast.Module, value: Number | str | None, printed: str, lines: tuple[Line, ...]
    ) -> Execution:
        said = Said()
        for line in filter(str.strip, printed.splitlines()):
            said.prints(_read(line.strip()))
        if _defines_solution(tree) and not _calls_solution(tree):
            said.returned(_number_of(value))
        else:
            said.last = _number_of(value)
        found = said.value()
        if isinstance(found, int) and found.bit_length() > self._limits.bits:
            reason = f"has a number of more than {self._limits.bits:,} binary digits"
            return Execution(None, OutcomeClass.MEMORY, Layer.SANDBOX, 0, reason, ())
        reason = said.missing
        if isinstance(found, str):
            reason = f"says {one_line(found)[:_MOST_REASON]!r}, which is no number"
        return Execution(found, None, Layer.SANDBOX, 0, reason, lines)

    def _costs(self) -> "pydantic_monty.ResourceLimits":
        return {
            "max_feed_duration_secs": self._limits.seconds,
            "max_memory": self._limits.megabytes * 2**20,
            "max_recursion_depth": self._limits.recursion,
            "max_total_sleep_secs": 0,
        }


def _still() -> "pydantic_monty.OSPolicy":
    """A world without a clock, and with the same draws for every program."""
    return {
        "datetime": datetime(2000, 1, 1, tzinfo=UTC),
        "sleep": "zero",
        "random_start": {"seed": 0},
    }


def _told(program: str, tree: ast.Module) -> str:
    """The program, and after it what tells its answer and the values of its names."""
    names = _bound_at_top(tree)
    if _defines_solution(tree) and not _calls_solution(tree):
        tail = [program, _READING, f"{ANSWER} = {SOLUTION}()"]
    elif tree.body and isinstance(tree.body[-1], ast.Expr):
        tail = [_kept(program, tree.body[-1]), _READING]
    else:
        last = next(reversed(names), None)
        tail = [_followed(program, tree), _READING]
        tail.append(_if_bound(ANSWER, f"{ANSWER} = None" if last is None else _last(last)))
    for name, line in list(names.items())[:_MOST_NAMES]:
        tail.append(_if_bound(f"{_VALUES}.append(({name!r}, {line}, {_PLAIN}({name})))", "pass"))
    return "\n".join((*tail, f"({_PLAIN}({ANSWER}), {_VALUES})"))


def _if_bound(statement: str, otherwise: str) -> str:
    return f"try:\n    {statement}\nexcept NameError:\n    {otherwise}"


def _last(name: str) -> str:
    """What gives the answer the value of a name that is bound by no assignment of its own."""
    return _if_bound(f"{ANSWER} = {name}", f"{ANSWER} = None").replace("\n", "\n    ")


def _followed(program: str, tree: ast.Module) -> str:
    """The program; the answer is given the value of every assignment when it is executed.

    So the last one is that which was executed last, whatever the branches and the order of names.
    """
    rows = rows_of(program)
    ends = {
        (node.end_lineno or node.lineno, node.end_col_offset or 0): name
        for node in _at_top(tree)
        if isinstance(node, ast.stmt) and (name := _assigned(node)) is not None
    }
    for (line, column), name in sorted(ends.items(), reverse=True):
        row = rows[line - 1]
        rows[line - 1] = row[:column] + f"; {ANSWER} = {name}".encode() + row[column:]
    return b"\n".join(rows).decode()


def _assigned(node: ast.stmt) -> str | None:
    """The last name that a statement gives a value to; None if it is no such statement."""
    if isinstance(node, ast.AugAssign) or (isinstance(node, ast.AnnAssign) and node.value):
        targets: Sequence[ast.AST] = [node.target]
    elif isinstance(node, ast.Assign):
        targets = node.targets
    else:
        return None
    names = [
        one.id
        for target in targets
        for one in ast.walk(target)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    ]
    return names[-1] if names else None


def _kept(program: str, last: ast.Expr) -> str:
    """The program, which ends in an expression; the answer is given its value."""
    rows = rows_of(program)
    before = b"\n".join((*rows[: last.lineno - 1], rows[last.lineno - 1][: last.col_offset]))
    expression = ast.get_source_segment(program, last.value) or "None"
    return f"{before.decode()}{ANSWER} = ({expression}\n)"


def _bound_at_top(tree: ast.Module) -> dict[str, int]:
    """Names that the program gives a value to at its top, each with its last such line."""
    found: dict[str, int] = {}
    for node in _at_top(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.pop(node.id, None)  # so that the name of the last line is the last
            found[node.id] = node.lineno
    return found


def _at_top(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes but those inside parts whose names are their own, in the order of the text."""
    waiting: list[ast.AST] = list(reversed(tree.body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _OWN_NAMES):
            waiting += reversed(list(ast.iter_child_nodes(node)))


_OWN_NAMES = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp,
    ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
"""Parts of a program whose names are their own."""


def _defines_solution(tree: ast.Module) -> bool:
    return any(isinstance(one, ast.FunctionDef) and one.name == SOLUTION for one in tree.body)


def _calls_solution(tree: ast.Module) -> bool:
    """Whether the program calls `solution` by itself, other than from within it."""
    others = [
        one for one in tree.body if not isinstance(one, ast.FunctionDef) or one.name != SOLUTION
    ]
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == SOLUTION
        for other in others
        for node in ast.walk(other)
    )


def _read(text: str) -> Number | str:
    """A printed line as a number, a float where Python would print one; else the text."""
    try:
        found = read_answer(text)
    except ValueError:
        return text
    return float(found) if "." in text or "e" in text else found


def _plain(value: object) -> Number | str | None:
    """A value that came out of the sandbox, whose own functions a program may have replaced."""
    if value is None or type(value) in (int, float, str):
        return cast("Number | str | None", value)
    return f"a {type(value).__name__}"


def _lines(values: object) -> list[Line]:
    """What was told of lines; anything else that a program may have put there is left out."""
    found = []
    for entry in values if isinstance(values, list) else []:
        match entry:
            case (str(name), int(number), value):
                found.append(Line(number, name, _plain(value)))
    return found


def _number_of(value: Number | str | None) -> Number | str | None:
    """The value; text that says a number counts as that number, as it does where it is printed."""
    try:
        return read_answer(value) if isinstance(value, str) else value
    except ValueError:
        return value


_KINDS: tuple[tuple[type[BaseException], OutcomeClass], ...] = (
    (NameError, OutcomeClass.UNDEFINED_NAME),
    (ZeroDivisionError, OutcomeClass.ZERO_DIVISION),
    (TimeoutError, OutcomeClass.TIME),
    (MemoryError, OutcomeClass.MEMORY),
    (RecursionError, OutcomeClass.MEMORY),
    (NotImplementedError, OutcomeClass.OUTSIDE),
    (SyntaxError, OutcomeClass.SYNTAX),  # such as a return outside of a function
    (ImportError, OutcomeClass.REFUSED),
    (OSError, OutcomeClass.REFUSED),
    (SystemExit, OutcomeClass.REFUSED),
)
"""Errors of a program and its class; the first that fits counts."""


def _failure(error: "pydantic_monty.MontyError", limits: Limits) -> tuple[OutcomeClass, str]:
    """Class and reason of a program that ended with an error, or whose worker was ended."""
    from pydantic_monty import MontyCrashedError

    too_large = f"takes more than {limits.megabytes} MiB"
    if isinstance(error, MontyCrashedError):
        if error.timed_out:
            return OutcomeClass.TIME, f"takes more than {limits.seconds:g} s"
        return OutcomeClass.MEMORY, too_large
    inner: Any = error.exception()
    said = one_line(f"{type(inner).__name__}: {inner}")[:_MOST_REASON]
    if "not supported in this environment" in said:
        return OutcomeClass.REFUSED, said
    if "too deeply nested" in said:
        return OutcomeClass.OUTSIDE, said
    if "suspension limit" in said:
        return OutcomeClass.TIME, "tries names that are not defined again and again"
    kind = next((kind for one, kind in _KINDS if isinstance(inner, one)), OutcomeClass.ERROR)
    if isinstance(inner, RecursionError):
        return kind, f"calls functions more than {limits.recursion} deep"
    if kind is OutcomeClass.MEMORY:
        prints = f"> {limits.printed} bytes" in said
        return kind, f"prints more than {limits.printed:,} characters" if prints else too_large
    return kind, f"takes more than {limits.seconds:g} s" if kind is OutcomeClass.TIME else said
