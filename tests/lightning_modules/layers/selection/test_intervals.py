"""The cheapest intervals are found exactly, as all choices tried one by one confirm."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from lightning_modules.layers.selection.intervals import cheapest_intervals
from theory.layer_emulators.removal import Costs, cheapest, cost_of


@given(st.integers(1, 9), st.integers(1, 4), st.data())
def test_no_choice_is_cheaper(n_layers: int, longest: int, data: st.DataObject) -> None:
    """Held against every set of layers, and against the theory's own dynamic programme."""
    n_kept = data.draw(st.integers(1, n_layers))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    costs = {
        (start, length): float(rng.integers(-5, 20))
        for length in range(1, longest + 1)
        for start in range(n_layers - length + 1)
        if rng.uniform() < 0.8
    }
    case = Costs(
        words="drawn",
        n_layers=n_layers,
        removed=n_layers - n_kept,
        of_run={(s, s + n): Fraction(cost) for (s, n), cost in costs.items()},
    )
    sets = combinations(range(n_layers), n_layers - n_kept)
    least = min((cost for s in sets if (cost := cost_of(case, s)) is not None), default=None)
    if least is None:
        with pytest.raises(BadInput, match="no choice of these intervals leaves out"):
            cheapest_intervals(costs, n_layers, n_kept)
        return

    found = cheapest_intervals(costs, n_layers, n_kept)

    left_out = sorted(set(range(n_layers)) - set(found.kept))
    assert found.cost == least == cost_of(case, left_out)
    assert not costs or cost_of(case, cheapest(case)) == least
    assert len(found.kept) == n_kept


def test_thirty_layers_are_chosen_from_millions() -> None:
    rng = np.random.default_rng(0)
    costs = {(s, k): float(rng.uniform()) * k for k in range(1, 5) for s in range(30 - k + 1)}

    assert len(cheapest_intervals(costs, 30, 10).kept) == 10


def test_an_interval_of_another_model_is_refused() -> None:
    with pytest.raises(BadInput, match="an interval of 3 layers from layer 2 on is none"):
        cheapest_intervals({(2, 3): 1.0}, 4, 2)
