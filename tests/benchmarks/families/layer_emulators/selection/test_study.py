"""A study of selection runs from texts to a record, and refuses what it cannot measure."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from rich.console import Console

from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.selection import work
from benchmarks.families.layer_emulators.selection.record import planned
from benchmarks.families.layer_emulators.selection.study import (
    NAMES,
    PERMUTED,
    SelectionStudy,
    layer_emulators_selection,
)
from benchmarks.families.layer_emulators.selection.work import TEXTS, draw_texts
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from benchmarks.running.record import read_as, without_times
from data.errors import BadInput
from data.sources.texts import SOURCES, check_source
from data.text.corpus import Corpus
from lightning_modules.device import Device
from lightning_modules.layers.selection.rules import RULES


def _run(recipe: SelectionStudy, folder: Path, seed: int = 0) -> EmulatorRecord:
    session = Session(
        outputs=folder / "outputs",
        records=folder / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    (record,) = run_recipe(recipe, (seed,), session)
    assert isinstance(record, EmulatorRecord)
    return record


@pytest.fixture(scope="module")
def bible() -> Iterator[None]:
    """A hundred verses of the Bible in place of all."""
    few = Corpus.of(islice(check_source(SOURCES["king_james"]), 100))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "check_source", lambda source: few)
        yield


@pytest.fixture(scope="module")
def record(
    small: SelectionStudy, tmp_path_factory: pytest.TempPathFactory, bible: None
) -> EmulatorRecord:
    """The record of one run."""
    return _run(small, tmp_path_factory.mktemp("run"))


def test_every_rule_can_be_named() -> None:
    assert set(NAMES) == {*RULES, PERMUTED}


def test_a_run_measures_every_layer_and_every_emulator(
    record: EmulatorRecord, small: SelectionStudy
) -> None:
    found = record.selection
    assert found is not None
    made = [(e.rule, len(e.kept), e.draw, e.sharing) for e in found.emulators]

    assert made == planned(small.as_dict())
    assert len(made) == 2 * (len(NAMES) + 1 + 4) == small.n_emulators
    assert record.stages["emulators"].tokens == small.n_emulators * 3 * 16
    assert found.layers.n_layers == 6
    assert len(found.layers.intervals) == 6 + 5
    assert len({one.kept for one in found.emulators}) > 5
    (permuted,), (ordered,) = found.of("permuted", 5), found.of("block_influence", 5)
    assert sorted(permuted.kept) == list(ordered.kept) != list(permuted.kept)
    assert record.metrics["full/loss"].value == pytest.approx(found.full_loss)
    assert record.metrics["3/random 1/loss"].value == found.of("random", 3)[1].loss


def test_a_record_is_read_as_it_was_written(
    small: SelectionStudy, tmp_path: Path, record: EmulatorRecord, bible: None
) -> None:
    again = _run(small, tmp_path)

    assert without_times(again) == without_times(record)
    assert read_as(EmulatorRecord, again.file(tmp_path / "records")) == again


def _drawn(small: SelectionStudy, folder: Path, seed: int, **settings: Any) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    given: dict[str, Any] = {
        "source": "king_james", "tokens": 40, "read_tokens": 39, "counts": [2, 3, 12]
    } | settings  # fmt: skip
    draw_texts(folder, seed=seed, model=Path(small.model), **given)
    found: dict[str, Any] = json.loads((folder / TEXTS).read_text())
    return found


def test_texts_are_drawn_once_and_others_with_another_seed(
    small: SelectionStudy, tmp_path: Path, bible: None
) -> None:
    first, other = _drawn(small, tmp_path, 0), _drawn(small, tmp_path, 1)
    texts = [tuple(text[:39]) for part in first.values() for text in part]

    assert [len(part) for part in first.values()] == [2, 3, 12]
    assert {len(text) for text in first["evaluation"]} == {40}
    assert {len(text) for text in first["read"]} == {39}
    assert len(set(texts)) == 17
    assert first["evaluation"] != other["evaluation"]


def test_too_few_or_unknown_texts_are_refused(
    small: SelectionStudy, tmp_path: Path, bible: None
) -> None:
    with pytest.raises(BadInput, match=r"king_james has .* texts of 40 tokens and more, 205 are"):
        _drawn(small, tmp_path, 0, counts=[2, 3, 200])
    with pytest.raises(BadInput, match="unknown text 'poems'; use one of king_james"):
        _drawn(small, tmp_path, 0, source="poems")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rules": ("best",)}, "unknown rule 'best'; use some of uniform, random, "),
        ({"rules": ("cka", "cka")}, "rules names a rule twice"),
        ({"shared": ("random",)}, "random cannot be among the rules with shared layers"),
        ({"kept": ()}, "give at least one of each"),
        ({"kept": (3, 3)}, "kept names a number of layers twice"),
        ({"kept": (0,)}, "kept is 0; it must be at least 1"),
        ({"read_tokens": 65}, "read_tokens is 65, a text has 64; lower it"),
        ({"blocks": 1}, "blocks is 1; it must be at least 2"),
    ],
)
def test_settings_that_measure_nothing_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        replace(layer_emulators_selection(), **settings)


def test_a_model_with_too_few_layers_is_refused(
    small: SelectionStudy, tmp_path: Path, bible: None
) -> None:
    with pytest.raises(BadInput, match="7 layers are to be kept; the model has 6, keep 1 to 6"):
        _run(replace(small, kept=(7,)), tmp_path)


def _without_one(found: dict[str, Any]) -> None:
    found["emulators"] = found["emulators"][1:]


def _of_another_model(found: dict[str, Any]) -> None:
    found["emulators"][0]["kept"] = (0, 1, 2, 3, 9)


def _of_fewer_texts(found: dict[str, Any]) -> None:
    found["emulators"][0]["losses"] = found["emulators"][0]["losses"][1:]


def _with_a_gap(found: dict[str, Any]) -> None:
    found["layers"]["intervals"] = found["layers"]["intervals"][1:]


def _of_more_blocks(found: dict[str, Any]) -> None:
    found["layers"]["blocks"]["boundaries"] = ((1, 2, 3), (1, 2, 3))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_without_one, "selection.emulators are not those of the recipe"),
        (_of_another_model, "emulators.0 has layers that the model has not"),
        (_of_fewer_texts, "emulators.0 has no loss for some text"),
        (_with_a_gap, "intervals are not all that the recipe has"),
        (_of_more_blocks, "has not as many blocks as the recipe"),
        (lambda found: found["layers"].update(cka=((0.5,),)), "cka is no triangle of 6 layers"),
        (lambda found: found.update(full=(1.0,)), "full has not as many losses"),
    ],
)
def test_a_record_that_is_not_whole_is_refused(
    record: EmulatorRecord, spoil: Callable[[dict[str, Any]], None], message: str
) -> None:
    content = record.model_dump() | {"content": None}
    spoil(content["selection"])
    with pytest.raises(ValidationError, match=message):
        EmulatorRecord.model_validate(content)


def test_a_selection_belongs_to_its_recipe(record: EmulatorRecord) -> None:
    content = record.model_dump() | {"content": None, "selection": None}
    with pytest.raises(ValidationError, match="selection belongs to a recipe of rules"):
        EmulatorRecord.model_validate(content)
