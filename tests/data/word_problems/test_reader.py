"""Generator functions are evaluated from their text, and what is not known is refused."""

import ast
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from data.word_problems.reader import Reader, Unreadable, format_number


def _call(text: str, *given: Any) -> Any:
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    reader = Reader(Random(0))
    return reader.call(function, (*given,))


def _returns(expression: str) -> Any:
    return _call(f"def f():\n    return {expression}")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3 - 8 // 3 % 2", 7),
        ("7 / 2", 3.5),
        ("[n * n for n in range(5) if n % 2]", [1, 9]),
        ("f'{3:,} of {2.5:.2f} {\"x\"}'", "3 of 2.50 x"),
        ("{'a': [1, 2][0:1], 'b': (1, -2)[1]}", {"a": [1], "b": -2}),
        ("1 < 2 <= 2 and not 3 == 4 or False", True),
        ("max(1, 2) if 3 in [3] else 0", 2),
        ("Fraction(1, 3) + 1", Fraction(4, 3)),
        ("(2.0).is_integer()", True),
        ("format_number(7 / 4)", "1.75"),
        ("{'k': 5}.get('k')", 5),
    ],
)
def test_expressions_give_what_python_gives(expression: str, value: Any) -> None:
    assert _returns(expression) == value


def test_statements_run_in_their_order() -> None:
    text = """
def f(n, by=2):
    def twice(x):
        return x * by
    found, total = [], 0
    for k in range(n):
        if k == 4:
            break
        found.append(twice(k))
    while total < 7:
        total += 3
    a, b = found[0], found[-1]
    return [a, b, total]
"""
    assert _call(text, 10) == [0, 6, 9]


def test_draws_are_those_of_the_generator_given() -> None:
    text = """
def f(rng):
    return [rng.randint(1, 9), rng.choice(['a', 'b']), rng.randrange(0, 50, 5), rng.uniform(0, 1)]
"""
    rng = Random(0)
    expected = [rng.randint(1, 9), rng.choice("ab"), rng.randrange(0, 50, 5), rng.uniform(0, 1)]

    assert _call(text, None) == expected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import os", "line 2: Import"),
        ("return __import__('os')", "a call of __import__"),
        ("return open('x')", "a call of open"),
        ("return eval('1')", "a call of eval"),
        ("return ().__class__", r"\(\).__class__"),
        ("return 'x'.format(1)", "a call of 'x'.format"),
        ("return rng.seed(1)", "a call of rng.seed"),
        ("return 2 ** 9", "operator Pow"),
        ("return 'x' * 9", "repetition"),
        ("return nothing", "name nothing"),
        ("return f'{1!r}'", "a conversion"),
        ("return list(range(10**9))", "line 2|operator"),
        ("return list(range(1000000000))", "a list of 1,000,000,000 items"),
        ("return 1 // 0", "ZeroDivisionError"),
        ("while True:\n        pass", "Pass|steps"),
        ("while 1 < 2:\n        x = 1", "takes more than 200,000 steps"),
        ("x = 2\n    while True:\n        x = x * x", "more than 4,096 binary digits"),
        ("a, b = [1]\n    return a", "1 values to unpack"),
        ("x[0] = 1", "assignment to Subscript"),
    ],
)
def test_what_is_not_known_is_refused_by_name(body: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        _call(f"def f():\n    {body}")


def test_numbers_have_two_decimals_at_most() -> None:
    assert [format_number(n) for n in (3, 2.50, 100.0, 0.07)] == ["3", "2.5", "100", "0.07"]
    with pytest.raises(Unreadable, match="more than two decimals"):
        format_number(0.125)
