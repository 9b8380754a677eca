import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models
from transformers import PreTrainedTokenizerFast

from data.editing import DELETED, splice
from data.text.opening import open_text_file
from data.text.text_files import Fields, ReadReport
from data.text.token_text import Pieces
from lightning_modules.editing.drawn_text import DrawnText, keeps_paragraph
from tests.support.edits import changes_of
from tests.support.text_files import one_paragraph

_VOCABULARY = {"a": 0, "e": 1, "<0x65>": 2, "b": 3, "<0xE9>": 4, "<0x62>": 5}


def _by_bytes(vocabulary: dict[str, int]) -> Pieces:
    """Of a tokenizer that knows letters, and bytes for what it does not know."""
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[], byte_fallback=True))
    backend.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    return Pieces(PreTrainedTokenizerFast(tokenizer_object=backend))


def _stays(text: str) -> bool:
    """Whether a file reads it as one document, by itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        path.write_bytes(f"before\n\n{text}\n\nafter\n".encode())
        read = open_text_file(path, Fields()).records(ReadReport())
        return [record.text for record in read] == ["before", text, "after"]


@settings(deadline=None)
@given(one_paragraph(), st.data())
def test_changes_that_are_made_keep_a_paragraph_and_no_other_could_be(
    text: str, data: st.DataObject
) -> None:
    changes = data.draw(changes_of(text))

    kept = keeps_paragraph(text, changes)

    made: list[tuple[int, int, str]] = []
    for change, is_made in zip(changes, kept, strict=True):
        spans = [(start, stop) for start, stop, _ in [*made, change]]
        assert is_made == _stays(splice(text, spans, [new for *_, new in [*made, change]]))
        made += [change] * is_made


@pytest.mark.parametrize(
    ("text", "changes", "kept"),
    [
        ("a b", [(1, 2, "\n")], [True]),
        ("a b", [(1, 2, "\n\n")], [False]),
        ("a\nb", [(1, 2, "\n \n")], [False]),
        ("a\nb c", [(2, 3, " "), (4, 5, "")], [True, False]),
        ("a b", [(2, 3, "\r")], [False]),
        ("a b", [(0, 1, ""), (2, 3, "\n")], [True, False]),
        ("one", [(0, 3, "")], [False]),
        ("a  b", [(1, 2, "\n"), (2, 3, "\n")], [True, False]),
    ],
)
def test_a_change_that_would_cut_a_paragraph_is_not_made(
    text: str, changes: list[tuple[int, int, str]], kept: list[bool]
) -> None:
    assert keeps_paragraph(text, changes) == kept


def test_a_byte_is_the_same_text_as_its_letter() -> None:
    drawn = DrawnText(_by_bytes(_VOCABULARY))

    same = drawn.same(np.array([1, 3, 0]), np.array([[2, 1, 4], [1, 5, 9], [2, 5, 3]]))

    assert same is not None
    assert same.tolist() == [[True, True, False], [False, True, False], [False, False, False]]
    assert drawn.text(2) == "e"
    assert drawn.text(4) is None
    assert drawn.text(DELETED) == ""


def test_parts_of_characters_are_nobodys_twin() -> None:
    """Two bytes that are no text by themselves have nothing in common."""
    drawn = DrawnText(_by_bytes({**_VOCABULARY, "<0xE8>": 6}))

    same = drawn.same(np.array([4, 1]), np.array([[6, 20], [6, 20]]))

    assert same is not None
    assert not same.any()


def test_tokens_with_texts_of_their_own_are_not_compared(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    drawn = DrawnText(Pieces(tokenizer))

    assert drawn.same(np.array([1]), np.array([[1, 2]])) is None
