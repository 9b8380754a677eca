from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.sources.fetching import PackageFiles
from data.sources.texts import SOURCES, Answer, load_source, split_long


def test_the_default_text_is_the_pinned_one() -> None:
    source = SOURCES["king_james"]

    corpus = load_source(source)

    assert corpus.fingerprint == source.fingerprint
    assert len(corpus) > 4_000
    assert {document.licence for document in corpus} == {"public domain"}


def test_the_default_text_is_clean() -> None:
    texts = list(load_source(SOURCES["king_james"]).texts())

    assert len(set(texts)) == len(texts)
    assert not any("[" in text or text != text.strip() for text in texts)
    assert texts[0].startswith("In the beginning God created the heaven and the earth.")


@given(st.lists(st.text(alphabet="ab ", min_size=1).map(str.strip).filter(bool), max_size=30))
def test_splitting_loses_no_sentence(sentences: list[str]) -> None:
    text = " ".join(sentence + "." for sentence in sentences)

    assert " ".join(split_long(text, 20)) == text


def test_pieces_are_no_longer_than_asked() -> None:
    pieces = list(split_long("One two three. " * 50, 100))

    assert len(pieces) > 1
    assert max(map(len, pieces)) <= 100


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_is_pinned(name: str) -> None:
    source = SOURCES[name]

    assert len(source.wheel.sha256) == 64
    assert len(source.fingerprint) == 16


def test_a_source_says_whether_it_has_prompts() -> None:
    for source in SOURCES.values():
        assert source.has_prompts == source.read.__qualname__.startswith("_answers")


def test_an_answer_stays_whole_and_keeps_its_prompt() -> None:
    def read(files: PackageFiles) -> Iterator[Answer]:
        yield Answer("Why  so\nlong?", "Because it is never cut. " * 200)
        yield Answer("Why so short?", "Four words, no more.")

    (document,) = load_source(replace(SOURCES["king_james"], read=read))

    assert document.prompt == "Why so long?\n\n"
    assert len(document.text) > 4_000
