from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.families.story_style.floors.judges import fit_judge
from benchmarks.families.story_style.floors.systems import (
    APPENDED,
    APPENDED_WORDS,
    BLIND,
    COPY,
    RANDOM,
    SHUFFLED,
    SWAP,
    SYSTEMS,
    THINNED,
    rewrite,
)
from data.story_style.keywords import Lexicon
from data.story_style.stories import Story, Work, cut_stories

Made = dict[str, list[str]]


@pytest.fixture(scope="module")
def stories(works_of: Callable[[str], tuple[Work, ...]]) -> tuple[Story, ...]:
    return cut_stories([*works_of("a"), *works_of("b")])


@pytest.fixture(scope="module")
def made(stories: tuple[Story, ...]) -> Made:
    judge = fit_judge(stories, "words", Lexicon.of(stories))
    sources, targets = _by(stories, "a"), _by(stories, "b")
    return rewrite(sources, targets, stories, judge, np.random.default_rng(0))


def _by(stories: tuple[Story, ...], author: str) -> list[Story]:
    return [story for story in stories if story.author == author]


def test_each_system_writes_for_each_source(made: Made, stories: tuple[Story, ...]) -> None:
    assert tuple(made) == SYSTEMS
    assert {len(texts) for texts in made.values()} == {len(_by(stories, "a"))}
    assert made[COPY] == [story.text for story in _by(stories, "a")]
    assert set(made[RANDOM]) <= {story.text for story in _by(stories, "b")}


def test_the_swap_leaves_no_word_that_the_judge_hears_as_the_sources(made: Made) -> None:
    text = " ".join(made[SWAP])
    assert not any(word in text for word in ("whale", "upon"))
    assert "house" in text
    assert text.count(";") == " ".join(made[COPY]).count(";"), "marks stay where they are"


def test_sentences_are_shuffled_whole(made: Made, stories: tuple[Story, ...]) -> None:
    for text, source in zip(made[SHUFFLED], _by(stories, "a"), strict=True):
        assert all(sentence in text for sentence in source.sentences)
    assert made[SHUFFLED] != made[COPY]


def test_blind_systems_change_a_tenth_of_the_words(made: Made) -> None:
    before = " ".join(made[COPY]).split()
    after = " ".join(made[BLIND]).split()
    assert len(after) == len(before)
    changed = np.mean([one != other for one, other in zip(after, before, strict=True)])
    assert 0.05 < changed < 0.12
    thinned = " ".join(made[THINNED])
    assert 0.85 < len(thinned.split()) / len(before) < 0.95


def test_words_of_the_target_are_appended(made: Made) -> None:
    for text, source in zip(made[APPENDED], made[COPY], strict=True):
        assert text.startswith(source)
        assert len(text.split()) == len(source.split()) + APPENDED_WORDS
