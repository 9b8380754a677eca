"""The pages of the family: what was found, and where the paper and its files disagree."""

from collections.abc import Mapping, Sequence
from typing import get_args, get_type_hints

import pandas as pd

from benchmarks.comparing.differences import Difference, in_words
from benchmarks.families.program_distillation.audit import inconsistencies
from benchmarks.families.program_distillation.chain.page import chain_page
from benchmarks.families.program_distillation.claims import (
    LEAST_DRAWN,
    LEAST_RECALL,
    LEAST_ROWS,
    MOST_FAULTY,
)
from benchmarks.families.program_distillation.disagreements import disagreements, n_solutions
from benchmarks.families.program_distillation.gpu.page import twins_page
from benchmarks.families.program_distillation.recipes import (
    ENTROPY,
    FAULTS,
    FLOOR,
    SANDBOX,
    TEACHERS,
    TEMPLATES,
    TWINS,
    program_distillation,
    program_distillation_templates,
)
from benchmarks.families.program_distillation.statistics import READ
from benchmarks.families.program_distillation.students.page import students_page
from benchmarks.families.program_distillation.summaries import TEACHER_WORDS, Found, of_arm
from benchmarks.families.program_distillation.times import times_frame
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown
from benchmarks.paper.rendering import templates as environment
from benchmarks.running.record import Envelope
from data.executing.hostile import hostile_programs
from data.executing.outcome import OutcomeClass
from data.program_distillation.faults import KINDS
from data.program_distillation.twins import Lost

