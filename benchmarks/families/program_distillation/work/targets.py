"""What a model has to write for each target: bits of held-out solutions, and copies as a floor."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.families.program_distillation.work.conversion import read_twins
from benchmarks.families.program_distillation.work.measures import Measures, mean, share
from data.executing.answers import is_answer, read_answer
from data.program_distillation.byte_model import ByteModel
from data.program_distillation.gsm8k import split_answer
from data.program_distillation.retrieval import Neighbours, binding, copied_program, copied_text
from data.program_distillation.running import value_of
from data.program_distillation.twins import Twin
from data.randomness import stream

TARGETS: Mapping[str, Callable[[Twin], str]] = {
    "program": lambda twin: twin.program,
    "chain_of_thought": lambda twin: twin.chain_of_thought,
    "answer": lambda twin: twin.answer,
}
"""What is written after a question, by the name of the target."""


def entropy(
    folder: Path, *, seed: int, fitted: int, tested: int, order: int, twins: Path
) -> Mapping[str, Any]:
    """Bits of the same held-out solutions as program, as chain of thought and as answer alone.

    Args:
        folder: Stays empty.
        seed: Replicate; it draws the solutions.
        fitted: Solutions that each byte model is fitted on.
        tested: Solutions whose bits are counted.
        order: Order of the byte models.
        twins: File of the twins.
    """
    known = read_twins(twins)
    rng = stream(seed, "program_distillation/entropy")
    drawn = [known[int(place)] for place in rng.choice(len(known), fitted + tested, replace=False)]
    bits = {
        name: _bits([write(twin) for twin in drawn], fitted, order)
        for name, write in TARGETS.items()
    }
    measures: Measures = {f"bits/{name}": mean(found) for name, found in bits.items()}
    for other in ("chain_of_thought", "answer"):
        pairs = zip(bits["program"], bits[other], strict=True)
        measures[f"bits/program_less_{other}"] = mean([mine - theirs for mine, theirs in pairs])
    return {"measures": measures}


def _bits(texts: Sequence[str], fitted: int, order: int) -> list[float]:
    model = ByteModel(texts[:fitted], order)
    return [model.bits(text) for text in texts[fitted:]]


def floor(folder: Path, *, solved: Path, asked: Path) -> Mapping[str, Any]:
    """Answer every test question by the solution of the nearest training question, re-bound.

    Args:
        folder: Stays empty.
        solved: File of the training twins.
        asked: File of the test twins.
    """
    known, questions = read_twins(solved), read_twins(asked)
    near = Neighbours([twin.question for twin in known]).nearest([t.question for t in questions])
    found = [_copied(known[place], twin) for place, twin in zip(near, questions, strict=True)]
    n = len(questions)
    return {
        "measures": {
            f"floor/{name}": share(sum(one[name] for one in found), n)
            for name in (*TARGETS, "program_ran")
        }
    }


def _copied(solved: Twin, asked: Twin) -> dict[str, bool]:
    """Whether each copied target gives the answer, and whether the copied program runs."""
    bound = binding(solved.question, asked.question)
    gold = read_answer(asked.answer)
    value = value_of(copied_program(solved.program, bound))
    stated = split_answer(copied_text(solved.chain_of_thought, bound))[1]
    return {
        "program": is_answer(value, gold),
        "program_ran": value is not None,
        "chain_of_thought": read_answer(stated) == gold,
        "answer": read_answer(copied_text(solved.answer, bound)) == gold,
    }
