"""Executes a program in the first layer that knows it, and holds its value against an answer.

The value of a program is what `solution()` returns where it defines that function (as programs of
PaD do, arXiv 2305.13888); else the one value that it prints; else the value of its last assignment,
or of an expression that stands last. A program that says two values says none.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction

from data.executing.answers import is_answer, released_right
from data.executing.arithmetic import Outside
from data.executing.interpreter import interpret
from data.executing.limits import LIMITS, Limits
from data.executing.outcome import Execution, Layer, Line, Outcome, OutcomeClass, Stopped, shown
from data.executing.sandbox import EXTRA, Sandbox
from data.executing.source import check_reach, parse


class Executor:
    """Executes programs; a worker of the sandbox starts with the first that needs one.

    Use it as `with executor() as run:`; without a sandbox no process is ever started.

    Args:
        limits: What a program may cost.
        sandbox: What runs programs beyond straight-line arithmetic; None for nothing.
        without: How the sandbox is had, where it is missing and not just left out.
    """

    def __init__(
        self, limits: Limits = LIMITS, sandbox: Sandbox | None = None, without: str = ""
    ) -> None:
        self.limits = limits
        self._sandbox = sandbox
        self.without = without

    @property
    def has_sandbox(self) -> bool:
        """Whether programs beyond straight-line arithmetic are run."""
        return self._sandbox is not None

    def execute(self, program: str) -> Execution:
        """What a program does; whatever it is, this comes to an end within the limits."""
        try:
            tree = parse(program, self.limits)
            try:
                return interpret(program, tree, self.limits)
            except Outside as beyond:
                check_reach(tree)
                if self._sandbox is not None:
                    return self._sandbox.run(program, tree)
                hint = f"; the sandbox may know it: {self.without}" if self.without else ""
                reason = f"{beyond}{hint}"
                return Execution(None, OutcomeClass.OUTSIDE, Layer.EXACT, 0, reason, ())
        except Stopped as stopped:
            return Execution(None, stopped.kind, Layer.FORM, 0, stopped.reason, ())

    def lines(self, program: str) -> tuple[Line, ...]:
        """The values of a program line by line, in the sandbox too, as far as it comes.

        The sandbox runs the program again for that, with a call at every value; `execute` runs it
        as it is, and tells of it the last value of each name at its top.
        """
        done = self.execute(program)
        if done.layer is not Layer.SANDBOX or self._sandbox is None:
            return done.lines
        return self._sandbox.trace(program, parse(program, self.limits))

    def verify(self, program: str, answer: int | Fraction) -> Outcome:
        """What a program does, held against the answer.

        Args:
            program: Text of the program.
            answer: The answer, as `data.executing.answers.read_answer` reads it.
        """
        return judged(self.execute(program), answer)


def judged(execution: Execution, answer: int | Fraction) -> Outcome:
    """A program that was executed, held against an answer; it can be held against several."""
    released = execution.failure is None and released_right(execution.value, answer)
    kind = execution.failure
    if kind is None:
        right = is_answer(execution.value, answer)
        kind = OutcomeClass.RIGHT if right else OutcomeClass.WRONG_VALUE
    return Outcome(kind, execution, answer, released)


def why(outcome: Outcome) -> str:
    """Why a program is not right, in one line; empty where it is."""
    if outcome.kind is OutcomeClass.WRONG_VALUE and not outcome.reason:
        return f"is {shown(outcome.value)}, where {shown(outcome.answer)} is the answer"
    return outcome.reason


@contextmanager
def executor(limits: Limits = LIMITS, *, sandbox: bool = True) -> Iterator[Executor]:
    """An executor for as long as the block runs.

    Args:
        limits: What a program may cost.
        sandbox: Whether the sandbox runs what the exact layer does not know. Where its package is
            not installed, such programs are `outside the subset`, with a line that names the extra.
    """
    with ExitStack() as stack:
        if not sandbox:
            yield Executor(limits)
            return
        try:
            opened = stack.enter_context(Sandbox(limits).open())
        except ImportError:
            yield Executor(limits, without=EXTRA)
        else:
            yield Executor(limits, opened)
