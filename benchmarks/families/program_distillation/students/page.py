"""The page of the students: what each was taught and solves, and what decides the claims."""

from collections.abc import Mapping, Sequence

import pandas as pd

from benchmarks.comparing.differences import Difference
from benchmarks.families.program_distillation.controls.claims import CONTROLS
from benchmarks.families.program_distillation.controls.page import controls_frame
from benchmarks.families.program_distillation.students.claims import ALONE, MAIN, OTHER
from benchmarks.families.program_distillation.students.shown import (
    WORDS,
    Arms,
    arms_of,
    interval,
)
from benchmarks.families.program_distillation.students.study import (
    ANSWERS,
    StudentStudy,
    program_distillation_cpu,
)
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown
from benchmarks.paper.rendering import templates as environment
from benchmarks.running.record import Envelope

_PACKAGE = "benchmarks.families.program_distillation"
STUDENTS_PICTURE = "students"
"""Name of the picture's files."""


def students_page(records: Sequence[Envelope], ledger: Sequence[Entry]) -> str:
    """The page, as Markdown.

    Args:
        records: Records of any family.
        ledger: Every claim of the family with what the records say of it.
    """
    arms, study = arms_of(records), program_distillation_cpu()
    controls = controls_frame(records)
    return environment("markdown", _PACKAGE).get_template("students.md.jinja").render(
        commands=(MAIN, OTHER),
        claims={entry.claim.id: entry for entry in ledger},
        is_there="program" in arms and "thought_tokens" in arms,
        study=study,
        copied=interval(arms["program"]["base/copied"]) if "program" in arms else "",
        problems=_problems(study),
        solved=as_markdown(solved_frame(arms)),
        general=as_markdown(general_frame(arms)),
        lost=as_markdown(lost_frame(arms)),
        controls=as_markdown(controls) if len(controls) else "",
        controls_command=CONTROLS,
        has_answers=not ANSWERS.keys().isdisjoint(arms),
        answers_command=ALONE,
    )  # fmt: skip


def _problems(study: StudentStudy) -> Mapping[str, int]:
    """How many problems there are of each set."""
    rule = study.templates
    return {
        "train": study.train * rule.learnt,
        "fresh": study.test * rule.learnt,
        "unseen": study.test * rule.unseen,
    }


def solved_frame(arms: Arms) -> pd.DataFrame:
    """Of each arm: what it was given, what it solves, and the floor beside it."""
    return pd.DataFrame([_of_arm(WORDS[arm], found) for arm, found in arms.items()])


def _of_arm(words: str, found: Mapping[str, Difference]) -> Mapping[str, str]:
    helped = found.get("fresh/calculator/right")
    return {
        "student of": words,
        "problems": f"{found['taught/problems'].mean:,.0f}",
        "templates": f"{found['taught/kinds'].mean:.3g}",
        "seen each": f"{found['taught/presented'].mean / found['taught/problems'].mean:.1f}",
        "tokens": f"{found['taught/tokens'].mean / 1e3:,.0f} k",
        "solved, fresh numbers": interval(found["fresh/right"]),
        "with a calculator": "" if helped is None else interval(helped),
        "copies of the nearest": f"{100 * found['fresh/floor'].mean:.1f} %",
        "came to a value": f"{100 * found['fresh/ran'].mean:.1f} %",
        "solved, unseen templates": interval(found["unseen/right"]),
        "seeds": str(found["fresh/right"].n),
    }


def general_frame(arms: Arms) -> pd.DataFrame:
    """Of each arm: nats of a right solution, and bits per byte of general text."""
    return pd.DataFrame(
        [
            {
                "student of": WORDS[arm],
                "nats of a right solution, fresh numbers": f"{found['fresh/nats'].mean:.2f}",
                "of unseen templates": f"{found['unseen/nats'].mean:,.0f}",
                "general text before": f"{found['general/before'].mean:.3f}",
                "after": f"{found['general/bits_per_byte'].mean:.3f}",
            }
            for arm, found in arms.items()
        ]
    )


def lost_frame(arms: Arms) -> pd.DataFrame:
    """Of programs: the share that falls into each class, on both test sets."""
    rows = []
    for arm, found in arms.items():
        for name, words in (("fresh", "fresh numbers"), ("unseen", "unseen templates")):
            prefix = f"{name}/class/"
            counts = {
                key.removeprefix(prefix): one.mean
                for key, one in found.items()
                if key.startswith(prefix)
            }
            total = sum(counts.values())
            ordered = sorted(counts.items(), key=lambda pair: -pair[1])
            shares = (f"{kind} {100 * number / total:.1f} %" for kind, number in ordered)
            rows.append({"student of": WORDS[arm], "on": words, "classes": ", ".join(shares)})
    return pd.DataFrame(rows)
