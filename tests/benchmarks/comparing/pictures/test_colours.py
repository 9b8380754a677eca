"""Colours of methods, seen by those who do not see red, or green."""

import re
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.comparing.pictures.colours import KINDS, MARKERS, OTHER, kind_of, style_of
from data.workflow import WORKFLOWS
from tests.support.places import ROOT

Floats = NDArray[np.float64]

_SEEN: dict[str, Floats] = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
"""Linear RGB as it is seen: Machado, Oliveira and Fernandes 2009, severity 1."""
_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_APART = 18.0
"""Least distance in CIELAB; 2.3 is just noticeable side by side."""
_PAPERS = {"light": ("#ffffff", "#f4f6f8"), "dark": ("#14171c", "#1d2229")}


def _linear(color: str) -> Floats:
    values = np.array([int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _lab(linear: Floats) -> Floats:
    x, y, z = (
        np.cbrt(one) if one > 0.008856 else 7.787 * one + 16 / 116
        for one in _XYZ @ np.clip(linear, 0, 1) / _XYZ.sum(axis=1)
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2."""
    dark, light = sorted(float(_XYZ[1] @ _linear(color)) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def _apart(one: str, other: str, sight: str) -> float:
    seen = _SEEN[sight]
    return float(np.linalg.norm(_lab(seen @ _linear(one)) - _lab(seen @ _linear(other))))


@pytest.mark.parametrize("sight", _SEEN)
@pytest.mark.parametrize("paper", _PAPERS)
def test_kinds_are_told_apart_by_their_colours(paper: str, sight: str) -> None:
    pairs = combinations((*KINDS, OTHER), 2)

    close = {
        (one.name, other.name): distance
        for one, other in pairs
        if (distance := _apart(getattr(one, paper), getattr(other, paper), sight)) < _APART
    }

    assert close == {}


def test_red_and_green_of_one_lightness_are_not_told_apart() -> None:
    """The simulation sees what it should."""
    assert _apart("#c1272d", "#8c6d31", "normal") > 40
    assert _apart("#c1272d", "#6b6b00", "deuteranopia") < _APART


@pytest.mark.parametrize("paper", _PAPERS)
def test_a_name_in_the_colour_of_its_kind_can_be_read(paper: str) -> None:
    found = [
        _contrast(getattr(kind, paper), ground)
        for kind in (*KINDS, OTHER)
        for ground in _PAPERS[paper]
    ]

    assert min(found) >= 4.5  # WCAG 2.2, 1.4.3, level AA


def test_every_workflow_has_a_kind_and_no_two_are_drawn_alike() -> None:
    styles = [style_of(workflow) for workflow in WORKFLOWS]

    assert [style.kind for style in styles if style.kind is OTHER] == []
    assert len({(style.kind.name, style.marker) for style in styles}) == len(WORKFLOWS)
    assert max(len(kind.methods) for kind in KINDS) <= len(MARKERS)


def test_methods_of_a_users_own_have_markers_of_their_own() -> None:
    mine = ("mine.py:first", "mine.py:second")

    assert kind_of(mine[0]) is OTHER
    assert [style_of(name, mine).place for name in mine] == [0, 1]


def test_the_page_has_these_colours() -> None:
    sheet = (ROOT / "benchmarks" / "templates" / "leaderboard.css").read_text(encoding="utf-8")
    found = re.findall(r"--kind-([a-z-]+): light-dark\((#\w+), (#\w+)\)", sheet)

    assert found == [(kind.name, kind.light, kind.dark) for kind in (*KINDS, OTHER)]
    for variable, place in (("paper", 0), ("raised", 1)):
        (papers,) = re.findall(rf"--{variable}: light-dark\((#\w+), (#\w+)\)", sheet)
        assert list(papers) == [_PAPERS["light"][place], _PAPERS["dark"][place]]
