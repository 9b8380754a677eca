"""Measured speed of scoring and drawing, against the bare forward pass and a naive path."""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel

from benchmarks.speed.memory import peak_growth
from benchmarks.speed.ratios import Row
from data.editing import EditRule, resample, with_threshold
from data.prior import _LOGITS_PER_CHUNK, NO_TOKEN, Prior, score
from data.sources.texts import SOURCES, check_source
from data.text.corpus import Document
from lightning_modules.device import Device
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.layout import kept_layers
from lightning_modules.layers.surgery import keep
from lightning_modules.settings import ModelShape

TEN_MILLION = ModelShape(
    layers=6, width=160, heads=5, feed_forward=640, context=512, vocabulary_size=49_152
)
"""About 10 M parameters, most of them in a vocabulary of 49k."""


def ten_million_rows(device: Device) -> Iterator[Row]:
    """Scoring by a model of ten million weights, drawn by lot as the batch is."""
    model = build_model(TEN_MILLION, seed=0).eval()
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randint(TEN_MILLION.vocabulary_size, (8, 512), generator=generator)
    there = _on(device, model, tokens)
    yield from scoring_rows("10 M weights", *there, share=0.125, repeats=9, to_bare=0.8)


def smollm2_rows(prior: Prior, device: Device) -> Iterator[Row]:
    """Scoring by SmolLM2-135M of the default human text."""
    text = " ".join(document.text for document in itertools.islice(_default_text(), 200))
    tokens = torch.tensor(prior.tokenizer(text).input_ids[: 4 * 512]).view(4, 512)
    model, there = _on(device, prior.model, tokens)
    yield from scoring_rows("SmolLM2-135M", model, there, share=0.125, repeats=5)
    yield emulator_row("SmolLM2-135M", model, there, share=0.125, repeats=5)


def memory_line(device: Device) -> str:
    """The largest tensor with a number per word of the vocabulary; the batch does not matter."""
    chunk = _LOGITS_PER_CHUNK["cuda" if device.accelerator == "gpu" else "cpu"] * 4 / 2**20
    dense = 8 * 512 * TEN_MILLION.vocabulary_size * 4 / 2**20
    return (
        f"scoring holds logits of {chunk:.0f} MiB at a time, whatever the batch; the logits of "
        f"8 x 512 tokens over {TEN_MILLION.vocabulary_size:,} words would take {dense:,.0f} MiB"
    )


def _default_text() -> Iterator[Document]:
    return iter(check_source(SOURCES["king_james"]))


def _on(device: Device, model: PreTrainedModel, tokens: Tensor) -> tuple[PreTrainedModel, Tensor]:
    """Model and tokens on the device, in the type of numbers that priors have there."""
    if device.accelerator == "gpu":
        return model.to("cuda", torch.bfloat16), tokens.to("cuda")  # type: ignore[arg-type]
    return model, tokens


def scoring_rows(
    name: str,
    model: PreTrainedModel,
    tokens: Tensor,
    *,
    share: float,
    repeats: int,
    to_bare: float = 0.9,
) -> Iterator[Row]:
    """Tokens/s of scoring and drawing against the bare forward pass, and against a naive path.

    On a CPU the memory of the naive path is compared too. All three run on the same batch, one
    after the other, `repeats` times; medians.

    Args:
        name: Name of the model, for the table.
        model: Prior that reads the tokens.
        tokens: The batch, shape (rows, time).
        share: Share of the tokens to flag.
        repeats: Number of measurements of each of the three.
        to_bare: Goal against the bare forward pass; the exponential of every logit, which that pass
            has not, is a tenth of the time of a small body with a large vocabulary.
    """
    rule = with_threshold(EditRule(share=share), target_probability(model, tokens))
    uniform = np.random.default_rng(0).random((tokens.numel(), rule.n_uniforms))
    runs = [
        lambda: score_and_draw(model, tokens, rule, uniform),
        lambda: _forward(model, tokens),
        lambda: _naive(model, tokens, rule, uniform),
    ]
    ours, bare, naive = _seconds(runs, repeats)
    n = tokens.shape[0] * (tokens.shape[1] - 1)
    vocabulary = model.get_output_embeddings().weight.shape[0]
    size = f"{name}, vocabulary {vocabulary:,}, {share:.1%} flagged"
    # On a CPU the naive path makes the same products in the same time.
    to_naive = 5.0 if tokens.is_cuda else 1.0
    for baseline, seconds, goal in (
        ("bare forward pass", bare, to_bare),
        ("naive path", naive, to_naive),
    ):
        yield Row(
            name=f"scoring and drawing, {size}: to the {baseline}",
            ours=n / ours,
            baseline=n / seconds,
            unit="tokens/s",
            goal=goal,
        )
    if not tokens.is_cuda:
        yield from _memory_row(size, n, runs[0], runs[2])


