import json
from typing import Any

import numpy as np
import pytest

from benchmarks.chains.record import Record, read_records
from benchmarks.comparing.differences import paired
from benchmarks.comparing.two_way import over_texts, two_way
from benchmarks.leaderboard.board import markdown
from benchmarks.leaderboard.ranking import rank
from data.errors import BadInput
from tests.support.losses import Numbers, with_losses, without_losses
from tests.support.places import RECORDS

_SMOKE = [
    without_losses(record)
    for record in read_records(RECORDS)
    if record.recipe["name"] == "smoke" and record.seed < 3
]


def _shaken(seed: int) -> Any:
    def deviations(generation: int, size: Numbers) -> Numbers:
        del generation
        return np.random.default_rng(seed).normal(size=len(size)) * np.sqrt(size)

    return deviations


def test_without_differences_between_documents_it_is_the_interval_over_seeds() -> None:
    size = np.array([3.0, 5.0, 2.0, 7.0])
    by_seed = np.array([0.1, 0.3, 0.2])

    found, alone = two_way(np.outer(by_seed, size), size), paired(by_seed)
    assert (found.mean, found.low, found.high) == pytest.approx(
        (alone.mean, alone.low, alone.high), rel=1e-9
    )


def test_documents_that_all_seeds_share_widen_it_whatever_the_number_of_seeds() -> None:
    rng = np.random.default_rng(2)
    size = rng.uniform(1, 3, size=60)
    of_documents = rng.normal(size=60) * size
    bits = of_documents + 0.01 * rng.normal(size=(20, 1)) * size

    found, alone = two_way(bits, size), paired(bits.sum(axis=1) / size.sum())

    assert None not in (found.low, found.high, alone.low, alone.high)
    assert found.high - found.low > 10 * (alone.high - alone.low)  # type: ignore[operator]


def test_it_is_never_narrower_than_the_interval_over_seeds() -> None:
    rng = np.random.default_rng(3)
    size = rng.uniform(1, 3, size=30)
    for _ in range(50):
        bits = rng.normal(size=(3, 30)) * size
        found, alone = two_way(bits, size), paired(bits.sum(axis=1) / size.sum())
        assert found.low <= alone.low + 1e-12  # type: ignore[operator]


def test_one_seed_or_one_document_has_no_interval() -> None:
    assert two_way(np.ones((1, 5)), np.ones(5)).low is None
    assert two_way(np.ones((3, 1)), np.ones(1)).low is None


def _pairs(records: list[Record]) -> list[tuple[Record, list[Record]]]:
    by_name = {(r.workflow, r.seed): r for r in records}
    return [(by_name["replace", s], [by_name["fresh_human", s]]) for s in range(3)]


def test_records_with_losses_give_an_interval_beside_that_of_their_text() -> None:
    records = [with_losses(r, _shaken(i)) for i, r in enumerate(_SMOKE)]

    found = over_texts(_pairs(records))
    tracks = rank(records)

    (score,) = [s for t in tracks for s in t.standings if s.workflow == "replace"]
    assert found is not None
    assert found == score.over_texts
    assert found.mean == pytest.approx(score.score.mean, abs=1e-6)
    assert found.low is not None
    assert f"| [{found.low:+.4f}, {found.high:+.4f}] | 3 |" in markdown(tracks, [])
    assert "| other texts |" in markdown(tracks, [])


def test_one_record_without_losses_leaves_the_interval_out() -> None:
    records = [with_losses(r) if r.workflow != "replace" or r.seed else r for r in _SMOKE]

    assert over_texts(_pairs(records)) is None
    assert "| other texts |" not in markdown(rank(_SMOKE), [])


def test_records_of_other_documents_are_not_compared() -> None:
    records = [with_losses(r) for r in _SMOKE]
    content = json.loads(records[0].model_dump_json()) | {"content": None}
    content["evaluated"]["held_out"]["fingerprint"] = "f" * 16
    other = Record.model_validate(content)

    with pytest.raises(BadInput, match="measured on other documents of held_out"):
        over_texts([(other, [records[1]])])
