"""The work inside a light stage: words of a text, as n-gram models count them, and its bytes."""

from pathlib import Path
from typing import Any

from data.measures.ngrams import split_words
from data.text.corpus import Corpus


def count_words(folder: Path, *, corpus: Path) -> dict[str, Any]:
    """Count the words of a corpus, and its bytes in UTF-8.

    Args:
        folder: The stage's folder, which receives nothing.
        corpus: File of the documents.
    """
    texts = list(Corpus.open(corpus).texts())
    return {
        "words": sum(len(split_words(text)) for text in texts),
        "bytes": sum(len(text.encode()) for text in texts),
    }
