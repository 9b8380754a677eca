from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.profile.calibration import (
    FALSE_ALARMS,
    Calibration,
    calibrate,
    corpus_truths,
    gaussian_truths,
    linear_truths,
    ngram_truths,
    seed_truths,
)
from benchmarks.profile.calibration_report import (
    calibration_frame,
    calibration_markdown,
    read_calibration,
    shown,
    wrong,
)
from benchmarks.profile.promise import OUTLYING, SKEWED
from tests.support.places import ROOT

_FAMILIES = {
    "gaussian": lambda: calibrate(gaussian_truths(), 400),
    "seeds": lambda: calibrate(seed_truths((3,)), 40),
    "linear": lambda: calibrate(linear_truths(generations=6), 30),
    "ngram": lambda: calibrate(ngram_truths(chains=100), 200),
    "corpora": lambda: calibrate(corpus_truths(pool=4), 4),
}


@cache
def _studied(family: str) -> list[Calibration]:
    return _FAMILIES[family]()


@pytest.mark.parametrize("family", _FAMILIES)
def test_answers_are_wrong_at_most_as_often_as_promised(family: str) -> None:
    """Two standard errors of the number of studies are allowed on top."""
    for one in (found for found in _studied(family) if found.truth.is_promised):
        n = one.answers.total()
        slack = 2 * (FALSE_ALARMS * (1 - FALSE_ALARMS) / n) ** 0.5
        assert one.wrong <= FALSE_ALARMS + slack, (one.truth.process, one.truth.definition.id)


def test_no_study_counts_twice() -> None:
    """100 chains are 20 studies of five, and four texts are four, however many are asked."""
    assert {one.n_studies for one in _studied("ngram")} == {20}
    assert {one.n_studies for one in _studied("corpora")} == {4}
    (truth, *_) = ngram_truths(chains=10)
    rng = np.random.default_rng(0)
    first, second = (truth.draw(rng, number).values for number in (0, 1))
    assert not (first[:, None] == second[None]).all(axis=2).any()


def test_few_studies_bound_little() -> None:
    """No wrong answer in 100 leaves up to 3.6 %, none in 10 leaves up to 30.8 %."""
    truth = gaussian_truths()[1]

    assert Calibration(truth, Counter(no=100)).bounds == pytest.approx((0, 0.0362), abs=1e-4)
    assert Calibration(truth, Counter(no=10)).bounds == pytest.approx((0, 0.3085), abs=1e-4)


@pytest.mark.parametrize("family", ["linear", "ngram"])
def test_a_clear_collapse_is_found(family: str) -> None:
    found = {
        one.truth.definition.id: one.answers["yes"] / one.answers.total()
        for one in _studied(family)
        if one.truth.process == "replace"
    }

    assert found["any-increase"] > 0.9
    assert found["divergence"] > 0.8


def test_there_are_truths_on_both_sides() -> None:
    for family in _FAMILIES:
        assert {one.truth.collapses for one in _studied(family)} == {True, False}


def test_the_table_counts_what_was_found() -> None:
    """3 yes in 60 where the truth is no: 5 %, and at most 13.9 %."""
    truth = gaussian_truths()[1]
    found = [Calibration(truth, Counter(yes=3, no=27, undecided=30))]

    (line,) = shown(calibration_frame(found)).to_dict("records")

    assert (line["yes"], line["no"], line["undecided"]) == ("5.0%", "45.0%", "50.0%")
    assert (line["truth"], line["wrong"], line["up to"]) == ("no", "5.0%", "13.9%")


def test_a_frame_is_the_same_after_it_was_written(tmp_path: Path) -> None:
    frame = calibration_frame(_studied("gaussian"))
    frame.to_csv(tmp_path / "found.csv", index=False)

    assert calibration_markdown(read_calibration(tmp_path / "found.csv")) == calibration_markdown(
        frame
    )


def test_a_calibration_says_what_it_does_and_writes_its_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the truths that take no time."""
    monkeypatch.setattr(
        "benchmarks.profile.calibration.all_truths", lambda n, tell: gaussian_truths()
    )
    csv, page = tmp_path / "found.csv", tmp_path / "found.md"

    result = CliRunner().invoke(
        app, ["calibrate", "--studies", "1", "--csv", str(csv), "--markdown", str(page)]
    )

    assert result.exit_code == 0, result.output
    assert "studies: 1, Gaussian, refit, variance" in result.output
    assert page.read_text() == calibration_markdown(read_calibration(csv))


def test_a_folder_that_is_missing_is_named_before_anything_runs() -> None:
    result = CliRunner().invoke(app, ["calibrate", "--csv", "nowhere/found.csv"])

    assert "nowhere is no folder" in str(result.exception)


def test_the_page_shows_the_committed_calibration_which_keeps_the_promise() -> None:
    """Wrong answers are nowhere clearly more than promised."""
    frame = read_calibration(ROOT / "benchmarks" / "calibration.csv")
    page = (ROOT / "docs" / "profile.md").read_text()

    assert calibration_markdown(frame) in page
    assert (frame["n"] >= 100).all()
    assert (wrong(frame)["low"][frame["promised"]] <= FALSE_ALARMS).all()
    assert (wrong(frame)["low"][~frame["promised"]] > FALSE_ALARMS).all()


@pytest.mark.parametrize(("stated", "noise"), [(SKEWED, "skewed"), (OUTLYING, "1 in 10")])
def test_what_is_stated_beside_answers_is_what_was_measured(
    stated: Mapping[int, float], noise: str
) -> None:
    frame = read_calibration(ROOT / "benchmarks" / "calibration.csv")
    found = frame.assign(share=wrong(frame)["share"])[frame["process"].str.startswith(noise)]

    largest = {
        int(family.split()[0]): round(float(share), 2)
        for family, share in found.groupby("family")["share"].max().items()
    }

    assert stated == largest


def test_outlying_chains_are_hidden_from_few_seeds() -> None:
    """Of three chains 0.9^3 = 73 % of studies hold none that lies far out."""
    (far,) = [
        one
        for one in _studied("seeds")
        if one.truth.family == "3 seeds" and one.truth.process.startswith("1 in 10 far below")
    ]

    assert far.answers["yes"] / far.n_studies > 0.3
    assert far.n_studies == 400
