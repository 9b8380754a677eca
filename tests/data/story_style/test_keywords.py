import pytest

from data.errors import BadInput
from data.story_style.keywords import Lexicon, keywords, mask, masked_words, names
from data.story_style.stories import Story

_SEA = ("The whale saw old Ahab on the sea.", "A whale is a whale of the sea.")
_HOUSE = ("The lady saw dear Emma in the house.", "A lady is a lady of the house.")


def _stories() -> list[Story]:
    return [
        Story(author=author, work=f"{number}", sentences=sentences)
        for author, sentences in (("a", _SEA), ("b", _HOUSE))
        for number in range(3)
    ]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.of(_stories())


def test_keywords_are_frequent_here_and_rare_with_the_other_author(lexicon: Lexicon) -> None:
    text = " ".join(_SEA)
    assert keywords(text, lexicon, "a") == ("whale",)
    assert keywords(text, lexicon, "b") == ()
    assert keywords(text, lexicon, "a", share=0.4) == ("whale", "sea", "old")
    assert lexicon.specific["a"]["whale"] == pytest.approx(1.386294361)  # log of 4/5 to 1/5


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.5])
def test_keywords_are_at_most_their_share_of_the_words(lexicon: Lexicon, share: float) -> None:
    text = " ".join((*_SEA, *_HOUSE))
    hidden = mask(text, keywords(text, lexicon, share=share)).count("<mask>")
    assert hidden <= share * len(text.split())


def test_names_stand_apart_and_begin_no_sentence_by_chance(lexicon: Lexicon) -> None:
    text = "Ahab saw Starbuck. The old man and I saw Emma."
    assert names(text, lexicon) == ("Ahab", "Starbuck", "Emma")
    assert not {"ahab", "emma"} & set(keywords(text, lexicon, share=0.9))


def test_masking_keeps_all_else(lexicon: Lexicon) -> None:
    assert mask("Whale, whale! Whales.", {"whale"}) == "<mask>, <mask>! Whales."
    assert masked_words("The whale saw Ahab is a of the in it", lexicon) == [
        "the", "saw", "is", "a", "of", "the", "it"
    ]  # fmt: skip


def test_one_author_or_no_difference_is_bad_input() -> None:
    with pytest.raises(BadInput, match="of 1; give two"):
        Lexicon.of(_stories()[:3])
    same = [Story(author=author, work="w", sentences=_SEA) for author in "ab"]
    with pytest.raises(BadInput, match="there are no keywords"):
        Lexicon.of(same)


@pytest.mark.parametrize(("author", "share"), [("c", 0.2), ("a", 0.0), ("a", 1.0)])
def test_what_cannot_be_asked_is_told(lexicon: Lexicon, author: str, share: float) -> None:
    with pytest.raises(BadInput):
        keywords("The whale.", lexicon, author, share=share)
