import pytest

from data.corpus import Corpus, Document
from data.health import examine


def _corpus(*texts: str) -> Corpus:
    return Corpus.of(Document(str(i), text, "s", "l", 0) for i, text in enumerate(texts))


def test_empty_and_duplicate_documents_are_counted() -> None:
    health = examine(_corpus("one", "one", "  ", "two!"))

    assert (health.documents, health.empty, health.duplicate) == (4, 0.25, 0.25)
    assert health.mean_bytes == 3.0


def test_an_empty_corpus_is_refused() -> None:
    with pytest.raises(ValueError, match="the corpus is empty"):
        examine(_corpus())
