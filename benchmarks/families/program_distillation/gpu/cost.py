"""What students of GSM8K's twins take on a GPU: arithmetic alone, for nobody has measured it."""

from collections.abc import Mapping, Sequence

from benchmarks.families.program_distillation.students.settings import Student
from lightning_modules.settings import ModelShape

_CARD = "H100"
_FLOPS = 200e12
"""Operations in bf16 per second that are counted on, a fifth of what the maker states."""
_PROBLEMS = 6_997
_TOKENS = {"program": 94, "chain_of_thought": 155, "answer": 66}
"""Tokens of a problem with what is written after it, a mean over all twins by SmolLM2's words."""
_REPAIR_TOKENS = 137
"""The same of a repair."""
_STAGES_SECONDS = 15.0
"""Seconds of a student beside its training: loading, writing 1,205 solutions, writing files."""
_SEARCH_SECONDS = 90.0
"""Seconds of two searches by beams and of the votes: some 60 steps of 30 ms for each of 10 batches,
with the verifier's host work."""


def weights(shape: ModelShape) -> float:
    """Weights that a token is multiplied with, of a third as many keys as queries."""
    attention = shape.width**2 * (2 + 2 / 3)
    layer = attention + 3 * shape.width * shape.feed_forward
    return shape.layers * layer + shape.width * shape.vocabulary_size


def seconds(
    shape: ModelShape, student: Student, passes: int, *, refined: bool, searched: bool
) -> float:
    """Seconds of one student of all twins: its training, its solutions, and its search."""
    tokens = _TOKENS[student.target] + (_REPAIR_TOKENS if refined else 0)
    training = 6 * weights(shape) * _PROBLEMS * tokens * passes / _FLOPS
    rounds = 2 if refined else 1
    return training + rounds * _STAGES_SECONDS + (_SEARCH_SECONDS if searched else 0)


def in_words(
    shape: ModelShape,
    taught: Mapping[str, Student],
    refined: Sequence[str],
    searched: Sequence[str],
    passes: int,
    seeds: Sequence[int],
) -> str:
    """What all students of some seeds take, in words."""
    one = sum(
        seconds(shape, student, passes, refined=arm in refined, searched=arm in searched)
        for arm, student in taught.items()
    )
    return (
        f"about {one * len(seeds) / 60:,.0f} minutes of one {_CARD} for {len(seeds)} seeds; "
        "reckoned from operations and steps, not measured"
    )
