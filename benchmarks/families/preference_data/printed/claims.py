"""Claims about the printed numbers by themselves; no run of ours decides them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import hypot

from benchmarks.comparing.decisions import normal_sides
from benchmarks.families.preference_data.audit import PUBLISHED, SFT_8B
from benchmarks.families.preference_data.printed.rows import count_checks, is_own
from benchmarks.families.preference_data.printed.steps import (
    BASE_8B,
    ITERATED,
    MEAN,
    Pair,
    Step,
    mixed,
    row_error,
    step,
    tuned,
)
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.evidence import VERDICT_OF, Evidence, Judgement, Verdict
from benchmarks.paper.printed_rules import Computed, Concerns, FromPrint

REWARD_MODEL = "UltraMedRM-8B"
_PRINT_DECIDES = (
    "the printed rows alone decide, no run of ours: reproduced if the 95 % interval over items "
    "lies above 0, not if below"
)
_ALONE = (
    "(each row is printed once; items that models share would make the error smaller, seeds and "
    "the choice of a checkpoint larger)"
)
_DECIDED = frozenset(VERDICT_OF.values())


def judge_step(table: str, pairs: Sequence[Pair], evidence: Evidence) -> Judgement:
    """Whether the mean of steps is more than items let expect."""
    return _judged(step(*pairs, table=table))


def _judged(one: Step) -> Judgement:
    tests = normal_sides(one.z)
    return Judgement(VERDICT_OF[tests.place], one.in_words, "arithmetic", sides=tests)


def best_other() -> str:
    """The reward model with the largest printed average beside the paper's own."""
    table = PUBLISHED.tables["4"]
    others = [row for row in table.rows if row != REWARD_MODEL]
    return max(others, key=lambda row: table.find(row, MEAN).value)


def judge_reward_model(evidence: Evidence) -> Judgement:
    """Whether the paper's reward model is above the best other one by more than its pairs allow."""
    other = best_other()
    found = _judged(step((other, REWARD_MODEL), table="4"))
    return replace(found, observed=f"over {other}: {found.observed}")


def judge_reranking(evidence: Evidence) -> Judgement:
    """Whether choosing by the reward model beats the vote; errors are those of the greedy row."""
    table = PUBLISHED.tables["reranking"]
    vote, chosen = (table.find(SFT_8B, column) for column in ("self-consistency", "reward model"))
    gap = float(chosen.value - vote.value)
    stderr = hypot(row_error(SFT_8B), row_error(SFT_8B))
    tests = normal_sides(gap / stderr)
    observed = f"{gap:+.2f} points, z {gap / stderr:+.1f}"
    return Judgement(VERDICT_OF[tests.place], observed, "arithmetic", sides=tests)


def judge_counts(evidence: Evidence) -> Judgement:
    """Whether each accuracy that the authors measured is a whole number of right answers."""
    mine = [check for check in count_checks() if is_own(check.cell.row)]
    wrong = [check for check in mine if check.status == "inconsistent as printed"]
    cells = "; ".join(f"{c.cell.row}, {c.cell.column}: {c.cell.printed}" for c in wrong)
    observed = f"{len(wrong)} of {len(mine)} cells are none" + (f": {cells}" if cells else "")
    verdict: Verdict = "inconsistent as printed" if wrong else "reproduced"
    return Judgement(verdict, observed, "arithmetic")


def judge_order_70b(evidence: Evidence) -> Judgement:
    """In how many of the 70B rows the mixture lies above the domain data alone, by the cells."""
    gaps = [step(pair).mean for pair in mixed("70B")]
    up = sum(gap > 0 for gap in gaps)
    verdict: Verdict = "reproduced" if up == len(gaps) else "not reproduced"
    words = ", ".join(f"{gap:+.2f}" for gap in gaps)
    return Judgement(verdict, f"{up} of {len(gaps)} rows up: {words}", "arithmetic")


def _error(id: str, statement: str, statistic: str, pairs: Sequence[Pair]) -> PaperClaim:
    return PaperClaim(
        id=id,
        where="Table 2",
        statement=statement,
        statistic=statistic,
        rule=Computed(partial(judge_step, "2", tuple(pairs)), _PRINT_DECIDES, _DECIDED),
        note=_ALONE,
    )


CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="um.tables",
        where="Table 2",
        statement="each average is the mean of the cells beside it",
        statistic="averages that do not follow",
        rule=FromPrint(Concerns(table="Table 2", kind="mean"), "reproduced"),
    ),
    PaperClaim(
        id="um.counts",
        where="Table 2",
        statement="accuracies that the authors measured are whole numbers of right answers",
        statistic="cells that are none, of those where one with one decimal can be none",
        rule=Computed(
            judge_counts,
            "inconsistent as printed if any",
            frozenset({"reproduced", "inconsistent as printed"}),
        ),
        note="(rows that are quoted may be means over runs, and are left out)",
    ),
    PaperClaim(
        id="um.tables_rewards",
        where="Table 4",
        statement="each average of a reward model is the mean of the four cells beside it",
        statistic="averages that do not follow",
        rule=FromPrint(Concerns(table="Table 4", kind="mean"), "reproduced"),
    ),
    PaperClaim(
        id="um.medqa",
        where="README",
        statement="the 70B model has 86.5 on MedQA",
        statistic="cell of Table 2 that it repeats",
        rule=FromPrint(Concerns(table="README on MedQA"), "reproduced"),
    ),
    PaperClaim(
        id="um.mix_70b",
        where="Table 2",
        statement="mixing in general data lifts the average of every 70B row",
        statistic="rows of which it does, of three, whatever the error",
        rule=Computed(
            judge_order_70b,
            "reproduced if in all, not if in fewer",
            frozenset({"reproduced", "not reproduced"}),
        ),
    ),
    _error(
        "um.error_u1",
        "supervised tuning on the instructions improves on the base",
        f"mean over the nine sets of 8B UltraMed SFT less {BASE_8B}, in standard errors",
        [(BASE_8B, "8B UltraMed SFT")],
    ),
    _error(
        "um.error_u2",
        "preference tuning improves on supervised tuning at 8B",
        "mean of DPO and KTO less SFT, on both data sets, in standard errors",
        tuned("8B"),
    ),
    _error(
        "um.error_u2_both",
        "preference tuning improves on supervised tuning, both sizes together",
        "mean of DPO and KTO less SFT, on both data sets, at 8B and 70B, in standard errors",
        [*tuned("8B"), *tuned("70B")],
    ),
    _error(
        "um.error_u3",
        "mixing in general data improves on the domain data alone at 8B",
        "mean of UltraMix less UltraMed after SFT, DPO and KTO, in standard errors",
        mixed("8B"),
    ),
    _error(
        "um.error_u4",
        "one more round with the reward model's labels improves the 8B",
        "mean of iterative DPO and KTO less their first round, in standard errors",
        ITERATED,
    ),
    PaperClaim(
        id="um.error_u5",
        where="Table 4",
        statement="the paper's reward model leads on the medical benchmark",
        statistic="mean over the four kinds of pairs less that of the best other model, in "
        "standard errors",
        rule=Computed(judge_reward_model, _PRINT_DECIDES, _DECIDED),
        note=_ALONE,
    ),
    PaperClaim(
        id="um.error_u6",
        where="re-ranking, as others report it",
        statement="choosing by the reward model beats the vote of ten at 8B",
        statistic="difference of the two means, in standard errors of the greedy row",
        rule=Computed(judge_reranking, _PRINT_DECIDES, _DECIDED),
        note="(the cells behind the two means are not known)",
    ),
)
"""Averages, counts, repeats, and the sampling error of each of the paper's steps."""
