"""Controls of token editing: as many changes at random places, and null arms that change nothing.

`edit_at_random` flags tokens by lot instead of by confidence, and draws as the rule draws: the only
difference is where. `redraw` and `reencode` go the same way through tokenizer and splicing, and
show whether that way alone changes a text.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytorch_lightning as pl
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from data.corpus import Corpus, Document
from data.editing import EditRule
from data.prior import Prior
from data.randomness import Purpose, stream
from data.tokens import encode
from lightning_modules.token_editing import EditedCorpus, _Pieces, _tokenize, _write, edit_corpus


def edit_at_random(
    corpus: Corpus,
    prior: Prior,
    rule: EditRule,
    *,
    n_changed: int,
    seed: int,
    generation: int,
    trainer: pl.Trainer,
) -> EditedCorpus:
    """Flag editable tokens by lot, redraw them as the rule does, until `n_changed` have changed.

    Args:
        corpus: The text.
        prior: Gives the candidates.
        rule: How a token is redrawn; its threshold and share are not used.
        n_changed: Tokens to change: what the rule changed in the arm that this one controls.
        seed: Replicate of the chain.
        generation: Of the models that will read it.
        trainer: Runs the scoring.

    Raises:
        ValueError: The rule changes fewer tokens when it redraws all of them.
    """
    everything = replace(rule, share=None, threshold=0.0, inclusive=True)
    drawn = edit_corpus(
        corpus, prior, everything, seed=seed, generation=generation, trainer=trainer
    )
    would_change = drawn.ledger.column("changed").to_numpy()
    order = stream(seed, Purpose.RANDOM_EDIT, generation).permutation(len(would_change))
    total = np.cumsum(would_change[order])
    if n_changed > 0 and (len(total) == 0 or total[-1] < n_changed):
        raise ValueError(
            f"{n_changed:,} random changes are asked for, redrawing every token gives "
            f"{int(total[-1]) if len(total) else 0:,}; raise the rule's temperature or top_k"
        )
    stop = int(np.searchsorted(total, n_changed)) + 1 if n_changed else 0
    flagged = np.sort(order[:stop])
    ledger = drawn.ledger.take(pa.array(flagged))
    differs = ledger.column("observed_token").to_numpy() != ledger.column("drawn_token").to_numpy()
    changed = would_change[flagged]
    summary = replace(
        drawn.summary,
        flagged=len(flagged),
        changed=int(changed.sum()),
        unwritable=int((differs & ~changed).sum()),
    )
    return EditedCorpus(_apply(corpus, prior, ledger, generation), ledger, summary)


def redraw(
    corpus: Corpus,
    prior: Prior,
    rule: EditRule,
    *,
    seed: int,
    generation: int,
    trainer: pl.Trainer,
) -> EditedCorpus:
    """Write every flagged token anew as the observed one: a null arm, nothing may change."""
    edited = edit_corpus(corpus, prior, rule, seed=seed, generation=generation, trainer=trainer)
    ledger = edited.ledger.set_column(
        edited.ledger.column_names.index("drawn_token"),
        "drawn_token",
        edited.ledger.column("observed_token"),
    )
    written = ledger.set_column(
        ledger.column_names.index("changed"), "changed", pa.array(np.ones(len(ledger), dtype=bool))
    )
    documents = _apply(corpus, prior, written, generation)
    changed = pa.array(np.zeros(len(ledger), dtype=bool))
    ledger = ledger.set_column(ledger.column_names.index("changed"), "changed", changed)
    return EditedCorpus(documents, ledger, replace(edited.summary, changed=0, unwritable=0))


def reencode(corpus: Corpus, tokenizer: PreTrainedTokenizerFast, generation: int) -> list[Document]:
    """Encode and decode every document: a null arm, and a change where a tokenizer loses text."""
    ids = encode(tokenizer, corpus.texts())
    texts = tokenizer.batch_decode(ids, skip_special_tokens=False)
    return [
        replace(document, text=text, generation=generation)
        for document, text in zip(corpus, texts, strict=True)
    ]


def _apply(corpus: Corpus, prior: Prior, ledger: pa.Table, generation: int) -> list[Document]:
    """The corpus with the changed rows of a ledger written into it."""
    documents = list(corpus)
    tokens = _tokenize(documents, prior.tokenizer)
    changed = ledger.filter(ledger.column("changed"))
    place = _places(documents, tokens.offsets, changed)
    drawn = changed.column("drawn_token").to_numpy()
    return list(_write(documents, tokens, place, drawn, _Pieces(prior.tokenizer), generation))


def _places(
    documents: list[Document], offsets: NDArray[np.int64], ledger: pa.Table
) -> NDArray[np.int64]:
    """Where the rows of a ledger stand among the tokens of all documents, in order."""
    first = dict(zip((document.id for document in documents), offsets.tolist(), strict=False))
    starts = [first[name] for name in ledger.column("document_id").to_pylist()]
    positions: NDArray[np.int64] = ledger.column("position").to_numpy()
    places = np.array(starts, dtype=np.int64) + positions
    assert (np.diff(places) > 0).all(), "a ledger is in the order of the corpus"
    return places
