from importlib.util import find_spec

import numpy as np
import pytest
import torch

from data.measures.embedded import Floats, embed, mauve, mauve_error, vendi, vendi_error
from data.prior import Prior

needs_mauve = pytest.mark.skipif(
    find_spec("mauve") is None,
    reason="the extra `embeddings` is not installed",
)


def _points(n: int, seed: int, shift: float = 0.0) -> Floats:
    """Unit vectors whose first coordinate is shifted."""
    points = np.random.default_rng(seed).normal(size=(n, 16))
    points[:, 0] += shift
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True))


def test_a_point_is_the_mean_state_of_its_document_alone(prior: Prior) -> None:
    """Neither the batch nor its padding changes a point."""
    rng = np.random.default_rng(0)
    ids = [rng.integers(1, 300, size=n).tolist() for n in (3, prior.context, 1, 7)]
    told: list[int] = []

    points = embed(prior, ids, said=told.append)

    for point, document in zip(points, ids, strict=True):
        with torch.inference_mode():
            states = prior.model.base_model(torch.tensor([document])).last_hidden_state[0]
        mean = states.mean(0).numpy()
        np.testing.assert_allclose(point, mean / np.linalg.norm(mean), atol=1e-5)
    assert sum(told) == sum(map(len, ids))


def test_vendi_counts_orthogonal_documents() -> None:
    assert vendi(np.eye(5)) == pytest.approx(5)
    assert vendi(np.repeat(np.eye(5)[:2], 10, axis=0)) == pytest.approx(2)
    assert vendi(np.eye(5)[[0, 0, 0]]) == pytest.approx(1)


def test_the_stated_errors_are_the_spread_of_fresh_samples() -> None:
    spread = np.std([vendi(_points(100, seed)) for seed in range(60)], ddof=1)
    stated = np.mean([vendi_error(_points(100, seed)) for seed in range(8)])

    assert 0.6 < stated / spread < 1.6


@needs_mauve
def test_mauve_is_one_for_two_samples_of_one_law_and_falls_with_the_distance() -> None:
    human = _points(200, 0)
    same, near, far = (mauve(_points(200, seed, shift), human) for seed, shift in
                       ((1, 0.0), (2, 1.5), (3, 6.0)))  # fmt: skip

    assert same > 0.95
    assert same > near > far
    assert same - far > 5 * mauve_error(_points(200, 1), human)


@needs_mauve
def test_mauve_is_the_same_each_time() -> None:
    assert mauve(_points(120, 1), _points(120, 2)) == mauve(_points(120, 1), _points(120, 2))
