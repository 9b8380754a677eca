"""Committed chains held against each other, as they are and with something planted in them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from benchmarks.chains.record import Generation, Record, read_record
from benchmarks.comparing.curves import LOSS
from benchmarks.reproducing.comparison import Reproduction, Reruns, compare
from benchmarks.reproducing.reruns import read_reruns
from benchmarks.reproducing.words import lines, verdict_line
from tests.support.places import RECORDS

SEEDS = range(5)


@pytest.fixture(scope="module")
def smoke() -> list[Record]:
    """The committed chains of the recipe `smoke`."""
    return [read_record(path) for path in sorted(RECORDS.glob("smoke-470bad5f/*.json"))]


@pytest.fixture(scope="module")
def reruns(smoke: list[Record]) -> Reruns:
    return read_reruns(smoke)


def _changed(record: Record, at: int, change: Callable[[Generation], dict[str, Any]]) -> Record:
    """The record with something other in one generation."""
    generations = list(record.generations)
    generations[at] = generations[at].model_copy(update=change(generations[at]))
    return record.model_copy(update={"generations": generations})


def _worse(bits: float) -> Callable[[Generation], dict[str, Any]]:
    def change(one: Generation) -> dict[str, Any]:
        loss = one.metrics[LOSS]
        other = loss.model_copy(update={"value": loss.value + bits})
        return {"metrics": {**one.metrics, LOSS: other}}

    return change


def _of_seed(records: Sequence[Record], seed: int) -> list[Record]:
    """Two chains of a seed, as a run would make them."""
    arms = ("edit_previous", "replace")
    return [record for record in records if record.seed == seed and record.workflow in arms]


def _without(records: Sequence[Record], seed: int) -> list[Record]:
    return [record for record in records if record.seed != seed]


def _text(found: Reproduction) -> str:
    return "\n".join(lines(found))


def test_a_run_that_finds_all_again_is_reproduced_exactly(
    smoke: list[Record], reruns: Reruns
) -> None:
    found = compare(_of_seed(smoke, 0), smoke, reruns)

    assert found.verdict
    assert verdict_line(found) == "reproduced: 2 of 2 chains, every number the same within 1e-06"


@pytest.mark.parametrize("seed", SEEDS)
def test_an_honest_seed_lies_in_the_band_of_the_others(
    smoke: list[Record], reruns: Reruns, seed: int
) -> None:
    found = compare(_of_seed(smoke, seed), _without(smoke, seed), reruns)

    assert found.verdict, _text(found)
    assert found.comparisons[0].seeds == tuple(k for k in SEEDS if k != seed)


@pytest.mark.parametrize("known", [True, False], ids=["same seed", "another seed"])
def test_a_loss_that_jumps_leaves_the_band_where_it_jumps(
    smoke: list[Record], reruns: Reruns, known: bool
) -> None:
    run = [_changed(record, 2, _worse(0.05)) for record in _of_seed(smoke, 0)]

    found = compare(run, smoke if known else _without(smoke, 0), reruns)

    assert found.verdict is False
    assert [one.left_at for one in found.comparisons] == [2, 2]
    assert "not reproduced: 0 of 2 chains" in _text(found)
    assert "replace-seed0 leaves the band at generation 2: rise of held_out" in _text(found)


def test_rises_of_one_seed_have_a_narrower_band_than_those_of_another(
    smoke: list[Record], reruns: Reruns
) -> None:
    same = compare(_of_seed(smoke, 0), smoke, reruns).comparisons[0]
    other = compare(_of_seed(smoke, 0), _without(smoke, 0), reruns).comparisons[0]

    pairs = list(zip(same.losses, other.losses, strict=True))
    assert sum(one.band for one, _ in pairs[1:3]) < 0.8 * sum(two.band for _, two in pairs[1:3])


def test_another_edit_rule_shows_in_what_was_changed(smoke: list[Record], reruns: Reruns) -> None:
    """One that changes twice as many tokens, though every loss is the same."""

    def change(one: Generation) -> dict[str, Any]:
        assert one.corpus.edit is not None
        edit = one.corpus.edit.model_copy(update={"changed": 2 * one.corpus.edit.changed})
        return {"corpus": one.corpus.model_copy(update={"edit": edit})}

    (record,) = (one for one in _of_seed(smoke, 0) if one.workflow == "edit_previous")
    found = compare([_changed(record, 1, change)], _without(smoke, 0), reruns)

    assert "leaves the band at generation 1: edit/changed_share" in _text(found)


def test_the_text_of_another_seed_is_found_out(smoke: list[Record], reruns: Reruns) -> None:
    """A run of seed 0 that learned what seed 1 learns, with seed 0 on record and without it."""
    run = [record.model_copy(update={"seed": 0}) for record in _of_seed(smoke, 1)]

    same = compare(run, smoke, reruns)
    other = compare(run, _without(smoke, 0), reruns)

    assert {place.name for place, _ in same.comparisons[0].wrong_facts} >= {"corpus fingerprint"}
    assert "the first corpus is that of seed 1" in _text(other)


def test_what_differs_in_the_surroundings_is_said_of_a_chain_outside(
    smoke: list[Record], reruns: Reruns
) -> None:
    (record,) = (one for one in _of_seed(smoke, 0) if one.workflow == "replace")
    two = record.hardware.model_copy(update={"threads": 2})
    run = _changed(record, 1, _worse(0.05)).model_copy(update={"hardware": two})

    text = _text(compare([run], smoke, reruns))

    assert "replace-seed0 differs in threads: 2 (there: 1)" in text


def test_one_other_seed_makes_no_band(smoke: list[Record], reruns: Reruns) -> None:
    found = compare(_of_seed(smoke, 0), _of_seed(smoke, 1), reruns)

    assert found.verdict is None
    assert found.without == ("edit_previous-seed0", "replace-seed0")


def test_numbers_of_another_version_of_a_measure_are_not_judged(
    smoke: list[Record], reruns: Reruns
) -> None:
    def change(one: Generation) -> dict[str, Any]:
        loss = one.metrics[LOSS].model_copy(update={"version": 99})
        return {"metrics": {**one.metrics, LOSS: loss}}

    found = compare([_changed(_of_seed(smoke, 0)[0], 3, change)], smoke, reruns)

    assert found.comparisons[0].unjudged == 1
