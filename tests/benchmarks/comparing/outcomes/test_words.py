import re

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.comparing.decisions import Region
from benchmarks.comparing.outcomes import rates
from benchmarks.comparing.outcomes.words import (
    EXCESS,
    GROWTH,
    WORDS,
    WRONG_OF_SKEWED,
    Word,
    growths,
    outcomes,
)
from benchmarks.comparing.simulations import LAWS
from benchmarks.families.toedit.claims.margins import LEVEL_SLOPE, SAME_END
from tests.support.places import ROOT

Floats = NDArray[np.float64]


def _chains(path: list[float], spread: float = 1e-4, n_seeds: int = 5) -> Floats:
    """Chains along a path, that differ by a little; nothing in them grows together."""
    rng = np.random.default_rng(0)
    return np.array(path) + rng.normal(0.0, spread, size=(n_seeds, len(path)))


_STRAIGHT = [0.0, 0.02, 0.04, 0.06, 0.08, 0.10]
_BENT = [0.0, 0.03, 0.04, 0.04, 0.04, 0.04]
_FLAT = [0.0] * 6
_LATE = [0.0, 0.0, 0.0, 0.0, 0.004, 0.009]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        (_STRAIGHT, "collapses"),
        (_BENT, "rises, then flattens"),
        (_FLAT, "level"),
        ([-value for value in _STRAIGHT], "level"),
        (_LATE, "undecided (growing)"),
    ],
)
def test_each_word_is_found_where_it_is_true(path: list[float], label: str) -> None:
    (found,) = outcomes([_chains(path)])

    assert found.label == label
    assert bool(found.why) == (found.word == "undecided")


@pytest.mark.parametrize(
    ("path", "spread", "label"),
    [
        ([0.0, 0.05, 0.05, 0.052, 0.054, 0.056], 0.002, "undecided (rose)"),
        ([0.0] * 3 + [-0.03, -0.01, 0.01], 0.002, "undecided (rising)"),
        ([0.0] * 3 + [0.05, 0.03, 0.01], 0.002, "undecided (rises by less than 0.002)"),
        ([-0.05] * 3 + [-0.044, -0.042, -0.04], 0.002, "undecided (rose by less than 0.01)"),
        (_BENT, 0.1, "undecided"),
    ],
)
def test_undecided_says_what_is_shown(path: list[float], spread: float, label: str) -> None:
    (found,) = outcomes([_chains(path, spread)])

    assert found.label == label
    assert found.why


def test_the_tests_of_a_table_are_corrected_together() -> None:
    """What is shown of a method alone is not shown of one among many."""
    chains = _chains(_STRAIGHT, 0.012)

    (alone,) = outcomes([chains])
    among = outcomes([chains, *[_chains(_FLAT, 1.0)] * 60])

    assert (alone.word, among[0].word) == ("collapses", "undecided")
    assert alone.excess == among[0].excess


def test_chains_that_can_show_no_growth_cost_the_others_nothing() -> None:
    chains = _chains(_STRAIGHT, 0.012)
    short = _chains([0.0, 0.1])
    few = _chains(_STRAIGHT, n_seeds=2)

    found = outcomes([chains, *[short, few] * 60])

    assert found[0].word == "collapses"
    assert {one.why for one in found[1:]} == {
        "one generation shows no growth", "fewer than 3 seeds decide nothing",
    }  # fmt: skip
    assert (found[1].growth, found[1].excess.n) == (None, 5)


def test_growth_is_that_of_the_second_half() -> None:
    for path, expected in ((_BENT, 0.0), (_STRAIGHT, 0.02), ([0.0, 5.0, 6.0], 1.0)):
        found = growths(np.array([path]))
        assert found is not None
        assert found == pytest.approx(expected)
    last_step = growths(np.array([[0.0, 9.0, 2.0, 5.0]]))
    assert last_step is not None
    assert last_step == pytest.approx([3.0])


def test_the_margins_are_those_of_the_claims() -> None:
    assert (EXCESS.above, GROWTH.above) == (SAME_END.below, LEVEL_SLOPE.below)


@pytest.mark.parametrize(
    ("path", "label", "more", "less"),
    [
        (_STRAIGHT, "collapses", {EXCESS, GROWTH}, set()),
        (_BENT, "rises, then flattens", {EXCESS}, {GROWTH}),
        ([0.0, 0.006, 0.007, 0.0072, 0.0074, 0.0076], "level", set(), {EXCESS, GROWTH}),
    ],
)
def test_a_word_says_no_more_than_the_margins_show(
    path: list[float], label: Word, more: set[Region], less: set[Region]
) -> None:
    """A chain that always rises, by less than the margins, is level, and that is what it says."""
    (found,) = outcomes([_chains(path)])

    assert found.word == label
    for words, regions in (("more", more), ("less", less)):
        for region in regions:
            assert f"by {words} than {region.above:g} " in WORDS[label]


def test_words_are_right_as_often_as_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"<!-- words -->\n(.*?)<!-- /words -->", page, re.DOTALL)
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
    cells = {tuple(line[:3]): line[3:] for line in lines if len(line) == 7}
    skewed = [float(cell[0]) for key, cell in cells.items() if key[1].startswith("skewed")]
    assert max(skewed) == 100 * WRONG_OF_SKEWED
    assert {key[0] for key in cells} >= rates.TABLES.keys()
    monkeypatch.setattr(rates, "SEEDS", (5,))
    monkeypatch.setattr(rates, "LAWS", {"normal": LAWS["normal"]})
    monkeypatch.setattr(rates, "_LAWS", ("normal",))

    for row in rates.rate_rows(20, seed=1):
        key = (str(row["table"]), "normal", "5")
        found = [row["any wrong"], *(row[word] for word in list(WORDS)[:-1])]
        for share, cell in zip(found, cells[key], strict=True):
            n = 20 if share == row["any wrong"] else 100
            expected = float(cell) / 100 if cell else 0.0
            slack = 4 * (max(expected * (1 - expected), 0.01) / n) ** 0.5
            assert share == "" or abs(float(share) - expected) < slack, row
