"""A program is parsed unharmed, and what reaches outside is refused before any layer runs it."""

import ast
import subprocess
import sys
import warnings

import pytest

from data.executing.limits import LIMITS, Limits
from data.executing.outcome import OutcomeClass, Stopped
from data.executing.source import check_reach, parse
from tests.support.places import ROOT


def _kind(program: str, limits: Limits = LIMITS) -> OutcomeClass | None:
    try:
        check_reach(parse(program, limits))
    except Stopped as stopped:
        return stopped.kind if stopped.reason and "\n" not in stopped.reason else None
    return None


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("x = 1 +", OutcomeClass.SYNTAX),
        ("def f(:", OutcomeClass.SYNTAX),
        ("  x = 1", OutcomeClass.SYNTAX),
        ("if 1:\n\tx = 1\n        y = 2", OutcomeClass.SYNTAX),
        ("The answer is 18.", OutcomeClass.SYNTAX),
        ("x = \u0661", OutcomeClass.SYNTAX),
        ("x = 1\x00", OutcomeClass.REFUSED),
        ("x = '\ud800'", OutcomeClass.REFUSED),
        ("x = '\\d'", None),  # Python warns of this escape
        ("x = 1if 2else 3", None),  # and of these numbers
    ],
)
def test_a_text_is_a_program_or_has_a_class(program: str, kind: OutcomeClass | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert _kind(program) == kind


def test_length_and_operators_are_bounded_before_parsing() -> None:
    assert _kind("x = 1", Limits(characters=5)) is None
    assert _kind("x = 1", Limits(characters=4)) is OutcomeClass.REFUSED
    assert _kind("x = 1 + 2", Limits(operators=2)) is None
    assert _kind("x = 1 + 2", Limits(operators=1)) is OutcomeClass.REFUSED
    assert _kind("x = not not 1", Limits(operators=2)) is OutcomeClass.REFUSED


_DEEP = """
import sys, threading
from data.executing.limits import LIMITS
from data.executing.outcome import Stopped
from data.executing.source import parse

def deep(*parts):
    n = LIMITS.operators
    for n in (n, n - 1, n // 2 - 1, n // 3 - 1, 95):
        for before, middle, after in parts:
            try:
                parse(before * n + middle + after * n, LIMITS)
            except Stopped:
                pass

parts = [("-", "1", ""), ("not ", "1", ""), ("(", "1", ")"), ("[", "1", "]"), ("{1:", "1", "}"),
         ("1+", "1", ""), ("1**", "1", ""), ("lambda:", "1", ""), ("1 if 1 else ", "1", ""),
         ("", "a", ".a"), ("", "a", "[0]"), ("", "a", "()"), ("f(", "1", ""), ("a=", "1", ""),
         ("", "if a: b\\n", "elif a: b\\n"), ("lambda a=", "1", ":1"), ("await ", "a", ""),
         ("f'{", "1", "}'"), ("1<", "1", ""), ("*", "a", ""), ("(a:=", "1", ")")]
threading.stack_size(2**19)
thread = threading.Thread(target=deep, args=parts)
thread.start(); thread.join()
print("whole")
"""


def test_the_parser_survives_what_is_allowed_on_half_a_megabyte_of_stack() -> None:
    """Python's parser recurses; where its stack ends, the process ends, and no test could fail."""
    found = subprocess.run(
        [sys.executable, "-c", _DEEP], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (found.returncode, found.stdout.strip()) == (0, "whole"), found.stderr


@pytest.mark.parametrize(
    "program",
    [
        "import os", "import math, os", "import os.path", "from os import path", "from . import x",
        "import math as os\nimport sys", "from math import *\nfrom builtins import open",
        "open('x')", "x = open", "eval('1')", "x = __name", "x = y.__class__", "x = y._z",
        "x = y.gi_frame", "x = y.f_back", "x = y.tb_next", "x = y.mro()", "'{}'.format(3)",
        "x = '__class__'", "x = f'__{3}'", "def __f__():\n    pass", "class __A:\n    pass",
        "\uff4f\uff50\uff45\uff4e('x')",
    ],
)  # fmt: skip
def test_what_reaches_outside_is_refused(program: str) -> None:
    assert _kind(program) is OutcomeClass.REFUSED


@pytest.mark.parametrize(
    "program",
    [
        "import math", "from math import sqrt", "from decimal import Decimal",
        "input = 3\nx = input + 1", "vars = [1]\nx = vars[0]", "x = [1]\nx.append(2)",
        "if __name__ == '__main__':\n    print(3)", "x = 'snake_case'", "x_y = 3", "_ = 3",
        "for _ in range(3):\n    pass", "x = math.pi",
    ],
)  # fmt: skip
def test_what_only_computes_is_not_refused(program: str) -> None:
    assert _kind(program) is None


def test_a_tree_is_that_of_python() -> None:
    program = "def solution():\n    return 1 + 2\n"

    assert ast.dump(parse(program, LIMITS)) == ast.dump(ast.parse(program))
