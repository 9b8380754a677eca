"""The exact layer computes as Python does, in fractions, and says which program ended how."""

import ast
import time
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.executing.arithmetic import Outside
from data.executing.interpreter import interpret
from data.executing.limits import LIMITS, Limits
from data.executing.outcome import Execution, Line, OutcomeClass
from data.executing.source import parse

_PAD = '''
def solution():
    """Natalia sold 48 clips in April, and half as many in May. How many did she sell?"""
    april = 48
    may = april / 2
    result = april + may  # all
    return result
'''


def _run(program: str, limits: Limits = LIMITS) -> Execution:
    return interpret(program, parse(program, limits), limits)


@pytest.mark.parametrize(
    ("program", "value"),
    [
        (_PAD, 72),
        (_PAD + "print(solution())", 72),
        (_PAD + "solution()", 72),
        (_PAD + "x = solution() + 1", 73),
        ("v1 = 48/2\nv2 = 48+v1", 72),
        ("x = 1\nx + 1", 2),
        ("x = 5\nprint(3)\ny = 9", 3),
        ("a = b = 4\na += b", 8),
        ("x: int = 3\npass\nx **= 2", 9),
        ("x = 0.1 + 0.2", Fraction(3, 10)),
        ("x = 1 / 3 * 3", 1),
        ("x = 9007199254740993.0", 9007199254740993),
        ("x = 0.10000000000000001", Fraction(10000000000000001, 10**17)),
        ("x = 1_0.5e-1_0 * 1.e1 * .5E+1", Fraction(525, 10**10)),
        ("x = 1e400 / 1e399 + 1e-400 * 1e400", 11),
        ("x = -7 // 2", -4),
        ("x = -7 % 3", 2),
        ("x = 7.5 % 2", Fraction(3, 2)),
        ("x = 2 ** -2", Fraction(1, 4)),
        ("x = (-2) ** 3 + 0 ** 0", -7),
        ("x = (2 / 3) ** -2", Fraction(9, 4)),
        ("x = 1 ** 10 ** 9 + (-1) ** (10 ** 9 + 1) + 0 ** 10 ** 9", 0),
        ("x = round(2.5) + round(3.5)", 6),
        ("x = round(2.675, 2)", Fraction(268, 100)),  # exact: halves go to the even neighbour
        ("x = round(1250, -2)", 1200),
        ("x = int(-3.7) + int(7 / 2)", 0),
        ("x = abs(-1 / 2)", Fraction(1, 2)),
        ("x = min(3, 1 / 2) + max([1, 5], ) + max((2,))", Fraction(15, 2)),
        ("x = sum([1, 2, 3]) + sum((1, 2), 10)", 19),
        ("sum = 3 + 4\nx = sum", 7),
        ("x = +3 - -3", 6),
        ("tax = 0.07\ndef solution():\n    return 100 * tax", 7),
        ("x = 2 ** 512 - 2 ** 511 - 2 ** 511 + 1", 1),
        ("x = 1e3 + 1_000", 2000),
        ("n\u0061me = 3", 3),
    ],
)
def test_a_program_has_the_value_that_it_says(program: str, value: int | Fraction) -> None:
    found = _run(program)

    assert (found.failure, found.value, found.reason) == (None, value, "")
    assert isinstance(found.value, int) == (Fraction(value).denominator == 1)


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("x = y", OutcomeClass.UNDEFINED_NAME),
        ("x += 1", OutcomeClass.UNDEFINED_NAME),
        ("x = foo(3)", OutcomeClass.UNDEFINED_NAME),
        ("def solution():\n    x = x + 1\n    return x", OutcomeClass.UNDEFINED_NAME),
        ("x = 1\ndef solution():\n    y = x\n    x = 2\n    return y", OutcomeClass.UNDEFINED_NAME),
        ("def solution():\n    x = sum([1])\n    sum = x\n    return x",
         OutcomeClass.UNDEFINED_NAME),
        ("def solution():\n    x = 1\nsolution()\ny = x", None),
        ("x = 1 / (3 - 3)", OutcomeClass.ZERO_DIVISION),
        ("x = 1 // 0", OutcomeClass.ZERO_DIVISION),
        ("x = 1.5 % 0", OutcomeClass.ZERO_DIVISION),
        ("x = 0 ** -1", OutcomeClass.ZERO_DIVISION),
        ("sum = 3\nx = sum([1, 2])", OutcomeClass.ERROR),
        ("x = round(3, 0.5)", OutcomeClass.ERROR),
        ("x = 3\nreturn x", OutcomeClass.SYNTAX),
        ("x = 9 ** 9 ** 9", OutcomeClass.MEMORY),
        ("x = (1 / 3) ** 99999", OutcomeClass.MEMORY),
        ("x = round(1 / 3, 10 ** 9)", OutcomeClass.MEMORY),
        ("x = 1e308 * 1e308 * 1e308 * 1e308 * 1e308", OutcomeClass.MEMORY),
    ],
)  # fmt: skip
def test_a_program_that_does_not_end_has_a_class(program: str, kind: OutcomeClass | None) -> None:
    if kind is None:
        with pytest.raises(Outside):
            _run(program)
        return
    found = _run(program)

    assert (found.failure, found.value) == (kind, None)
    assert found.reason


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("print(3)\nprint(3)", "says 2 values"),
        ("def solution():\n    print(3)\n    return 3", "says 2 values"),
        (_PAD + "print(solution())\nprint(solution())", "says 2 values"),
        ("def solution():\n    x = 3", "says no value"),
        ("def solution():\n    return", "says no value"),
        ("", "says no value"),
        ("# nothing", "says no value"),
        ("'text'", "says no value"),
    ],
)
def test_a_program_without_one_value_says_so(program: str, reason: str) -> None:
    found = _run(program)

    assert (found.failure, found.value) == (None, None)
    assert found.reason.startswith(reason)


