"""Text of another model as a corpus (Section 3 takes its synthetic text from Mixtral)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.chains.settings import HumanText
from benchmarks.chains.text import human_text
from data.errors import BadInput
from data.randomness import Purpose, stream
from data.text.corpus import write_corpus
from data.text.tokens import encode, load_tokenizer


def take_written(
    folder: Path,
    *,
    text: HumanText,
    content: str,
    tokenizer: Path,
    n_tokens: int,
    seed: int,
    generation: int,
) -> dict[str, Any]:
    """Take documents of a file or hub data set, in an order of its own per seed and generation.

    Args:
        folder: Folder that receives `corpus.arrow`.
        text: Where the documents come from, as source and field; its sizes are not used.
        content: Identity of the text, checked again.
        tokenizer: Folder of the tokenizer of the models that will be trained.
        n_tokens: Tokens wanted; the last document stays whole.
        seed: Replicate of the chain.
        generation: Index of the generation that will read the corpus; it keys the order.

    Raises:
        BadInput: There is too little text, or it changed while it was read.
    """
    if human_text.human_identity(text) != content:
        raise BadInput(f"{text.source} changed while it was read; run again")
    corpus, skipped = human_text.read_human(text)
    words = load_tokenizer(tokenizer)
    order = stream(seed, Purpose.WRITTEN_ORDER, generation).permutation(len(corpus))
    lengths = np.array([len(ids) for ids in encode(words, corpus.texts())], dtype=np.int64)
    total = np.cumsum(lengths[order])
    if total[-1] < n_tokens:
        raise BadInput(
            f"{text.source} is too small: {n_tokens:,} tokens of synthetic text are wanted, it has "
            f"{int(total[-1]):,}; give more, or lower generation_tokens or candidates"
        )
    chosen = order[: int(np.searchsorted(total, n_tokens)) + 1]
    documents = (
        replace(document, source="model", generation=generation)
        for document in corpus.select(chosen)
    )
    write_corpus(folder / "corpus.arrow", documents)
    return {
        "documents": len(chosen),
        "tokens": int(lengths[chosen].sum()),
        "human_tokens": 0,
        "skipped": skipped,
        "of_documents": len(corpus),
    }
