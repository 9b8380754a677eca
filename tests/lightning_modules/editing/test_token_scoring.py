import numpy as np
import pytest
import torch

from data.prior import Prior, windows
from lightning_modules.device import Device
from lightning_modules.editing.token_scoring import score_documents
from lightning_modules.trainer import predicting


@pytest.mark.parametrize("with_prefix", [True, False])
def test_every_score_is_that_of_a_direct_forward_pass_over_its_window(
    prior: Prior, with_prefix: bool
) -> None:
    rng = np.random.default_rng(0)
    context = prior.context
    lengths = (5, 3 * context + 7, 0, 1, context, context + 1, 40)
    documents = [rng.integers(1, 300, size=n).tolist() for n in lengths]
    prefix = prior.prefix if with_prefix else None
    judge = Prior(prior.model, prior.tokenizer, context, prefix)
    trainer = predicting(Device(name="cpu"), lambda n: None)

    scores = score_documents(judge, documents, trainer=trainer)

    head = [] if prefix is None else [prefix]
    texts = [[*head, *document] for document in documents]
    expected = [np.full(len(text), np.nan) for text in texts]
    for window in windows([len(text) for text in texts], context):
        tokens = torch.tensor([texts[window.document][window.start : window.stop]])
        with torch.inference_mode():
            table = prior.model(tokens).logits.log_softmax(-1)[0]
        for place in range(window.first, window.stop):
            inside = place - window.start
            expected[window.document][place] = table[inside - 1, tokens[0, inside]]
    flat = np.concatenate([values[len(head) :] for values in expected])
    np.testing.assert_allclose(scores, flat, atol=1e-5)
    assert np.isnan(flat).sum() == (0 if with_prefix else sum(n > 0 for n in lengths))
