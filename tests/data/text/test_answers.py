from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from data.text.answers import IGNORED, pack_answers, pieces
from data.text.corpus import Corpus, Document
from data.text.tokens import encode

_END = 0
_IDS = st.lists(st.integers(1, 99), max_size=40)


@given(_IDS, _IDS, st.integers(2, 12))
def test_every_answer_token_and_the_end_are_learnt_once_and_no_prompt(
    prompt: list[int], answer: list[int], context: int
) -> None:
    found = list(pieces(prompt, answer, _END, context))

    learnt = [int(t) for piece in found for t in piece.labels if t != IGNORED]
    assert learnt == [*answer, _END]
    assert all(len(piece.tokens) <= context + 1 for piece in found)
    assert all(piece.labels[0] == IGNORED for piece in found)


@given(_IDS, _IDS, st.integers(2, 12))
def test_the_first_answer_token_is_predicted_by_its_own_document(
    prompt: list[int], answer: list[int], context: int
) -> None:
    """The token before the first label is the last of the prompt, or the end that stands first."""
    first = next(iter(pieces(prompt, answer, _END, context)))

    place = int(np.flatnonzero(first.labels != IGNORED)[0])
    assert first.tokens[place - 1] == [_END, *prompt][-1]


def _corpus(*pairs: tuple[str, str]) -> Corpus:
    return Corpus.of(Document(str(i), a, "s", "l", 0, q) for i, (q, a) in enumerate(pairs))


def test_documents_stand_whole_side_by_side_with_positions_of_their_own(
    tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    corpus = _corpus(("the king", " saw the river"), ("", "a lamp"), ("a shepherd", " feared"))
    prompts, answers = (encode(tokenizer, t) for t in (corpus.prompts(), corpus.texts()))
    sizes = [len(q) + len(a) + 2 for q, a in zip(prompts, answers, strict=True)]

    windows = pack_answers(corpus, tokenizer, tmp_path / "w", context=sum(sizes[:2]))

    assert windows.shape == (2, 3, sum(sizes[:2]) + 1)
    tokens, labels, positions = windows[0]
    assert tokens.tolist() == [
        *(_END, *prompts[0], *answers[0], _END),
        *(_END, *answers[1], _END),
        _END,
    ]
    assert labels.tolist() == [
        *[IGNORED] * (len(prompts[0]) + 1),
        *(*answers[0], _END),
        *(IGNORED, *answers[1], _END),
        IGNORED,
    ]
    assert positions.tolist() == [*range(sizes[0]), *range(sizes[1]), 0]


def test_an_empty_corpus_is_refused(tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the corpus is empty"):
        pack_answers(_corpus(), tokenizer, tmp_path / "w", context=8)


def test_a_prompt_changes_the_fingerprint_and_no_prompt_does_not() -> None:
    """Documents without prompts keep the fingerprint that committed records have of them."""
    assert _corpus(("", "text")).fingerprint != _corpus(("why", "text")).fingerprint
    assert _corpus(("", "In the beginning")).fingerprint == "af07b5f90a661127"
