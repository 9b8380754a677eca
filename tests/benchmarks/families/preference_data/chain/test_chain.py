"""Claims about chains whose text a reward model selects can come out either way."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from benchmarks.chains.record import BestOfTotals, Record
from benchmarks.families.preference_data.chain import statistics as of
from benchmarks.families.preference_data.chain.claims import CLAIMS, MARGIN
from benchmarks.families.preference_data.chain.shown import (
    SENTENCES,
    breaches_frame,
    chains_of,
    draw,
    numbers,
    section,
)
from benchmarks.families.preference_data.chain.study import (
    BEST_2,
    BEST_8,
    FRESH,
    METHODS,
    RANDOM_8,
    REPLACED,
    WORKFLOWS,
    preference_data_chain,
)
from benchmarks.paper.claims import judge_all
from benchmarks.running.record import Metric
from data.errors import BadInput
from data.workflow import NEED_REWARDS
from tests.support.records import record_of

_SEEDS = range(5)


def _metric(value: float) -> Metric:
    return Metric(value=value, stderr=0.01, n=100, version=1)


def _chain(
    workflow: str,
    seed: int,
    *,
    loss: float,
    distinct: float = 0.8,
    tail: float = 0.02,
    wins: tuple[float, float] = (0.2, 0.2),
) -> Record:
    """A record of the recipe whose last generation has these numbers, give or take the seed."""
    noise = 1e-3 * (seed - 2) * (1 + WORKFLOWS.index(workflow))
    recipe = preference_data_chain()
    losses = [1.9, *[loss + noise] * recipe.generations]
    record = record_of(workflow, seed, losses, recipe=recipe)
    generations = []
    for at, one in enumerate(record.generations):
        selecting, unseen = wins if at else (0.2, 0.2)
        rewards = {
            f"{kind}/{key}/{name}": _metric(value)
            for kind in ("corpus", "written")
            for key in ("wins", "mean")
            for name, value in (
                ("selecting", selecting + noise * bool(at)),
                ("unseen", unseen - noise * bool(at) / 2),
            )
        }
        metrics = {of.DISTINCT: _metric(distinct + noise), of.TAIL: _metric(tail + noise / 50)}
        group = 8 if "8" in workflow else 2
        chosen = BestOfTotals(
            candidates=100 * group, candidate_tokens=9, kept=100, candidate_reward=0, kept_reward=1
        )
        best_of = chosen if at and workflow in NEED_REWARDS else None
        update = {
            "rewards": rewards,
            "metrics": {**one.metrics, **metrics},
            "corpus": one.corpus.model_copy(update={"best_of": best_of}),
        }
        generations.append(one.model_copy(update=update))
    return record.model_copy(update={"generations": generations})


@cache
def _records(selected: float, distinct: float, wins: tuple[float, float]) -> tuple[Record, ...]:
    """All workflows: `selected` is the loss of the best of eight, between 1.9 and 2.1."""
    of_workflow: Mapping[str, dict[str, object]] = {
        BEST_8: {"loss": selected, "distinct": distinct, "tail": distinct / 40, "wins": wins},
        BEST_2: {"loss": 2.05, "wins": (0.25, 0.22)},
        REPLACED: {"loss": 2.1},
        RANDOM_8: {"loss": 2.1005},
        FRESH: {"loss": 1.9},
        "same_human": {"loss": 1.92},
    }
    return tuple(
        _chain(workflow, seed, **given)  # type: ignore[arg-type]
        for workflow, given in of_workflow.items()
        for seed in _SEEDS
    )


@pytest.mark.parametrize(
    ("selected", "distinct", "wins", "expected"),
    [
        (1.95, 0.6, (0.6, 0.4), "reproduced"),
        (2.15, 0.9, (0.1, 0.15), "not reproduced"),
    ],
)
def test_every_claim_can_be_reproduced_or_not(
    selected: float, distinct: float, wins: tuple[float, float], expected: str
) -> None:
    found = judge_all(CLAIMS, _records(selected, distinct, wins), None)

    verdicts = {entry.claim.id: entry.verdict for entry in found}
    control = verdicts.pop("um.chain_control")
    assert set(verdicts.values()) == {expected}, verdicts
    assert control == "reproduced"


def test_a_control_that_differs_is_told() -> None:
    far = [
        _chain(RANDOM_8, seed, loss=2.1 + 3 * MARGIN) if one.workflow == RANDOM_8 else one
        for one in _records(1.95, 0.6, (0.6, 0.4))
        for seed in [one.seed]
    ]

    (entry,) = judge_all([claim for claim in CLAIMS if claim.id == "um.chain_control"], far, None)

    assert entry.verdict == "not reproduced"


def test_half_of_the_excess_is_the_border() -> None:
    one, other, control = (_chain(REPLACED, 2, loss=loss) for loss in (2.0, 2.1, 1.9))

    assert of.excess_less_half([one, other, control]) == pytest.approx(0)


def test_the_gap_between_both_is_what_it_grew_by() -> None:
    record = _chain(BEST_8, 2, loss=2.0, wins=(0.7, 0.4))

    assert of.growth_of_gap(record) == pytest.approx(0.3)
    assert of.gap(record, 0) == pytest.approx(0)


def test_a_chain_without_reward_models_has_no_wins() -> None:
    with pytest.raises(BadInput, match="has no rewards; its recipe needs a rewarding"):
        of.wins(record_of("replace", 0, [1.0, 1.0]), -1, "unseen")


def test_section_and_picture_need_records(tmp_path: Path) -> None:
    records = _records(1.95, 0.6, (0.6, 0.4))
    entries = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, None)}

    text = section(records, entries)

    assert section([], entries) == ""
    assert draw([], tmp_path) == []
    assert "| `best_of_8` " in text
    assert next(file.name for file in draw(records, tmp_path)) == "best_of_n_chain.png"
    assert list(chains_of(records)) == list(WORKFLOWS)


def test_excess_of_both_chains_stands_beside_the_claim() -> None:
    found = numbers(_records(1.95, 0.6, (0.6, 0.4)))

    assert numbers([]) == {}
    assert found["excess_best"].startswith("+0.050 [")
    assert found["excess_replaced"].startswith("+0.200 [")


def test_corpora_beyond_a_limit_are_counted_by_workflow() -> None:
    whole, broken = _chain(FRESH, 0, loss=1.9), _chain(REPLACED, 0, loss=2.1)
    generations = [
        one.model_copy(
            update={"corpus": one.corpus.model_copy(update={"breaches": ["malformed 0.1 > 0.05"]})}
        )
        for one in broken.generations
    ]
    broken = broken.model_copy(update={"generations": generations})

    lines = breaches_frame({REPLACED: [broken], FRESH: [whole]}).to_dict("records")

    assert lines == [
        {"workflow": "`replace`", "corpora": "5", "malformed": "5"},
        {"workflow": "`fresh_human`", "corpora": "5", "malformed": "0"},
    ]


def test_methods_have_their_price_and_claims_their_ids() -> None:
    recipe = preference_data_chain().as_dict()

    assert {one.workflow: one.price(recipe) for one in METHODS} == {BEST_2: 2, BEST_8: 8}
    assert {sentence.claim for sentence in SENTENCES} <= {claim.id for claim in CLAIMS}
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)
