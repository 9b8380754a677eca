import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.chains import ngrams as ngram_family
from benchmarks.chains.ngrams import Encoded, divide
from benchmarks.comparing.ngrams import curves_as_json, ngram_predictions, run_ngrams
from benchmarks.profile.calibration import NGRAMS, markov_text
from data.workflow import (
    NEED_LAYERS,
    NEED_QUESTIONS,
    NEED_REWARDS,
    NEED_SENTENCES,
    WORKFLOWS,
)

RECIPE = replace(NGRAMS, generations=4)
Curves = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return markov_text(RECIPE)


@pytest.fixture(scope="module")
def found(texts: list[str]) -> dict[str, Curves]:
    return {
        workflow: run_ngrams(texts, RECIPE, workflow, range(3))
        for workflow in WORKFLOWS
        if workflow not in NEED_LAYERS + NEED_QUESTIONS + NEED_REWARDS + NEED_SENTENCES
    }


def test_every_workflow_runs_in_the_same_chain(found: dict[str, Curves]) -> None:
    first = {curves["bits_per_token"][0, 0] for curves in found.values()}

    assert len(first) == 1
    assert all(curves["bits_per_token"].shape == (3, 5) for curves in found.values())


def test_pure_synthetic_text_collapses_and_the_controls_do_not(found: dict[str, Curves]) -> None:
    loss = {w: c["bits_per_token"] for w, c in found.items()}

    assert (np.diff(loss["replace"], axis=1) > 0).all()
    assert np.ptp(loss["same_human"][:, 1:], axis=1) == pytest.approx(0.0, abs=1e-12)
    assert (loss["replace"][:, -1] > loss["accumulate"][:, -1]).all()
    assert (loss["accumulate"][:, -1] > loss["fresh_human"][:, -1]).all()


def test_null_arms_are_the_same_human_text(found: dict[str, Curves]) -> None:
    same = found["same_human"]["bits_per_token"]

    assert (found["redraw"]["bits_per_token"] == same).all()
    assert (found["redraw"]["changed"] == 0).all()


def test_redrawing_goes_the_way_of_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of that way shows in the null arm, so that its prediction can fail."""
    honest = ngram_family.edit_ngrams

    def faulty(*args: Any, **kwargs: Any) -> Any:
        edited, edits = honest(*args, **kwargs)
        return np.where(edited > 0, 1, edited), edits

    monkeypatch.setattr(ngram_family, "edit_ngrams", faulty)
    broken = run_ngrams(markov_text(RECIPE), RECIPE, "redraw", [0])

    assert (broken["changed"][:, 1:] > 0.5).all()


def test_what_cannot_fail_is_not_measured(found: dict[str, Curves]) -> None:
    outcomes = {one.id: one.outcome for one in ngram_predictions(found)}

    assert outcomes["redraw-null"] == "held"
    assert outcomes["reencode-null"] == "not measured"


@pytest.mark.parametrize(
    ("control", "workflow"),
    [("edit_random", "edit_source"), ("edit_random_previous", "edit_previous")],
)
def test_random_controls_change_as_many_tokens(
    control: str, workflow: str, found: dict[str, Curves]
) -> None:
    assert found[control]["changed"] == pytest.approx(found[workflow]["changed"])
    assert found[workflow]["changed"][:, 1:].min() > 0


def test_held_out_text_is_in_no_corpus_and_the_same_for_every_seed(texts: list[str]) -> None:
    encoded = Encoded.of(texts, RECIPE)
    one, two = divide(encoded, RECIPE, 0), divide(encoded, RECIPE, 1)

    assert (one.held_out == two.held_out).all()
    assert not np.array_equal(one.first, two.first)
    assert len(one.fresh) == RECIPE.generations


def test_a_text_that_is_too_short_is_refused(texts: list[str]) -> None:
    with pytest.raises(ValueError, match="the text is too short"):
        run_ngrams(texts[:50], RECIPE, "replace", [0])


def test_the_same_seed_gives_the_same_chain(texts: list[str], found: dict[str, Curves]) -> None:
    again = run_ngrams(texts, RECIPE, "edit_previous", [2])

    assert (again["bits_per_token"][0] == found["edit_previous"]["bits_per_token"][2]).all()


def test_curves_are_written_whole(found: dict[str, Curves]) -> None:
    read = json.loads(curves_as_json(found))

    assert read["replace"]["bits_per_token"] == found["replace"]["bits_per_token"].tolist()
