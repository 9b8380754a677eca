import numpy as np
import pytest
from scipy.stats import t

from benchmarks.reproducing.spread import spread

Values = dict[tuple[str, int], dict[tuple[str, int], float]]


def _cells(rng: np.random.Generator, n: int, *, shared: float = 0.5) -> tuple[Values, Values]:
    """Values of 18 cells that have a part in common, and a new unit of each."""
    scales = 0.002 * np.exp(rng.normal(0, 0.3, 18))
    common = rng.normal(0, shared, n + 1)
    table = scales[:, None] * (common + rng.normal(0, 1, (18, n + 1)))
    cells = [(f"arm{i}", 1) for i in range(18)]
    known: Values = {
        cell: {("", k): float(row[k]) for k in range(n)}
        for cell, row in zip(cells, table, strict=True)
    }
    new: Values = {cell: {("", n): float(row[n])} for cell, row in zip(cells, table, strict=True)}
    return known, new


def test_the_variance_of_one_cell_alone_gives_the_usual_prediction_interval() -> None:
    values = {("replace", 1): {("", k): value for k, value in enumerate((1.0, 2.0, 4.0, 5.0))}}

    half = spread(values).at(("replace", 1)).half_width(0.05, 4)

    sd = np.std([1.0, 2.0, 4.0, 5.0], ddof=1)
    assert half == pytest.approx(t.ppf(0.975, 3) * sd * np.sqrt(1 + 1 / 4))


def test_a_known_centre_counts_every_value() -> None:
    values = {("replace", 1): {("2 threads", 0): 0.3, ("2 threads", 1): -0.1}}

    found = spread(values, centre=0.0).at(("replace", 1))

    assert found.value == pytest.approx((0.3**2 + 0.1**2) / 2)
    assert found.dof == 2


@pytest.mark.parametrize("n", [3, 5])
def test_a_new_unit_leaves_any_of_18_bands_in_5_percent_of_studies(n: int) -> None:
    """With a prior that is drawn anew for every study, and cells that are correlated."""
    rng = np.random.default_rng(n)
    left = 0
    for _ in range(150):
        known, new = _cells(rng, n)
        bands = spread(known)
        left += any(
            abs(value - np.mean(list(known[cell].values())))
            > bands.at(cell).half_width(0.05 / 18, n)
            for cell, units in new.items()
            for value in units.values()
        )
    assert left / 150 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 150)


def test_cells_that_are_one_and_the_same_are_worth_one() -> None:
    """Generation 0 of six arms, say: the degrees of freedom are those of one."""
    units = {("", k): value for k, value in enumerate((1.0, 2.0, 4.0))}

    assert spread({(str(i), 0): units for i in range(6)}).common.dof == pytest.approx(2)


def test_one_value_has_no_spread() -> None:
    with pytest.raises(ValueError, match="enough values"):
        spread({("replace", 1): {("", 0): 1.0}})
