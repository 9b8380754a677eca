"""Measured speed of executing programs: the exact layer against parsing the program alone."""

import ast
import random
import statistics
import time
from collections.abc import Callable, Sequence

from benchmarks.speed.ratios import Row
from data.executing.execute import Executor

GOAL = 1 / 5
"""A program costs at most five times what it costs to parse it."""
_NAMES = ("clips", "friends", "eggs_per_day", "price", "miles", "hours_worked", "half", "rest")
_OPERATORS = ("+", "-", "*", "/")


def executing_row(n_programs: int = 200, repeats: int = 9) -> Row:
    """Programs/s of the exact layer, against `ast.parse` of the same programs.

    Ours includes parsing, the checks before it, and the values of every line. Both go over all
    programs in turns, so that both meet the same disturbances; medians of the turns.

    Args:
        n_programs: Number of programs, drawn by lot in the manner of PaD.
        repeats: How often each of the two goes over all programs.
    """
    rng = random.Random(0)
    programs = [typical_program(rng) for _ in range(n_programs)]
    run, turns = Executor(), range(repeats)
    timed = [(_seconds(run.execute, programs), _seconds(ast.parse, programs)) for _ in turns]
    ours, baseline = (statistics.median(times) for times in zip(*timed, strict=True))
    mean = statistics.mean(map(len, programs))
    return Row(
        name=f"executing: {n_programs} programs of {mean:.0f} characters in the mean, in exact "
        "fractions: ours to ast.parse alone",
        ours=n_programs / ours,
        baseline=n_programs / baseline,
        unit="programs/s",
        goal=GOAL,
    )


def typical_program(rng: random.Random) -> str:
    """A program of one to five steps, each of numbers and of what the steps before it gave."""
    lines, known = [], [str(rng.randint(2, 99)) for _ in range(3)]
    for place in range(rng.randint(1, 5)):
        name = f"{rng.choice(_NAMES)}_{place}"
        left, right = rng.choice(known), rng.choice(known)
        lines.append(f"    {name} = {left} {rng.choice(_OPERATORS)} ({right} + 1)")
        known.append(name)
    return "\n".join(("def solution():", *lines, f"    return {known[-1]}\n"))


def _seconds(work: Callable[[str], object], programs: Sequence[str]) -> float:
    """Seconds of this process: both are work of one thread, and a turn is short beside others."""
    began = time.process_time()
    for program in programs:
        work(program)
    return time.process_time() - began
