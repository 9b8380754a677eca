"""The work of self-refinement: a corpus with repairs, one round of repairs, and one of redraws."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.families.program_distillation.gpu.drawing import draw_answers
from benchmarks.families.program_distillation.students.solving import write_answers
from benchmarks.families.program_distillation.work.measures import Measures, count, mean, share
from data.prior import load_prior
from data.program_distillation.taught.judging import judge
from data.program_distillation.taught.repair import Refined, Repair, redraw, refine, repairs_of
from data.program_distillation.taught.solved import Solved, read_solved
from data.randomness import stream
from data.text.corpus import Document, write_corpus
from data.text.tokens import encode, load_tokenizer
from lightning_modules.device import Advance, Device

_FAMILY = "program_distillation/refined"


def teach_repairs(
    folder: Path, *, passes: int, seed: int, context: int, train: Path, tokenizer: Path
) -> Mapping[str, Any]:
    """Write a corpus of programs and repairs, mixed anew in each pass.

    Args:
        folder: Receives `corpus.arrow`.
        passes: How often each problem and each repair is seen.
        seed: Replicate; it draws faults and order.
        context: Tokens that a student reads at once; longer repairs are left out and counted.
        train: File of the problems.
        tokenizer: Folder of the tokenizer.
    """
    problems, words = read_solved(train), load_tokenizer(tokenizer)
    repairs = repairs_of(problems, seed)
    taught: list[Solved | Repair] = [*problems, *repairs]
    pairs = [(one.prompt, one.program) for one in taught]
    prompts = encode(words, (prompt for prompt, _ in pairs))
    programs = encode(words, (program for _, program in pairs))
    lengths = [
        len(prompt) + len(program) + 2 for prompt, program in zip(prompts, programs, strict=True)
    ]
    places = [place for place, length in enumerate(lengths) if length <= context]
    order = [
        places[int(at)]
        for number in range(passes)
        for at in stream(seed, f"{_FAMILY}/passes", number).permutation(len(places))
    ]
    write_corpus(
        folder / "corpus.arrow",
        (
            Document(str(number), pairs[place][1], "gsm8k", "MIT", 0, pairs[place][0])
            for number, place in enumerate(order)
        ),
    )
    kinds = Counter(repair.kind for repair in repairs)
    return {
        "measures": {
            "taught/problems": count(len(problems), len(problems)),
            "taught/repairs": count(len(repairs), len(problems)),
            "taught/too_long": count(len(pairs) - len(places), len(pairs)),
            "taught/presented": count(len(order), len(order)),
            "taught/tokens": count(sum(lengths[place] for place in order), len(order)),
            **{f"repairs/{kind}": count(n, len(repairs)) for kind, n in sorted(kinds.items())},
        }
    }


def repair(
    folder: Path,
    *,
    model: Path,
    context: int,
    max_tokens: int,
    at_once: int,
    temperature: float,
    seed: int,
    test: Path,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Let a student repair its programs that fail, once, and let it draw them once more instead.

    Both write as many further programs; a repair reads more. Only what the interpreter says is told
    to the student, and nothing of the answer.

    Args:
        folder: Stays empty.
        model: Checkpoint of the student, with its tokenizer.
        context: Tokens that it reads at once.
        max_tokens: Tokens at which a program is cut off.
        at_once: Programs that are written at a time.
        temperature: Temperature of the second draw.
        seed: Replicate; it draws.
        test: File of the problems.
        device: Where the student writes.
        advance: Told how many more tokens were written.
    """
    prior = load_prior(model, context=context, prefix=True)
    problems = read_solved(test)
    where: dict[str, Any] = {
        "max_tokens": max_tokens, "at_once": at_once, "device": device, "advance": advance,
    }  # fmt: skip

    def greedily(prompts: Sequence[str]) -> Sequence[str]:
        return write_answers(prior, prompts, **where)

    def by_chance(prompts: Sequence[str]) -> Sequence[str]:
        drawn = draw_answers(prior, prompts, each=1, temperature=temperature, seed=seed, **where)
        return [one for (one,) in drawn]

    first = greedily([one.prompt for one in problems])
    rounds = {
        "refine": refine(problems, first, greedily),
        "redraw": redraw(problems, first, by_chance),
    }
    tokens = {name: _tokens(prior.tokenizer, one) for name, one in rounds.items()}
    return {"measures": compared(problems, first, rounds) | _costs(tokens)}


def _tokens(tokenizer: Any, one: Refined) -> dict[str, int]:
    """Tokens that a round read and wrote."""
    texts = {"read": one.prompts, "written": one.again}
    return {name: sum(map(len, encode(tokenizer, found))) for name, found in texts.items()}


def _costs(tokens: Mapping[str, Mapping[str, int]]) -> Measures:
    return {
        f"{name}/tokens_{what}": count(number, 1)
        for name, found in tokens.items()
        for what, number in found.items()
    }


def compared(
    problems: Sequence[Solved], first: Sequence[str], rounds: Mapping[str, Refined]
) -> Measures:
    """What each round gains over the first programs, and the two rounds problem by problem.

    Args:
        problems: Problems with their answers.
        first: The first program of each.
        rounds: The round of repairs as `refine`, and that of redraws as `redraw`.
    """
    before = _right(problems, first)
    after = {name: _right(problems, one.programs) for name, one in rounds.items()}
    n, failed = len(problems), len(rounds["refine"].places)
    measures: Measures = {"first/right": share(sum(before), n), "first/failed": share(failed, n)}
    for name, right in after.items():
        one = rounds[name]
        again = [judge(text, "program", "0").ran for text in one.again]
        measures |= {
            f"{name}/right": share(sum(right), n),
            f"{name}/gain": _difference(right, before),
            f"{name}/ran": share(sum(again), failed),
        }
    return measures | {"refine/less_redraw": _difference(after["refine"], after["redraw"])}


def _right(problems: Sequence[Solved], programs: Sequence[str]) -> list[bool]:
    return [
        judge(program, "program", one.answer).is_right
        for one, program in zip(problems, programs, strict=True)
    ]


def _difference(mine: Sequence[bool], other: Sequence[bool]) -> dict[str, float | int | None]:
    return mean([float(a) - float(b) for a, b in zip(mine, other, strict=True)])
