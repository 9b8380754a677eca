"""The mean share that follows: both routes against the definition, and its noise taken away."""

import itertools

import numpy as np
import pytest

from theory.critical_data.identify import (
    Embedding,
    all_pairs,
    equations,
    frozen_share,
    real_share,
    share_implied,
)
from theory.critical_data.implied_share import (
    covered,
    covered_mean,
    frozen_share_of,
    mean_share,
    open_modulo,
    open_real,
    shares_modulo,
    shares_real,
)

EMBEDDINGS: tuple[Embedding, ...] = ("one", "two")


@pytest.mark.parametrize("embedding", EMBEDDINGS)
def test_both_routes_find_the_share_of_the_definition(embedding: Embedding) -> None:
    for seed in range(3):
        draws = [np.random.default_rng(seed) for _ in range(4)]

        by_rows = share_implied(13, 40, draws[0], embedding)

        assert shares_modulo(13, 40, draws[1], embedding)[0] == by_rows
        by_projection = real_share(13, 40, draws[2], embedding)
        assert shares_real(13, 40, draws[3], embedding)[0] == by_projection


@pytest.mark.parametrize("embedding", EMBEDDINGS)
def test_open_directions_change_no_example(embedding: Embedding) -> None:
    pairs = np.random.default_rng(0).permutation(all_pairs(7))[:12]
    rows = equations(pairs, 7, embedding)
    signed = np.where(rows == 6, -1, rows)

    assert not (rows @ open_modulo(pairs, 7, embedding).T % 7).any()
    assert np.allclose(signed @ open_real(pairs, 7, embedding).T, 0)
    assert len(open_modulo(pairs, 7, embedding)) >= 2


@pytest.mark.parametrize("embedding", EMBEDDINGS)
@pytest.mark.parametrize("n", [2, 4])
def test_the_mean_covered_share_is_that_of_all_draws_one_by_one(
    embedding: Embedding, n: int
) -> None:
    table = all_pairs(3)
    shares = [
        covered(table[list(chosen)], np.delete(table, chosen, axis=0), 3, embedding).mean()
        for chosen in itertools.combinations(range(9), n)
    ]

    assert covered_mean(3, n, embedding) == pytest.approx(np.mean(shares), abs=1e-12)


def test_what_is_not_covered_takes_most_of_the_noise_away() -> None:
    drawn = [share_implied(19, 76, np.random.default_rng(s), "one") for s in range(60)]

    found = mean_share(shares_real, 19, 76, np.random.default_rng(0), "one", draws=60)

    assert found.stderr < 0.5 * np.std(drawn, ddof=1) / 60**0.5
    assert found.value == pytest.approx(np.mean(drawn), abs=0.03)


def test_density_evolution_of_a_table_tends_to_its_limit() -> None:
    loads: dict[Embedding, float] = {"two": 3.5, "one": 2.5}
    for embedding, load in loads.items():
        limit = frozen_share(load, embedding)
        apart = [abs(frozen_share_of(p, round(load * p), embedding) - limit) for p in (40, 4000)]

        assert apart[1] < 1e-3
        assert apart[1] < apart[0] < 0.03
