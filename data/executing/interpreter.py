"""The exact layer: straight-line arithmetic over Python's syntax tree, in fractions.

It knows numbers, names, `+ - * / // % **`, signs, and calls of round, int, abs, min, max and sum.
It has no attributes, no strings, no loops, and nothing that runs code: what it does not know it
calls *outside the subset*. Every number is exact: a decimal in a program is the decimal that is
written there (0.1 is one tenth), division is exact, and `//` and `%` round down as Python's do.
"""

import ast
import builtins
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from data.executing.arithmetic import FUNCTIONS, Exact, Outside, call, named, operate, sized
from data.executing.limits import Limits
from data.executing.outcome import Execution, Layer, Line, OutcomeClass, Stopped
from data.executing.said import SOLUTION, Said
from data.executing.source import rows_of

_LONGEST_POWER = 6
"""Most characters of a power of ten that is read."""


def interpret(program: str, tree: ast.Module, limits: Limits) -> Execution:
    """Run a program that is straight-line arithmetic.

    Args:
        program: Its text, in which a decimal stands with every digit.
        tree: Its syntax tree, as `data.executing.source.parse` gives it.
        limits: Steps, depth and digits of its numbers.

    Returns:
        Its value, or why it did not come to its end.

    Raises:
        Outside: It uses something else.
    """
    machine = _Machine(program, limits)
    value, failure = None, None
    try:
        machine.run(tree.body)
        value, reason = machine.said.value(), machine.said.missing
    except Stopped as stopped:
        failure, reason = stopped.kind, stopped.reason
    lines = tuple(machine.lines)
    return Execution(value, failure, Layer.EXACT, machine.steps, reason, lines)


