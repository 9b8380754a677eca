from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.overrides import TorchFunctionMode
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from data.output_layer import in_cache, in_flight, largest, logits_of
from data.prior import (
    EVERY_TOKEN,
    NO_TOKEN,
    BrokenScores,
    check_head,
    load_prior,
    score,
    weights_digest,
    windows,
)
from data.text.tokens import load_tokenizer
from tests.support.processes.waiting import Waits


@given(st.lists(st.integers(0, 40), max_size=5), st.integers(2, 12))
def test_every_token_but_the_first_is_scored_once(lengths: list[int], context: int) -> None:
    scored = Counter(
        (w.document, place) for w in windows(lengths, context) for place in range(w.first, w.stop)
    )

    expected = {(d, place) for d, n in enumerate(lengths) for place in range(1, n)}
    assert set(scored) == expected
    assert set(scored.values()) <= {1}


@given(st.integers(2, 60), st.integers(2, 12))
def test_beyond_the_first_window_half_a_context_stands_before_every_token(
    length: int, context: int
) -> None:
    for window in windows([length], context):
        assert window.stop - window.start <= context
        if window.start > 0:
            assert window.first - window.start >= context // 2


@pytest.mark.parametrize(
    ("length", "begin", "expected"),
    [
        (10, 7, [(0, 10, 7)]),  # all of it fits, so all of the context is read
        (12, 9, [(2, 12, 9)]),  # the end of the context, as much as fits
        (20, 9, [(4, 14, 9), (9, 19, 14), (14, 20, 19)]),
    ],
)
def test_a_context_is_read_as_far_as_it_fits(
    length: int, begin: int, expected: list[tuple[int, int, int]]
) -> None:
    found = [(w.start, w.stop, w.first) for w in windows([length], 10, [begin])]

    assert found == expected


def test_chunked_scores_are_the_models_own(model: PreTrainedModel) -> None:
    tokens = torch.randint(1, 300, (3, 20), generator=torch.Generator().manual_seed(0))
    targets = torch.ones_like(tokens, dtype=torch.bool)
    targets[:, 0] = False
    with torch.inference_mode():
        expected = model(input_ids=tokens).logits.log_softmax(-1)

    scores = score(model, tokens, targets, top_k=4)

    observed = expected[:, :-1].gather(2, tokens[:, 1:, None])[..., 0].flatten()
    best = expected[:, :-1].topk(4).values.flatten(0, 1).exp()
    np.testing.assert_allclose(scores.log_probability, observed, atol=1e-5)
    np.testing.assert_allclose(scores.candidate_probability, best, atol=1e-6)
    assert scores.rows.tolist() == list(range(57))


def test_candidates_are_kept_only_of_tokens_in_the_interval(model: PreTrainedModel) -> None:
    tokens = torch.randint(1, 300, (3, 20), generator=torch.Generator().manual_seed(0))
    targets = torch.ones_like(tokens, dtype=torch.bool)
    targets[:, 0] = False
    every = score(model, tokens, targets, top_k=4)
    probability = np.exp(every.log_probability)
    low, high = np.quantile(probability, [0.3, 0.6])

    some = score(model, tokens, targets, 4, (low, high))

    inside = np.flatnonzero((probability >= low) & (probability <= high))
    assert 0 < len(inside) < len(probability)
    assert set(inside) <= set(some.rows)
    assert len(some.rows) <= len(inside) + 2
    np.testing.assert_array_equal(some.candidates, every.candidates[some.rows])
    np.testing.assert_array_equal(some.log_probability, every.log_probability)


