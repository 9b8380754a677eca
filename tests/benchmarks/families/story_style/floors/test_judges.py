import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.sparse import csr_matrix
from scipy.special import log_softmax

from benchmarks.families.story_style.floors.judges import Judge, fit_judge, fit_judges, fit_logistic
from data.errors import BadInput
from data.story_style.keywords import Lexicon
from data.story_style.stories import Story

_WORDS = {
    "a": ("whale", "sea", "upon"),
    "b": ("house", "lady", "very"),
    "c": ("law", "state", "shall"),
}
_COMMON = ("the", "man", "saw", "it", "there")


def _stories(authors: str = "ab", number: int = 24, seed: int = 0) -> list[Story]:
    rng = np.random.default_rng(seed)

    def sentence(author: str) -> str:
        words = [*rng.choice(_COMMON, 5), *rng.choice(_WORDS[author], 2)]
        return " ".join(["The", *rng.permutation(words)]) + "."

    return [
        Story(author=author, work=str(n % 4), sentences=(sentence(author), sentence(author)))
        for author in authors
        for n in range(number)
    ]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return fit_judge(_stories(), "words", Lexicon.of(_stories()))


def test_the_fit_is_where_the_slope_is_zero() -> None:
    """Of the convex objective, which is written out here once more."""
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(40, 3)), rng.integers(0, 3, size=40)
    importance = rng.uniform(0.5, 2, size=40)
    weights, offsets = fit_logistic(csr_matrix(points), labels, importance, 0.5)

    def loss(flat: np.ndarray) -> float:
        w, b = flat[:9].reshape(3, 3), flat[9:]
        logs = log_softmax(points @ w + b, axis=1)[np.arange(40), labels]
        return float(-(importance * logs).sum() + 0.25 * (w**2).sum())

    best = np.concatenate([weights.ravel(), offsets])
    assert check_grad(loss, lambda flat: np.zeros_like(flat), best) < 1e-2
    assert all(loss(best) < loss(best + rng.normal(size=12) * 0.05) for _ in range(20))


def test_it_tells_new_stories_and_its_strongest_terms_are_the_authors(judge: Judge) -> None:
    assert judge.accuracy(_stories(seed=1)) == 1.0
    assert set(judge.strongest("a", 3)) == set(_WORDS["a"])
    np.testing.assert_allclose(judge.probabilities(["the whale", ""]).sum(axis=1), 1.0)


def test_drawn_labels_leave_chance() -> None:
    rng = np.random.default_rng(3)
    own = [
        Story(author="ab"[int(rng.integers(2))], work=story.work, sentences=story.sentences)
        for story in _stories(number=200)
    ]
    judge = fit_judge(own[::2], "words", Lexicon.of(own))
    assert abs(judge.accuracy(own[1::2]) - 0.5) < 0.12


def test_an_author_with_more_stories_weighs_no_more() -> None:
    """Stories of one text by both authors: without weights the larger one would win."""
    stories = _stories(number=30)
    same = [
        Story(author=one.author, work=one.work, sentences=stories[0].sentences) for one in stories
    ]
    judge = fit_judge([*same[:30], *same[30:40]], "words", Lexicon.of(stories))
    np.testing.assert_allclose(judge.probabilities([stories[0].text]), 0.5, atol=1e-4)


def test_three_authors_are_told_apart() -> None:
    stories = _stories("abc")
    judge = fit_judge(stories, "words", Lexicon.of(stories))
    assert judge.authors == ("a", "b", "c")
    assert judge.accuracies(_stories("abc", seed=1)) == {"a": 1.0, "b": 1.0, "c": 1.0}


def test_seen_and_unseen_judges_read_other_works() -> None:
    stories = _stories(number=40)
    judges = fit_judges(stories, np.random.default_rng(0), Lexicon.of(stories))
    assert {name: judge.view for name, judge in judges.items()} == {
        "seen": "words",
        "unseen": "words",
        "masked": "masked",
        "function_words": "function_words",
    }
    assert not np.allclose(judges["seen"].weights, judges["unseen"].weights)


def test_what_cannot_be_judged_is_told(judge: Judge) -> None:
    stories = _stories()
    lexicon = Lexicon.of(stories)
    with pytest.raises(BadInput, match="of 1"):
        fit_judge(stories[:3], "words", lexicon)
    few = [Story(author=a, work="w", sentences=(f"{a}x", f"{a}y")) for a in "ab"]
    with pytest.raises(BadInput, match="share a term of the view words"):
        fit_judge(few, "words", lexicon)
    with pytest.raises(BadInput, match="no story of b"):
        judge.accuracy(stories[:2])
    with pytest.raises(BadInput, match="not 'z'"):
        judge.probability(["x"], "z")
