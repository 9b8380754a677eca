from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from data.text.corpus import Corpus, Document, join, write_corpus


def _corpus(texts: list[str]) -> Corpus:
    return Corpus.of(Document(str(i), text, "s", "l", 0) for i, text in enumerate(texts))


@given(st.lists(st.text(), min_size=1, max_size=8))
def test_the_fingerprint_is_that_of_the_content(texts: list[str]) -> None:
    assert _corpus(texts).fingerprint == _corpus(texts).fingerprint
    assert _corpus(texts).fingerprint != _corpus([*texts, "more"]).fingerprint


def test_the_fingerprint_changes_with_the_order() -> None:
    corpus = _corpus(["a", "b"])

    assert corpus.select([1, 0]).fingerprint != corpus.fingerprint


def test_a_boundary_between_documents_is_content() -> None:
    assert _corpus(["ab", "c"]).fingerprint != _corpus(["a", "bc"]).fingerprint


def test_writing_and_opening_is_the_identity(tmp_path: Path) -> None:
    documents = [Document("1", "na\u00efve \u4e2d\n", "s", "l", 0), Document("2", "", "s", "l", 3)]

    write_corpus(tmp_path / "c.arrow", documents)

    assert list(Corpus.open(tmp_path / "c.arrow")) == documents


def test_an_opened_corpus_is_memory_mapped(tmp_path: Path) -> None:
    write_corpus(tmp_path / "c.arrow", [Document("1", "text", "s", "l", 0)])

    assert Corpus.open(tmp_path / "c.arrow").table.cache_files


def test_joining_keeps_order() -> None:
    joined = join([_corpus(["a"]), _corpus(["b", "c"])])

    assert list(joined.texts()) == ["a", "b", "c"]


def test_size_is_counted_in_utf8_bytes() -> None:
    assert _corpus(["\u00e9", "a"]).n_bytes == 3