_PACKAGE = "benchmarks.families.program_distillation"
_LIMITS = {
    "recall": LEAST_RECALL, "rows": LEAST_ROWS, "drawn": LEAST_DRAWN, "faulty": MOST_FAULTY,
}  # fmt: skip
"""Shares at which rules decide, as the page names them."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def pages(records: Sequence[Envelope], ledger: Sequence[Entry]) -> dict[str, str]:
    """The family's own pages, by file name; the first takes the place of the index.

    Args:
        records: Records of any family.
        ledger: Every claim of the family with what the records say of it.
    """
    render = environment("markdown", _PACKAGE).get_template
    arms = {arm: of_arm(records, arm) for arm in (TWINS, FAULTS, TEACHERS, ENTROPY, FLOOR)}
    sandbox = of_arm(records, SANDBOX)
    templates = of_arm(records, TEMPLATES, program_distillation_templates)
    opening = render("opening.md.jinja").render(
        command=command("program_distillation"),
        study=program_distillation(),
        limits=_LIMITS,
        percent=lambda share: f"{100 * share:g} %",
        words=_NUMBERS,
        claims={entry.claim.id: entry for entry in ledger},
        is_whole=all(arms.values()),
        found={key: one.mean for arm in arms.values() for key, one in arm.items()},
        **_extremes(arms[TEACHERS]),
        **_text_gains(arms[FAULTS]),
        templates={key: one.mean for key, one in templates.items()},
        sandbox={key: one.mean for key, one in sandbox.items()},
        hostile=as_markdown(hostile_frame()) if sandbox else "",
        twins=as_markdown(twins_frame(arms[TWINS])) if arms[TWINS] else "",
        seeds=max((one.n for one in arms[FAULTS].values()), default=0),
        faults=as_markdown(faults_frame(arms[FAULTS])) if arms[FAULTS] else "",
        teachers=as_markdown(teachers_frame(arms[TEACHERS])) if arms[TEACHERS] else "",
        apart=disagreements() if arms[TEACHERS] else {},
        solutions=n_solutions() if arms[TEACHERS] else 0,
        times=as_markdown(times_frame(records)),
        targets=(
            as_markdown(targets_frame(arms[ENTROPY], arms[FLOOR]))
            if arms[ENTROPY] and arms[FLOOR]
            else ""
        ),
    )
    audit = render("inconsistencies.md.jinja").render(rows=as_markdown(inconsistencies_frame()))
    return {
        "README.md": opening,
        "students.md": students_page(records, ledger),
        "twins.md": twins_page(records, ledger),
        "chain.md": chain_page(records, ledger),
        "inconsistencies.md": audit,
    }


def _extremes(found: Found) -> Mapping[str, float]:
    """Least share of wrong solutions that execution rejects, and most that a check of text does."""
    executed, checked = (
        [one.mean for key, one in found.items() if key.endswith(end)]
        for end in ("/wrong/rejected", "/wrong/text_rejected")
    )
    return {"least_executed": min(executed, default=0), "most_checked": max(checked, default=0)}


def _text_gains(found: Found) -> Mapping[str, float]:
    """What `pad.text_check` has of lines that were left out, and of all other kinds together."""
    gains = {
        kind: (found[f"{kind}/recall"].mean - found[f"{kind}/recall_text"].mean) / len(READ)
        for kind in READ
        if found
    }
    left_out = gains.pop("step_dropped", 0.0)
    return {"gain_left_out": left_out, "gain_others": sum(gains.values())}


def hostile_frame() -> pd.DataFrame:
    """Of the programs that mean harm: how many must end in each class, and which these are."""
    names: dict[str, list[str]] = {}
    for one in hostile_programs("secret", "target"):
        names.setdefault(one.kind, []).append(one.name)
    ordered = (str(kind) for kind in OutcomeClass if kind in names)
    return pd.DataFrame(
        [
            {
                "must end as": kind,
                "programs": str(len(names[kind])),
                "which": ", ".join(names[kind]),
            }
            for kind in ordered
        ]
    )


def twins_frame(found: Found) -> pd.DataFrame:
    """Of both parts: rows that become programs, their size, and what two scorers get wrong."""
    return pd.DataFrame([_of_part(found, part) for part in ("train", "test")])


def _of_part(found: Found, part: str) -> Mapping[str, str]:
    mine = {
        key.removeprefix(f"{part}/"): one.mean
        for key, one in found.items()
        if key.startswith(f"{part}/")
    }
    return {
        "part": part,
        "give the answer": f"{100 * mine['right']:.1f} %",
        "steps": f"{mine['steps']:.2f}",
        "characters": f"{mine['characters/program']:.0f}",
        "as chain of thought": f"{mine['characters/chain_of_thought']:.0f}",
        "a step that nothing reads": f"{100 * mine['unused_step']:.1f} %",
        "right ones rejected": f"{mine['exact/right_rejected']:.0f}",
        "by the scorer that rounds": f"{mine['rounding/right_rejected']:.0f}",
        "wrong ones it accepts": f"{mine['rounding/wrong_accepted']:.0f}",
    }


def faults_frame(found: Found) -> pd.DataFrame:
    """Of each kind of fault: what is rejected, what is equivalent, and recall of what matters."""
    return pd.DataFrame(
        [
            {
                "fault": words,
                "rejected": _percent(found[f"{kind}/rejected"]),
                "equivalent": _percent(found[f"{kind}/equivalent"]),
                "of those that matter, the answer rejects": _interval(found[f"{kind}/recall"]),
                "with one re-assignment": _interval(found[f"{kind}/recall_reassigned"]),
                "a check of written arithmetic": _percent(found[f"{kind}/recall_text"]),
            }
            for kind, words in KINDS.items()
        ]
    )


def teachers_frame(found: Found) -> pd.DataFrame:
    """Of each teacher: right solutions, and what each filter gets wrong."""
    return pd.DataFrame(
        [
            {
                "model": words,
                "right by label": _percent(found[f"{name}/right"]),
                "no program": f"{_without_program(found, name):.0f}",
                "right ones rejected": f"{found[f'{name}/right/rejected'].mean:.0f}",
                "wrong ones kept": f"{found[f'{name}/wrong/kept'].mean:.0f}",
                "wrong ones rejected by execution": _percent(found[f"{name}/wrong/rejected"]),
                "by a check of written arithmetic": _percent(found[f"{name}/wrong/text_rejected"]),
            }
            for name, words in TEACHER_WORDS.items()
        ]
    )


def _without_program(found: Found, teacher: str) -> float:
    """How many solutions of a teacher become no program, right or wrong."""
    return sum(
        found[key].mean
        for key in (
            f"{teacher}/class/{reason}" for reason in get_args(get_type_hints(Lost)["reason"])
        )
        if key in found
    )


def targets_frame(bits: Found, floor: Found) -> pd.DataFrame:
    """Of each target: bits of a held-out solution, and what copies of the nearest one reach."""
    names = {
        "program": "program",
        "chain_of_thought": "chain of thought",
        "answer": "answer alone",
    }
    return pd.DataFrame(
        [
            {
                "target": words,
                "bits of a solution": in_words(bits[f"bits/{name}"], 1),
                "right by copying the nearest": f"{100 * floor[f'floor/{name}'].mean:.2f} %",
            }
            for name, words in names.items()
        ]
    )


def inconsistencies_frame() -> pd.DataFrame:
    """The places in which the paper, its files and its data disagree."""
    return pd.DataFrame(
        [
            {
                "": str(number),
                "about": one.subject,
                "one place": one.one,
                "another": one.other,
                "what follows": one.follows,
            }
            for number, one in enumerate(inconsistencies(), start=1)
        ]
    )


def _percent(one: Difference) -> str:
    return f"{100 * one.mean:.1f} %"


def _interval(one: Difference) -> str:
    if one.low is None or one.high is None or one.low == one.high:
        return f"{100 * one.mean:.2f} %"
    return f"{100 * one.mean:.2f} % [{100 * one.low:.2f}, {min(100 * one.high, 100):.2f}]"
