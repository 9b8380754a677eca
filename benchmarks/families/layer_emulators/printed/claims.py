"""Claims about the printed numbers by themselves; no run of ours decides them."""

from benchmarks.families.layer_emulators.audit import (
    EMULATOR,
    LEAK,
    PUBLISHED,
    EmulatorRow,
    emulator_row,
)
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.evidence import Evidence, Judgement, Verdict
from benchmarks.paper.printed_rules import Computed, Concerns, FromPrint


def judge_emulator_row(evidence: Evidence) -> Judgement:
    """Whether the row of the CRaSh emulator holds accuracies that are no other model's."""
    published = PUBLISHED if evidence.audit is None else evidence.audit.published
    row = emulator_row(published)
    return Judgement(row_verdict(row), _in_words(row), "arithmetic")


def row_verdict(row: EmulatorRow) -> Verdict:
    """Reproduced if every task has an accuracy of its own, not if none has."""
    if not row.own:
        return "not reproduced"
    return "undecided" if row.full or row.unshared else "reproduced"


def _in_words(row: EmulatorRow) -> str:
    parts = {"the full model's": row.full, "the emulator's without sharing": row.unshared}
    found = [f"{words} on {', '.join(tasks)}" for words, tasks in parts.items() if tasks]
    return "; ".join([*found, f"its own on {len(row.own)} of {_tasks(row)} tasks"])


def _tasks(row: EmulatorRow) -> int:
    return len(row.full) + len(row.unshared) + len(row.own)


CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="le.tables",
        where="Table 1",
        statement="accuracies are whole numbers of right answers",
        statistic="checks that fail, of the cells where one can: those of OpenBookQA",
        rule=FromPrint(Concerns(table="Table 1", kind="share of items"), "reproduced"),
    ),
    PaperClaim(
        id="le.gain",
        where="printed gain on OpenBookQA",
        statement="the gain over uniform dropping is the difference of the two rows of Table 1",
        statistic="checks that fail",
        rule=FromPrint(Concerns(kind="difference"), "reproduced"),
    ),
    PaperClaim(
        id="le.emulator_print",
        where="Table 1",
        statement=f"the row `{EMULATOR}` holds accuracies of an emulator with shared layers",
        statistic="tasks on which the row is neither within .1 of the full model's zero-shot nor "
        "equal to the emulator's without sharing",
        rule=Computed(
            judge_emulator_row,
            "what is printed decides alone: reproduced if all eight tasks are, not if none is",
            frozenset({"reproduced", "not reproduced", "undecided"}),
        ),
        note="(an emulator of its own would meet one of both by chance on a few tasks, not on all)",
    ),
    PaperClaim(
        id="le.leak_print",
        where="a re-run by others (LLEOT)",
        statement="the printed leak of a random network follows from the accuracies beside it",
        statistic="checks that fail",
        rule=FromPrint(Concerns(table=PUBLISHED.tables[LEAK].heading, kind="ratio"), "reproduced"),
    ),
)
"""Shares of items, the gain, a row that is two other rows, and the leak of a re-run."""
