import pytest

from data.errors import BadInput
from data.story_style.keywords import Lexicon
from data.story_style.stories import Story
from data.story_style.views import VIEWS, terms

_TEXT = 'The whale, he said, was "white". It was!'


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    whale = ("Whale and sea.", "The whale, the whale!")
    house = ("House and garden.", "The lady in the house.")
    return Lexicon.of(
        Story(author=author, work=str(n), sentences=sentences)
        for author, sentences in (("a", whale), ("b", house))
        for n in range(3)
    )


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("words", ["the", "whale", "he", "said", "was", "white", "it", "was"]),
        ("function_words", ["the", "he", "was", "it", "was"]),
        ("masked", ["the", "he", "said", "was", "white", "it", "was"]),
        ("punctuation", [",", ",", '"', '"', ".", "!", ", ,", ', "', '" "', '" .', ". !"]),
        ("lengths", ["5", "2"]),
    ],
)
def test_a_view_sees_this_of_a_text(view: str, expected: list[str], lexicon: Lexicon) -> None:
    assert terms(view, _TEXT, lexicon) == expected


def test_an_unknown_view_is_told(lexicon: Lexicon) -> None:
    with pytest.raises(BadInput, match=VIEWS[0]):
        terms("smell", _TEXT, lexicon)


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_text_has_no_terms(view: str, lexicon: Lexicon) -> None:
    assert terms(view, "", lexicon) == []
