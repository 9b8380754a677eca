"""Token editing of a corpus: score, flag, redraw, splice what changed into the text."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
import pyarrow as pa
import pytorch_lightning as pl
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from data.corpus import Corpus, Document
from data.editing import PAPER, EditRule, flag, resample, splice, with_threshold
from data.prior import Prior
from data.randomness import Purpose, uniforms
from lightning_modules.token_scoring import score_documents

_HISTOGRAM_BINS = 10
_REPLACEMENT_CHARACTER = "\ufffd"


@dataclass(frozen=True, kw_only=True, slots=True)
class EditSummary:
    """How many tokens a rule touched."""

    tokens: int
    """Of the whole corpus, in the prior's tokens."""
    editable: int
    """Not the first of a document, and standing for whole characters of the text."""
    flagged: int
    changed: int
    unwritable: int
    """Draws that are no text of their own (special tokens, parts of characters): left unchanged."""
    threshold: float
    """The probability that flags; computed from the corpus for a rule with a share."""
    flagged_by_paper: int
    """Tokens that the paper's threshold would flag, whatever rule was used."""
    histogram: tuple[int, ...]
    """Scored tokens by probability, in ten equal bins (the paper's Table 6)."""


@dataclass(frozen=True)
class EditedCorpus:
    """The edited text, its ledger of flagged tokens, and the totals."""

    documents: list[Document]
    ledger: pa.Table
    summary: EditSummary


@dataclass(frozen=True)
class _Tokens:
    """Documents laid end to end as tokens."""

    ids: NDArray[np.int64]
    spans: list[list[tuple[int, int]]]
    offsets: NDArray[np.int64]
    editable: NDArray[np.bool_]


def edit_corpus(
    corpus: Corpus,
    prior: Prior,
    rule: EditRule,
    *,
    seed: int,
    generation: int,
    trainer: pl.Trainer,
) -> EditedCorpus:
    """Edit every document; what is not changed stays byte for byte.

    The first token of a document is never edited: it has no text before it, so its probability says
    where documents begin and not what the text makes likely. Special tokens are never edited nor
    written: they are no text. Draws are keyed by (seed, generation, document id, position).
    """
    documents = list(corpus)
    tokens = _tokenize(documents, prior.tokenizer)
    per_document = [
        tokens.ids[a:b].tolist() for a, b in zip(tokens.offsets, tokens.offsets[1:], strict=False)
    ]
    scores = score_documents(prior, per_document, top_k=rule.top_k, trainer=trainer)
    probability = np.exp(scores.log_probability)
    usable = tokens.editable & ~np.isnan(probability)
    fixed = with_threshold(rule, probability[usable])
    places = np.flatnonzero(usable & flag(np.nan_to_num(probability), fixed))
    draws = _draws(documents, tokens.offsets, places, seed, generation)
    edits = resample(
        tokens.ids[places],
        probability[places],
        scores.candidates[places],
        np.exp(scores.candidate_log_probability[places]),
        draws,
        fixed,
    )
    pieces = _Pieces(prior.tokenizer)
    writable = np.array([pieces.text(token) is not None for token in edits.drawn], dtype=bool)
    changed = edits.changed(tokens.ids[places]) & writable
    summary = EditSummary(
        tokens=len(tokens.ids),
        editable=int(usable.sum()),
        flagged=len(places),
        changed=int(changed.sum()),
        unwritable=int((~writable).sum()),
        threshold=fixed.threshold,
        flagged_by_paper=int(flag(probability[usable], PAPER).sum()),
        histogram=_histogram(probability),
    )
    edited = _write(documents, tokens, places[changed], edits.drawn[changed], pieces, generation)
    document_of = np.searchsorted(tokens.offsets, places, side="right") - 1
    ledger = pa.table(
        {
            "document_id": [documents[index].id for index in document_of],
            "position": places - tokens.offsets[document_of],
            "probability": probability[places],
            "observed_token": tokens.ids[places],
            "drawn_token": edits.drawn,
            "changed": changed,
            "candidate_mass": edits.candidate_mass,
        }
    ).replace_schema_metadata(
        {"rule": repr(asdict(fixed)), "seed": str(seed), "generation": str(generation)}
    )
    return EditedCorpus(list(edited), ledger, summary)


def _histogram(probability: NDArray[np.float32]) -> tuple[int, ...]:
    counts, _ = np.histogram(
        probability[~np.isnan(probability)], bins=_HISTOGRAM_BINS, range=(0.0, 1.0)
    )
    return tuple(int(count) for count in counts)


def _draws(
    documents: list[Document],
    offsets: NDArray[np.int64],
    places: NDArray[np.int64],
    seed: int,
    generation: int,
) -> NDArray[np.float64]:
    flat = [
        uniforms(
            int(stop - start),
            seed=seed,
            purpose=Purpose.EDIT,
            generation=generation,
            document_id=document.id,
        )
        for document, start, stop in zip(documents, offsets, offsets[1:], strict=False)
    ]
    return np.concatenate(flat)[places]


class _Pieces:
    """The text that a token stands for in the middle of a document."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        self._backend = tokenizer.backend_tokenizer
        self._special = frozenset(tokenizer.all_special_ids)
        self._anchor = self._backend.encode("a", add_special_tokens=False).ids[-1]
        self._anchor_text = self._backend.decode([self._anchor])
        self._known: dict[int, str | None] = {}

    def text(self, token: int) -> str | None:
        """The text of a token; None for a special token or a part of a character."""
        if token not in self._known:
            decoded = self._backend.decode([self._anchor, int(token)])
            piece = decoded[len(self._anchor_text) :]
            whole = piece and _REPLACEMENT_CHARACTER not in piece and token not in self._special
            self._known[token] = piece if whole else None
        return self._known[token]


def _tokenize(documents: list[Document], tokenizer: PreTrainedTokenizerFast) -> _Tokens:
    pieces = _Pieces(tokenizer)
    backend = tokenizer.backend_tokenizer
    backend.encode_special_tokens = True
    encodings = backend.encode_batch([d.text for d in documents], add_special_tokens=False)
    spans = [_tile(e.offsets) for e in encodings]
    editable = [
        position > 0 and document.text[start:stop] == pieces.text(token)
        for document, encoding, tiles in zip(documents, encodings, spans, strict=True)
        for position, (token, (start, stop)) in enumerate(zip(encoding.ids, tiles, strict=True))
    ]
    ids = np.array([token for e in encodings for token in e.ids], dtype=np.int64)
    offsets = np.cumsum([0, *(len(e.ids) for e in encodings)])
    return _Tokens(ids, spans, offsets, np.array(editable, dtype=bool))


def _tile(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the space that some tokenizers leave out of a token's span back to that token."""
    stops = [stop for _, stop in spans]
    return list(zip([0, *stops], stops, strict=False))


def _write(
    documents: list[Document],
    tokens: _Tokens,
    places: NDArray[np.int64],
    drawn: NDArray[np.int64],
    pieces: _Pieces,
    generation: int,
) -> Iterator[Document]:
    bounds = np.searchsorted(places, tokens.offsets)
    for index, document in enumerate(documents):
        mine = slice(bounds[index], bounds[index + 1])
        replacements: dict[int, str] = {}
        for place, token in zip(places[mine], drawn[mine], strict=True):
            piece = pieces.text(int(token))
            assert piece is not None, "only writable draws are written"
            replacements[int(place - tokens.offsets[index])] = piece
        text = splice(document.text, tokens.spans[index], replacements)
        yield replace(document, text=text, generation=generation)
