"""How a token is drawn: truncation, and the inverse of the cumulative distribution."""

from torch import Tensor, float64, searchsorted, zeros_like

from lightning_modules.settings import SamplingRule

_MAYBE = 512
"""Number of tokens among which the smallest set of a given mass is looked for first."""


def truncate(probability: Tensor, rule: SamplingRule) -> Tensor:
    """Set what top-k and top-p leave out to 0; shape (batch, vocabulary), not normalised."""
    if rule.top_k is not None and rule.top_k < probability.shape[-1]:
        least = probability.topk(rule.top_k, dim=-1).values[:, -1:]
        probability = probability.masked_fill(probability < least, 0.0)
    if rule.top_p is not None and rule.top_p < 1:
        # To look whether more are needed is to wait for the device.
        first = probability.shape[-1] if probability.is_cuda else _MAYBE
        probability = nucleus(probability, rule.top_p, min(first, probability.shape[-1]))
    return probability


def nucleus(probability: Tensor, top_p: float, size: int) -> Tensor:
    """Keep the likeliest tokens that reach the mass; look at `size` of them, at more if need be.

    To rank a whole vocabulary takes longer than the forward pass of a small model, and a few
    hundred tokens nearly always hold the mass. Each row is decided by itself.
    """
    wanted = top_p * probability.sum(dim=-1, keepdim=True)
    ranked, order = probability.topk(size, dim=-1)
    before = ranked.cumsum(dim=-1) - ranked
    ranked = ranked.masked_fill(before >= wanted, 0.0)
    kept = zeros_like(probability).scatter(-1, order, ranked)
    if size == probability.shape[-1]:
        return kept
    wide = ranked[:, -1] > 0  # the last one looked at still counts: others may
    if wide.any():
        kept[wide] = nucleus(probability[wide], top_p, probability.shape[-1])
    return kept


def draw(logits: Tensor, uniform: Tensor, rule: SamplingRule) -> Tensor:
    """One token per row by inverse CDF.

    Args:
        logits: Logits of every token of the vocabulary, shape (batch, vocabulary).
        uniform: One number in [0, 1) per row, shape (batch,).
        rule: Temperature and truncation of the draw.

    Returns:
        Token ids, shape (batch,).
    """
    logits = logits.float() if rule.temperature == 1 else logits.float() / rule.temperature
    cumulative = truncate(logits.softmax(dim=-1), rule).cumsum(dim=-1, dtype=float64)
    target = uniform[:, None] * cumulative[:, -1:]
    drawn = searchsorted(cumulative, target, right=True)[:, 0]
    return drawn.clamp(max=logits.shape[-1] - 1)
