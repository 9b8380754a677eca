from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.families.story_style.floors import work
from benchmarks.families.story_style.floors.systems import COPY, RANDOM, SWAP, SYSTEMS
from benchmarks.families.story_style.floors.work import at_most, dealt, measure_many, measure_pair
from data.errors import BadInput
from data.story_style.stories import Work, cut_stories
from data.story_style.views import VIEWS

Works = Callable[[str], tuple[Work, ...]]


@pytest.fixture(autouse=True)
def _made_up(monkeypatch: pytest.MonkeyPatch, works_of: Works) -> None:
    monkeypatch.setattr(work, "read_works", works_of)


def _pair(
    folder: Path, authors: tuple[str, ...] = ("a", "b"), **settings: object
) -> dict[str, dict[str, float]]:
    common = {"deal": "as they are", "most": 16, "asked": 4, "encoded": 0, "carriers": ()}
    found = measure_pair(folder, seed=0, authors=authors, **{**common, **settings})  # type: ignore[arg-type]
    measures: dict[str, dict[str, float]] = found["measures"]
    return measures


def test_floors_of_two_styles(tmp_path: Path) -> None:
    found = _pair(tmp_path)
    assert found["accuracy/words"]["value"] == 1.0
    assert found["accuracy/punctuation"]["value"] == 1.0
    assert found[f"{COPY}/r-Acc/unseen"] == {"value": 0.0, "stderr": 0.0, "n": 8}
    assert found[f"{COPY}/BLEU-1"]["value"] == pytest.approx(1.0)
    assert found[f"{SWAP}/a-Acc/unseen"]["value"] == 1.0
    assert found[f"{RANDOM}/BLEU-4"]["value"] < 0.2 < found[f"{SWAP}/BLEU-1"]["value"]
    assert {name.split("/")[0] for name in found} == {*SYSTEMS, "accuracy"}


def test_halves_of_one_author_are_a_coin(tmp_path: Path) -> None:
    found = _pair(tmp_path, ("a",), deal="in halves")
    assert abs(found["accuracy/words"]["value"] - 0.5) < 0.4
    assert found[f"{RANDOM}/a-Acc/unseen"]["value"] < 1.0


def test_many_authors_are_judged_by_every_view(tmp_path: Path) -> None:
    found = measure_many(tmp_path, seed=0, authors=("a", "b", "c"), most=16, asked=4, carriers=())
    measures = found["measures"]
    assert set(measures) == {*(f"accuracy/{view}" for view in VIEWS), "authors"}
    assert measures["accuracy/words"]["value"] == 1.0
    assert measures["accuracy/lengths"]["value"] < 0.7


def test_works_are_dealt_in_halves_and_stay_whole(works_of: Works) -> None:
    own = works_of("a"), works_of("b")
    halves = dealt(own, "in halves", np.random.default_rng(0))
    assert {
        author: sum(one.author == author for one in halves) for author in ("first", "second")
    } == {
        "first": 8,
        "second": 8,
    }
    assert len({one.name for one in halves}) == 16
    assert dealt(own, "as they are", np.random.default_rng(0)) == [*own[0], *own[1]]


def test_at_most_so_many_stories_of_each(works_of: Works) -> None:
    stories = cut_stories([*works_of("a"), *works_of("b")])
    kept = at_most(stories, 5, np.random.default_rng(0))
    assert [story.author for story in kept] == ["a"] * 5 + ["b"] * 5


@pytest.mark.parametrize(
    ("authors", "settings", "message"),
    [
        (("a", "b", "c"), {}, "two styles"),
        (("a",), {}, "of 1"),
        (("a", "b"), {"deal": "by lot"}, "unknown deal"),
    ],
)
def test_what_is_no_pair_is_told(
    tmp_path: Path, authors: tuple[str, ...], settings: dict[str, object], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        _pair(tmp_path, authors, **settings)


def test_an_author_of_one_work_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, works_of: Works
) -> None:
    monkeypatch.setattr(work, "read_works", lambda author: works_of(author)[:1])
    with pytest.raises(BadInput, match=r"a has stories in 1 work"):
        _pair(tmp_path)
