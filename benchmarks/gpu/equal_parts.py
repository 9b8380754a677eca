"""Equal, part by part: writing under every rule, scores of every token, fits that are compiled."""

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel

from benchmarks.gpu.training import losses_of_a_fit
from benchmarks.running.step import FoundEquality, Workbench
from data.prior import EVERY_TOKEN, Scores, score
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape, SamplingRule
from lightning_modules.writing.sampling import Task, write_documents

_SHAPE = ModelShape(
    layers=4, width=256, heads=4, feed_forward=512, context=128, vocabulary_size=4096
)
_TINY = ModelShape(layers=1, width=32, heads=2, feed_forward=64, context=16, vocabulary_size=256)
_RULES = {
    "plain": SamplingRule(),
    "top-k": SamplingRule(top_k=20, temperature=0.7),
    "top-p": SamplingRule(top_p=0.9),
    "a least length": SamplingRule(min_tokens=10),
}
_CLOSE = 0.02
"""Share of documents that may differ in fp32 between a GPU and a CPU, or between batch sizes: a
draw on the edge between two tokens falls out otherwise, and the rest of its document with it."""


def writing(bench: Workbench) -> None:
    """Documents under every rule, some after long prompts: to the CPU, again, in other batches."""
    shape = _TINY if bench.miniature else _SHAPE
    model = build_model(shape, seed=0).eval()
    n, length = (12, 20) if bench.miniature else (256, 200)
    for name, rule in _RULES.items():
        rule = replace(rule, max_tokens=length, documents_per_batch=n // 4)
        tasks = _tasks(shape, n, length)
        there = model.to(bench.device.kind)
        written, again, others = (
            _write(there, shape, tasks, one)
            for one in (rule, rule, replace(rule, documents_per_batch=n // 6))
        )
        on_cpu = _write(model.to("cpu"), shape, tasks, rule)
        for words, theirs, allowed in (
            ("the device to the CPU", on_cpu, _CLOSE),
            ("the device, again", again, 0.0),
            ("the device, at another batch size", others, _CLOSE),
        ):
            apart = np.mean([a != b for a, b in zip(written, theirs, strict=True)])
            bench.found(
                FoundEquality(
                    name=f"writing in fp32, {name}: {words}",
                    outcome=f"{apart:.2%} of {n} documents differ",
                    tolerance=f"{allowed:.0%}",
                    holds=bool(apart <= allowed),
                )
            )


def _tasks(shape: ModelShape, n: int, length: int) -> list[Task]:
    """Documents of which every fourth continues a prompt that is longer than the context."""
    rng = np.random.default_rng(0)
    prompts = [
        [0, *rng.integers(1, shape.vocabulary_size, size=size).tolist()]
        for size in (0, 2, shape.context // 2, shape.context + 5)
    ]
    return [Task(prompts[index % 4], rng.random(length)) for index in range(n)]


@torch.inference_mode()
def _write(
    model: PreTrainedModel, shape: ModelShape, tasks: list[Task], rule: SamplingRule
) -> list[list[int]]:
    return write_documents(model, tasks, 0, shape.context, rule, lambda n: None)


def scoring(bench: Workbench) -> None:
    """Log-probabilities and candidates of every token, in fp32 and bf16: to the CPU in fp32."""
    shape = _TINY if bench.miniature else _SHAPE
    model = build_model(shape, seed=0).eval()
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randint(shape.vocabulary_size, (16, shape.context), generator=generator)
    expected = _scores(model, tokens)
    kind = bench.device.kind
    for dtype, allowed in ((torch.float32, 1e-4), (torch.bfloat16, 0.1)):
        if dtype == torch.bfloat16 and kind == "cpu":
            continue
        found = _scores(model.to(kind, dtype), tokens.to(kind))
        apart = np.abs(found.log_probability - expected.log_probability)
        same = np.mean(found.candidates[:, 0] == expected.candidates[:, 0])
        bench.found(
            FoundEquality(
                name=f"scores in {dtype} on the device to fp32 on the CPU",
                outcome=f"nats {apart.max():.2g} at most, {apart.mean():.2g} in the mean; the "
                f"likeliest candidate is the same for {same:.2%} of the tokens",
                tolerance=f"nats {allowed:g}",
                holds=bool(apart.max() <= allowed),
            )
        )


def _scores(model: PreTrainedModel, tokens: Tensor) -> Scores:
    targets = torch.ones_like(tokens, dtype=torch.bool)
    targets[:, 0] = False
    return score(model, tokens, targets, 8, EVERY_TOKEN)


def fits(bench: Workbench) -> None:
    """Losses of a fit in the device's own precision, compiled and not: each twice, to the bit."""
    shape = _TINY if bench.miniature else _SHAPE
    found: list[NDArray[np.float64]] = []
    for compiled in (False, True):
        how = "compiled" if compiled else "not compiled"
        first, second = (
            losses_of_a_fit(shape, bench.device, n_steps=8, compiled=compiled) for _ in range(2)
        )
        found.append(first)
        _alike(bench, f"a fit, {how}, again", (first, second), 0.0)
    _alike(bench, "a fit, compiled to not compiled", (found[1], found[0]), 0.05)


def _alike(
    bench: Workbench,
    name: str,
    pair: tuple[NDArray[np.float64], NDArray[np.float64]],
    allowed: float,
) -> None:
    apart = float(np.abs(pair[0] - pair[1]).max())
    bench.found(
        FoundEquality(
            name=f"{name}, in {bench.device.precision}",
            outcome=f"losses {apart:.2g}",
            tolerance=f"losses {allowed:g}" if allowed else "bitwise",
            holds=apart <= allowed,
        )
    )
