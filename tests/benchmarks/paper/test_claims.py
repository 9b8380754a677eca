import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest

from benchmarks.chains.record import Record
from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, LEVEL, Region, Sides
from benchmarks.families.toedit.audit import AUDIT
from benchmarks.families.toedit.claims.ledger import CLAIMS
from benchmarks.families.toedit.claims.statistics import last_difference
from benchmarks.families.toedit.printed import correlation, ends_of_u, gain, thresholds
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.paper.claims import (
    Entry,
    PaperClaim,
    as_json,
    correction_words,
    judge_all,
    plan_words,
)
from benchmarks.paper.evidence import (
    Code,
    Data,
    Evidence,
    Judgement,
    Plan,
    Rule,
    Verdict,
)
from benchmarks.paper.printed_rules import Concerns, FromPrint, FromTheory, NotAttempted
from benchmarks.paper.rules import (
    FIRST_FIVE,
    FIRST_THREE,
    BestSupported,
    FromRuns,
    from_arms,
    words_of,
)
from data.errors import BadInput
from tests.support.planted import committed
from theory.claims import CLAIMS as THEORY

_FROM_RECORDS = [claim for claim in CLAIMS if not claim.id.startswith(("theory-", "arithmetic-"))]


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return list(committed())


def _judged(records: Iterable[Record]) -> dict[str, Entry]:
    return {entry.claim.id: entry for entry in judge_all(_FROM_RECORDS, records, AUDIT)}


def _verdicts(records: Iterable[Record]) -> dict[str, str]:
    return {id: entry.verdict for id, entry in _judged(records).items()}


def test_no_claim_needs_a_record_to_be_judged() -> None:
    without = _verdicts(())

    assert set(without.values()) == {"not attempted", "inconsistent as printed"}


def _loss(record: Record) -> float:
    return record.last.metrics["held_out/bits_per_byte/none"].value


@pytest.mark.parametrize(
    ("arms", "region", "verdict"),
    [
        (("replace", "fresh_human"), ABOVE_0, "reproduced"),
        (("fresh_human", "replace"), ABOVE_0, "not reproduced"),
        (("fresh_human", "replace"), BELOW_0, "reproduced"),
        (("replace", "fresh_human"), Region(above=-0.01, below=0.01), "not reproduced"),
        (("replace", "fresh_human"), Region(above=0.05, below=0.15), "reproduced"),
    ],
)
def test_records_can_turn_a_claim_either_way(
    records: list[Record], arms: tuple[str, str], region: Region, verdict: Verdict
) -> None:
    rule = from_arms(smoke, arms, lambda chains: _loss(chains[0]) - _loss(chains[1]), region)

    assert rule.judge(Evidence(tuple(records))).verdict == verdict
    assert verdict in rule.can_say


def test_two_seeds_decide_nothing(records: list[Record]) -> None:
    two = [record for record in records if record.seed < 2]

    found = _judged(two)

    assert {entry.verdict for entry in found.values()} == {
        "undecided",
        "not attempted",
        "inconsistent as printed",
    }
    assert found["synthetic-degrades"].reason == (
        "no test: of the planned seeds 0 to 4, 2 to 4 missing"
    )


def test_only_seeds_that_all_chains_have_are_compared(records: list[Record]) -> None:
    kept = [r for r in records if r.workflow != "fresh_human" or r.seed != 1]

    judgement = _planned(FIRST_FIVE).judge(Evidence(tuple(kept)))

    assert "4 seeds" in judgement.observed
    assert not any("seed1" in name for name in judgement.records)
    assert judgement.reason == "no test: of the planned seeds 0 to 4, 1 missing"


def _planned(seeds: tuple[int, ...]) -> FromRuns:
    return from_arms(smoke, ("replace", "fresh_human"), last_difference, ABOVE_0, seeds=seeds)


def test_seeds_that_are_not_planned_are_shown_and_do_not_decide(records: list[Record]) -> None:
    three = [record for record in records if record.seed < 3]

    before, after = (_planned(FIRST_THREE).judge(Evidence(tuple(r))) for r in (three, records))

    assert (after.verdict, after.sides, after.estimate) == (
        before.verdict,
        before.sides,
        before.estimate,
    )
    assert after.judged == before.judged
    assert before.also == ()
    assert after.also[0].startswith("all 5 seeds, planned or not: +0.")


def test_without_a_planned_seed_nothing_is_decided(records: list[Record]) -> None:
    judgement = _planned((7, 8, 9)).judge(Evidence(tuple(records)))

    assert judgement.verdict == "undecided"
    assert judgement.reason == "no test: of the planned seeds 7 to 9, 7 to 9 missing"


def test_the_planned_seeds_are_said() -> None:
    assert plan_words(_planned(FIRST_FIVE)) == "Planned: seeds 0 to 4 of `smoke`."
    both = BestSupported((_planned(FIRST_THREE), _planned((0, 2, 5)), NotAttempted("")))
    assert plan_words(both) == "Planned: seeds 0 to 2 of `smoke`; seeds 0, 2, 5 of `smoke`."
    assert plan_words(NotAttempted("")) == ""


