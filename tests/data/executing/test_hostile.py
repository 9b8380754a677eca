"""Programs that mean harm are contained, each ends in its class, and none touches anything."""

import ast
import random
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from data.executing.execute import Executor, executor
from data.executing.hostile import Hostile, hostile_programs
from data.executing.limits import LIMITS, Limits
from data.executing.outcome import Execution, OutcomeClass, Stopped
from data.executing.sandbox import Sandbox
from data.executing.source import parse
from tests.support.executing.generated import Attacker
from tests.support.executing.watched import WATCH

SECRET = "the-secret-of-this-file"
ANSWER = 18
UNGUESSED = 10**30 + 57
"""An answer that no program is made to give."""
_HARMLESS = {"compile", "open ''"}
"""Events of Python's parser, which is asked for a tree and no code, and which looks for the file of
a program that has an error; that of an empty name is never there."""
_NAMES = [one.name for one in hostile_programs("", "")]


@dataclass
class Trap:
    """A place that programs are told of, and that must stay as it was."""

    secret: Path
    target: Path
    listener: socket.socket
    before: frozenset[int]
    """Processes that this one had begun before, such as those of other tests."""

    @property
    def programs(self) -> dict[str, Hostile]:
        port = self.listener.getsockname()[1]
        found = hostile_programs(str(self.secret), str(self.target), port)
        return {one.name: one for one in found}

    def check(self) -> None:
        """Make sure that no program has written, connected or left a process."""
        assert self.secret.read_text() == SECRET
        assert sorted(self.secret.parent.iterdir()) == [self.secret]
        with pytest.raises(BlockingIOError):
            self.listener.accept()
        children = [one for one in _children() if one.pid not in self.before]
        assert {one.name() for one in children if one.is_running()} <= {"monty"}
        # a process inherits what other libraries of this one, such as torch, listen on
        ours = {one.laddr for one in psutil.Process().net_connections()}
        begun = [one for child in children for one in child.net_connections()]
        assert [one for one in begun if one.laddr not in ours] == []


def _children() -> list[psutil.Process]:
    return list(psutil.Process().children(recursive=True))


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trap]:
    folder = tmp_path_factory.mktemp("trap")
    secret = folder / "secret.txt"
    secret.write_text(SECRET)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        before = frozenset(one.pid for one in _children())
        yield Trap(secret, folder / "written.txt", listener, before)


@pytest.fixture(scope="module")
def run() -> Iterator[Executor]:
    pytest.importorskip("pydantic_monty", reason="the extra executor is not installed")
    with executor() as opened:
        yield opened


@pytest.fixture(scope="module")
def hasty() -> Iterator[Executor]:
    """For programs that only their time ends."""
    pytest.importorskip("pydantic_monty", reason="the extra executor is not installed")
    with executor(Limits(seconds=0.2)) as opened:
        yield opened


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    pytest.importorskip("pydantic_monty", reason="the extra executor is not installed")
    with Sandbox(Limits(seconds=0.05)).open() as opened:
        yield opened


def _says(found: Execution) -> str:
    """All that comes out of a program."""
    return repr((found.value, found.lines, found.reason))


def test_there_is_one_of_each_kind() -> None:
    assert len(_NAMES) == len(set(_NAMES)) >= 60


@pytest.mark.parametrize("name", _NAMES)
def test_a_hostile_program_ends_in_its_class_and_touches_nothing(
    trap: Trap, run: Executor, hasty: Executor, name: str
) -> None:
    one = trap.programs[name]
    takes_all = one.kind is OutcomeClass.TIME or name == "flood of text"

    outcome = (hasty if takes_all else run).verify(one.program, ANSWER)

    assert outcome.kind is one.kind, outcome.reason
    assert SECRET not in _says(outcome.execution)
    trap.check()


