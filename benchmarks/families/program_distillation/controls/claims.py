"""What is claimed of controls of students, with the records that decide it."""

from benchmarks.comparing.decisions import ABOVE_0
from benchmarks.families.program_distillation.controls import statistics as of
from benchmarks.families.program_distillation.controls.study import (
    NAMED,
    PLAIN,
    THOUGHT,
    program_distillation_controls,
)
from benchmarks.families.program_distillation.students.claims import THREE
from benchmarks.families.program_distillation.students.statistics import fresh_gain
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import Statistic, from_arms

CONTROLS = " ".join(
    ["collapse run program_distillation_controls", *(f"--seed {seed}" for seed in THREE)]
)
"""Command that makes the records."""
_SMALL = "a model of .16 M parameters on twelve templates, not CodeT5 on GSM8K"
_SEEN = (
    "(students of named programs and of chains of thought had been seen on fresh numbers, as those "
    "of `program_distillation_cpu`; no student of plain names, and none on larger numbers)"
)


def _claim(
    id: str, statement: str, statistic: str, arms: tuple[str, ...], number: Statistic, note: str
) -> PaperClaim:
    rule = from_arms(program_distillation_controls, arms, number, ABOVE_0, seeds=THREE)
    return PaperClaim(
        id=id,
        where="this project",
        statement=statement,
        statistic=statistic,
        rule=rule,
        note=note,
        command=CONTROLS,
        caveat=_SMALL,
    )


CONTROL_CLAIMS = (
    _claim(
        "pad.names",
        "names that say what a value is help a student of programs",
        "share of problems with fresh numbers that are solved, names of the generators less "
        "`v1`, `v2`, each problem seen as often",
        (NAMED, PLAIN),
        fresh_gain,
        f"(all share a tokenizer that has read the generators' names) {_SEEN}",
    ),
    _claim(
        "pad.outside",
        "the lead of programs over chain of thought carries over to numbers that are larger than "
        "all learnt ones",
        "share of problems with larger numbers that are solved, program less chain of thought, at "
        "equal tokens",
        (NAMED, THOUGHT),
        of.outside_gain,
        _SEEN,
    ),
    _claim(
        "pad.outside_lost",
        "a student of programs solves less where numbers are larger than all learnt ones",
        "share of problems with fresh numbers that are solved less that with larger ones, a mean "
        "over templates that have both",
        (NAMED,),
        of.outside_lost,
        _SEEN,
    ),
)
"""Claims on names of values, and on numbers outside the learnt range."""
