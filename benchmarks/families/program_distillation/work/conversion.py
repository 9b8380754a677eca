"""GSM8K's solutions become programs, are run, and are kept where they give the answer."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.families.program_distillation.work.measures import (
    UNFINISHED,
    Measures,
    count,
    mean,
    share,
)
from data.executing.answers import is_answer, read_answer, released_right
from data.executing.outcome import OutcomeClass
from data.program_distillation.gsm8k import PARTS, load_problems
from data.program_distillation.held_out import apart, test_questions
from data.program_distillation.programs import unused_steps
from data.program_distillation.running import execute_exactly
from data.program_distillation.twins import Lost, Provenance, Twin, twin_of
from data.sources.evaluation_sets import shared_questions


def convert(folder: Path) -> Mapping[str, Any]:
    """Write the twins of both parts whose program gives the answer, and say what became of all."""
    measures: Measures = {}
    for part in PARTS:
        kept, found = _convert_part(part)
        measures |= {f"{part}/{key}": measure for key, measure in found.items()}
        lines = [json.dumps(asdict(twin), ensure_ascii=False) for twin in kept]
        (folder / f"{part}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return {"measures": measures | _shared()}


def _shared() -> Measures:
    """How much of the two parts shares text, by the suite's own search for evaluated text."""
    train = load_problems("train")
    questions = shared_questions((f"{p.question} {p.solution}" for p in train), test_questions())
    return {
        "train/shares_text": count(len(train) - len(apart(train)), len(train)),
        "test/shares_text": count(questions, len(test_questions())),
    }


def _convert_part(part: str) -> tuple[list[Twin], Measures]:
    problems = load_problems(part)
    classes: Counter[str] = Counter()
    kept: list[Twin] = []
    printed_right = exactly_rejected = by_rounding = released_spurious = 0
    for problem in problems:
        twin = twin_of(problem, part)
        if isinstance(twin, Lost):
            classes[twin.reason] += 1
            continue
        answer = read_answer(twin.answer)
        found = execute_exactly(twin.program)
        right = found.failure is None and is_answer(found.value, answer)
        released = released_right(found.value, answer)
        classes[_class_of(found.failure, right)] += 1
        kept += [twin] if right else []
        if _is_printed_right(twin):
            printed_right += 1
            exactly_rejected += not right
            by_rounding += not released
        released_spurious += released and not right
    n = len(problems)
    measures = {
        "right": share(len(kept), n),
        "printed_right": share(printed_right, n),
        "exact/right_rejected": count(exactly_rejected, printed_right),
        "rounding/right_rejected": count(by_rounding, printed_right),
        "rounding/wrong_accepted": count(released_spurious, n - len(kept)),
        **{f"class/{name}": count(number, n) for name, number in sorted(classes.items())},
    }
    return kept, measures | _sizes(kept)


def _class_of(failure: OutcomeClass | None, right: bool) -> str:
    """Class of a person's program; the person is right in any case."""
    if failure is not None:
        return str(failure)
    return str(OutcomeClass.RIGHT) if right else UNFINISHED


def _is_printed_right(twin: Twin) -> bool:
    """Whether the last annotation prints the answer: right as it is written, before it is run."""
    try:
        return read_answer(twin.printed[-1]) == read_answer(twin.answer)
    except ValueError:
        return False


def _sizes(kept: Sequence[Twin]) -> Measures:
    return {
        "steps": mean([twin.program.count("\n") + 1 for twin in kept]),
        "characters/program": mean([len(twin.program) for twin in kept]),
        "characters/chain_of_thought": mean([len(twin.chain_of_thought) for twin in kept]),
        "unused_step": share(sum(unused_steps(twin.program) > 0 for twin in kept), len(kept)),
    }


def read_twins(path: Path) -> list[Twin]:
    """The twins that `convert` wrote, in the order of their rows."""
    found = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        fields = json.loads(line)
        fields |= {
            "provenance": Provenance(**fields["provenance"]),
            "printed": tuple(fields["printed"]),
        }
        found.append(Twin(**fields))
    return found