@pytest.mark.parametrize(
    "program",
    [
        "x = 'text'", "x = True", "x = 3j", "x = b'3'", "x = None", "x = [1]", "x = (1, 2)",
        "a, b = 1, 2", "x = {}", "x = 1 if 2 else 3", "x = 1 < 2", "x = not 1", "x = 1 and 2",
        "for i in y:\n    pass", "while 1:\n    pass", "if 1:\n    x = 2", "import math",
        "from math import pi", "x = 4 ** 0.5", "x = 5 & 3", "x = 1 << 3", "x = ~1", "x = 3 @ 4",
        "x = (y := 3)", "x = len([1])", "x = float(3)", "x = int('3')", "x = max([])", "x = max(3)",
        "x = sum(3)", "x = sum([1], start=2)", "x = round()", "x = abs(1, 2)", "x = sum([[1]])",
        "x = y.z", "x = y[0]", "x = print", "x = sum", "print()", "print(1, 2)", "print('x')",
        "print(3, end='')", "x = f'{3}'", "def f():\n    return 3\nx = f()", "x = lambda: 3",
        "def solution(n):\n    return n", "def solution(*n):\n    return 3", "del x",
        "@f\ndef solution():\n    return 3", "def solution():\n    return solution()",
        "def solution():\n    return 1\ndef solution():\n    return 2", "class A:\n    pass",
        "x: str = 3", "x: int", "solution = 3", "x = solution", "x = solution()", "assert 1 == 1",
        "def solution():\n    def f():\n        return 3\n    return 3", "x = 1e99999", "global x",
        "try:\n    x = 3\nfinally:\n    x = 4", "x = max(*[1, 2])", "x = (3)(4)", "raise x",
        "async def solution():\n    return 3",
    ],
)  # fmt: skip
def test_what_is_no_straight_line_arithmetic_is_outside(program: str) -> None:
    with pytest.raises(Outside):
        _run(program)


def test_values_are_told_line_by_line() -> None:
    found = _run(_PAD + "print(solution())")

    assert found.lines == (
        Line(4, "april", 48),
        Line(5, "may", 24),
        Line(6, "result", 72),
        Line(7, "return", 72),
        Line(8, "print", 72),
    )
    assert _run("a = b = 1\n2").lines == (Line(1, "a", 1), Line(1, "b", 1), Line(2, "", 2))
    assert _run("x = 3\ny = z").lines == (Line(1, "x", 3),)  # as far as it came