def test_chunks_do_not_change_a_score(
    model: PreTrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = torch.randint(1, 300, (2, 30), generator=torch.Generator().manual_seed(0))
    targets = torch.ones_like(tokens, dtype=torch.bool)
    targets[:, 0] = False
    whole = score(model, tokens, targets, top_k=3)
    monkeypatch.setattr("data.prior._LOGITS_PER_CHUNK", {"cpu": 7 * 300})

    cut = score(model, tokens, targets, top_k=3)

    np.testing.assert_allclose(cut.log_probability, whole.log_probability, atol=1e-6)
    np.testing.assert_array_equal(cut.rows, whole.rows)


class _RowsOverTheVocabulary(TorchFunctionMode):
    """Remembers the most rows of any tensor with one number per word."""

    def __init__(self, vocabulary: int) -> None:
        self.vocabulary = vocabulary
        self.most = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        outcome = func(*args, **(kwargs or {}))
        if isinstance(outcome, torch.Tensor) and outcome.shape[-1:] == (self.vocabulary,):
            self.most = max(self.most, outcome.numel() // self.vocabulary)
        return outcome


@pytest.mark.parametrize("rows", [2, 16])
def test_memory_over_the_vocabulary_does_not_grow_with_the_batch(
    model: PreTrainedModel, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr("data.prior._LOGITS_PER_CHUNK", {"cpu": 7 * 300})
    tokens = torch.randint(1, 300, (rows, 30), generator=torch.Generator().manual_seed(0))
    targets = torch.ones_like(tokens, dtype=torch.bool)
    targets[:, 0] = False

    with _RowsOverTheVocabulary(300) as seen:
        score(model, tokens, targets, top_k=4)

    assert seen.most == 7


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(("top_k", "between"), [(0, NO_TOKEN), (4, EVERY_TOKEN), (4, (0.0, 0.003))])
def test_a_piece_in_flight_has_the_scores_of_one_in_the_cache(
    model: PreTrainedModel, top_k: int, between: tuple[float, float], compiled: bool
) -> None:
    """The way of a GPU against that of a CPU, with pieces of two sizes."""
    generator = torch.Generator().manual_seed(0)
    states = torch.randn(50, model.config.hidden_size, generator=generator)
    observed = torch.randint(300, (50,), generator=generator)
    pieces = list(zip(states.split(20), observed.split(20), strict=True))

    with torch.inference_mode():
        expected = in_cache(logits_of(model), pieces, top_k, between)
        found = in_flight(logits_of(model), pieces, top_k, between, compiled=compiled)

    assert len(found) == len(expected) == 3
    for part, other in zip(found, expected, strict=True):
        torch.testing.assert_close(part.log_probability, other.log_probability)
        assert torch.equal(part.wanted, other.wanted)
        assert torch.equal(part.candidates, other.candidates)
        torch.testing.assert_close(part.probability, other.probability)


def test_no_piece_in_flight_is_waited_for_without_candidates(model: PreTrainedModel) -> None:
    """With candidates, the number of tokens that have them is asked for once a piece."""
    pieces = [(torch.zeros(5, model.config.hidden_size), torch.arange(5))] * 4
    waits = []
    for top_k in (0, 4):
        with Waits() as counted, torch.inference_mode():
            in_flight(logits_of(model), pieces, top_k, EVERY_TOKEN, compiled=False)
        waits.append(counted.n)

    assert waits == [0, 4]


@given(
    st.integers(0, 2**31), st.sampled_from([64, 100, 1000, 4096]), st.integers(1, 9), st.booleans()
)
def test_the_largest_by_blocks_are_the_largest(seed: int, n: int, k: int, ties: bool) -> None:
    rows = torch.rand(5, n, generator=torch.Generator().manual_seed(seed))
    if ties:
        rows = (rows * 20).round() / 20

    values, places = largest(rows, k)

    assert torch.equal(values, rows.topk(k).values)
    assert torch.equal(rows.gather(1, places), values)
    assert all(len(set(row)) == k for row in places.tolist())


def test_the_digest_of_a_prior_changes_with_any_weight(model: PreTrainedModel) -> None:
    before = weights_digest(model)
    assert weights_digest(model) == before

    with torch.no_grad():
        model.lm_head.weight[3, 5] += 1e-6

    assert weights_digest(model) != before


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 30)), max_size=5), st.integers(2, 12))
def test_after_a_context_only_the_text_is_scored(
    parts: list[tuple[int, int]], context: int
) -> None:
    begins = [before for before, _ in parts]
    lengths = [before + text for before, text in parts]
    found = list(windows(lengths, context, begins))

    scored = Counter((w.document, p) for w in found for p in range(w.first, w.stop))
    expected = {(d, place) for d, (b, n) in enumerate(parts) for place in range(b, b + n)}
    assert set(scored) == expected
    assert set(scored.values()) <= {1}
    for w in found:
        assert w.stop - w.start <= context
        assert w.first - w.start >= min(context // 2, w.first)


def test_padding_on_the_right_changes_nothing(model: PreTrainedModel) -> None:
    tokens = torch.randint(1, 300, (1, 10), generator=torch.Generator().manual_seed(0))
    targets = torch.ones_like(tokens, dtype=torch.bool)
    targets[:, 0] = False
    padding = torch.zeros(1, 6, dtype=torch.long)

    alone = score(model, tokens, targets, 2)
    padded = score(
        model, torch.cat([tokens, padding], 1), torch.cat([targets, padding.bool()], 1), 2
    )

    np.testing.assert_allclose(padded.log_probability, alone.log_probability, atol=1e-6)


def test_a_head_that_is_not_the_models_own_is_noticed(model: PreTrainedModel) -> None:
    check_head(model, 300)
    model.lm_head.register_forward_hook(
        lambda module, inputs, output: output * 2 if inputs[0].dim() == 3 else output
    )

    with pytest.raises(ValueError, match="cannot be a prior"):
        check_head(model, 300)


def test_a_saved_model_is_loaded_without_pickle(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)

    loaded = load_prior(tmp_path, context=32, prefix=True)

    assert (tmp_path / "model.safetensors").is_file()
    assert loaded.prefix == tokenizer.eos_token_id
    assert all(
        torch.equal(a, b)
        for a, b in zip(loaded.model.parameters(), model.parameters(), strict=True)
    )


def test_a_context_beyond_the_model_is_refused(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)

    with pytest.raises(ValueError, match="context is 64, the model was built for 32"):
        load_prior(tmp_path, context=64, prefix=True)


def test_a_window_of_one_token_is_refused(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)

    with pytest.raises(ValueError, match="a window of 1 tokens; the least is 2"):
        load_prior(tmp_path, context=1, prefix=True)


def test_a_tokenizer_of_another_model_is_refused(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    larger = load_tokenizer(tmp_path)
    larger.add_tokens([f"<extra-{i}>" for i in range(50)])
    larger.save_pretrained(tmp_path)

    with pytest.raises(ValueError, match="do not belong together"):
        load_prior(tmp_path, context=32, prefix=True)


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
@pytest.mark.parametrize("top_k", [0, 4])
def test_a_score_that_is_no_number_is_an_error_and_no_token_that_is_not_scored(
    model: PreTrainedModel, broken: float, top_k: int
) -> None:
    tokens = torch.randint(1, 300, (2, 10), generator=torch.Generator().manual_seed(0))
    tokens[1, 4] = 0
    targets = torch.ones_like(tokens, dtype=torch.bool)
    targets[:, 0] = False
    score(model, tokens, targets, top_k)
    with torch.no_grad():
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.clone())  # tied no more
        model.model.embed_tokens.weight[0] = broken

    with pytest.raises(BrokenScores, match="LlamaForCausalLM: gives scores that are") as raised:
        score(model, tokens, targets, top_k)
    # Of the second text alone, from that token on; attention may carry it back as 0 times NaN.
    assert {*range(13, 18)} <= set(raised.value.places.tolist()) <= {*range(9, 18)}
