import numpy as np
import pyarrow as pa
import pytest

from benchmarks.chains.work.measures import held_out_metrics


def _table(nats: list[float], tokens: list[int], size: list[int]) -> pa.Table:
    return pa.table({"nats": nats, "tokens": tokens, "bytes": size})


def test_a_uniform_model_over_two_tokens_has_perplexity_two() -> None:
    metrics = held_out_metrics(_table([3 * np.log(2), 5 * np.log(2)], [3, 5], [3, 5]))

    assert metrics["held_out/perplexity/none"].value == pytest.approx(2.0)
    assert metrics["held_out/bits_per_byte/none"].value == pytest.approx(1.0)
    assert metrics["held_out/bits_per_byte/none"].stderr == pytest.approx(0.0)


def test_a_long_document_counts_for_its_length() -> None:
    """1 token at 1 nat and 9 tokens at 2 nats: 19/10, not the mean of means 3/2."""
    metrics = held_out_metrics(_table([1.0, 18.0], [1, 9], [1, 9]))

    assert metrics["held_out/perplexity/none"].value == pytest.approx(np.exp(1.9))


def test_the_standard_error_is_that_of_a_bootstrap_over_documents() -> None:
    rng = np.random.default_rng(0)
    tokens = rng.integers(5, 50, size=400)
    nats = tokens * rng.normal(2.0, 0.3, size=400)
    draws = rng.integers(0, 400, size=(2000, 400))
    resampled = nats[draws].sum(1) / tokens[draws].sum(1) / np.log(2)

    metric = held_out_metrics(_table(list(nats), list(tokens), list(tokens)))[
        "held_out/bits_per_byte/none"
    ]

    assert metric.stderr == pytest.approx(resampled.std(), rel=0.1)
