"""What the loss of the hardest problems is held against."""

import numpy as np
import pytest

from benchmarks.chains.record import Record
from benchmarks.families.program_distillation.chain import tail
from benchmarks.families.program_distillation.chain.baselines import (
    by_chance,
    by_other_choice,
    hardest_frame,
    less,
    other_choice,
    questions_frame,
)
from benchmarks.families.program_distillation.chain.found import chains_of
from benchmarks.running.record import Metric
from tests.support.executing.executed_chains import (
    ALWAYS,
    EVEN,
    GENERATIONS,
    RATES,
    executed_chain,
    planted,
)


def _with(record: Record, generation: int, changes: dict[str, Metric]) -> Record:
    """The record with other numbers of one generation's answers."""
    generations = list(record.generations)
    answers = {**(generations[generation].answers or {}), **changes}
    generations[generation] = generations[generation].model_copy(update={"answers": answers})
    return record.model_copy(update={"generations": generations})


def _types(measure: str, values: list[float], n: int) -> dict[str, Metric]:
    return {
        f"{measure}/type_{place:02}": Metric(value=value, stderr=None, n=n, version=1)
        for place, value in enumerate(values, start=1)
    }


@pytest.mark.parametrize(("n", "low", "high"), [(50, 0.08, 0.11), (50_000, 0.0, 0.004)])
def test_chance_lifts_a_fifth_that_is_chosen_by_few_answers(
    n: int, low: float, high: float
) -> None:
    """Of ten types alike, the two worst of 50 answers seem .09 worse than they are.

    The means of the two least of ten normal numbers are -1.54 and -1.00 deviations (.0707 here).
    """
    record = executed_chain("executed", 0, EVEN, ALWAYS)

    found = by_chance([_with(record, 0, _types(tail.RIGHT, [0.5] * 10, n))])

    assert low < found < high
    if n == 50:
        assert found == pytest.approx(0.0707 * (1.54 + 1.00) / 2, rel=0.06)


def test_chance_lifts_nothing_where_types_are_far_apart() -> None:
    record = executed_chain("executed", 0, EVEN, ALWAYS)
    apart = [0.9] * 8 + [0.1] * 2

    assert by_chance([_with(record, 0, _types(tail.RIGHT, apart, 50))]) == pytest.approx(
        0, abs=0.004
    )


def test_other_answers_choose_another_fifth() -> None:
    """Generation 0 was unlucky with type 8, as its answers to human questions say."""
    lost = [[rate - 0.2 * (at > 0) * (place in (5, 9)) for place, rate in enumerate(RATES)]
            for at in range(GENERATIONS)]  # fmt: skip
    written = [0.9, 0.8, 0.8, 0.7, 0.9, 0.4, 0.8, 0.7, 0.8, 0.2]
    replaced = [
        _with(executed_chain("replace", seed, EVEN, ALWAYS), 1,
              _types("corpus/executed_accuracy", written, 1500))
        for seed in range(3)
    ]  # fmt: skip
    executed = [executed_chain("executed", seed, EVEN, lost) for seed in range(3)]
    chains = {"executed": executed, "replace": replaced}

    found = by_other_choice(chains, "executed")

    assert sorted(tail.hard(executed[0])) == [7, 9]
    assert sorted(other_choice(replaced[0])) == [5, 9]
    assert found is not None
    assert found.mean == pytest.approx(-0.2)
    assert found.n == 3
    assert by_other_choice({"executed": executed}, "executed") is None


def test_chains_are_held_against_each_other_seed_by_seed() -> None:
    better = [[rate + 0.1 for rate in RATES]] * GENERATIONS
    chains = {
        "executed_source": [executed_chain("executed_source", s, EVEN, better) for s in (0, 1, 2)],
        "replace": [executed_chain("replace", s, EVEN, ALWAYS) for s in (1, 2, 3)],
    }

    found = less(chains, "executed_source", "replace")

    assert found is not None
    assert found.mean == pytest.approx(0.1)
    assert found.n == 2
    assert less(chains, "executed_source", "accumulate") is None
    (row,) = questions_frame(chains).to_dict("records")
    assert row["accuracy, last generation"] == "`executed_source` less `replace`"
    assert row["they differ in"].startswith("the check alone")


def test_every_workflow_has_its_baselines() -> None:
    frame = hardest_frame(chains_of(planted())).set_index("workflow")

    assert list(frame.index) == [f"`{name}`" for name in chains_of(planted())]
    assert frame.at["`same_human`", "hardest fifth, less `same_human`"] == ""
    assert np.all(frame.drop("`same_human`") != "")
