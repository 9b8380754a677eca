"""Programs that mean harm, drawn by lot from parts that real attacks are made of."""

import random

_PLAIN_ATOMS = (
    "0", "1", "18", "2.5", "x", "y", "z", "w", "'a'", "[]", "[x, 1]", "(x,)", "{1: x}", "None",
    "True", "1e308", "9 ** 9", "10 ** 9", "range(9)", "(x if y else z)", "(not x)", "~x", "f'{x}'",
    "(lambda: x)", "...",
)  # fmt: skip
_REACHING_ATOMS = (
    "print", "open", "int", "type", "__import__", "__builtins__", "object", "globals", "eval",
    "exec", "'__class__'", "b'a'", "os", "sys", "solution", "__name__", "super()", "vars()",
)  # fmt: skip
_PLAIN_ATTRIBUTES = (
    "real", "imag", "bit_length()", "upper()", "append({a})", "join([{a}])", "count({a})",
    "ljust({a})", "extend({a})", "items()", "as_integer_ratio()", "split()", "pop()",
)  # fmt: skip
_REACHING_ATTRIBUTES = (
    "__class__", "__bases__", "__mro__", "__subclasses__()", "__globals__", "__dict__", "__init__",
    "gi_frame", "f_back", "f_globals", "tb_frame", "format({a})", "mro()", "read()", "environ",
    "system('touch {target}')", "__code__", "__self__", "__reduce__()", "__getattribute__('x')",
)  # fmt: skip
_PLAIN_CALLS = (
    "sum({a})", "max({a}, {b})", "min({a})", "abs({a})", "round({a}, {b})", "int({a})", "len({a})",
    "print({a})", "list({a})", "str({a})", "float({a})", "pow({a}, {b})", "sorted({a})", "f({a})",
    "solution()", "isinstance({a}, int)", "list(map(print, {a}))", "range({a})", "list(zip({a}))",
)  # fmt: skip
_REACHING_CALLS = (
    "open({secret})", "open({target!r}, 'w')", "eval({a})", "exec('x = 1')", "__import__('os')",
    "getattr({a}, '_' + '_class__')", "type({a})", "exit({a})", "input({a})", "globals()",
    "compile({a}, '', 'exec')", "iter({a}, {b})", "__build_class__({a})", "dir({a})",
)  # fmt: skip
_OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "<<", "==", "<", "and", "in", "|", "@")
_PLAIN_STATEMENTS = (
    "x = {a}", "y = {a}", "z = {a}", "x += {a}", "x *= {a}", "{a}", "print({a})", "assert {a}",
    "raise ValueError({a})", "while {a}:\n    x = {b}", "while True:\n    x = [{a}, x]",
    "for i in {a}:\n    y = {b}", "for i in range(10 ** 9):\n    x = x * 3", "del x",
    "for i in range(99):\n    x = x + x", "if {a}:\n    x = {b}\nelse:\n    x = 1",
    "def f(n):\n    return f(n) + {a}", "def solution():\n    x = {a}\n    return {b}",
    "class B:\n    x = {a}", "x: int = {a}", "y = [x for x in {a}]", "x, *y = {a}",
    "x = {a}; y = {b}", "# {a}", "try:\n    x = {a}\nexcept Exception:\n    x = {b}",
    "while True:\n    try:\n        x = {a}\n    except Exception:\n        x = 1",
    "z = [[x] * 10 ** 5 for x in range(10 ** 5)]", "x = 'a' * 10 ** 7\nx = x + x + x + x",
)  # fmt: skip
_REACHING_STATEMENTS = (
    "import os", "import sys, math", "from os import *", "import socket", "from . import x",
    "with open({secret}) as x:\n    y = x.read()", "raise SystemExit({a})", "global x",
    "try:\n    {a}\nexcept Exception as e:\n    x = e.__traceback__", "def g():\n    yield {a}",
    "class A(int):\n    def __eq__(self, o):\n        return True\nx = A(3)", "nonlocal x",
    "async def h():\n    await {a}", "@f\ndef k():\n    pass", 
    "match x:\n    case {a}:\n        y = 1",
    "import ctypes\nctypes.string_at(0)",
    "import subprocess\nsubprocess.run(['touch', {target!r}])",
)  # fmt: skip
_SHARE_REACHING = 0.3


class Attacker:
    """Draws programs; half of them only cost, half reach out as well.

    Args:
        rng: What they are drawn by.
        secret: Path of a file that they may read.
        target: Path of a file that they may write.
    """

    def __init__(self, rng: random.Random, secret: str, target: str) -> None:
        self._rng = rng
        self._secret, self._target = secret, target
        self._reaches = False

    def program(self) -> str:
        """A program of one to six statements, broken now and then."""
        self._reaches = self._rng.random() < 0.5
        first = "x = 3\ny = 2.5\nz = [1, 2]\n" if self._rng.random() < 0.8 else ""
        text = first + "\n".join(self._statement() for _ in range(self._rng.randint(1, 6)))
        if self._rng.random() < 0.1:
            place = self._rng.randrange(len(text) + 1)
            text = text[:place] + self._rng.choice("\x00()[]{}'\"\\\n\ud800\u0661:;") + text[place:]
        return text

    def _statement(self) -> str:
        return self._filled(self._one(_PLAIN_STATEMENTS, _REACHING_STATEMENTS), 3)

    def _filled(self, text: str, depth: int) -> str:
        for mark in ("{a}", "{b}"):
            if mark in text:
                text = text.replace(mark, self._expression(depth))
        text = text.replace("{secret}", repr(self._secret)).replace(
            "{target!r}", repr(self._target)
        )
        return text.replace("{target}", self._target)

    def _expression(self, depth: int) -> str:
        kind = self._rng.random()
        if depth <= 0 or kind < 0.3:
            return self._one(_PLAIN_ATOMS, _REACHING_ATOMS)
        if kind < 0.55:
            left, right = self._expression(depth - 1), self._expression(depth - 1)
            return f"({left} {self._rng.choice(_OPERATORS)} {right})"
        if kind < 0.7:
            attribute = self._filled(self._one(_PLAIN_ATTRIBUTES, _REACHING_ATTRIBUTES), depth - 1)
            return f"({self._expression(depth - 1)}).{attribute}"
        return self._filled(self._one(_PLAIN_CALLS, _REACHING_CALLS), depth - 1)

    def _one(self, plain: tuple[str, ...], reaching: tuple[str, ...]) -> str:
        reach = self._reaches and self._rng.random() < _SHARE_REACHING
        return self._rng.choice(reaching if reach else plain)
