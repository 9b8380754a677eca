"""The work of the stages after a student has trained: what it writes, and what it still knows."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from torch.utils.data import DataLoader

from benchmarks.chains.work.measures import held_out_metrics
from benchmarks.families.program_distillation.work.measures import Measures, count, mean, share
from data.executing.answers import is_answer, read_answer
from data.executing.verification import operations
from data.prior import Prior, load_prior
from data.program_distillation.programs import numbers_in_text
from data.program_distillation.retrieval import Neighbours, binding, copied_program, copied_text
from data.program_distillation.running import value_of
from data.program_distillation.taught.calculator import first_correction
from data.program_distillation.taught.judging import Judged, judge
from data.program_distillation.taught.solved import Solved, Target, read_solved
from data.randomness import Purpose
from data.text.corpus import Corpus
from data.text.tokens import encode
from lightning_modules.device import Advance, Device
from lightning_modules.editing.token_scoring import score_documents
from lightning_modules.settings import SamplingRule
from lightning_modules.trainer import predicting
from lightning_modules.writing.corpus_sampling import DocumentSampler

_MOST_CORRECTIONS = 24
"""Values of one text that the calculator puts right at most; no taught text has so many steps."""


def write_answers(
    prior: Prior,
    prompts: Sequence[str],
    *,
    max_tokens: int,
    at_once: int,
    device: Device,
    advance: Advance,
) -> list[str]:
    """What a student writes after each prompt, always the likeliest token.

    Args:
        prior: The student with its tokenizer.
        prompts: Texts that are continued.
        max_tokens: Tokens at which a text is cut off.
        at_once: Texts that are written at a time.
        device: Where the student writes.
        advance: Told how many more tokens were written.
    """
    rule = SamplingRule(
        top_k=1, max_tokens=max_tokens, prompt_tokens=prior.context, documents_per_batch=at_once
    )
    sampler = DocumentSampler(
        prior,
        rule,
        prompts=encode(prior.tokenizer, prompts),
        seed=0,
        purpose=Purpose.EVALUATION_SAMPLE,
        generation=0,
        advance=advance,
    )
    loader: DataLoader[int] = DataLoader(range(len(prompts)), batch_size=len(prompts))  # type: ignore[arg-type]
    batches = predicting(device, advance).predict(sampler, loader)
    end = prior.tokenizer.eos_token_id
    written = [
        [token for token in text if token != end] for batch in batches or [] for text in batch
    ]
    return list(prior.tokenizer.batch_decode(written, skip_special_tokens=False))


def write_with_calculator(
    prior: Prior,
    prompts: Sequence[str],
    first: Sequence[str],
    *,
    max_tokens: int,
    at_once: int,
    device: Device,
    advance: Advance,
) -> tuple[list[str], list[int]]:
    """The same texts where a calculator puts the right value after each `=`.

    What a student would have written up to its first wrong value stays, for it always writes the
    likeliest token; from there on it writes anew.

    Args:
        prior: The student with its tokenizer.
        prompts: Texts that are continued.
        first: What it wrote without a calculator.
        max_tokens: Tokens at which a text is cut off, from each correction on.
        at_once: Texts that are written at a time.
        device: Where the student writes.
        advance: Told how many more tokens were written.

    Returns:
        The texts, and how many values were put right in each.
    """
    texts, corrected, looked = list(first), [0] * len(first), [0] * len(first)
    for _ in range(_MOST_CORRECTIONS):
        found = {
            place: correction
            for place, text in enumerate(texts)
            if (correction := first_correction(text, looked[place])) is not None
        }
        if not found:
            break
        begun = [f"{prompts[place]}{one.text}" for place, one in found.items()]
        rests = write_answers(
            prior, begun, max_tokens=max_tokens, at_once=at_once, device=device, advance=advance
        )
        for (place, one), rest in zip(found.items(), rests, strict=True):
            texts[place], looked[place] = f"{one.text}{rest}", len(one.text)
            corrected[place] += 1
    return texts, corrected


def solve(
    folder: Path,
    *,
    model: Path,
    target: Target,
    context: int,
    max_tokens: int,
    at_once: int,
    tests: Mapping[str, Path],
    general: Path | None,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Let a student solve problems, and measure what it still knows of general text.

    Args:
        folder: Stays empty.
        model: Checkpoint of the student, with its tokenizer.
        target: What it learnt to write.
        context: Tokens that it reads at once.
        max_tokens: Tokens at which a solution is cut off.
        at_once: Solutions that are written at a time.
        tests: Files of problems, by name.
        general: Corpus of general text that was held out; None measures none.
        device: Where the student writes.
        advance: Told how many more tokens were written.
    """
    prior = load_prior(model, context=context, prefix=True)
    measures: Measures = {}
    for name, path in tests.items():
        problems = read_solved(path)
        prompts = [one.prompt for one in problems]
        settings: dict[str, Any] = {
            "max_tokens": max_tokens, "at_once": at_once, "device": device, "advance": advance,
        }  # fmt: skip
        texts = write_answers(prior, prompts, **settings)
        found = of_texts(problems, texts, target) | _known(prior, problems, target, device)
        if target == "chain_of_thought":
            helped, corrected = write_with_calculator(prior, prompts, texts, **settings)
            found |= _helped(problems, helped, corrected)
        measures |= {f"{name}/{key}": one for key, one in found.items()}
    if general is not None:
        measures |= general_loss(prior, general, device)
    return {"measures": measures}