@pytest.mark.parametrize("seeds", [(0, 1), (0, 1, 1)])
def test_a_plan_without_a_test_is_refused(seeds: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match="name 3 different ones"):
        _planned(seeds)


def _of_seed(drawn: Sequence[float], chains: Sequence[Record]) -> float:
    return drawn[chains[0].seed]


def test_looking_again_with_every_new_seed_is_no_more_often_wrong() -> None:
    """Chains that do not differ; seeds 3 to 11 come one by one, and the claim is judged each time.

    By planned seeds it is judged once. The same rule planned anew for the seeds that are there is
    false at some look in about a fifth of studies.
    """
    rng, studies = np.random.default_rng(5), 80
    arms = ("replace", "fresh_human")
    pair = [one for one in committed() if one.digest == smoke().digest and one.arm in arms][::5]
    looks = [
        Evidence(tuple(one.model_copy(update={"seed": k}) for one in pair for k in range(n)))
        for n in range(3, 13)
    ]
    wrong = dict.fromkeys(("planned", "planned anew"), 0)
    for _ in range(studies):
        drawn = rng.normal(size=12).tolist()
        rule = from_arms(smoke, arms, partial(_of_seed, drawn), ABOVE_0)
        planned = {rule.judge(look).verdict for look in (looks[0], looks[4], looks[-1])}
        anew = (replace(rule, seeds=tuple(range(n))) for n in range(3, 13))
        each = {one.judge(look).verdict for one, look in zip(anew, looks, strict=True)}
        assert len(planned) == 1
        wrong["planned"] += planned != {"undecided"}
        wrong["planned anew"] += each != {"undecided"}

    assert wrong["planned"] / studies < LEVEL + 2 * (LEVEL / studies) ** 0.5
    assert wrong["planned anew"] / studies > 3 * LEVEL


def _of_tier(tier: str) -> Record:
    """A record of a recipe that is called as its tier."""
    record = committed()[0]
    return record.model_copy(update={"recipe": {**record.recipe, "name": tier or "none"}})


@dataclass(frozen=True)
class _Says:
    """A rule with a judgement of its own."""

    verdict: Verdict
    seeds: int
    tier: str = "cpu"
    generations: int = 1
    p: float | None = 0.5
    words: str = "says so"
    by_runs: bool = True

    @property
    def data(self) -> Data:
        return {"says": self.verdict}

    @property
    def plans(self) -> tuple[Plan, ...]:
        return ()

    @property
    def code(self) -> Code:
        return (_Says.judge,)

    @property
    def can_say(self) -> frozenset[Verdict]:
        return frozenset({self.verdict})

    def judge(self, evidence: Evidence) -> Judgement:
        tests = None if self.p is None else Sides(self.p, (1 - self.p,))
        return Judgement(
            self.verdict,
            "seen",
            self.tier,
            self.seeds,
            judged=(_of_tier(self.tier),) * bool(self.seeds),
            sides=tests,
            generations=self.generations,
        )


def _best(*rules: Rule) -> Judgement:
    return BestSupported(rules).judge(Evidence(()))


def test_the_better_supported_judgement_counts_whatever_it_says() -> None:
    few = _Says("reproduced", 1, p=None)
    many, more = _Says("not reproduced", 3), _Says("reproduced", 5)
    larger, none = _Says("undecided", 3, "gpu"), _Says("undecided", 0, "", p=None)

    assert _best(few, many).verdict == "not reproduced"
    assert _best(many, more).verdict == "reproduced"
    assert _best(more, many).verdict == "reproduced"
    assert _best(more, larger).verdict == "undecided"
    assert _best(none, few).verdict == "reproduced"
    assert _best(many, replace(many, verdict="reproduced", generations=5)).verdict == "reproduced"


def test_printed_numbers_that_contradict_each_other_are_not_hidden_by_runs_without_a_test() -> None:
    printed = _Says("inconsistent as printed", 0, "arithmetic", p=None)
    untested, tested = _Says("undecided", 5, p=None), _Says("undecided", 3)
    nobody = _Says("not attempted", 0, "", p=None)

    for order in (printed, untested), (untested, printed), (nobody, printed):
        assert _best(*order).verdict == "inconsistent as printed"
    assert _best(printed, untested).also == ("`cpu`: seen",)
    assert _best(printed, tested).verdict == "undecided"
    assert _best(printed, tested).also == ("inconsistent as printed: seen",)


@pytest.mark.parametrize("seeds", [2, 3])
def test_what_is_inconsistent_as_printed_is_said_with_and_without_a_test(
    records: list[Record], seeds: int
) -> None:
    found = _judged([record for record in records if record.seed < seeds])["continual-math"]

    has_test = found.judgement.sides is not None
    assert has_test == (seeds > 2)
    assert found.verdict == ("undecided" if has_test else "inconsistent as printed")
    beside = " ".join(found.judgement.also)
    assert ("inconsistent as printed: 1 of 10 checks fail" in beside) == has_test
    assert ("`continual_math`: " in beside) == (not has_test)


