from itertools import pairwise

import numpy as np
import pytest

from data.editing import PAPER, SHARE, EditRule, flag
from data.edits.places import Counted, Place, band_end, name_of, read_name
from data.errors import BadInput
from data.workflow import METHODS, known_method

_COUNTED = [
    Counted("source", Place("flagged"), "prior"),
    Counted("previous", Place("random"), "unigram"),
    Counted("source", Place("band", 0.0, 0.01), "follower"),
    Counted("previous", Place("band", 0.9, 1.0), "prior"),
]


@pytest.mark.parametrize("counted", _COUNTED, ids=name_of)
def test_a_name_says_what_is_edited_where_and_by_what(counted: Counted) -> None:
    assert read_name(name_of(counted)) == counted
    assert known_method(name_of(counted)) is not None


@pytest.mark.parametrize(
    "name",
    [
        "edit_source",
        "edit_source_random",
        "edit_source_50_50_prior",
        "edit_source_50_10_prior",
        "edit_source_01_10_prior",
        "edit_source_50_101_prior",
        "edit_other_random_prior",
        "edit_source_random_bigram",
        "edit_source_random_prior_",
    ],
)
def test_other_names_are_none(name: str) -> None:
    assert read_name(name) is None
    assert (known_method(name) is not None) == (name in METHODS)


def test_bands_take_every_token_once() -> None:
    p = np.array([0.0, 0.005, 0.01, 0.099, 0.1, 0.5, 0.89999, 0.9, 1.0])
    cuts = (0.0, 0.01, 0.1, 0.5, 0.9, 1.0)
    flagged = [flag(p, Place("band", low, high).rule(SHARE)) for low, high in pairwise(cuts)]

    assert np.sum(flagged, axis=0).tolist() == [1] * len(p)
    assert flagged[-1].tolist() == [False] * 7 + [True, True]


def test_a_place_keeps_how_the_rule_draws() -> None:
    rule = EditRule(share=0.2, top_k=3, temperature=2.0)

    for place in (Place("flagged"), Place("random"), Place("band", 0.5, 0.9)):
        made = place.rule(rule)
        assert (made.top_k, made.temperature, made.replaces) == (3, 2.0, True)
    assert Place("flagged").rule(rule).share == 0.2
    assert flag(np.array([0.0, 1.0]), Place("random").rule(PAPER)).all()


def test_the_end_of_a_band_is_said() -> None:
    assert band_end(EditRule(threshold=0.5, below=0.9)) == " and P < 0.9"
    assert band_end(EditRule(threshold=0.5, below=1.0)) == band_end(PAPER) == ""


@pytest.mark.parametrize(
    "settings", [{"share": 0.1}, {"side": "below"}, {"threshold": 0.6}, {"below": 1.5}]
)
def test_a_band_that_cannot_be_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(BadInput, match="below"):
        EditRule(**({"threshold": 0.1, "below": 0.5} | settings))  # type: ignore[arg-type]
