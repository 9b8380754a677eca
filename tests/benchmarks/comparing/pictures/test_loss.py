import numpy as np
import pytest
from matplotlib.figure import Figure

from benchmarks.comparing.curves import CONTROL, Curve
from benchmarks.comparing.pictures.loss import lines_of, loss_figure, spaced
from data.workflow import WORKFLOWS
from tests.support.pictures import stumbles

_SIX = ("replace", "accumulate", "edit_source", "edit_previous", "same_human", CONTROL)


def _curves(
    workflows: tuple[str, ...], rise: float, generations: int = 6, n_seeds: int = 3
) -> list[Curve]:
    """Curves that end close to each other, and rise with their place."""
    seeds = tuple(range(n_seeds))
    later = np.arange(generations) / (generations - 1)
    spread = 0.004 * np.array(seeds)[:, None]
    return [
        Curve(
            name,
            seeds,
            2.0 + rise * place / len(workflows) * later + spread * (1 + (1 + place / 50) * later),
        )
        for place, name in enumerate(workflows)
    ]


@pytest.mark.parametrize("rise", [0.001, 0.1, 30.0])
@pytest.mark.parametrize(
    "workflows",
    [_SIX, (*_SIX[:-1],), ("replace",), WORKFLOWS, ("mine.py:first", "mine.py:second", CONTROL)],
    ids=["six", "without control", "one", "all", "mine"],
)
def test_words_of_the_picture_can_be_read_on_a_phone(
    workflows: tuple[str, ...], rise: float
) -> None:
    assert stumbles(loss_figure(_curves(workflows, rise), "study")) == []


def test_words_that_lie_on_each_other_are_seen() -> None:
    figure = Figure(figsize=(4.8, 3.0))
    figure.text(0.5, 0.5, "one")
    figure.text(0.5, 0.5, "other")
    figure.text(0.99, 0.1, "beyond", fontsize=5)

    assert stumbles(figure) == [
        "'beyond' leaves the figure", "'one' overlaps 'other'", "'beyond' is 5.2 pixels high",
    ]  # fmt: skip


def test_the_lines_are_paired_differences_from_the_control() -> None:
    lines, less = lines_of(_curves(("replace", CONTROL), 0.2))

    (line,) = lines
    assert less
    np.testing.assert_allclose(line.mean, -0.1 * np.arange(6) / 5, atol=1e-4)
    assert line.low is not None
    np.testing.assert_allclose(line.low, line.mean, atol=1e-3)  # the spread over seeds cancels


def test_without_a_control_the_lines_are_losses_with_their_spread() -> None:
    lines, less = lines_of(_curves(("replace",), 0.2))

    assert not less
    assert lines[0].low is not None
    assert lines[0].mean[0] == pytest.approx(2.004)
    assert lines[0].low[0] < lines[0].mean[0]
    assert lines_of(_curves(("replace",), 0.2, n_seeds=1))[0][0].low is None


def test_names_are_moved_apart_as_little_as_can_be() -> None:
    assert spaced([1.0, 0.5, 0.0], 0.2, 0.0, 1.0) == [1.0, 0.5, 0.0]
    assert spaced([0.5, 0.5], 0.2, 0.0, 1.0) == pytest.approx([0.6, 0.4])
    assert spaced([0.95, 0.9], 0.2, 0.0, 1.0) == pytest.approx([1.0, 0.8])
    assert spaced([0.5] * 6, 0.5, 0.0, 1.0) == pytest.approx([1.0, 0.8, 0.6, 0.4, 0.2, 0.0])