def test_what_less_supported_records_found_is_said() -> None:
    best = _best(_Says("reproduced", 5), _Says("not reproduced", 3, "smoke"))

    assert best.also == ("`smoke`: seen",)


def test_a_claim_of_all_chains_is_judged_by_the_larger_study(records: list[Record]) -> None:
    found = _judged(records)["edit-previous-below-synthetic"]

    assert {name.partition("-")[0] for name in found.judgement.records} == {"workflows"}
    assert found.judgement.seeds == 5
    assert len(found.judgement.also) == 1
    assert found.judgement.also[0].startswith("`smoke`: ")


def _claim(id: str, p: float) -> PaperClaim:
    verdict: Verdict = "reproduced" if p <= LEVEL / 2 else "undecided"
    rule = _Says(verdict, 3, p=p)
    return PaperClaim(id=id, where="", statement="", statistic="", rule=rule)


def test_what_is_decided_alone_may_not_be_among_all_and_says_why() -> None:
    claims = [_claim("weak", 0.01), _claim("strong", 1e-6), *(_claim(str(i), 0.5) for i in "abcd")]

    entries = {entry.claim.id: entry for entry in judge_all(claims, (), None)}

    assert entries["strong"].verdict == "reproduced"
    assert entries["weak"].judgement.verdict == "reproduced"
    assert entries["weak"].verdict == "undecided"
    assert entries["weak"].outcome == "undecided; reproduced alone, not after correction"
    assert entries["strong"].outcome == "reproduced"
    assert entries["weak"].reason == (
        "alone it would be reproduced (p 0.02); not after Holm's correction over 12 tests (p 0.11)"
    )
    said = correction_words(list(entries.values()))
    assert said.startswith("6 claims are tested, by 12 tests")
    assert "Each claim alone at 5 %, 2 would be decided" in said
    assert judge_all(claims[:1], (), None)[0].verdict == "reproduced"


def test_the_words_of_a_rule_are_those_of_its_region() -> None:
    assert words_of(ABOVE_0) == (
        "reproduced if the 95 % interval over at least 3 seeds lies above 0, not if below 0"
    )
    assert words_of(Region(below=0.002)).endswith("lies below 0.002, not if above 0.002")
    assert words_of(Region(above=-1, below=1)).endswith("between -1 and 1, not if wholly outside")


def test_every_rule_of_the_ledger_says_what_decides() -> None:
    assert [claim.id for claim in CLAIMS if not claim.rule.words] == []
    for claim in CLAIMS:
        if isinstance(claim.rule, FromRuns):
            assert claim.rule_in_words.startswith(words_of(claim.rule.region))


def test_a_margin_says_its_reason() -> None:
    ends = {
        claim.id: (region.above, region.below)
        for claim in CLAIMS
        for rule in (claim.rule.rules if isinstance(claim.rule, BestSupported) else (claim.rule,))
        if isinstance(rule, FromRuns)
        for region in (rule.region,)
        if {region.above, region.below} != {None, 0.0} and not claim.note
    }

    assert ends == {}


def test_a_claim_that_nobody_can_attempt_says_what_it_would_take() -> None:
    rule = NotAttempted("reproduced if the interval lies between 512 and 2048")

    assert rule.judge(Evidence(())).verdict == "not attempted"
    assert "2048" in rule.words


def test_a_failed_check_is_named_with_both_numbers() -> None:
    judgement = FromPrint(Concerns(table="Table 3"), "reproduced").judge(Evidence((), AUDIT))

    assert judgement.verdict == "inconsistent as printed"
    assert "Biomedicine: OLMo-1B, Avg: 36.63 printed, 36.56 recomputed" in judgement.observed


def test_every_statement_of_the_paper_in_the_theory_is_a_claim() -> None:
    of_paper = {
        f"theory-{c.id}"
        for c in THEORY
        if "2412.14689" in c.source and not c.source.startswith("this project")
    }

    assert of_paper == {claim.id for claim in CLAIMS if claim.id.startswith("theory-")}


def test_a_theorem_has_the_verdict_of_the_theory() -> None:
    found = {
        FromTheory(stated).judge(Evidence(())) for stated in THEORY if stated.id in _QUICK_THEORY
    }

    by_status = {one.observed.partition(":")[0]: one.verdict for one in found}
    assert by_status["holds"] == "reproduced"
    assert by_status["refuted"] == "not reproduced"
    others = {verdict for status, verdict in by_status.items() if status not in _DECIDED}
    assert others <= {"undecided"}


_QUICK_THEORY = ("closed-form", "silent-step", "theorem-2-second")
_DECIDED = ("holds", "refuted")


def test_ids_are_unique() -> None:
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)


def test_a_claim_that_needs_records_names_the_command() -> None:
    assert [claim.id for claim in _FROM_RECORDS if not claim.command] == []


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
    assert {"rule_digest", "rule_parts", "rule_data", "plans", "standing", "late"} <= set(rows[0])
    assert {"source", "alone", "p", "adjusted_p"} <= set(rows[0])
