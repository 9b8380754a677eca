"""Diversity of documents as points in the hidden space of a language model: MAUVE and Vendi."""

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from statistics import fmean

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import entropy

from data.errors import BadInput
from data.prior import Prior
from data.randomness import Purpose, stream

Floats = NDArray[np.float64]

CLUSTER_SEEDS = 5
"""Number of clusterings whose MAUVE is averaged: one alone moves it by several hundredths."""
_POINTS_PER_CLUSTER = 40
_HALVES = 20
_GROUPS = 20
_BATCH = 16


def embed(
    prior: Prior, ids: Sequence[Sequence[int]], *, said: Callable[[int], object] = lambda n: None
) -> Floats:
    """Mean of the last hidden states over the tokens of each document, scaled to unit length.

    Args:
        prior: Any causal language model.
        ids: Tokens of each document, at least one and at most the model's context.
        said: Told the number of tokens of each batch.

    Returns:
        Shape (documents, width of the model).
    """
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    points = np.empty((len(ids), prior.model.config.hidden_size))
    for places in _batches(order):
        lengths = torch.tensor([len(ids[place]) for place in places], device=prior.model.device)
        tokens = torch.zeros(len(places), int(lengths.max()), dtype=torch.int64)
        for row, place in enumerate(places):
            tokens[row, : len(ids[place])] = torch.tensor(ids[place])
        with torch.inference_mode():
            output = prior.model.base_model(tokens.to(prior.model.device), use_cache=False)
            states = output.last_hidden_state.float()
            real = torch.arange(states.shape[1], device=states.device) < lengths[:, None]
            means = (states * real[..., None]).sum(1) / lengths[:, None]
        points[places] = means.cpu().numpy()
        said(int(lengths.sum()))
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True), dtype=np.float64)


def _batches(order: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(order), _BATCH):
        yield list(order[start : start + _BATCH])


def vendi(points: Floats) -> float:
    """Effective number of different documents (Friedman and Dieng 2023, Eq. 2).

    The exponential of the entropy of the eigenvalues of the cosine kernel over n: 1 when all
    documents are alike, n when all are orthogonal.

    Args:
        points: Documents as points of unit length, shape (documents, width).
    """
    narrow = points if len(points) < points.shape[1] else points.T  # both have the same eigenvalues
    eigenvalues = np.linalg.eigvalsh(narrow @ narrow.T / len(points))
    return float(np.exp(entropy(np.clip(eigenvalues, 0.0, None))))


def vendi_error(points: Floats) -> float:
    """Standard error of the Vendi score by the delete-a-group jackknife over documents."""
    order = stream(0, Purpose.STATISTICS, "vendi", len(points)).permutation(len(points))
    groups = np.array_split(order, min(_GROUPS, len(order)))
    size = len(order) - max(map(len, groups))
    values = [vendi(points[np.setdiff1d(order, group)[:size]]) for group in groups]
    return float(np.sqrt((len(values) - 1) * np.var(values)))


def need_mauve() -> None:
    """Raise BadInput where the extra `embeddings`, without which there is no MAUVE, is missing."""
    if find_spec("mauve") is None:
        raise BadInput(
            "MAUVE needs the extra `embeddings`: pip install 'collapse-ledger[embeddings]'"
        )


def mauve(points: Floats, human: Floats) -> float:
    """Area under the divergence curve of two sets of points (Pillutla et al. 2021), from 0 to 1.

    The mean over `CLUSTER_SEEDS` clusterings with one cluster for forty points, which is what the
    clustering needs, where the original has one for ten of one set. Numbers of other features,
    sizes or clusters are not comparable.
    """
    return _mauve(points, human, max(2, (len(points) + len(human)) // _POINTS_PER_CLUSTER))


def mauve_error(points: Floats, human: Floats) -> float:
    """Standard error of MAUVE from random halves of both sets, with half the clusters."""
    rng = stream(0, Purpose.STATISTICS, "mauve", len(points), len(human))
    values = [_mauve_of_half(points, human, rng) for _ in range(_HALVES)]
    return float(np.std(values, ddof=1))


def _mauve_of_half(points: Floats, human: Floats, rng: np.random.Generator) -> float:
    halves = [heap[rng.permutation(len(heap))[: len(heap) // 2]] for heap in (points, human)]
    n_clusters = max(2, sum(map(len, halves)) // _POINTS_PER_CLUSTER)
    return _mauve(halves[0], halves[1], n_clusters, seeds=1)


def _mauve(points: Floats, human: Floats, n_clusters: int, seeds: int = CLUSTER_SEEDS) -> float:
    from mauve import compute_mauve

    return fmean(
        float(
            compute_mauve(
                p_features=human.astype(np.float32),
                q_features=points.astype(np.float32),
                num_buckets=n_clusters,
                seed=seed,
                verbose=False,
            ).mauve
        )
        for seed in range(seeds)
    )
