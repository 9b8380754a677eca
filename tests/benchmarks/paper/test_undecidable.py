"""A claim whose number is no number in some seed, and chains that are the same."""

import json
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from benchmarks.chains.record import Record, read_records
from benchmarks.comparing.decisions import ABOVE_0, Region
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.paper.claims import Entry, PaperClaim, as_json, judge_all
from benchmarks.paper.rules import from_arms
from tests.support.places import RECORDS

_Statistic = Callable[[Sequence[Record]], float]
_PAIR = ("replace", "fresh_human")


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """Three seeds, which every rule plans."""
    digest = smoke().digest
    return [one for one in read_records(RECORDS) if one.digest == digest and one.seed < 3]


def _loss(chains: Sequence[Record]) -> float:
    first, second = (chain.last.metrics["held_out/bits_per_byte/none"].value for chain in chains)
    return first - second


def _lost(chains: Sequence[Record]) -> float:
    return float("nan") if chains[0].seed == 1 else _loss(chains)


def _nothing(chains: Sequence[Record]) -> float:
    return _loss(chains) * (-1) ** chains[0].seed


def _count(chains: Sequence[Record]) -> float:
    return 0.0


def _judged(records: Sequence[Record], *statistics: _Statistic) -> list[Entry]:
    return judge_all(
        [
            PaperClaim(
                id=f"claim-{at}",
                where="ours",
                statement="",
                statistic="",
                rule=from_arms(smoke, _PAIR, statistic, ABOVE_0),
            )
            for at, statistic in enumerate(statistics)
        ],
        records,
        None,
    )


def test_a_number_that_is_none_is_not_decidable_by_name_and_leaves_the_others_alone(
    records: list[Record],
) -> None:
    one, lost, two = _judged(records, _loss, _lost, _nothing)
    as_if = _judged(records, _loss, _nothing, _nothing)
    fewer = _judged(records, _loss, _nothing)

    assert lost.verdict == "undecided"
    assert lost.reason == "not decidable: the statistic is no number in 1 of 3 seeds"
    assert [one.decision, two.decision] == [as_if[0].decision, as_if[1].decision]
    assert one.decision is not None
    assert fewer[0].decision is not None
    assert one.decision.adjusted_p > fewer[0].decision.adjusted_p


def test_a_ledger_with_such_a_claim_is_valid_json(records: list[Record]) -> None:
    text = as_json({"family": _judged(records, _lost)})

    (row,) = json.loads(text, parse_constant=pytest.fail)
    assert (row["p"], row["adjusted_p"]) == (None, None)


def test_chains_that_are_the_same_are_known_to_differ_by_nothing(records: list[Record]) -> None:
    """Numbers that merely happen to be equal are not."""
    same = [
        record
        if record.workflow != "edit_source"
        else record.model_copy(update={"generations": other.generations})
        for record in records
        for other in records
        if (other.workflow, other.seed) == ("same_human", record.seed)
    ]
    rule = partial(from_arms, smoke, ("edit_source", "same_human"), region=Region(below=0.002))
    claims = [
        PaperClaim(
            id=name, where="ours", statement="", statistic="", rule=rule(statistic=statistic)
        )
        for name, statistic in (("loss", _loss), ("count", _count))
    ]
    known, unknown = (judge_all(claims, found, None) for found in (same, records))

    assert [entry.verdict for entry in known] == ["reproduced", "reproduced"]
    assert unknown[1].verdict == "undecided"
    assert unknown[1].decision is not None
    assert unknown[1].decision.p == 2 * 2.0**-3