class _Machine:
    """Names with their values, and the evaluation of statements and expressions."""

    __slots__ = ("_bits", "_local", "_most_steps", "_names", "_nesting", "_program", "_rows",
                 "_solution", "_top", "lines", "said", "steps")  # fmt: skip

    def __init__(self, program: str, limits: Limits) -> None:
        self._program = program
        self._rows: list[bytes] | None = None  # of the program, once a decimal is looked up
        self._bits, self._nesting = limits.bits, limits.nesting
        self._most_steps = limits.steps
        self._names: dict[str, Exact] = {}
        self._top: dict[str, Exact] | None = None  # of the program, while `solution` runs
        self._local: frozenset[str] = frozenset()  # names that `solution` gives a value to
        self._solution: ast.FunctionDef | None = None
        self.said = Said()
        self.lines: list[Line] = []
        self.steps = 0

    def run(self, body: Sequence[ast.stmt]) -> None:
        """Run the statements of a program, and `solution` where nothing has called it."""
        for statement in body:
            self._run(statement)
        if self._solution is not None and not self.said.has_called:
            self.said.returned(self._call_solution())

    def _run(self, statement: ast.stmt) -> None:
        self._step()
        run = _STATEMENTS.get(type(statement))
        if run is None:
            raise Outside(f"has {named(statement)}")
        run(self, statement)

    def _step(self) -> None:
        self.steps += 1
        if self.steps > self._most_steps:
            raise Stopped(OutcomeClass.TIME, f"takes more than {self._most_steps:,} steps")

    # Statements

    def _define(self, node: ast.FunctionDef) -> None:
        given = node.args
        takes = (given.args, given.posonlyargs, given.kwonlyargs, given.vararg, given.kwarg)
        if node.name != SOLUTION or any(takes) or node.decorator_list or self._top is not None:
            raise Outside(f"defines a function other than {SOLUTION}()")
        if self._solution is not None:
            raise Outside(f"defines {SOLUTION} twice")
        self._solution = node

    def _assign(self, node: ast.Assign) -> None:
        value = self._evaluate(node.value, 0)
        for target in node.targets:
            self._bind(target, value, node.lineno)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if type(node.annotation) is not ast.Name or node.annotation.id not in ("int", "float"):
            raise Outside("has an annotation other than int and float")
        if node.value is None:
            raise Outside("declares a name without a value")
        self._bind(node.target, self._evaluate(node.value, 0), node.lineno)

    def _augmented(self, node: ast.AugAssign) -> None:
        if type(node.target) is not ast.Name:
            raise Outside("assigns to something other than a name")
        left = self._read(node.target.id)
        value = operate(node.op, left, self._evaluate(node.value, 0), self._bits)
        self._bind(node.target, value, node.lineno)

    def _bind(self, target: ast.expr, value: Exact, line: int) -> None:
        if type(target) is not ast.Name:
            raise Outside("assigns to something other than a name")
        if target.id == SOLUTION:
            raise Outside(f"gives {SOLUTION} a value")
        self._names[target.id] = value
        self.lines.append(Line(line, target.id, value))
        self.said.last = value

    def _expression(self, node: ast.Expr) -> None:
        value = node.value
        if type(value) is ast.Constant and type(value.value) is str:
            return  # a description
        if type(value) is ast.Call and type(value.func) is ast.Name and value.func.id == "print":
            self._print(value)
            return
        self.said.last = self._evaluate(value, 0)
        self.lines.append(Line(node.lineno, "", self.said.last))

    def _print(self, node: ast.Call) -> None:
        if len(node.args) != 1 or node.keywords or self._is_bound("print"):
            raise Outside("prints other than one number")
        value = self._evaluate(node.args[0], 0)
        self.said.prints(value)
        self.lines.append(Line(node.lineno, "print", value))

    def _pass(self, node: ast.Pass) -> None:
        pass

    def _stray_return(self, node: ast.Return) -> None:
        raise Stopped(OutcomeClass.SYNTAX, f"line {node.lineno}: returns outside of a function")

    def _call_solution(self) -> Exact | None:
        """Run `solution`, whose names are its own, and return what it returns."""
        if self._top is not None or self._solution is None:
            raise Outside(f"calls {SOLUTION} within itself or before it is defined")
        self.said.has_called = True
        last, body = self.said.last, self._solution.body
        self._top, self._names, self._local = self._names, {}, _bound_in(body)
        returned = None
        for statement in body:
            if type(statement) is ast.Return:
                self._step()
                returned = None if statement.value is None else self._evaluate(statement.value, 0)
                self.lines.append(Line(statement.lineno, "return", returned))
                break
            self._run(statement)
        self._names, self._top, self._local = self._top, None, frozenset()
        self.said.last = last
        return returned

    # Expressions

    def _evaluate(self, node: ast.expr, depth: int) -> Exact:
        """The value of an expression that stands so deep within others."""
        self.steps += 1  # `_step`, without the call
        if self.steps > self._most_steps:
            raise Stopped(OutcomeClass.TIME, f"takes more than {self._most_steps:,} steps")
        if depth >= self._nesting:
            deep = f"has an expression more than {self._nesting} deep"
            raise Stopped(OutcomeClass.REFUSED, deep)
        evaluate = _EXPRESSIONS.get(type(node))
        if evaluate is None:
            raise Outside(f"has {named(node)}")
        return evaluate(self, node, depth + 1)

    def _constant(self, node: ast.Constant, depth: int) -> Exact:
        value = node.value
        if type(value) is int:
            return sized(value, self._bits)
        if type(value) is not float:
            raise Outside("has text or truth")
        return sized(self._decimal(node), self._bits)

    def _decimal(self, node: ast.Constant) -> Fraction:
        """The number that is written there, of which the syntax tree has 17 digits at most."""
        if self._rows is None:
            self._rows = rows_of(self._program)
        written = self._rows[node.lineno - 1][node.col_offset : node.end_col_offset]
        digits, _, power = written.decode().replace("_", "").lower().partition("e")
        if len(power) > _LONGEST_POWER or abs(int(power or "0")) > self._bits:
            raise Outside("has a decimal with a power beyond the limit of digits")
        return Fraction(digits) * Fraction(10) ** int(power or "0")

    def _name(self, node: ast.Name, depth: int) -> Exact:
        return self._read(node.id)

    def _read(self, name: str) -> Exact:
        value = self._names.get(name)
        if value is None and self._top is not None and name not in self._local:
            value = self._top.get(name)
        if value is not None:
            return value
        if name not in self._local and (name == SOLUTION or hasattr(builtins, name)):
            raise Outside(f"uses {name} as a value")
        raise Stopped(OutcomeClass.UNDEFINED_NAME, f"reads {name}, which has no value yet")

    def _is_bound(self, name: str) -> bool:
        """Whether a name is no longer that of Python's own function."""
        return name in self._names or name in self._local or name in (self._top or ())

    def _binary(self, node: ast.BinOp, depth: int) -> Exact:
        left = self._evaluate(node.left, depth)
        return operate(node.op, left, self._evaluate(node.right, depth), self._bits)

    def _signed(self, node: ast.UnaryOp, depth: int) -> Exact:
        if type(node.op) is ast.USub:
            return -self._evaluate(node.operand, depth)
        if type(node.op) is ast.UAdd:
            return self._evaluate(node.operand, depth)
        raise Outside(f"has {named(node.op)}")

    def _call(self, node: ast.Call, depth: int) -> Exact:
        if type(node.func) is not ast.Name:
            raise Outside("calls something other than a name")
        name = node.func.id
        if self._is_bound(name):
            raise self._shadowed(name)
        if name == SOLUTION and not node.args and not node.keywords:
            if (found := self._call_solution()) is None:
                raise Outside(f"uses {SOLUTION}(), which returns nothing")
            return found
        if not hasattr(builtins, name) and name != SOLUTION:
            raise Stopped(OutcomeClass.UNDEFINED_NAME, f"calls {name}, which is not defined")
        if name not in FUNCTIONS or node.keywords:
            raise Outside(f"calls {name}")
        return call(name, [self._argument(one, depth) for one in node.args], self._bits)

    def _argument(self, node: ast.expr, depth: int) -> Exact | list[Exact]:
        """A number, or the numbers of a list that is written out."""
        if isinstance(node, ast.List | ast.Tuple):
            return [self._evaluate(one, depth) for one in node.elts]
        return self._evaluate(node, depth)

    def _shadowed(self, name: str) -> Stopped:
        """What it is to call a name that the program gives a value to."""
        if name in self._local and name not in self._names:
            return Stopped(OutcomeClass.UNDEFINED_NAME, f"calls {name}, which has no value yet")
        return Stopped(OutcomeClass.ERROR, f"calls {name}, which is a number here")


def _bound_in(body: Sequence[ast.stmt]) -> frozenset[str]:
    """Names that statements give a value to: a function's own from its beginning to its end."""
    targets: list[ast.expr] = []
    for statement in body:
        if isinstance(statement, ast.Assign):
            targets += statement.targets
        elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
            targets.append(statement.target)
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


_EXPRESSIONS: dict[type[ast.expr], Callable[[_Machine, Any, int], Exact]] = {
    ast.Constant: _Machine._constant,
    ast.Name: _Machine._name,
    ast.BinOp: _Machine._binary,
    ast.UnaryOp: _Machine._signed,
    ast.Call: _Machine._call,
}
_STATEMENTS: dict[type[ast.stmt], Callable[[_Machine, Any], None]] = {
    ast.FunctionDef: _Machine._define,
    ast.Assign: _Machine._assign,
    ast.AnnAssign: _Machine._annotated,
    ast.AugAssign: _Machine._augmented,
    ast.Expr: _Machine._expression,
    ast.Pass: _Machine._pass,
    ast.Return: _Machine._stray_return,
}
