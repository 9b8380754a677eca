import json
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from benchmarks.chains.record import Record, read_records
from benchmarks.comparing.differences import Difference
from benchmarks.families.toedit.audit import AUDIT
from benchmarks.families.toedit.claims import CLAIMS
from benchmarks.families.toedit.printed import correlation, ends_of_u, gain, thresholds
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.paper.audit import Check
from benchmarks.paper.claims import (
    SIGNS,
    BestSupported,
    Entry,
    Evidence,
    FromPrint,
    FromRuns,
    FromTheory,
    Judgement,
    NotAttempted,
    Rule,
    Sign,
    Verdict,
    as_json,
    decide,
    from_arms,
    judge_all,
)
from tests.support.places import RECORDS
from theory.claims import CLAIMS as THEORY

_FROM_RECORDS = [claim for claim in CLAIMS if not claim.id.startswith(("theory-", "arithmetic-"))]


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return read_records(RECORDS)


def _judged(records: Iterable[Record]) -> dict[str, Entry]:
    return {entry.claim.id: entry for entry in judge_all(_FROM_RECORDS, records, AUDIT)}


def _verdicts(records: Iterable[Record]) -> dict[str, str]:
    return {id: entry.judgement.verdict for id, entry in _judged(records).items()}


@pytest.mark.parametrize(
    ("low", "high", "n", "sign", "verdict"),
    [
        (0.1, 0.3, 3, 1, "reproduced"),
        (-0.3, -0.1, 3, 1, "not reproduced"),
        (-0.1, 0.3, 3, 1, "undecided"),
        (-0.3, -0.1, 3, -1, "reproduced"),
        (0.1, 0.3, 2, 1, "undecided"),
        (None, None, 1, 1, "undecided"),
        (0.1, 0.3, 3, 0, "not reproduced"),
        (-0.1, 0.3, 3, 0, "undecided"),
    ],
)
def test_an_interval_decides(
    low: float | None, high: float | None, n: int, sign: Sign, verdict: str
) -> None:
    mean = 0.2 if low is None or high is None else (low + high) / 2

    assert decide(Difference(mean, low, high, n), sign) == verdict


def test_no_claim_needs_a_record_to_be_judged() -> None:
    without = _verdicts(())

    assert set(without.values()) == {"not attempted", "inconsistent as printed"}


def test_records_can_turn_a_claim_either_way(records: list[Record]) -> None:
    claimed = from_arms(
        smoke,
        ("replace", "fresh_human"),
        lambda chains: _loss(chains[0]) - _loss(chains[1]),
        sign=1,
    )
    reverse = from_arms(
        smoke,
        ("fresh_human", "replace"),
        lambda chains: _loss(chains[0]) - _loss(chains[1]),
        sign=1,
    )
    evidence = Evidence(tuple(records))

    assert claimed.judge(evidence).verdict == "reproduced"
    assert reverse.judge(evidence).verdict == "not reproduced"


def _loss(record: Record) -> float:
    return record.last.metrics["held_out/bits_per_byte/none"].value


def test_two_seeds_decide_nothing(records: list[Record]) -> None:
    two = [record for record in records if record.seed < 2]

    assert set(_verdicts(two).values()) == {
        "undecided",
        "not attempted",
        "inconsistent as printed",
    }


def test_only_seeds_that_all_chains_have_are_compared(records: list[Record]) -> None:
    kept = [r for r in records if r.workflow != "fresh_human" or r.seed != 1]

    entries = _judged(kept)

    assert "2 seeds" in entries["synthetic-degrades"].judgement.observed
    assert not any("seed1" in name for name in entries["synthetic-degrades"].judgement.records)


def test_the_better_supported_judgement_counts_whatever_it_says() -> None:
    few, many = _Says("reproduced", 1), _Says("not reproduced", 3)
    more, none = _Says("reproduced", 5), _Says("undecided", 0)

    assert _best(few, many).verdict == "not reproduced"
    assert _best(many, more).verdict == "not reproduced"
    assert _best(none, few).verdict == "reproduced"


@dataclass(frozen=True)
class _Says:
    """A rule with a judgement of its own."""

    verdict: Verdict
    seeds: int
    words: str = "says so"

    def judge(self, evidence: Evidence) -> Judgement:
        return Judgement(self.verdict, "", "cpu", (), self.seeds)


def _best(*rules: Rule) -> Judgement:
    return BestSupported(rules).judge(Evidence(()))


