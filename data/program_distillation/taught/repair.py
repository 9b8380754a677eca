"""Self-refinement: from a question, a program that fails, and a message, to the right program.

Training mixes such repairs with plain programs; at test time a program that the interpreter stops
is fed back once (PaD, arXiv 2305.13888). Nobody tells a student that a program which runs is wrong,
so only programs that come to no value can be repaired, in training as at test time. The gain of one
round is therefore never larger than the share of programs that fail.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from data.program_distillation.faults import KINDS, inject
from data.program_distillation.running import execute_exactly
from data.program_distillation.taught.solved import PROMPT_END, Solved
from data.randomness import stream

_COMMENT = "# "
"""Stands before what the interpreter says, as a comment does in a program."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair that is taught."""

    kind: str
    """Kind of the fault that was put in; see `data.program_distillation.faults.KINDS`."""
    prompt: str
    """What a student reads: question, faulty program, and the interpreter's message."""
    program: str
    """The right program, which it writes."""


def message_of(program: str) -> str:
    """What the interpreter says of a program that comes to no value; empty of one that does.

    It never says whether a value is right.
    """
    found = execute_exactly(program)
    if found.failure is not None:
        return f"{found.failure}: {found.reason}"
    return found.reason if found.value is None else ""


def repair_prompt(question: str, program: str, message: str) -> str:
    """What a student reads before it writes a program anew."""
    return f"{question}{PROMPT_END}{program}\n{_COMMENT}{message}{PROMPT_END}"


def repairs_of(problems: Iterable[Solved], seed: int) -> list[Repair]:
    """A repair of each problem, of a kind drawn evenly from those that make its program fail.

    Args:
        problems: Problems with right programs.
        seed: Replicate; a repair depends on it and on its problem alone.
    """
    found = (_repair(problem, seed) for problem in problems)
    return [repair for repair in found if repair is not None]


def _repair(problem: Solved, seed: int) -> Repair | None:
    """The first of all kinds, in a drawn order, whose fault the interpreter sees."""
    rng = stream(seed, "program_distillation/repair", problem.question)
    kinds = list(KINDS)
    for place in rng.permutation(len(kinds)):
        fault = inject(problem.program, kinds[place], problem.question, rng)
        if fault is not None and (message := message_of(fault.program)):
            prompt = repair_prompt(problem.question, fault.program, message)
            return Repair(fault.kind, prompt, problem.program)
    return None


Answer = Callable[[Sequence[str]], Sequence[str]]
"""Writes what a student answers to each prompt."""


@dataclass(frozen=True, slots=True)
class Refined:
    """Programs before and after one round in which those that fail are written again."""

    places: tuple[int, ...]
    """Problems whose first program fails: those that were written again."""
    prompts: tuple[str, ...]
    """What was read for them."""
    again: tuple[str, ...]
    """What was written for them."""
    programs: tuple[str, ...]
    """Programs of all problems after the round: the second one where the first one fails."""


def refine(problems: Sequence[Solved], programs: Sequence[str], answer: Answer) -> Refined:
    """Feed programs that fail back, each once, with what the interpreter says of it.

    Args:
        problems: Problems in order; of each only the question is read.
        programs: The first program of each.
        answer: The student.
    """

    def prompt(place: int, message: str) -> str:
        return repair_prompt(problems[place].question, programs[place], message)

    return _again(programs, prompt, answer)


def redraw(problems: Sequence[Solved], programs: Sequence[str], answer: Answer) -> Refined:
    """Write programs that fail again, each once, from the question alone: what a repair must beat.

    Args:
        problems: Problems in order; of each only the question is read.
        programs: The first program of each.
        answer: The student, which draws: the likeliest tokens would give the same program.
    """
    return _again(programs, lambda place, message: problems[place].prompt, answer)


def _again(programs: Sequence[str], prompt: Callable[[int, str], str], answer: Answer) -> Refined:
    messages = [message_of(program) for program in programs]
    places = tuple(place for place, message in enumerate(messages) if message)
    prompts = tuple(prompt(place, messages[place]) for place in places)
    again = tuple(answer(prompts)) if prompts else ()
    after = list(programs)
    for place, program in zip(places, again, strict=True):
        after[place] = program
    return Refined(places, prompts, again, tuple(after))
