"""The row of the speed table about executing programs."""

import random

from benchmarks.speed.executing import executing_row, typical_program
from data.executing.execute import Executor
from data.executing.outcome import Layer


def test_a_program_costs_less_than_five_times_its_parsing() -> None:
    """Far from the limit, so that no disturbance decides."""
    row = executing_row(n_programs=40, repeats=5)

    assert row.goal == 1 / 5
    assert row.ratio >= row.goal


def test_programs_of_the_row_are_run_to_their_end() -> None:
    rng, run = random.Random(0), Executor()
    found = [run.execute(typical_program(rng)) for _ in range(200)]

    assert {one.layer for one in found} == {Layer.EXACT}
    n_ended = sum(one.failure is None for one in found)
    assert n_ended >= 190
