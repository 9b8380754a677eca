"""The output layer of a model over a piece of a text at a time: probabilities and candidates.

A CPU reads and writes a piece in its cache. A GPU reads the logits once, by a kernel of their own,
and is never waited for before the last piece.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils._triton import has_triton

Pieces = Iterable[tuple[Tensor, Tensor]]
"""Hidden states, shape (n, width), and the tokens that followed, shape (n,), piece by piece."""
Logits = Callable[[Tensor], Tensor]
"""Gives the logits of hidden states as fp32."""

_BLOCK = 64
_MARGIN = 1 + 1e-6
_WORTH_A_KERNEL = 2**26
"""Number of logits of a batch from which to compile a kernel for them, some seconds, pays."""


class Part(NamedTuple):
    """Scores of the n tokens of a piece."""

    log_probability: Tensor
    """Natural log of the probability of each token, shape (n,)."""
    wanted: Tensor
    """Whether a token has candidates, shape (n,)."""
    candidates: Tensor
    """Likeliest tokens of the m that have, likeliest first, shape (m, k)."""
    probability: Tensor
    """Probabilities of the candidates, shape (m, k)."""


def largest(rows: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k largest numbers of each row and their places, largest first.

    The k largest lie in the k blocks with the largest maxima, and finding those reads the row once,
    where a partial sort of a whole vocabulary takes many times as long.
    """
    n_blocks = -(-rows.shape[1] // _BLOCK)
    if n_blocks < 4 * k or k == 0:
        best = rows.topk(k, dim=-1)
        return best.values, best.indices
    if rest := n_blocks * _BLOCK - rows.shape[1]:
        rows = functional.pad(rows, (0, rest), value=-torch.inf)
    blocks = rows.view(len(rows), n_blocks, _BLOCK)
    chosen = blocks.amax(dim=-1).topk(k, dim=-1).indices
    inside = blocks.gather(1, chosen[..., None].expand(-1, -1, _BLOCK)).flatten(1)
    best = inside.topk(k, dim=-1)
    block, place = best.indices // _BLOCK, best.indices % _BLOCK
    return best.values, chosen.gather(1, block) * _BLOCK + place


def logits_of(model: Any) -> Logits:
    """The output layer of a model.

    Where a GPU computes in bf16, by its weights or under autocast, it multiplies what has bf16 and
    adds up in fp32, which is what logits stay in: nothing that it found is rounded.
    """
    head, cap = (
        model.get_output_embeddings(),
        getattr(model.config, "final_logit_softcapping", None),
    )
    kind = head.weight.device.type
    autocast = torch.is_autocast_enabled(kind)
    dtype = torch.get_autocast_dtype(kind) if autocast else head.weight.dtype
    if kind == "cuda" and dtype == torch.bfloat16 and type(head) is nn.Linear and head.bias is None:
        weight = head.weight.to(dtype).t()

        def multiply(states: Tensor) -> Tensor:
            return torch.mm(states.to(dtype), weight, out_dtype=torch.float32)
    else:

        def multiply(states: Tensor) -> Tensor:
            logits: Tensor = head(states.to(head.weight.dtype)).float()
            return logits

    return multiply if not cap else lambda states: torch.tanh(multiply(states) / cap) * cap


def in_cache(
    logits_of: Logits, pieces: Pieces, top_k: int, between: tuple[float, float]
) -> list[Part]:
    """Score pieces that fit into the cache of a CPU, where they are read and written in place."""
    return [_in_cache(logits_of(states), observed, top_k, between) for states, observed in pieces]


def _in_cache(logits: Tensor, observed: Tensor, top_k: int, between: tuple[float, float]) -> Part:
    own = logits.gather(1, observed[:, None])
    top = logits.amax(dim=-1, keepdim=True)
    odds = logits.sub_(top).exp_()
    total = odds.sum(dim=-1, keepdim=True)
    log_probability = (own - top - total.log())[:, 0]
    wanted = _wanted(log_probability, between)
    n_candidates = min(top_k, odds.shape[1])
    if n_candidates == 0:
        return _without_candidates(log_probability, wanted)
    best, candidates = largest(odds[wanted], n_candidates)
    return Part(log_probability, wanted, candidates, best / total[wanted])


def in_flight(
    logits_of: Logits, pieces: Pieces, top_k: int, between: tuple[float, float], *, compiled: bool
) -> list[Part]:
    """Score pieces on a device that works while the host goes on.

    How many tokens of a piece have candidates is asked for while the next piece is computed.

    Args:
        logits_of: Output layer of the model.
        pieces: Hidden states and the tokens that followed.
        top_k: Number of candidates of a token.
        between: Probabilities between which a token has candidates.
        compiled: Whether the sum over the vocabulary is worth a kernel of its own.
    """
    summed = _compiled() if compiled else _normalizer
    done: list[Part] = []
    waiting: _Waiting | None = None
    for states, observed in pieces:
        logits = logits_of(states)
        normalizer = summed(logits)
        log_probability = logits.gather(1, observed[:, None])[:, 0] - normalizer
        wanted = _wanted(log_probability, between)
        n_candidates = min(top_k, logits.shape[1])
        if n_candidates == 0:
            done.append(_without_candidates(log_probability, wanted))
            continue
        latest = _Waiting(logits, normalizer, log_probability, wanted, Later(wanted.sum()))
        if waiting is not None:
            done.append(waiting.finished(n_candidates))
        waiting = latest
    if waiting is not None:
        done.append(waiting.finished(n_candidates))
    return done


class Later:
    """A tensor on its way from a device to the host, which goes on meanwhile."""

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = tensor
        self._event: Any = None
        if tensor.is_cuda:
            self._tensor = torch.empty_like(tensor, device="cpu", pin_memory=True)
            self._tensor.copy_(tensor, non_blocking=True)
            self._event = torch.cuda.Event()
            self._event.record()

    def here(self) -> Tensor:
        """The tensor on the host, once it has arrived."""
        if self._event is None:
            return self._tensor
        self._event.synchronize()
        return self._tensor.clone()  # memory that is pinned is for what is on its way


class _Waiting(NamedTuple):
    """A piece whose candidates are still to be found."""

    logits: Tensor
    normalizer: Tensor
    log_probability: Tensor
    wanted: Tensor
    n_wanted: Later

    def finished(self, n_candidates: int) -> Part:
        n, logits, normalizer = int(self.n_wanted.here()), self.logits, self.normalizer
        if n < len(logits):
            # A sort of some thousand bits has a size that is known; an index by a mask has not.
            rows = self.wanted.byte().argsort(descending=True, stable=True)[:n]
            logits, normalizer = logits.index_select(0, rows), normalizer.index_select(0, rows)
        best, candidates = largest(logits, n_candidates)
        probability = (best - normalizer[:, None]).exp()
        return Part(self.log_probability, self.wanted, candidates, probability)


def _wanted(log_probability: Tensor, between: tuple[float, float]) -> Tensor:
    probability, (low, high) = log_probability.exp(), between
    return (probability * _MARGIN >= low) & (probability <= high * _MARGIN)


def _without_candidates(log_probability: Tensor, wanted: Tensor) -> Part:
    nothing = log_probability.new_empty(0, 0)
    return Part(log_probability, wanted, nothing.long(), nothing)


def _normalizer(logits: Tensor) -> Tensor:
    top = logits.amax(dim=-1, keepdim=True)
    return ((logits - top).exp().sum(dim=-1, keepdim=True).log() + top)[:, 0]


@cache
def _compiled() -> Callable[[Tensor], Tensor]:
    """The sum over the vocabulary in one pass over the logits, for any number of rows."""
    compiled = torch.compile(_normalizer)

    def summed(logits: Tensor) -> Tensor:
        torch._dynamo.maybe_mark_dynamic(logits, 0)
        total: Tensor = compiled(logits)
        return total

    return summed


def is_worth_a_kernel(n_logits: int) -> bool:
    """Whether so many logits of a GPU are summed faster by a kernel that is compiled for it."""
    return n_logits >= _WORTH_A_KERNEL and bool(has_triton())
