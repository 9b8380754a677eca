"""The work of the published students' stages: merge, fit, and search every test set."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from transformers import AutoModelForSeq2SeqLM, PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.families.program_distillation.gpu.searching import encoder_of
from benchmarks.families.program_distillation.gpu.stages import encoder_file
from benchmarks.families.program_distillation.paper.needs import check
from benchmarks.families.program_distillation.paper.settings import (
    GSM8K,
    ROUNDS,
    PublishedSettings,
    file_of,
)
from benchmarks.families.program_distillation.work.measures import Measures, count, share
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.stage import Stage
from data.checkpoints.other import load_other
from data.errors import BadInput, readable
from data.executing.answers import read_answer
from data.executing.execute import executor
from data.executing.outcome import Outcome
from data.files import file_digest, folder_identity
from data.program_distillation.faithfulness import FaithfulLines
from data.program_distillation.gsm8k import load_problems
from data.program_distillation.held_out import apart, refuse_test_questions
from data.program_distillation.taught.rounds import merge, read_rounds
from data.program_distillation.taught.solved import PROMPT_END, Solved, read_solved, write_solved
from data.text.tokens import encode, load_tokenizer
from lightning_modules.device import Advance, Device
from lightning_modules.program_distillation.sequences import Pair, fit_pairs
from lightning_modules.program_distillation.settings import SequenceSettings
from lightning_modules.writing.beams import BeamRule, LineJudge, search_beams


def merge_rounds(folder: Path, *, rounds: Path) -> Mapping[str, Any]:
    """Merge a teacher's rounds over GSM8K's training part, and keep what gives the answer.

    Args:
        folder: Receives `kept.jsonl`.
        rounds: File of the teacher's programs.

    Raises:
        BadInput: Nothing is kept, or it shares text with a test question.
    """
    problems = {
        one.question: Solved(one.question, "", one.solution, one.answer)
        for one in apart(load_problems("train"))
    }
    with executor() as run:
        merged = merge(read_rounds(rounds), problems, run)
    refuse_test_questions(str(rounds), (f"{one.question} {one.program}" for one in merged.kept))
    write_solved(folder / "kept.jsonl", merged.kept)
    n = sum(merged.classes.values())
    return {
        "measures": {
            "rounds/kept": share(len(merged.kept), n),
            "rounds/questions": count(merged.questions, len(problems)),
            "rounds/copied": share(merged.copied, len(merged.kept)),
            **{f"rounds/class/{name}": count(k, n) for name, k in sorted(merged.classes.items())},
        }
    }


def fit_student(
    folder: Path,
    *,
    start: str | Path,
    settings: SequenceSettings,
    seed: int,
    kept: Path,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Fit one student on questions and programs.

    Args:
        folder: Receives `model/`.
        start: The published model.
        settings: How it is fitted.
        seed: Replicate.
        kept: File of the problems with their programs.
        device: Where it is fitted.
        advance: Told of every epoch.
    """
    model, words = load_other(AutoModelForSeq2SeqLM, start), load_tokenizer(start)
    problems = read_solved(kept)
    pairs = _pairs(words, problems)
    short = [
        (source, target)
        for source, target in pairs
        if len(source) <= settings.source_tokens and len(target) <= settings.target_tokens
    ]
    pad = words.eos_token_id if words.pad_token_id is None else words.pad_token_id
    fitted = fit_pairs(
        model, short, settings, pad=int(pad), seed=seed, folder=folder, device=device,
        advance=advance,
    )  # fmt: skip
    words.save_pretrained(folder / "model")
    return {
        "measures": {
            "fit/pairs": count(len(short), len(pairs)),
            "fit/too_long": count(len(pairs) - len(short), len(pairs)),
            "fit/epochs": count(fitted.epochs, settings.epochs),
            "fit/best_epoch": count(fitted.best_epoch, settings.epochs),
            "fit/validation_loss": {"value": min(fitted.losses), "stderr": None, "n": 1},
            "fit/parameters": count(model.num_parameters(), 1),
        }
    }


def _pairs(words: PreTrainedTokenizerFast, problems: Sequence[Solved]) -> list[Pair]:
    end = int(words.eos_token_id)
    sources = encode(words, (one.prompt for one in problems))
    targets = encode(words, (one.program for one in problems))
    return [([*a, end], [*b, end]) for a, b in zip(sources, targets, strict=True)]


