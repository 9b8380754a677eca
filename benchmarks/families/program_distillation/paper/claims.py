"""Claims that only the published experiment decides: CodeT5 on a teacher's rounds."""

from benchmarks.comparing.decisions import ABOVE_0, Region
from benchmarks.families.program_distillation.audit import against_llama
from benchmarks.families.program_distillation.paper import statistics as of
from benchmarks.families.program_distillation.paper.study import (
    program_distillation_paper_students,
)
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import from_arms

_LARGE = ("large",)
_RUN = command("program_distillation_paper")
_TEACHER = "the teacher is whatever model wrote the rounds, by name in every row"
_LOW, _HIGH = of.printed_range()

PAPER_CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="pad.large",
        where="abstract",
        statement="such models beat certain large ones",
        statistic="share solved by CodeT5-large less that of LLaMA-13B, the least of four sets",
        rule=from_arms(program_distillation_paper_students, _LARGE, of.over_large_model, ABOVE_0),
        printed=lambda: f"LLaMA-13B in the repository's files: {against_llama()}",
        command=_RUN,
        caveat=_TEACHER,
    ),
    PaperClaim(
        id="pad.paper",
        where="tables of results",
        statement="CodeT5 on eight rounds of the teacher's programs reaches the printed accuracy",
        statistic="share of GSM8K's test questions that CodeT5-large solves, two plain beams, by "
        "the released scorer",
        rule=from_arms(
            program_distillation_paper_students,
            _LARGE,
            of.on_gsm8k,
            Region(above=round(_LOW, 4), below=round(_HIGH, 4)),
        ),
        note="(the range of the repository's file of 841 wrong programs, over the three numbers "
        "of questions that it may be of, and two standard errors; the paper's table is not read)",
        command=_RUN,
        caveat=_TEACHER,
    ),
)
"""Claims that records of the paper tier decide."""
