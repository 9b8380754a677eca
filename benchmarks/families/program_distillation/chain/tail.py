"""What becomes of types of problems in one chain, and what the theory expects of them.

Types are problems of one program but for its numbers; a fifth of them counts as hard, those that
generation 0 answers worst of problems that no model has seen. That is what the law of verified
recursion calls the hardest (`theory.program_distillation.tail`), and it is settled before any
corpus is made. Fifths by steps are beside it, which look at no model at all.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from benchmarks.chains.record import Record
from data.errors import BadInput
from data.executing.verification import FIFTHS
from theory.program_distillation.recursion import Types, accumulated, replaced

Floats = NDArray[np.float64]
Measure = Callable[[Record, int], Floats]
"""A number of every type, of a record and one of its generations."""
Number = Callable[[Record, int], float]
"""A number of a record and one of its generations."""
RIGHT = "answers/executed_accuracy"
"""Measure of the share of held-out problems that are answered right."""
_TYPE, _FIFTH = "type_{:02}", "fifth_{}"
_ALL = "none"
_FINEST = 10**6
"""Denominator up to which a measured share becomes a fraction of the theory."""


def value(record: Record, generation: int, key: str) -> float:
    """A share on record; 0 where a part has no answers, and so none that are right.

    Raises:
        BadInput: The record is of a chain that executes nothing.
    """
    answers = record.generations[generation].answers
    if answers is None:
        raise BadInput(f"{record.name} has no executed answers; its recipe needs executes")
    return answers[key].value if key in answers else 0.0


def parts(record: Record) -> int:
    """Number of types that the human text has."""
    answers = record.generations[0].answers or {}
    return sum(key.startswith("corpus/share/type_") for key in answers)


def over_types(record: Record, generation: int, measure: str) -> Floats:
    """A measure of every type of one generation, shape (types,), easiest by steps first.

    Args:
        record: Record of a chain.
        generation: Index of the generation.
        measure: `corpus/share`, or `answers/executed_accuracy`.
    """
    names = [_TYPE.format(place + 1) for place in range(parts(record))]
    return np.array([value(record, generation, f"{measure}/{name}") for name in names])


def passing(record: Record, generation: int) -> Floats:
    """Shares of held-out problems of every type that a generation answers right, shape (types,)."""
    return over_types(record, generation, "answers/executed_accuracy")


def shares(record: Record, generation: int) -> Floats:
    """Share of every type in the corpus of a generation, shape (types,)."""
    return over_types(record, generation, "corpus/share")


def by_difficulty(record: Record) -> NDArray[np.int64]:
    """Places of the types, from the one that generation 0 answers worst.

    Of equal ones that with more steps is first.
    """
    return np.lexsort((-np.arange(parts(record)), passing(record, 0)))


def hard(record: Record) -> NDArray[np.int64]:
    """Places of the fifth of the types that generation 0 answers worst."""
    return by_difficulty(record)[: parts(record) // FIFTHS]


def easy(record: Record) -> NDArray[np.int64]:
    """Places of the fifth of the types that generation 0 answers best."""
    return by_difficulty(record)[-(parts(record) // FIFTHS) :]


def harder_half(record: Record) -> NDArray[np.int64]:
    """Places of the half of the types that generation 0 answers worst."""
    return by_difficulty(record)[: parts(record) // 2]


def hard_share(record: Record, generation: int) -> float:
    """Share of the hardest fifth of types in the corpus of a generation."""
    return float(shares(record, generation)[hard(record)].sum())


def half_share(record: Record, generation: int) -> float:
    """Share of the harder half of types in the corpus of a generation.

    Laws are held against it: of the hardest fifth so little may be left that any law is met.
    """
    return float(shares(record, generation)[harder_half(record)].sum())


def hard_accuracy(record: Record, generation: int) -> float:
    """Share of held-out problems of the hardest fifth of types that are answered right."""
    return float(passing(record, generation)[hard(record)].mean())


def easy_accuracy(record: Record, generation: int) -> float:
    """Share of held-out problems of the easiest fifth of types that are answered right."""
    return float(passing(record, generation)[easy(record)].mean())


def accuracy(record: Record, generation: int) -> float:
    """Share of all held-out problems that are answered right."""
    return value(record, generation, f"answers/executed_accuracy/{_ALL}")


def most_steps_share(record: Record, generation: int) -> float:
    """Share of the fifth with most steps in the corpus of a generation."""
    return value(record, generation, f"corpus/share/{_FIFTH.format(FIFTHS)}")


def slope(values: Sequence[float]) -> float:
    """Change per generation of a number, by least squares."""
    return float(np.polyfit(np.arange(len(values)), values, 1)[0])


def expected_shares(record: Record, generation: int, *, kept: bool = False) -> Floats:
    """Shares of the types that the law expects: pass rates of generation 0, never changing.

    Args:
        record: Record of a chain, of which generation 0 alone is read.
        generation: Index of the generation whose corpus is foretold.
        kept: Whether earlier corpora are kept, as in `executed_accumulate`.

    Returns:
        One share for each type, shape (types,), in the order of the record.
    """
    case = Types(
        first=tuple(int(share * _FINEST) for share in shares(record, 0)),
        rates=tuple(Fraction(rate).limit_denominator(_FINEST) for rate in passing(record, 0)),
        generations=generation,
    )
    return accumulated(case) if kept else replaced(case)


def anew_shares(record: Record, generation: int) -> Floats:
    """Shares of the types where all questions are asked anew: one factor of pass rates.

    They are those of the model that answered, the last one before the generation; generation 0 has
    human text.
    """
    if generation == 0:
        return shares(record, 0)
    right = shares(record, 0) * passing(record, generation - 1)
    return np.asarray(right / right.sum())


def followed_shares(record: Record, generation: int) -> Floats:
    """Shares of the types that the recursion gives with the pass rates of every generation.

    The law takes them as constant; here each model's own ones are taken, on held-out problems.
    """
    followed = shares(record, 0)
    for before in range(generation):
        followed = followed * passing(record, before)
        followed = followed / followed.sum()
    return followed
