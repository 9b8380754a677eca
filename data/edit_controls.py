"""Controls of token editing: as many changes at random places, and null arms that change nothing.

`keep_random` flags tokens by lot instead of by confidence, and draws as the rule draws: the only
difference is where. `observed_wins` and `reencode` go the same way through tokenizer and ledger,
and show whether that way alone changes a text.
"""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from transformers import PreTrainedTokenizerFast

from data.editing import EditRule
from data.errors import BadInput
from data.text.corpus import Corpus, Document
from data.text.token_text import Pieces
from data.text.tokens import encode

Arm = Literal["rule", "random", "redraw"]
"""What decides the changes: the rule; the lot, with as many changes; or nothing, as flagged tokens
are written anew as what they were."""


def rule_of(arm: Arm, rule: EditRule) -> EditRule:
    """The rule by which an arm is drawn: by lot, every editable token is drawn first."""
    if arm == "random":
        return replace(rule, share=None, threshold=0.0, inclusive=True, side="above")
    return rule


def keep_random(ledger: pa.Table, n_changed: int, *, rng: np.random.Generator) -> pa.Table:
    """Rows of a ledger of all editable tokens, by lot, until `n_changed` of them are changes.

    Args:
        ledger: One row per editable token, in the order of the text.
        n_changed: Number of tokens that the rule changed in the arm that this one controls.
        rng: Source of the lot.

    Raises:
        BadInput: The ledger has fewer changes.
    """
    changed = ledger.column("changed").to_numpy()
    if n_changed == 0:
        return ledger.slice(0, 0)
    order = rng.permutation(len(changed))
    total = np.cumsum(changed[order])
    if len(total) == 0 or total[-1] < n_changed:
        raise BadInput(
            f"{n_changed:,} random changes are asked for, redrawing every token gives "
            f"{int(changed.sum()):,}; raise the rule's temperature or top_k"
        )
    stop = int(np.searchsorted(total, n_changed)) + 1
    return ledger.take(pa.array(np.sort(order[:stop])))


def observed_wins(ledger: pa.Table, tokenizer: PreTrainedTokenizerFast) -> pa.Table:
    """The ledger with the observed token drawn and written everywhere: nothing may change."""
    pieces = Pieces(tokenizer)
    observed = ledger.column("observed_token")
    texts = [pieces.text(token) for token in observed.to_pylist()]
    values = {
        "drawn_token": observed,
        "changed": pa.array(np.ones(len(ledger), dtype=bool)),
        "replacement": pa.array(texts, pa.string()),
    }
    return with_columns(ledger, values)


def with_columns(ledger: pa.Table, values: dict[str, pa.Array]) -> pa.Table:
    """The ledger with some columns replaced."""
    for name, column in values.items():
        ledger = ledger.set_column(ledger.column_names.index(name), ledger.field(name), column)
    return ledger


def unchanged(ledger: pa.Table) -> pa.Table:
    """The ledger without changes: what is on record of a null arm."""
    n = len(ledger)
    return with_columns(
        ledger,
        {
            "changed": pa.array(np.zeros(n, dtype=bool)),
            "replacement": pa.nulls(n, pa.string()),
        },
    )


def counted(ledger: pa.Table) -> dict[str, Any]:
    """Rows of a ledger that are flagged, changed, and draws that could not be written."""
    changed = ledger.column("changed").to_numpy()
    differs = ledger.column("drawn_token").to_numpy() != ledger.column("observed_token").to_numpy()
    return {
        "flagged": len(ledger),
        "changed": int(changed.sum()),
        "unwritable": int((differs & ~changed).sum()),
    }


def reencode(corpus: Corpus, tokenizer: PreTrainedTokenizerFast, generation: int) -> list[Document]:
    """Encode and decode every document: a null arm, and a change where a tokenizer loses text."""
    ids = encode(tokenizer, corpus.texts())
    texts = tokenizer.batch_decode(ids, skip_special_tokens=False)
    return [
        replace(document, text=text, generation=generation)
        for document, text in zip(corpus, texts, strict=True)
    ]
