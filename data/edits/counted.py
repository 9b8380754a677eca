"""Counted edits: rows of a ledger of all tokens in a place, drawn by a law, and kept by lot."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.edit_controls import keep_random, with_columns
from data.edits.laws import NONE, TokenLaw
from data.edits.places import Place
from data.errors import BadInput
from data.randomness import Purpose, uniforms
from data.text.token_text import Located, Pieces

Integers = NDArray[np.int64]


def keep_counted(
    ledger: pa.Table, place: Place, n_changed: int, *, rng: np.random.Generator
) -> pa.Table:
    """Rows by lot, each as likely as the others, until so many of them are changes.

    Args:
        ledger: One row per token in the place, in the order of the text.
        place: Where they are, for the error.
        n_changed: Number of changes wanted.
        rng: Source of the lot.

    Raises:
        BadInput: The place holds too few tokens that can be changed.
    """
    n_there = int(ledger.column("changed").to_numpy().sum())
    if n_there < n_changed:
        raise BadInput(
            f"{place}: {len(ledger):,} tokens, of which {n_there:,} can be changed, and "
            f"changed_tokens is {n_changed:,}; lower it, or choose a wider band"
        )
    return keep_random(ledger, n_changed, rng=rng)


def places_of(ledger: pa.Table, text: Located) -> Integers:
    """Place of each row's token among all tokens of the text, shape (rows,)."""
    documents = ledger.column("document").to_numpy()
    return np.asarray(text.offsets[documents] + ledger.column("position").to_numpy())


def tokens_before(ledger: pa.Table, text: Located, context: Located) -> Integers:
    """The token before each row's, shape (rows,); NONE where nothing stands before it.

    Args:
        ledger: Rows of the ledger.
        text: The documents as tokens.
        context: What stands before each document, as tokens.
    """
    places = places_of(ledger, text)
    found = np.where(places > 0, text.ids[places - 1], NONE)
    for row in np.flatnonzero(ledger.column("position").to_numpy() == 0).tolist():
        own = context.tokens_of(ledger.column("document")[row].as_py())
        found[row] = own[-1] if len(own) else NONE
    return found.astype(np.int64)


def redrawn(
    ledger: pa.Table,
    law: TokenLaw,
    before: Integers,
    pieces: Pieces,
    *,
    seed: int,
    generation: int,
) -> pa.Table:
    """The ledger with every row's token drawn anew by a law; what a prior says of it is unknown.

    A row is no change where the law has no other token.

    Args:
        ledger: Rows of the ledger, in the order of the text.
        law: What tokens are drawn from.
        before: The token before each row's, shape (rows,).
        pieces: Text of every token.
        seed: Replicate of the chain.
        generation: Index of the generation that will read the text.
    """
    observed = ledger.column("observed_token").to_numpy().astype(np.int64)
    states = law.states(np.maximum(before, 0))
    drawn = law.draw(states, observed, _draws(ledger, seed, generation))
    if law.by_token_before:
        drawn = np.where(before == NONE, NONE, drawn)
    changed = drawn != NONE
    texts = [pieces.text(token) if token != NONE else None for token in drawn.tolist()]
    unknown = pa.array(np.full(len(ledger), np.nan, dtype=np.float32))
    return with_columns(
        ledger,
        {
            "drawn_token": pa.array(np.where(changed, drawn, observed).astype(np.int32)),
            "changed": pa.array(changed),
            "replacement": pa.array(texts, pa.string()),
            "candidate_mass": unknown,
            "change_probability": pa.array(changed.astype(np.float32)),
            "drawn_probability": unknown,
            "divergence": unknown,
        },
    )


def with_scores(
    ledger: pa.Table, drawn_probability: NDArray[np.float64], divergence: NDArray[np.float64]
) -> pa.Table:
    """The ledger with what a prior says of its changes, in their order."""
    changed = ledger.column("changed").to_numpy()
    values = {"drawn_probability": drawn_probability, "divergence": divergence}
    columns = {}
    for name, found in values.items():
        column = np.full(len(ledger), np.nan, dtype=np.float32)
        column[changed] = found
        columns[name] = pa.array(column)
    return with_columns(ledger, columns)


def _draws(ledger: pa.Table, seed: int, generation: int) -> NDArray[np.float64]:
    """Uniform draws keyed by (seed, generation, document id, position), shape (rows,)."""
    ids: Sequence[str] = ledger.column("document_id").to_pylist()
    positions = ledger.column("position").to_numpy()
    documents = ledger.column("document").to_numpy()
    draws = np.empty(len(ledger))
    _, firsts = np.unique(documents, return_index=True)
    for begin, end in zip(firsts, [*firsts[1:], len(ledger)], strict=True):
        mine = positions[begin:end]
        draws[begin:end] = uniforms(
            int(mine[-1]) + 1,
            seed=seed,
            purpose=Purpose.REPLACEMENT,
            generation=generation,
            document_id=ids[begin],
        )[mine]
    return draws
