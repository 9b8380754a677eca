"""Which problems a student is taught, and with which programs: faulty, filtered, shuffled, pruned.

All of these change one set of problems in one way, so that two students differ in that alone. What
is drawn is drawn anew for every problem, keyed by its question, so that no other problem moves it.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from data.errors import BadInput
from data.executing.answers import is_answer, read_answer
from data.program_distillation.byte_model import ByteModel
from data.program_distillation.faults import KINDS, inject
from data.program_distillation.running import execute_exactly
from data.program_distillation.taught.solved import Solved
from data.randomness import stream

Problems = Sequence[Solved]
Keep = Literal["random", "entropy", "length", "compression"]
"""By what a share of the problems is kept: at random, or those whose programs have the most of it;
see `MOST_OF`."""
_FOLDS = 2
"""Parts into which programs are divided so that no byte model judges what it was fitted on."""


def with_faults(problems: Problems, share: float, seed: int) -> list[Solved]:
    """The problems, a share of them with one fault in the program.

    Whether a problem gets a fault is drawn by itself, and its kind evenly from those that find a
    place in its program. A fault may change nothing that matters; that is part of what is taught.

    Args:
        problems: Problems with right programs.
        share: Chance that a program gets a fault.
        seed: Replicate.
    """
    return [_with_fault(problem, share, seed) for problem in problems]


def _with_fault(problem: Solved, share: float, seed: int) -> Solved:
    rng = stream(seed, "program_distillation/students/fault", problem.question)
    if rng.random() >= share:
        return problem
    found = [inject(problem.program, kind, problem.question, rng) for kind in KINDS]
    faults = [fault for fault in found if fault is not None]
    return replace(problem, program=faults[int(rng.integers(len(faults)))].program)


def accepted(problems: Problems) -> list[Solved]:
    """What a filter by execution keeps: problems whose program runs and gives the answer.

    Raises:
        BadInput: It keeps none; nothing can be learnt from nothing.
    """
    kept = [problem for problem in problems if gives_answer(problem)]
    if not kept:
        raise BadInput(
            f"execution keeps 0 of {len(problems)} programs; there is nothing to train on: look at "
            "the answers, or lower the share of faults"
        )
    return kept


def gives_answer(problem: Solved) -> bool:
    """Whether the program, run exactly, gives the answer."""
    return is_answer(execute_exactly(problem.program).value, read_answer(problem.answer))


def topped_up(problems: Problems, reserve: Problems, count: int) -> list[Solved]:
    """The problems and as many of a reserve as make `count`, in the reserve's order.

    Raises:
        BadInput: The reserve is too small.
    """
    missing = count - len(problems)
    if not 0 <= missing <= len(reserve):
        raise BadInput(
            f"{len(problems)} problems and a reserve of {len(reserve)} do not make {count}; draw "
            "a larger reserve"
        )
    return [*problems, *reserve[:missing]]


def shuffled(problems: Problems, seed: int) -> list[Solved]:
    """Every question with the program of another one, drawn so that each program is there once.

    Raises:
        BadInput: There is no other one.
    """
    if len(problems) < 2:
        raise BadInput("one problem has no other program; give two problems or more")
    order = stream(seed, "program_distillation/students/shuffled").permutation(len(problems))
    place = {int(mine): int(other) for mine, other in zip(order, np.roll(order, 1), strict=True)}
    return [
        replace(problem, program=problems[place[number]].program)
        for number, problem in enumerate(problems)
    ]


def kept_share(problems: Problems, share: float, by: Keep, seed: int) -> list[Solved]:
    """A share of the problems, in their order: drawn, or those whose programs have the most.

    Ties are broken by draws. A draw of a smaller share is part of that of a larger one.

    Args:
        problems: Problems with programs.
        share: Share that is kept, above 0; the number is rounded, and is one at least.
        by: What decides.
        seed: Replicate; it draws, and breaks ties.
    """
    count = max(round(share * len(problems)), 1)
    ties = stream(seed, "program_distillation/students/kept").permutation(len(problems))
    amount = np.zeros(len(problems)) if by == "random" else np.array(MOST_OF[by](problems))
    places = np.lexsort((ties, -amount))[:count]
    return [problems[int(place)] for place in np.sort(places)]


def _entropy(problems: Problems) -> list[float]:
    """Bits of each program under a byte model of the programs of the other fold."""
    bits = [0.0] * len(problems)
    for fold in range(_FOLDS):
        mine = range(fold, len(problems), _FOLDS)
        others = (one.program for at, one in enumerate(problems) if at % _FOLDS != fold)
        model = ByteModel(others)
        for place in mine:
            bits[place] = model.bits(problems[place].program)
    return bits


def _length(problems: Problems) -> list[float]:
    """Bytes of each program."""
    return [float(len(problem.program.encode())) for problem in problems]


def _compression(problems: Problems) -> list[float]:
    """Compressed over plain bytes of question and program: how little of it repeats itself."""
    texts = [f"{problem.prompt}{problem.program}".encode() for problem in problems]
    return [len(zlib.compress(text, 9)) / len(text) for text in texts]


MOST_OF: Mapping[str, Callable[[Problems], list[float]]] = {
    "entropy": _entropy,
    "length": _length,
    "compression": _compression,
}
"""What is measured of programs to keep those that have the most of it."""
