"""A step of `collapse gpu`: beams on the device and on the CPU, again, in other batches; speed."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.running.step import FoundEquality, FoundRatio, Workbench
from data.program_distillation.faithfulness import FaithfulLines, by_words
from data.program_distillation.gsm8k import load_problems
from data.program_distillation.taught.solved import Solved
from data.program_distillation.taught.tokens import train_digit_tokenizer
from data.program_distillation.twins import twins_of
from data.text.tokens import encode
from lightning_modules.device import wait
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape, SamplingRule
from lightning_modules.writing.beams import BeamRule, Found, search_beams
from lightning_modules.writing.sampling import Task, never_drawn, write_documents

_SHAPE = ModelShape(
    layers=8, width=512, heads=8, feed_forward=1408, context=512, vocabulary_size=4096
)
_TINY = ModelShape(layers=1, width=32, heads=2, feed_forward=64, context=256, vocabulary_size=400)
_CLOSE = 0.02
"""Share of answers that may differ in fp32 between a GPU and a CPU, or between batches: two beams
that are equally likely but for rounding fall out otherwise."""
_RULE = BeamRule(width=4, max_tokens=48, prompts_at_once=64)


def equal_beams(bench: Workbench) -> None:
    """Search by beams in every way, and tell how far the answers of two ways are apart."""
    shape = _TINY if bench.miniature else _SHAPE
    rule = replace(_RULE, max_tokens=8, prompts_at_once=4) if bench.miniature else _RULE
    twins = twins_of(load_problems("train")[: 8 if bench.miniature else 160], "train")
    problems = [Solved.of(twin) for twin in twins]
    texts = (text for one in problems for text in (one.question, one.program))
    words = train_digit_tokenizer(texts, shape.vocabulary_size)
    shape = replace(shape, vocabulary_size=len(words))
    model = build_model(shape, seed=0).eval()
    there = model.to(bench.device.kind)
    other = replace(rule, prompts_at_once=rule.prompts_at_once // 2)
    for name, verified in (("plain", False), ("verified", True)):
        on_device = _search(there, words, problems, rule, verified=verified)
        again = _search(there, words, problems, rule, verified=verified)
        batched = _search(there, words, problems, other, verified=verified)
        _told(bench, f"{name} beams: the device, again", on_device, again, 0.0)
        _told(bench, f"{name} beams: the device, in other batches", on_device, batched, _CLOSE)
        on_cpu = _search(model.to("cpu"), words, problems, rule, verified=verified)
        _told(bench, f"{name} beams: the device to the CPU", on_device, on_cpu, _CLOSE)
        model.to(bench.device.kind)
    _speed(bench, there, words, problems, rule, shape.context)


def _search(
    model: PreTrainedModel,
    words: PreTrainedTokenizerFast,
    problems: Sequence[Solved],
    rule: BeamRule,
    *,
    verified: bool,
) -> list[Found]:
    lines = FaithfulLines(by_words, [one.question for one in problems]) if verified else None
    return search_beams(model, words, [one.prompt for one in problems], rule, judge=lines)


def _told(
    bench: Workbench, name: str, mine: Sequence[Found], other: Sequence[Found], allowed: float
) -> None:
    """Share of answers that differ, and how far the scores of the others are apart."""
    pairs = list(zip(mine, other, strict=True))
    differ = float(np.mean([a.tokens != b.tokens for a, b in pairs]))
    apart = max((abs(a.score - b.score) for a, b in pairs if a.tokens == b.tokens), default=0.0)
    bench.found(
        FoundEquality(
            name=f"{name}, fp32",
            outcome=f"{differ:.2%} of {len(pairs)} answers differ; the others' scores are "
            f"{apart:.2g} nats apart",
            tolerance=f"{allowed:.0%}",
            holds=differ <= allowed and bool(np.isfinite(apart)),
        )
    )


def _speed(
    bench: Workbench,
    model: PreTrainedModel,
    words: PreTrainedTokenizerFast,
    problems: Sequence[Solved],
    rule: BeamRule,
    context: int,
) -> None:
    """Answers per second by beams, plain and verified, to as many drawn for a vote."""
    seconds: dict[str, float] = {}
    for name, verified in (("plain", False), ("verified", True)):
        began = time.perf_counter()
        _search(model, words, problems, rule, verified=verified)
        wait(bench.device.kind)
        seconds[name] = time.perf_counter() - began
    began = time.perf_counter()
    _vote(model, words, problems, rule, context)
    wait(bench.device.kind)
    drawn = time.perf_counter() - began
    for name, spent in seconds.items():
        bench.found(
            FoundRatio(
                name=f"{name} beams of width {rule.width}: to as many drawn answers",
                ours=len(problems) / spent,
                baseline=len(problems) / drawn,
                unit="questions/s",
            )
        )


@torch.inference_mode()
def _vote(
    model: PreTrainedModel,
    words: PreTrainedTokenizerFast,
    problems: Sequence[Solved],
    rule: BeamRule,
    context: int,
) -> None:
    rng = np.random.default_rng(0)
    prompts = encode(words, (one.prompt for one in problems)) * rule.width
    end = int(words.eos_token_id)
    tasks = [Task([end, *prompt], rng.random(rule.max_tokens)) for prompt in prompts]
    drawn = SamplingRule(max_tokens=rule.max_tokens)
    write_documents(model, tasks, end, context, drawn, lambda n: None, never_drawn(words))
