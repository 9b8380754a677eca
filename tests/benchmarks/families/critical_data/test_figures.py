"""Pictures can be read, and show what their records say."""

from collections.abc import Sequence

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from benchmarks.families.catalogue import read_all
from benchmarks.families.critical_data.figure import pictures
from benchmarks.families.critical_data.figures.growth import moduli_picture, widths_picture
from benchmarks.families.critical_data.figures.lazy import lazy_picture
from benchmarks.families.critical_data.lazy.names import metric_name
from benchmarks.families.critical_data.lazy.study import critical_data_lazy
from benchmarks.families.critical_data.record import CriticalRecord, OneRun
from benchmarks.families.critical_data.shares.record import AnyCriticalRecord
from benchmarks.families.critical_data.summaries import (
    Bracket,
    bracket,
    decay_lines,
    exponent_range,
)
from benchmarks.running.record import Metric
from tests.support.pictures import stumbles
from tests.support.places import RECORDS

_PAGE = 830.0
"""Width of a picture on a page, in pixels."""


def _points(line: Line2D) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = (np.asarray(part, dtype=np.float64) for part in line.get_data())
    return x, y


@pytest.fixture(scope="module")
def drawn() -> dict[str, Figure]:
    """Every picture of the committed records, drawn."""
    return {name: draw() for name, draw in pictures(read_all(RECORDS)).items()}


def test_words_of_every_committed_picture_can_be_read(drawn: dict[str, Figure]) -> None:
    assert {"threshold", "curves", "decay"} <= drawn.keys()
    found = {name: stumbles(figure, _PAGE) for name, figure in drawn.items() if name != "shares"}

    assert {name: words for name, words in found.items() if words} == {}


def test_the_accuracies_are_those_under_at_and_over_the_critical_size(
    drawn: dict[str, Figure],
) -> None:
    titles = [axes.get_title(loc="left") for axes in drawn["curves"].axes]
    sizes = [int(title.split(",")[0].removeprefix("n = ")) for title in titles]

    assert sizes == sorted(sizes)
    assert [title.split(", ")[1].split()[0] for title in titles] == ["under", "at", "over"]


def test_the_line_of_decay_is_exact(drawn: dict[str, Figure]) -> None:
    dotted = [line for line in drawn["decay"].axes[0].lines if line.get_linestyle() == ":"]

    for line in dotted:
        steps, lengths = _points(line)
        assert lengths / lengths[0] == pytest.approx(np.exp(steps * np.log1p(-1e-3)))


def _runs(sizes: Sequence[int], reached: Sequence[bool]) -> CriticalRecord:
    runs = tuple(
        OneRun.model_construct(size=size, generalised=100 if done else None, budget=500)
        for size, done in zip(sizes, reached, strict=True)
    )
    return CriticalRecord.model_construct(runs=runs, arm="sizes", recipe={})


def test_a_seed_lies_between_the_sizes_that_bound_it_or_beyond_all() -> None:
    sizes = (100, 200, 400)

    inside = bracket(_runs(sizes, (False, True, True)))
    above = bracket(_runs(sizes, (False, False, False)))
    below = bracket(_runs(sizes, (True, True, True)))

    assert inside.ends == (100, 200)
    assert inside.size == pytest.approx(np.sqrt(100 * 200))
    assert above == Bracket(size=None, ends=(100, 400), above=True)
    assert below == Bracket(size=None, ends=(100, 400), above=False)


def test_the_exponents_that_bounds_allow_are_those_of_their_ends() -> None:
    found = {p: [Bracket(size=float(p), ends=(p / 2, 2 * p), above=False)] * 2 for p in (10, 1000)}
    outside = Bracket(size=None, ends=(1, 9), above=True)

    low, high = exponent_range({**found, 10: [*found[10], outside]})

    assert low == pytest.approx(1 - np.log(4) / np.log(100))
    assert high == pytest.approx(1 + np.log(4) / np.log(100))


def _seeds(size: float, count: int) -> list[Bracket]:
    return [
        Bracket(size=size * (1 + seed / 50), ends=(size * 0.9, size * 1.3), above=False)
        for seed in range(count)
    ]


@pytest.mark.parametrize("count", [1, 2, 8])
def test_sizes_by_modulus_are_drawn_with_their_hypotheses(count: int) -> None:
    found = {p: _seeds(0.5 * p**2, count) for p in (23, 31, 43, 59)}
    found[59][0] = Bracket(size=None, ends=(1000, 2610), above=True)
    found[59] += _seeds(1800, 1)

    figure = moduli_picture(found)

    legend = figure.axes[0].get_legend()
    assert legend is not None
    names = [text.get_text() for text in legend.get_texts()]
    assert stumbles(figure, _PAGE) == []
    assert names[:3] == ["slope of p ln p", "slope of p^(5/3)", "slope of p^2"]
    slopes = [
        np.polyfit(np.log(x), np.log(y), 1)[0] for x, y in map(_points, figure.axes[0].lines[:3])
    ]
    assert slopes == pytest.approx([1.27, 5 / 3, 2], abs=0.01)
    assert "beyond the largest or the least size" in names


def test_sizes_by_width_are_drawn_with_those_beyond() -> None:
    inside = Bracket(size=305.0, ends=(288, 324), above=False)
    found = {width: [inside] * 8 for width in (16, 32, 64)}
    found[128] = [Bracket(size=None, ends=(252, 360), above=above) for above in (True, False)]

    figure = widths_picture(found, 23, 2500)

    markers = [line.get_marker() for line in figure.axes[0].lines]
    assert stumbles(figure, _PAGE) == []
    assert markers.count("^") == 1
    assert markers.count("v") == 1


def test_lazy_students_are_drawn_beside_trained_models() -> None:
    study = critical_data_lazy()
    metrics = {
        metric_name(share, penalty, "right"): Metric(value=share, stderr=None, n=10, version=1)
        for share in study.learnt
        for penalty in study.penalties
    }
    lazy = {
        arm: [
            AnyCriticalRecord.model_construct(recipe=study.as_dict(), arm=arm, metrics=metrics)
        ]
        for arm in study.arms
    }  # fmt: skip
    run = OneRun.model_construct(size=480, test=(0.1, 0.9))
    trained = [CriticalRecord.model_construct(runs=(run,))]

    figure = lazy_picture(lazy, trained)

    first = next(_points(line) for line in figure.axes[0].lines if line.get_marker() == "s")
    assert stumbles(figure, _PAGE) == []
    assert first[1].tolist() == pytest.approx(study.learnt)


def test_the_lines_of_decay_end_where_the_scale_is_undone() -> None:
    records = [one for one in read_all(RECORDS) if isinstance(one, CriticalRecord)]
    scales = [one for one in records if one.arm == "scales"][:1]

    for scale, _, lengths in decay_lines(scales):
        assert lengths[-1] * max(scale, 1.05) == pytest.approx(lengths[0])