def read_set(path: Path) -> list[Solved]:
    """A test set of questions and answers, one JSON object a line.

    Raises:
        BadInput: A line has no question, or an answer that says no number, by its number.
    """
    problems = []
    mend = 'a line is {"question": "..", "answer": ".."}'
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            with readable(f"{path}:{number}", mend):
                row = json.loads(line)
                read_answer(row["answer"])
                problems.append(Solved(row["question"], "", "", str(row["answer"])))
    if not problems:
        raise BadInput(f"{path}: holds no question; {mend}")
    return problems


def solve_sets(
    folder: Path,
    *,
    model: Path,
    sets: Mapping[str, Path],
    widths: Sequence[int],
    max_tokens: int,
    prompts_at_once: int,
    test: int,
    encoder: Path | None,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Search programs for every question of every set, by plain and by verified beams.

    Args:
        folder: Stays empty.
        model: The fitted student.
        sets: Files of the sets by name; GSM8K's test part is always one.
        widths: Beams of each question.
        max_tokens: Tokens at which a program is cut off.
        prompts_at_once: Questions that are searched at a time.
        test: Questions of each set at most; 0 for all.
        encoder: Folder of the encoder of lines; None counts words in common.
        device: Where the student writes.
        advance: Told how many more tokens were written.
    """
    student, words = load_other(AutoModelForSeq2SeqLM, model), load_tokenizer(model)
    student.to(device.kind)  # type: ignore[arg-type]
    gsm8k = [Solved(p.question, "", p.solution, p.answer) for p in load_problems("test")]
    asked = {GSM8K: gsm8k, **{name: read_set(path) for name, path in sets.items()}}
    measures: Measures = {}
    for name, whole in asked.items():
        problems = whole[: test or None]
        judge = FaithfulLines(encoder_of(encoder, device), [one.question for one in problems])
        for width in widths:
            rule = BeamRule(width=width, max_tokens=max_tokens, prompts_at_once=prompts_at_once)
            for way, judged_by in (("beam", None), ("verified", judge)):
                texts = _search(student, words, problems, rule, judged_by, advance)
                found = _measured(problems, texts)
                measures |= {f"{name}/{way}_{width}/{key}": one for key, one in found.items()}
    return {"measures": measures}


def _search(
    student: PreTrainedModel,
    words: PreTrainedTokenizerFast,
    problems: Sequence[Solved],
    rule: BeamRule,
    judge: LineJudge | None,
    advance: Advance,
) -> list[str]:
    prompts = [f"{one.question}{PROMPT_END}" for one in problems]
    answers = search_beams(student, words, prompts, rule, judge=judge, advance=advance)
    return list(words.batch_decode([one.tokens for one in answers], skip_special_tokens=False))


def _measured(problems: Sequence[Solved], texts: Sequence[str]) -> Measures:
    """Shares of right programs, of those that ran, and of what the released scorer accepts."""
    with executor() as run:
        outcomes: list[Outcome] = [
            run.verify(text, read_answer(one.answer))
            for one, text in zip(problems, texts, strict=True)
        ]
    n = len(outcomes)
    return {
        "right": share(sum(one.is_right for one in outcomes), n),
        "ran": share(sum(one.execution.failure is None for one in outcomes), n),
        "released_right": share(sum(one.released for one in outcomes), n),
    }


def paper_stages(study: PublishedSettings, arm: str, seed: int, bench: Bench) -> Sequence[Stage]:
    """All stages of one student, in their order; the rounds are merged once for all.

    Args:
        study: The study.
        arm: Name of the arm.
        seed: Replicate.
        bench: Runs the stages.

    Raises:
        BadInput: Models, programs or sets are missing; the message names all of them.
    """
    check(study)
    merged = bench.run(0, "merged", merge_rounds, rounds=_pinned(file_of(ROUNDS)))
    name = study.models[arm]
    fitted = bench.run(
        0,
        "student",
        fit_student,
        start=Pinned(name, folder_identity(name)),
        settings=study.fit,
        seed=seed,
        kept=merged.file("kept.jsonl"),
    )
    solved = bench.run(
        0,
        "solved",
        solve_sets,
        model=fitted.file("model"),
        sets={one: _pinned(file_of(one)) for one in study.sets},
        widths=study.widths,
        max_tokens=study.max_tokens,
        prompts_at_once=study.prompts_at_once,
        test=study.test,
        encoder=encoder_file(study.encoder, bench),
    )
    return [merged, fitted, solved]


def _pinned(path: Path) -> Pinned:
    return Pinned(path, file_digest(path))