def _memory_row(
    size: str, n: int, ours: Callable[[], None], naive: Callable[[], None]
) -> Iterator[Row]:
    """What the naive path costs on a CPU: tokens for each MiB that a batch adds at its peak."""
    peaks = [peak_growth(run) for run in (ours, naive)]
    if None in peaks or 0 in peaks:  # not Linux, or a batch too small to need new memory
        return
    yield Row(
        name=f"scoring and drawing, {size}: memory to the naive path",
        ours=n / ((peaks[0] or 1) / 2**20),
        baseline=n / ((peaks[1] or 1) / 2**20),
        unit="tokens/MiB",
        goal=3.0,
    )


def emulator_row(
    name: str, model: PreTrainedModel, tokens: Tensor, *, share: float, repeats: int
) -> Row:
    """Tokens/s of scoring and drawing with half of a prior's layers, against all of them.

    Both read the same batch by turns, with a threshold of their own that flags the same share;
    medians. The output layer, and whatever is not done layer by layer, costs both the same.

    Args:
        name: Name of the model, for the table.
        model: Prior that reads the tokens.
        tokens: The batch, shape (rows, time).
        share: Share of the tokens to flag.
        repeats: Number of measurements of each.
    """
    n_layers = len(blocks(model))
    kept = kept_layers(n_layers, 0.5)
    runs = [_editing(one, tokens, share) for one in (keep(model, kept).model, model)]
    half, whole = _seconds(runs, repeats)
    n = tokens.shape[0] * (tokens.shape[1] - 1)
    return Row(
        name=f"scoring and drawing, {name}: {len(kept)} of {n_layers} layers to all of them",
        ours=n / half,
        baseline=n / whole,
        unit="tokens/s",
        goal=1.5,
    )


def _editing(model: PreTrainedModel, tokens: Tensor, share: float) -> Callable[[], None]:
    """Scores a batch and draws, with a threshold that flags a share of it."""
    rule = with_threshold(EditRule(share=share), target_probability(model, tokens))
    uniform = np.random.default_rng(0).random((tokens.numel(), rule.n_uniforms))
    return lambda: score_and_draw(model, tokens, rule, uniform)


def target_probability(model: PreTrainedModel, tokens: Tensor) -> NDArray[np.float32]:
    """Probability of every token but the first of each row, row by row, shape (tokens,)."""
    return np.exp(score(model, tokens, _targets(tokens), 0, NO_TOKEN).log_probability)


def _targets(tokens: Tensor) -> Tensor:
    targets = torch.ones_like(tokens, dtype=torch.bool)
    targets[:, 0] = False
    return targets


def score_and_draw(
    model: PreTrainedModel, tokens: Tensor, rule: EditRule, uniform: NDArray[np.float64]
) -> None:
    """Score a batch and draw what replaces its flagged tokens, as an edit does.

    Args:
        model: Prior that reads the tokens.
        tokens: The batch, shape (rows, time).
        rule: Which tokens are flagged, and how replacements are drawn.
        uniform: Draws in [0, 1) of every token, shape (tokens, `rule.n_uniforms`).
    """
    scores = score(model, tokens, _targets(tokens), rule.n_candidates, (rule.threshold, 1.0))
    observed = tokens[:, 1:].flatten().cpu().numpy()[scores.rows]
    probability = np.exp(scores.log_probability[scores.rows])
    draws = uniform[scores.rows]
    resample(observed, probability, scores.candidates, scores.candidate_probability, draws, rule)


@torch.inference_mode()
def _forward(model: PreTrainedModel, tokens: Tensor) -> None:
    """Body and output layer; the logits are made and dropped."""
    model(input_ids=tokens, use_cache=False).logits[0, 0, 0].item()


@torch.inference_mode()
def _naive(
    model: PreTrainedModel, tokens: Tensor, rule: EditRule, uniform: NDArray[np.float64]
) -> None:
    """One sequence at a time, a softmax over the vocabulary, a dictionary for every token."""
    for row in tokens:
        table = model(input_ids=row[None], use_cache=False).logits[0, :-1].float().softmax(-1)
        for position, p in enumerate(table):
            best = p.topk(rule.top_k)
            pairs = zip(best.indices, best.values, strict=True)
            candidates = {int(token): float(value) for token, value in pairs}
            observed = int(row[position + 1])
            candidates[observed] = float(p[observed])
            if candidates[observed] >= rule.threshold:
                weights = np.cumsum(list(candidates.values()))
                np.searchsorted(weights, uniform[position, 0] * weights[-1])


def _seconds(runs: list[Callable[[], None]], repeats: int) -> list[float]:
    found: list[list[float]] = [[] for _ in runs]
    for run in runs:
        run()
    for _ in range(repeats):
        for run, times in zip(runs, found, strict=True):
            started = time.perf_counter()
            run()
            times.append(time.perf_counter() - started)
    return [statistics.median(times) for times in found]
