"""The page of pretrained students: targets, repairs, verified beams, and the published runs."""

from collections.abc import Mapping, Sequence

import pandas as pd

from benchmarks.families.program_distillation.gpu.study import program_distillation_gpu
from benchmarks.families.program_distillation.paper.plan import PLANS, SIZES
from benchmarks.families.program_distillation.students.shown import interval
from benchmarks.families.program_distillation.summaries import Found, of_arm
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown
from benchmarks.paper.rendering import templates as environment
from benchmarks.running.record import Envelope

_PACKAGE = "benchmarks.families.program_distillation"
_PAPER = "program_distillation_paper"
WORDS: Mapping[str, str] = {
    "program": "programs",
    "refined": "programs and repairs",
    "thought": "chains of thought",
    "answer": "answers alone",
    "faulty": "programs, 27 % with a fault",
    "filtered": "those of them that execution keeps",
}
"""What the student of each arm learns, in words."""
WAYS: Mapping[str, str] = {
    "beam": "plain beams",
    "verified": "verified beams",
    "vote": "vote of drawn programs",
}
"""How a program is chosen, in words."""
ROUNDS: Mapping[str, str] = {"refine": "repaired", "redraw": "drawn once more"}
"""What becomes of programs that fail, in words."""


def twins_page(records: Sequence[Envelope], ledger: Sequence[Entry]) -> str:
    """The page, as Markdown.

    Args:
        records: Records of any family.
        ledger: Every claim of the family with what the records say of it.
    """
    study, plan = program_distillation_gpu(), PLANS[_PAPER]
    found = {arm: of_arm(records, arm, program_distillation_gpu) for arm in study.arms}
    return environment("markdown", _PACKAGE).get_template("twins.md.jinja").render(
        command=command(study.name),
        paper=_PAPER,
        claims={entry.claim.id: entry for entry in ledger},
        is_there=any(found.values()),
        study=study,
        cost=study.reckoned(range(3)),
        plan=plan,
        hours=", ".join(f"{plan.hours(size):.1f} h ({name})" for name, size in SIZES.items()),
        solved=as_markdown(solved_frame(found)),
        ways=as_markdown(ways_frame(found["program"])),
        rounds=as_markdown(rounds_frame(found["refined"])),
    )  # fmt: skip


def solved_frame(found: Mapping[str, Found]) -> pd.DataFrame:
    """Of each student: what it solves greedily, the floor beside it, and what it trained on."""
    return pd.DataFrame(
        [
            {
                "student of": WORDS[arm],
                "solved": interval(one["test/right"]),
                "copies of the nearest": f"{100 * one['test/floor'].mean:.1f} %",
                "came to a value": f"{100 * one['test/ran'].mean:.1f} %",
                "tokens trained": f"{one['trained/tokens'].mean / 1e6:.1f} M",
                "seeds": str(one["test/right"].n),
            }
            for arm, one in found.items()
            if one
        ]
    )


def ways_frame(program: Found) -> pd.DataFrame:
    """Of each way to choose a program: what is solved, and how much is written for it."""
    rows = [
        {
            "way": words,
            "solved": interval(program[f"{way}/right"]),
            "came to a value": f"{100 * program[f'{way}/ran'].mean:.1f} %",
            "tokens written": f"{program[f'{way}/tokens_written'].mean / 1e3:,.0f} k",
        }
        for way, words in WAYS.items()
        if program
    ]
    return pd.DataFrame(rows)


def rounds_frame(refined: Found) -> pd.DataFrame:
    """Of both rounds over programs that fail: what they gain, and what they read and write."""
    rows = [
        {
            "programs that fail are": words,
            "failed before": f"{100 * refined['first/failed'].mean:.1f} %",
            "came to a value then": f"{100 * refined[f'{name}/ran'].mean:.1f} %",
            "gain in solved": interval(refined[f"{name}/gain"]),
            "tokens read": f"{refined[f'{name}/tokens_read'].mean / 1e3:,.0f} k",
            "tokens written": f"{refined[f'{name}/tokens_written'].mean / 1e3:,.0f} k",
        }
        for name, words in ROUNDS.items()
        if refined
    ]
    return pd.DataFrame(rows)
