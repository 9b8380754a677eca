"""The work of the first stage: GSM8K's twins as problems, without what is tested on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

from benchmarks.families.program_distillation.students.teaching import token_counts
from benchmarks.families.program_distillation.work.conversion import read_twins
from benchmarks.families.program_distillation.work.measures import count
from data.errors import BadInput
from data.program_distillation.gsm8k import load_problems
from data.program_distillation.held_out import apart, refuse_test_questions
from data.program_distillation.taught.solved import TARGETS, Solved, write_solved
from data.program_distillation.taught.tokens import train_digit_tokenizer
from data.text.tokens import load_tokenizer


def prepare(
    folder: Path,
    *,
    learnt: Path,
    asked: Path,
    train: int,
    test: int,
    context: int,
    tokenizer: Path | None,
    vocabulary_size: int,
) -> Mapping[str, Any]:
    """Write the problems that all students share, and their tokenizer.

    A problem is left out for all students where a student of any target could not read it whole.

    Args:
        folder: Receives `train.jsonl`, `test.jsonl` and `tokenizer/`.
        learnt: File of the training part's twins.
        asked: File of the test part's twins.
        train: Problems to learn at most; 0 for all.
        test: Problems to ask at most; 0 for all.
        context: Tokens that a student reads at once.
        tokenizer: Folder of the tokenizer of the model that students begin with; None trains one
            of `vocabulary_size` tokens on the problems.
        vocabulary_size: Tokens of that tokenizer.

    Raises:
        BadInput: No problem is left, or one shares text with a test question.
    """
    clean = {problem.row for problem in apart(load_problems("train"))}
    twins = read_twins(learnt)
    known = [Solved.of(twin) for twin in twins if twin.provenance.row in clean]
    questions = [Solved.of(twin) for twin in read_twins(asked)][: test or None]
    words = _words(tokenizer, known, vocabulary_size)
    words.save_pretrained(folder / "tokenizer")
    fitting = _that_fit(words, known, context)
    mine = fitting[: train or None]
    if not mine:
        raise BadInput(
            f"none of {len(known)} problems fits into {context} tokens; raise model.context"
        )
    texts = (f"{one.question} {one.chain_of_thought}" for one in mine)
    refuse_test_questions("the students' problems", texts)
    write_solved(folder / "train.jsonl", mine)
    write_solved(folder / "test.jsonl", questions)
    lost = {"shares_text": len(twins) - len(known), "too_long": len(known) - len(fitting)}
    return {
        "measures": {
            "problems/train": count(len(mine), len(twins)),
            "problems/test": count(len(questions), len(questions)),
            **{f"problems/{name}": count(number, len(twins)) for name, number in lost.items()},
        }
    }


def _words(
    tokenizer: Path | None, problems: Sequence[Solved], vocabulary_size: int
) -> PreTrainedTokenizerFast:
    if tokenizer is not None:
        return load_tokenizer(tokenizer)
    texts = (text for one in problems for text in (one.question, *map(one.text, TARGETS)))
    return train_digit_tokenizer(texts, vocabulary_size)


def _that_fit(
    words: PreTrainedTokenizerFast, problems: Sequence[Solved], context: int
) -> list[Solved]:
    counts = zip(*(token_counts(words, problems, target) for target in TARGETS), strict=True)
    longest = map(max, counts)
    return [one for one, length in zip(problems, longest, strict=True) if length <= context]
