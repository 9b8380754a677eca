"""Sentences of a text cover it, and end where a reader ends them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text.sentences import end_mark, sentence_spans

_TEXTS = {
    "And it was so. And God saw it.": ["And it was so.", "And God saw it."],
    "He came. then he went.": ["He came. then he went."],
    "Mr. Starbuck spoke. St. Elmo burned.": ["Mr. Starbuck spoke.", "St. Elmo burned."],
    'He said, "Go!" The ship sailed?': ['He said, "Go!"', "The ship sailed?"],
    "A title\n\nThe first line": ["A title", "The first line"],
    "It cost 3.50 in all.": ["It cost 3.50 in all."],
    "": [],
}


@pytest.mark.parametrize("text", _TEXTS)
def test_sentences_end_at_marks_before_capitals(text: str) -> None:
    assert [text[start:stop] for start, stop in sentence_spans(text)] == _TEXTS[text]


@given(st.text(st.sampled_from("aA. !?\n\"'"), max_size=40))
def test_nothing_but_white_space_lies_between_sentences(text: str) -> None:
    spans = sentence_spans(text)
    ends = [0, *(place for span in spans for place in span), len(text)]

    assert ends == sorted(ends)
    assert not "".join(text[a:b] for a, b in zip(ends[::2], ends[1::2], strict=True)).strip()


@pytest.mark.parametrize(
    ("text", "mark"), [("It was so.", "."), ('Is it "so?")', '?")'), ("so", ""), ("so.. ", "..")]
)
def test_the_mark_that_ends_a_sentence_is_found_with_what_closes(text: str, mark: str) -> None:
    start, stop = end_mark(text, (0, len(text)))

    assert text[start:stop] == mark
