"""Programs that mean harm, by kind, with the class that each of them must end in.

They are what the executor is tried on: in the tests, and in the claim of a family that it contains
them. Paths that they read or write are given to them, so that a trial can watch these places.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from data.executing.outcome import OutcomeClass

REFUSED, TIME, MEMORY = OutcomeClass.REFUSED, OutcomeClass.TIME, OutcomeClass.MEMORY
_WRONG, _OUTSIDE = OutcomeClass.WRONG_VALUE, OutcomeClass.OUTSIDE


@dataclass(frozen=True, slots=True)
class Hostile:
    """A program that means harm."""

    name: str
    program: str
    kind: OutcomeClass
    """Its class where the sandbox is at hand."""
    is_beyond: bool = False
    """Whether it is outside the subset where the sandbox is not, instead of of its class."""

    @property
    def alone(self) -> OutcomeClass:
        """Its class where the exact layer is alone."""
        return _OUTSIDE if self.is_beyond else self.kind


def hostile_programs(secret: str, target: str, port: int = 9) -> Iterator[Hostile]:
    """Every hostile program.

    Args:
        secret: Path of a file that they read.
        target: Path of a file that they write.
        port: Port on this machine that they connect to.
    """
    yield from _costly()
    yield from _printing()
    yield from _files(secret, target)
    yield from _reaching(target, port)
    yield from _climbing(secret)
    yield from _malformed()


def _costly() -> Iterator[Hostile]:
    yield Hostile("endless loop", "while True:\n    pass", TIME, True)
    yield Hostile("endless iterator", "for i in iter(int, 1):\n    x = i", TIME, True)
    yield Hostile("endless products", "a = 3\nwhile True:\n    a = a * a + 1", TIME, True)
    yield Hostile("huge power", "x = 9 ** 9 ** 9", MEMORY)
    yield Hostile("power tower", "x = 9\n" + "x = x ** x\n" * 20, MEMORY)
    yield Hostile("tiny power", "x = (1 / 3) ** 10 ** 9", MEMORY)
    yield Hostile("squared again", "x = 7\n" + "x *= x\n" * 60, MEMORY)
    yield Hostile("huge sum", "x = sum(range(10 ** 12))", TIME, True)
    yield Hostile("huge list", "x = [0] * 10 ** 10", MEMORY, True)
    yield Hostile("huge text", "x = 'a' * 10 ** 12", MEMORY, True)
    yield Hostile("huge padding", "x = 'a'.ljust(10 ** 12)", MEMORY, True)
    yield Hostile("growing text", "a = 'a' * 3 * 10 ** 7\nwhile True:\n    a = a + a", MEMORY, True)
    yield Hostile("recursion", "def f(n):\n    return f(n + 1)\nx = f(0)", MEMORY, True)
    both = "def f():\n    return g()\ndef g():\n    return f()\nx = f()"
    yield Hostile("mutual recursion", both, MEMORY, True)
    itself = "def solution():\n    return solution()"
    yield Hostile("solution calls itself", itself, MEMORY, True)
    yield Hostile("exponential regex", "import re\nre.match('(a+)+$', 'a' * 99 + 'b')", REFUSED)


def _printing() -> Iterator[Hostile]:
    yield Hostile("doubled printing", "print(18)\nprint(18)", _WRONG)
    doubled = "def solution():\n    print(18)\n    return 18"
    yield Hostile("printed and returned", doubled, _WRONG)
    yield Hostile("printed answers", "for i in range(100):\n    print(i)", _WRONG, True)
    yield Hostile("flood of text", "while True:\n    print('18' * 99)", MEMORY, True)
    equal = "class N(int):\n    def __eq__(self, other):\n        return True\nx = N(3)"
    yield Hostile("number equal to everything", equal, REFUSED)
    yield Hostile("truth", "x = True", _WRONG, True)
    yield Hostile("not a number", "x = float('nan')", _WRONG, True)
    yield Hostile("infinity", "x = float('inf')", _WRONG, True)


def _files(secret: str, target: str) -> Iterator[Hostile]:
    yield Hostile("read a file", f"x = open({secret!r}).read()", REFUSED)
    yield Hostile("write a file", f"open({target!r}, 'w').write('18')", REFUSED)
    yield Hostile("wide letters", f"x = \uff4f\uff50\uff45\uff4e({secret!r}).read()", REFUSED)
    path = f"from pathlib import Path\nx = Path({secret!r}).read_text()"
    yield Hostile("read by a path", path, REFUSED)
    yield Hostile("io", f"import io\nx = io.open({secret!r}).read()", REFUSED)
    yield Hostile("pickle", f"import pickle\npickle.dump(1, open({target!r}, 'wb'))", REFUSED)


def _reaching(target: str, port: int) -> Iterator[Hostile]:
    yield Hostile("shell", f"import os\nos.system('touch {target}')", REFUSED)
    yield Hostile("renamed import", "from os import system as print\nprint('ls')", REFUSED)
    yield Hostile("dunder import", f"__import__('os').system('touch {target}')", REFUSED)
    yield Hostile("environment", "import os\nx = os.environ['PATH']", REFUSED)
    yield Hostile("fork", "import os\nwhile True:\n    os.fork()", REFUSED)
    yield Hostile("kill the parent", "import os\nos.kill(os.getppid(), 9)", REFUSED)
    yield Hostile("exit", "exit()", REFUSED)
    yield Hostile("raised exit", "raise SystemExit(3)", REFUSED)
    run = f"import subprocess\nsubprocess.run(['touch', {target!r}])"
    yield Hostile("subprocess", run, REFUSED)
    connect = f"import socket\nsocket.create_connection(('127.0.0.1', {port}))"
    yield Hostile("socket", connect, REFUSED)
    yield Hostile("ctypes", "import ctypes\nctypes.string_at(0)", REFUSED)
    yield Hostile("threads", "import threading\nthreading.Thread(target=print).start()", REFUSED)
    yield Hostile("clock", "import time\nx = time.time()", REFUSED)
    yield Hostile("sleep", "import time\ntime.sleep(60)", REFUSED)
    yield Hostile("eval", "x = eval('9 ** 9')", REFUSED)
    yield Hostile("exec", "exec('x = 18')", REFUSED)
    yield Hostile("compile", "x = compile('1', '', 'eval')", REFUSED)
    yield Hostile("input", "x = input()", REFUSED)


def _climbing(secret: str) -> Iterator[Hostile]:
    walk = "x = ().__class__.__bases__[0].__subclasses__()"
    yield Hostile("subclass walk", walk, REFUSED)
    yield Hostile("globals", "x = globals()", REFUSED)
    yield Hostile("globals of a function", "def f():\n    pass\nx = f.__globals__", REFUSED)
    yield Hostile("builtins", f"x = __builtins__['open']({secret!r})", REFUSED)
    yield Hostile("getattr", "x = getattr((), '_' + '_class_' + '_')", REFUSED)
    yield Hostile("format leak", "x = '{0.__class__}'.format(3)", REFUSED)
    yield Hostile("f-string leak", "x = 3\nx = f'{x.__class__}'", REFUSED)
    frame = "def g():\n    yield 1\nx = g().gi_frame.f_back.f_globals"
    yield Hostile("generator frames", frame, REFUSED)
    caught = "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    x = e.__traceback__.tb_frame"
    yield Hostile("traceback frames", caught, REFUSED)
    yield Hostile("order of resolution", "x = type(3).mro()", REFUSED)


def _malformed() -> Iterator[Hostile]:
    yield Hostile("3,000 parentheses", "(" * 3000 + "1" + ")" * 3000, REFUSED)
    yield Hostile("150 parentheses", "x = " + "(" * 150 + "1" + ")" * 150, _WRONG)
    yield Hostile("deep signs", "x = " + "-" * 500 + "1", REFUSED)
    yield Hostile("9,000 signs", "x = " + "-" * 9000 + "1", REFUSED)
    yield Hostile("long chain", "x = " + "+".join("1" * 400), REFUSED)
    yield Hostile("many digits", "x = " + "9" * 4000, MEMORY)
    yield Hostile("too many digits", "x = " + "9" * 5000, OutcomeClass.SYNTAX)
    yield Hostile("long program", "x = 1\n" * 5000, REFUSED)
    yield Hostile("null byte", "x = 1\x00", REFUSED)
    yield Hostile("lone surrogate", "x = '\ud800'", REFUSED)
    yield Hostile("other digits", "x = \u0661\u0668", OutcomeClass.SYNTAX)
    yield Hostile("no text", "\x1b[2J\x07", OutcomeClass.SYNTAX)