def of_texts(problems: Sequence[Solved], texts: Sequence[str], target: Target) -> Measures:
    """Shares of right solutions: of all, and by operations and kind; what became of the others."""
    judged = [judge(text, target, one.answer) for one, text in zip(problems, texts, strict=True)]
    n = len(judged)
    classes = Counter(one.kind for one in judged)
    return {
        "right": share(sum(one.is_right for one in judged), n),
        "ran": share(sum(one.ran for one in judged), n),
        **{f"class/{kind}": count(number, n) for kind, number in sorted(classes.items())},
        **_by(problems, judged, "operations", lambda one: f"{operations(one.program):02d}"),
        **_by(problems, judged, "kind", lambda one: one.kind),
    }


def _by(problems: Sequence[Solved], judged: Sequence[Judged], name: str, key: Any) -> Measures:
    """Shares of right solutions of problems that are alike; those of no kind are left out."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for problem, one in zip(problems, judged, strict=True):
        groups[key(problem)].append(one.is_right)
    return {
        f"{name}/{group}": share(sum(right), len(right))
        for group, right in sorted(groups.items())
        if group
    }


def _helped(problems: Sequence[Solved], texts: Sequence[str], corrected: Sequence[int]) -> Measures:
    found = of_texts(problems, texts, "chain_of_thought")
    return {
        "calculator/right": found["right"],
        "calculator/ran": found["ran"],
        "calculator/corrected": mean([float(number) for number in corrected]),
    }


def _known(prior: Prior, problems: Sequence[Solved], target: Target, device: Device) -> Measures:
    """Nats of the right solution after its question, each solution and each token."""
    texts = encode(prior.tokenizer, (one.text(target) for one in problems))
    scored = score_documents(
        prior,
        texts,
        before=encode(prior.tokenizer, (one.prompt for one in problems)),
        trainer=predicting(device, lambda n_tokens: None),
    )
    ends = np.cumsum([0, *map(len, texts)])[:-1]
    nats = -np.add.reduceat(scored.astype(np.float64), ends)
    return {
        "nats": mean([float(one) for one in nats]),
        "nats_per_token": count_of(float(nats.sum()) / len(scored), len(scored)),
    }


def count_of(value: float, n: int) -> dict[str, float | int | None]:
    """A number that rests on `n` things, without an error."""
    return {"value": value, "stderr": None, "n": n}


def general_loss(prior: Prior, general: Path, device: Device) -> Measures:
    """Bits per byte of held-out general text."""
    corpus = Corpus.open(general)
    documents = encode(prior.tokenizer, corpus.texts())
    scored = score_documents(
        prior, documents, trainer=predicting(device, lambda n_tokens: None)
    ).astype(np.float64)
    lengths = np.array([len(ids) for ids in documents])
    owner = np.repeat(np.arange(len(lengths)), lengths)
    table = pa.table(
        {
            "nats": np.bincount(owner, weights=-scored, minlength=len(lengths)),
            "tokens": lengths,
            "bytes": [len(text.encode()) for text in corpus.texts()],
        }
    )
    found = held_out_metrics(table, "general")["general/bits_per_byte/none"]
    measure = {"value": found.value, "stderr": found.stderr, "n": found.n}
    return {"general/bits_per_byte": measure}


def know(
    folder: Path,
    *,
    model: Path,
    context: int,
    at_once: int,
    general: Path,
    asked: Path,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Measure what a base knows of general text, and how many questions it copies.

    Args:
        folder: Stays empty.
        model: Checkpoint, with its tokenizer.
        context: Tokens that it reads at once.
        at_once: Questions that are copied at a time.
        general: Corpus of general text that was held out.
        asked: File of problems that it has not seen.
        device: Where it is measured.
        advance: Told how many more tokens were written.
    """
    prior, problems = load_prior(model, context=context, prefix=True), read_solved(asked)
    copied = write_answers(
        prior,
        [one.prompt for one in problems],
        max_tokens=context // 2,
        at_once=at_once,
        device=device,
        advance=advance,
    )
    same = [
        numbers_in_text(text) == numbers_in_text(one.question)
        for text, one in zip(copied, problems, strict=True)
    ]
    return {
        "measures": {"copied": share(sum(same), len(same)), **general_loss(prior, general, device)}
    }


def copy_nearest(folder: Path, *, solved: Path, tests: Mapping[str, Path]) -> Mapping[str, Any]:
    """The floor of every student: solutions of the nearest learnt questions, numbers re-bound.

    Args:
        folder: Stays empty.
        solved: File of the problems that are learnt.
        tests: Files of problems, by name.
    """
    known = read_solved(solved)
    neighbours = Neighbours([one.question for one in known])
    measures: Measures = {}
    for name, path in tests.items():
        asked = read_solved(path)
        near = neighbours.nearest([one.question for one in asked])
        found = [_copied(known[place], one) for place, one in zip(near, asked, strict=True)]
        for target in found[0]:
            right = sum(one[target] for one in found)
            measures[f"{name}/floor/{target}"] = share(right, len(asked))
    return {"measures": measures}


def _copied(solved: Solved, asked: Solved) -> dict[Target, bool]:
    """Whether each copied target gives the answer."""
    bound = binding(solved.question, asked.question)
    words: tuple[Target, ...] = ("chain_of_thought", "answer")
    right: dict[Target, bool] = {
        target: judge(copied_text(solved.text(target), bound), target, asked.answer).is_right
        for target in words
    }
    value = value_of(copied_program(solved.program, bound))
    return {"program": is_answer(value, read_answer(asked.answer)), **right}
