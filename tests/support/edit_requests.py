"""What is asked of an edit in tests: a corpus, edited by an untrained model."""

import json
from pathlib import Path

from transformers import PreTrainedTokenizerFast

from benchmarks.editing.request import EditRequest
from data.editing import EditRule
from data.text.corpus import Corpus
from data.text.text_files import Fields
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape

_RULE = EditRule(share=0.3, temperature=2.0)


def small_request(
    folder: Path, shape: ModelShape, tokenizer: PreTrainedTokenizerFast, corpus: Corpus
) -> EditRequest:
    """An edit of the corpus by an untrained model, both in a folder."""
    prior, path = folder / "prior", folder / "in.jsonl"
    build_model(shape, seed=0).save_pretrained(prior)
    tokenizer.save_pretrained(prior)
    rows = [
        {"id": d.id, "text": d.text, "n": i / 7, "ask": f"The {i}th question: "}
        for i, d in enumerate(corpus)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return EditRequest(
        inputs=(path,),
        fields=Fields(),
        prior=str(prior),
        rule=_RULE,
        seed=0,
        context=32,
        prefix=True,
        dtype="auto",
        device="cpu",
        characters_per_shard=1000,
        strict=False,
    )