@pytest.mark.parametrize("sign", [1, -1, 0])
def test_the_words_of_a_rule_are_those_of_the_sign_that_decides(sign: Sign) -> None:
    rule = from_arms(smoke, ("replace", "fresh_human"), lambda chains: 0.0, sign=sign)
    inside, above, below = (
        decide(Difference(mean, mean - 0.1, mean + 0.1, 3), sign) for mean in (0.0, 1.0, -1.0)
    )

    assert rule.words == SIGNS[sign]
    assert inside == "undecided"
    assert ("above 0, not if below" in rule.words) == ((above, below) == _DECIDED)
    assert ("below 0, not if above" in rule.words) == ((below, above) == _DECIDED)
    assert ("leaves out 0" in rule.words) == (above == below == "not reproduced")


_DECIDED = ("reproduced", "not reproduced")


def test_every_rule_of_the_ledger_says_what_decides() -> None:
    assert [claim.id for claim in CLAIMS if not claim.rule.words] == []
    for claim in CLAIMS:
        if isinstance(claim.rule, FromRuns):
            assert claim.rule_in_words.startswith(SIGNS[claim.rule.sign])


def test_a_claim_that_nobody_can_attempt_says_what_it_would_take() -> None:
    rule = NotAttempted("reproduced if the interval holds 1024")

    assert rule.judge(Evidence(())).verdict == "not attempted"
    assert "1024" in rule.words


def test_a_failed_check_is_named_with_both_numbers() -> None:
    def of_table_3(check: Check) -> bool:
        return check.cell.table == "Table 3"

    judgement = FromPrint(of_table_3, "reproduced").judge(Evidence((), AUDIT))

    assert judgement.verdict == "inconsistent as printed"
    assert "Biomedicine: OLMo-1B, Avg: 36.63 printed, 36.56 recomputed" in judgement.observed


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("closed-form", "reproduced"),
        ("silent-step", "not reproduced"),
        ("theorem-2-second", "undecided"),
    ],
)
def test_a_theorem_has_the_verdict_of_the_theory(claim: str, verdict: str) -> None:
    (stated,) = (one for one in THEORY if one.id == claim)

    assert FromTheory(stated).judge(Evidence(())).verdict == verdict


def test_every_statement_of_the_paper_in_the_theory_is_a_claim() -> None:
    of_paper = {f"theory-{c.id}" for c in THEORY if "2412.14689" in c.source}

    assert of_paper == {claim.id for claim in CLAIMS if claim.id.startswith("theory-")}


def test_ids_are_unique() -> None:
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)


def test_a_claim_that_needs_records_names_the_command() -> None:
    assert [claim.id for claim in _FROM_RECORDS if not claim.command] == []


def test_a_rule_written_after_its_records_says_so(records: list[Record]) -> None:
    """Those about mixtures, written text, edit rules and domains are older than their records."""
    since = ("mixture_", "written_", "edit_", "continual_", "fine_tuning_")
    for entry in _judged(records).values():
        if names := entry.judgement.records:
            is_older = all(name.startswith(since) for name in names)
            expected = "before any record" if is_older else "after the first smoke records"
            assert entry.claim.fixed == expected


def test_the_best_threshold_is_one_that_the_third_version_leaves_out() -> None:
    judgement = thresholds(Evidence(()))

    assert judgement.verdict == "inconsistent as printed"
    assert judgement.observed == "P >= 0.99: 38.69; best: P <= 0.001, 39.16 (v1)"


def test_a_gain_has_the_standard_error_of_two_binomials() -> None:
    # Eight tasks of Table 2, the root of the summed squared errors over eight.
    assert gain("2", "OLMo-1B", "OLMo-1B + ToEdit") == (
        "+0.36 points, 6 of 8 tasks up; standard error 0.55 over items, 1 run each"
    )


def test_perplexity_rises_with_the_synthetic_share_in_every_series_of_table_1() -> None:
    assert correlation(["1"]) == "Table 1: positive in 22 of 22 series, median +1.0"


def test_a_flat_histogram_has_no_u() -> None:
    assert ends_of_u([10.0] * 10) == 0.0
    assert ends_of_u([30.0, *[5.0] * 8, 30.0]) == 25.0
    assert ends_of_u([60.0, *[5.0] * 8, 0.0]) == -5.0


def test_the_ledger_as_json_has_every_claim(records: list[Record]) -> None:
    entries = list(_judged(records).values())

    rows = json.loads(as_json({"toedit": entries}))

    assert [row["id"] for row in rows] == [claim.id for claim in _FROM_RECORDS]
    assert {"where", "statistic", "rule", "tier", "verdict", "records"} <= set(rows[0])
