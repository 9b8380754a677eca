"""Texts as token ids and as windows, from what a stage has written."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from torch import Tensor
from torch.utils.data import Dataset

from data.errors import BadInput
from data.text.corpus import Corpus
from data.text.tokens import encode, load_tokenizer
from lightning_modules.fitting.text_data import batches, plain_windows
from lightning_modules.layers.tuning.fitting import Lessons
from lightning_modules.settings import Optimization

Tokens = Sequence[Sequence[int]]
"""Token ids of each text."""


def beginnings(
    corpus: Path, tokenizer: Path, *, n_texts: int, length: int, skip: int = 0
) -> list[list[int]]:
    """The first tokens of documents, after the end-of-text token that stands before each.

    Args:
        corpus: File of the documents.
        tokenizer: Folder of the tokenizer.
        n_texts: Number of documents that are used.
        length: Most tokens of a text.
        skip: Number of documents that are left to others.

    Raises:
        BadInput: There are fewer documents.
    """
    words = load_tokenizer(tokenizer)
    documents = list(Corpus.open(corpus).texts())[skip : skip + n_texts]
    if len(documents) < n_texts:
        raise BadInput(
            f"{n_texts} texts are wanted after the first {skip}, the held-out part has "
            f"{len(documents)}; raise held_out_bytes of the recipe"
        )
    end = words.eos_token_id
    return [[end, *ids][:length] for ids in encode(words, documents)]


def lessons_of(
    corpus: Path,
    tokenizer: Path,
    folder: Path,
    *,
    context: int,
    n_tokens: int,
    optimization: Optimization,
    rng: np.random.Generator,
) -> Lessons:
    """One pass over the first tokens of a corpus, in random order.

    Args:
        corpus: File of the documents.
        tokenizer: Folder of the tokenizer.
        folder: Receives the packed tokens.
        context: Number of tokens of a window.
        n_tokens: Number of tokens that are learnt.
        optimization: How they are learnt.
        rng: Decides the order of the windows.
    """
    windows: Dataset[Tensor] = plain_windows(
        [corpus], load_tokenizer(tokenizer), folder, context, [n_tokens]
    )
    order = batches(len(windows), optimization.windows_per_step, rng)  # type: ignore[arg-type]
    return Lessons(windows=windows, order=order, optimization=optimization)
