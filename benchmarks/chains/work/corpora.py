"""The work inside light stages that make or examine a corpus without a model."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from data.edit_controls import reencode
from data.errors import BadInput
from data.executing.verification import Check, accepted
from data.measures.health import examine
from data.randomness import Purpose, stream
from data.selection import Score, kept
from data.text.corpus import Corpus, join, write_corpus
from data.text.tokens import encode, load_tokenizer


def decode_again(
    folder: Path,
    *,
    corpora: Iterable[Path],
    prior: Path,
    tokenizer: Path,
    generation: int,
) -> dict[str, Any]:
    """Encode and decode corpora with the tokenizer of a prior, into `corpus.arrow`."""
    documents = reencode(
        join([Corpus.open(path) for path in corpora]), load_tokenizer(prior), generation
    )
    write_corpus(folder / "corpus.arrow", documents)
    ids = encode(load_tokenizer(tokenizer), [document.text for document in documents])
    return {"documents": len(documents), "tokens": sum(map(len, ids))}


def select(
    folder: Path,
    *,
    corpora: Iterable[Path],
    human: Path,
    tokenizer: Path,
    score: Score,
    n_tokens: int,
    seed: int,
    generation: int,
) -> dict[str, Any]:
    """Keep the documents with the highest scores in `corpus.arrow`, up to `n_tokens` tokens.

    Args:
        folder: Folder that receives `corpus.arrow`.
        corpora: Files of the documents to choose from.
        human: Human text that the score may compare with.
        tokenizer: Folder of the tokenizer of the models that will be trained.
        score: Gives each document a number, the higher the better; see `data.selection`.
        n_tokens: Tokens wanted; all are kept where the candidates fall short of it by a document.
        seed: Replicate of the chain.
        generation: Index of the generation that will read the corpus; it keys the random draws.
    """
    candidates = join([Corpus.open(path) for path in corpora])
    ids = encode(load_tokenizer(tokenizer), candidates.texts())
    lengths = np.array([len(document) for document in ids], dtype=np.int64)
    rng = stream(seed, Purpose.SELECTION, generation)
    chosen = kept(score(candidates, Corpus.open(human), rng), lengths, n_tokens)
    corpus = candidates.select(chosen)
    write_corpus(folder / "corpus.arrow", corpus)
    is_human = np.array([document.source != "model" for document in corpus], dtype=bool)
    return {
        "documents": len(corpus),
        "tokens": int(lengths[chosen].sum()),
        "human_tokens": int(lengths[chosen][is_human].sum()),
        "candidates": len(candidates),
    }


def questions(
    folder: Path, *, corpora: Iterable[Path], seed: int, generation: int
) -> dict[str, Any]:
    """Gather the documents of corpora in random order in `questions.arrow`, to be asked again.

    Raises:
        BadInput: Some of them answer no question.
    """
    corpus = join([Corpus.open(path) for path in corpora])
    if not all(corpus.prompts()):
        raise BadInput("the text has no questions; name a source or a prompt_field that has some")
    rng = stream(seed, Purpose.SELECTION, generation, "questions")
    write_corpus(folder / "questions.arrow", corpus.select(rng.permutation(len(corpus))))
    return {"documents": len(corpus)}


def verify(
    folder: Path,
    *,
    corpora: Iterable[Path],
    human: Path,
    tokenizer: Path,
    check: Check,
    n_tokens: int,
) -> dict[str, Any]:
    """Keep the first documents that a check accepts in `corpus.arrow`, up to `n_tokens` tokens.

    Args:
        folder: Folder that receives `corpus.arrow`.
        corpora: Files of the written documents.
        human: Human text that has the same questions with right answers.
        tokenizer: Folder of the tokenizer of the models that will be trained.
        check: Tells which documents are accepted; see `data.executing.verification`.
        n_tokens: Tokens wanted.

    Raises:
        BadInput: Too few are accepted.
    """
    candidates = join([Corpus.open(path) for path in corpora])
    ids = encode(load_tokenizer(tokenizer), candidates.texts())
    lengths = np.array([len(document) for document in ids], dtype=np.int64)
    passes = check(candidates, Corpus.open(human))
    chosen = accepted(passes, lengths, n_tokens)
    write_corpus(folder / "corpus.arrow", candidates.select(chosen))
    return {
        "documents": len(chosen),
        "tokens": int(lengths[chosen].sum()),
        "human_tokens": 0,
        "verified": {
            "candidates": len(candidates),
            "accepted": int(passes.sum()),
            "kept": len(chosen),
        },
    }


def check_health(
    folder: Path, *, corpora: Iterable[Path], human: Path, held_out: Path
) -> dict[str, Any]:
    """Examine what a generation is about to be trained on; see `data.measures.health`."""
    corpus = join([Corpus.open(path) for path in corpora])
    health = examine(corpus, human=Corpus.open(human), held_out=Corpus.open(held_out))
    return {"fingerprint": corpus.fingerprint, "health": asdict(health)}
