import numpy as np
import pytest
import torch
from scipy import stats
from transformers import PreTrainedModel

from data.prior import Prior
from data.randomness import Purpose
from lightning_modules.sampling import (
    DocumentSampler,
    SampledDocuments,
    SamplingRule,
    draw,
    sample_batch,
    sample_documents,
    truncate,
)
from lightning_modules.trainer import Device, predicting


def _ignore(n: int) -> None:
    """Progress that nobody watches."""


def _sample(
    prior: Prior, n_tokens: int, *, batch: int = 256, mean: float = 20.0
) -> SampledDocuments:
    rule = SamplingRule(max_tokens=60, documents_per_batch=batch)
    sampler = DocumentSampler(
        prior, rule, seed=0, purpose=Purpose.SAMPLE, generation=1, advance=_ignore
    )
    return sample_documents(sampler, n_tokens, mean, predicting(Device(name="cpu"), _ignore))


def test_a_text_does_not_depend_on_the_batch_it_was_written_in(prior: Prior) -> None:
    together = _sample(prior, 1_000).tokens
    one_by_one = _sample(prior, 1_000, batch=3, mean=50.0).tokens

    assert together == one_by_one


def test_the_corpus_has_the_size_asked_for(prior: Prior) -> None:
    documents = _sample(prior, 500).tokens

    total = sum(map(len, documents))
    assert total >= 500
    assert total - len(documents[-1]) < 500


def test_documents_at_the_limit_are_counted_as_cut_off(prior: Prior) -> None:
    sampled = _sample(prior, 1_000)

    assert sampled.cut_off == sum(len(document) == 60 for document in sampled.tokens)


def test_the_cache_changes_nothing(model: PreTrainedModel) -> None:
    """Every token is the inverse CDF of a full forward pass over the window it was drawn from."""
    context, limit = 32, 50
    uniform = torch.from_numpy(np.random.default_rng(0).random((5, limit)))
    rule = SamplingRule(max_tokens=limit)

    documents = sample_batch(model, uniform, 0, context, rule, _ignore)

    for row, document in enumerate(documents):
        text, start = [0, *document], 0
        for position in range(len(document)):
            if position - start == context:
                start = position + 1 - context // 2
            with torch.inference_mode():
                logits = model(torch.tensor([text[start : position + 1]])).logits[:, -1]
            assert (
                int(draw(logits, uniform[row, position : position + 1], rule)) == text[position + 1]
            )


def test_frequencies_match_the_probabilities() -> None:
    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0]])
    n = 20_000
    uniform = torch.from_numpy(np.random.default_rng(0).random(n))

    drawn = draw(logits.expand(n, -1), uniform, SamplingRule(temperature=0.8))

    expected = (logits[0] / 0.8).softmax(-1).double().numpy()
    counts = np.bincount(drawn.numpy(), minlength=4)
    assert stats.chisquare(counts, n * expected / expected.sum()).pvalue > 1e-3


def test_top_k_and_top_p_keep_the_likeliest() -> None:
    probability = torch.tensor([[0.1, 0.5, 0.15, 0.25]])

    by_k = truncate(probability, SamplingRule(top_k=2))
    by_p = truncate(probability, SamplingRule(top_p=0.6))

    assert (by_k > 0).tolist() == [[False, True, False, True]]
    assert (by_p > 0).tolist() == [[False, True, False, True]]


def test_a_draw_of_nearly_one_is_still_a_token() -> None:
    uniform = torch.tensor([np.nextafter(1.0, 0.0)])

    assert int(draw(torch.zeros(1, 5), uniform, SamplingRule())) == 4
    assert int(draw(torch.tensor([[5.0, 0.0, 0.0]]), uniform, SamplingRule(top_k=1))) == 0


def test_a_model_that_writes_nothing_is_an_error(prior: Prior) -> None:
    with torch.no_grad():
        prior.model.lm_head.weight.zero_()
    prior.model.lm_head.register_forward_hook(
        lambda module, inputs, output: output.index_fill(-1, torch.tensor([0]), 1e4)
    )

    with pytest.raises(ValueError, match="empty documents"):
        _sample(prior, 1_000)


@pytest.mark.parametrize(("field", "value"), [("temperature", 0.0), ("top_k", 0), ("top_p", 0.0)])
def test_an_impossible_rule_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        SamplingRule(**{field: value})