def test_the_exact_layer_alone_asks_nothing_but_the_parser(trap: Trap) -> None:
    """In one process, with every call of the interpreter to the system heard."""
    alone, kinds = Executor(), {}
    programs = trap.programs
    alone.execute("x = '\\d'\nx = 1 / 3")  # loads what it loads
    with WATCH.hears() as events:
        for one in programs.values():
            kinds[one.name] = alone.verify(one.program, ANSWER).kind

    assert events <= _HARMLESS
    assert kinds == {one.name: one.alone for one in programs.values()}
    trap.check()


def test_the_watch_hears_what_programs_must_not_do(trap: Trap) -> None:
    with WATCH.hears() as events:
        trap.secret.read_text()
        exec("x = 1")

    assert {f"open {str(trap.secret)!r}", "exec"} <= events


def test_a_file_that_parsers_look_for_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe of the name that Python gives to programs would be waited for, for ever."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "<unknown>").write_text(SECRET)
    with WATCH.hears() as events:
        found = Executor().execute("x = 1 +")

    assert found.failure is OutcomeClass.SYNTAX
    assert events <= _HARMLESS


@pytest.mark.parametrize("name", _NAMES)
def test_the_sandbox_contains_them_without_the_wall_before_it(
    trap: Trap, sandbox: Sandbox, name: str
) -> None:
    """What is refused for its syntax tree is run here: the sandbox is a wall of its own."""
    one = trap.programs[name]
    tree = _tree(one.program)
    if tree is None:
        return
    found = sandbox.run(one.program, tree)

    assert found.value is None or isinstance(found.value, int | float | str)
    assert SECRET not in _says(found)
    trap.check()


def test_500_generated_programs_are_contained(trap: Trap) -> None:
    """As they come; 80 of those that are refused also past that wall, right into the sandbox."""
    pytest.importorskip("pydantic_monty", reason="the extra executor is not installed")
    attacker = Attacker(random.Random(2305), str(trap.secret), str(trap.target))
    programs = [attacker.program() for _ in range(500)]
    limits, found, slowest = Limits(seconds=0.02), Counter[OutcomeClass](), 0.0
    n_past_the_wall = 0
    with executor(limits) as run, Sandbox(limits).open() as sandbox:
        for program in programs:
            began = time.process_time()
            outcome = run.verify(program, UNGUESSED)
            slowest = max(slowest, time.process_time() - began)
            found[outcome.kind] += 1
            assert SECRET not in _says(outcome.execution), program
            tree = _tree(program) if outcome.kind is OutcomeClass.REFUSED else None
            if tree is not None and n_past_the_wall < 80:
                n_past_the_wall += 1
                assert SECRET not in _says(sandbox.run(program, tree)), program
        trap.check()

    assert len(set(programs)) > 480
    assert n_past_the_wall == 80
    assert slowest < 0.1  # of this process: the sandbox's time is its own
    assert found[OutcomeClass.RIGHT] == 0
    assert min(found[kind] for kind in _DRAWN) >= 5, found


_DRAWN = (
    OutcomeClass.REFUSED, OutcomeClass.SYNTAX, OutcomeClass.OUTSIDE, OutcomeClass.UNDEFINED_NAME,
    OutcomeClass.TIME, OutcomeClass.ERROR, OutcomeClass.WRONG_VALUE,
)  # fmt: skip
"""Classes that the generated programs are of, many times."""


def _tree(program: str) -> ast.Module | None:
    try:
        return parse(program, LIMITS)
    except Stopped:
        return None


def test_500_generated_programs_reach_nothing_in_the_exact_layer(trap: Trap) -> None:
    attacker = Attacker(random.Random(13883), str(trap.secret), str(trap.target))
    programs = [attacker.program() for _ in range(500)]
    alone = Executor()
    with WATCH.hears() as events:
        kinds = Counter(alone.verify(program, UNGUESSED).kind for program in programs)

    assert events <= _HARMLESS
    assert kinds[OutcomeClass.RIGHT] == 0
    assert kinds[OutcomeClass.REFUSED] > 100
    trap.check()