def test_a_step_is_a_statement_or_a_part_of_an_expression() -> None:
    program = "x = 1 + 2\ny = x"

    assert _run(program).steps == 6
    assert _run(program, Limits(steps=6)).failure is None
    assert _run(program, Limits(steps=5)).failure is OutcomeClass.TIME
    assert _run("pass\npass", Limits(steps=2)).failure is None
    assert _run("pass\npass", Limits(steps=1)).failure is OutcomeClass.TIME


def test_an_expression_is_as_deep_as_allowed_and_no_deeper() -> None:
    chain = "x = " + "+".join("1" * 10)

    assert _run(chain, Limits(nesting=10)).value == 10
    assert _run(chain, Limits(nesting=9)).failure is OutcomeClass.REFUSED


def test_a_number_has_as_many_digits_as_allowed_and_no_more() -> None:
    limits = Limits(bits=64)

    assert _run("x = 2 ** 64 - 1", Limits(bits=65)).value == 2**64 - 1
    assert _run("x = 2 ** 63 + (2 ** 63 - 1)", limits).value == 2**64 - 1
    for program in ("x = 2 ** 64", "x = 2 ** 63 + 2 ** 63", "x = 1 / 2 ** 63 / 2",
                    f"x = {2**64}", "x = sum([2 ** 63, 2 ** 63])"):  # fmt: skip
        assert _run(program, limits).failure is OutcomeClass.MEMORY, program


def test_the_largest_program_that_is_allowed_ends_soon() -> None:
    """The numbers grow to the limit at once, and every operator works on such numbers."""
    step = "a = (a * b + 1) / (b + 3) % 7 ** 9\nb = (a - b) / (b + 5) % 7 ** 9\n"
    program = "a = 7 ** 999 / 3 ** 999\nb = 5 ** 999 / 2 ** 1999\n" + step * 40

    began = time.process_time()
    found = _run(program)

    assert found.failure in (None, OutcomeClass.MEMORY)
    assert time.process_time() - began < 0.5


_Expression = st.recursive(
    st.one_of(
        st.integers(0, 99).map(str),
        st.decimals(0, 99, places=2).map(str),
        st.sampled_from(["a", "b"]),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        inner.map(lambda one: f"-{one}"),
        st.tuples(inner, st.integers(-3, 3)).map(lambda two: f"({two[0]}) ** {two[1]}"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"
        ),
        inner.map(lambda one: f"round({one}, 1)"),
        inner.map(lambda one: f"int({one})"),
    ),
    max_leaves=12,
)


class _Fractions(ast.NodeTransformer):
    """Every number of an expression as a fraction, by which Python computes exactly."""

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        left, right = self.visit(node.left), node.right
        whole = isinstance(node.op, ast.Pow)
        return ast.BinOp(left, node.op, right if whole else self.visit(right))

    def visit_Call(self, node: ast.Call) -> Any:
        plain = isinstance(node.func, ast.Name) and node.func.id == "round"
        first, rest = self.visit(node.args[0]), node.args[1:]
        others = rest if plain else [self.visit(one) for one in rest]
        inner = ast.Call(node.func, [first, *others], [])
        return ast.Call(ast.Name("Fraction", ast.Load()), [inner], [])

    def visit_Constant(self, node: ast.Constant) -> Any:
        text = ast.Constant(str(node.value))
        return ast.Call(ast.Name("Fraction", ast.Load()), [text], [])


@given(_Expression)
def test_an_expression_has_the_value_that_python_computes_with_fractions(text: str) -> None:
    program = f"a = 3\nb = 0.25\nx = {text}"
    tree = ast.fix_missing_locations(_Fractions().visit(ast.parse(text, mode="eval")))
    names = {"Fraction": Fraction, "a": Fraction(3), "b": Fraction(1, 4)}

    found = _run(program, Limits(bits=100_000))

    try:
        expected = eval(compile(tree, "", "eval"), names)
    except ZeroDivisionError:
        assert found.failure is OutcomeClass.ZERO_DIVISION
    else:
        assert (found.failure, found.value) == (None, expected)
