"""What the paper claims, and what can be said of it without its models; one entry per claim."""

from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.program_distillation import statistics as of
from benchmarks.families.program_distillation.census import FromCensus
from benchmarks.families.program_distillation.chain.claims import TAIL_OF_CHAINS
from benchmarks.families.program_distillation.controls.claims import CONTROL_CLAIMS
from benchmarks.families.program_distillation.gpu.claims import GPU_CLAIMS
from benchmarks.families.program_distillation.paper.claims import PAPER_CLAIMS
from benchmarks.families.program_distillation.recipes import (
    ENTROPY,
    FAULTS,
    SANDBOX,
    TEACHERS,
    TEMPLATES,
    TWINS,
    program_distillation,
    program_distillation_templates,
)
from benchmarks.families.program_distillation.students.claims import STUDENT_CLAIMS
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.common.by_theory import by_theory
from benchmarks.paper.printed_rules import Concerns, FromPrint
from benchmarks.paper.rules import FromRuns, Statistic, from_arms
from theory.program_distillation.filtering import KEPT, PRECISION, SETTLED
from theory.program_distillation.pull import PULL_RIGHT
from theory.program_distillation.rounds import (
    COVERAGE,
    EIGHTH,
    EIGHTH_ANY,
    ONE_EACH_MENDS,
    SIZE_BIAS,
    WEIGHTS_MEND,
)
from theory.program_distillation.tail import (
    TAIL,
    TAIL_ENTROPY,
    TAIL_KEPT,
    TAIL_POOLED,
    TAIL_POWER,
)

TEN = tuple(range(10, 20))
"""Seeds that faults and bits plan: replicates that are all equal, as where an interpreter never
errs, show something only in such numbers. Seeds 0 to 9 had been seen: 0 before any rule, the others
before these ten were planned."""
LEAST_ROWS = 0.9
"""Share of rows that must become a program."""
LEAST_DRAWN = 0.85
"""Share of template problems that must have a program."""
LEAST_RECALL = 0.98
"""Share of faults that matter which a filter must reject."""
MOST_RAN = 0.001
"""Share of programs with an undefined name below which an interpreter counts as seeing all."""
MOST_FAULTY = 0.01
"""Share of faulty programs among kept ones below which a filter counts as enough."""
_NONE = Region(below=0.5)
"""A number of things that is none."""
_COMMAND = command("program_distillation")
_ALL_SEEDS = " ".join(["collapse run program_distillation", *(f"--seed {seed}" for seed in TEN)])
_INJECTED = "faults put in at random, one in a program, not those of a model"
_ABSTRACT = "abstract"
_OURS = "this project"


def _counted(arm: str, statistic: Statistic, region: Region) -> FromCensus:
    return FromCensus(program_distillation, arm, statistic, region)


def _drawn(arm: str, statistic: Statistic, region: Region) -> FromRuns:
    return from_arms(program_distillation, (arm,), statistic, region, seeds=TEN)


_TWINS = (
    PaperClaim(
        id="pad.sandbox",
        where=_OURS,
        statement="hostile programs are contained, stopped in time and classed",
        statistic="of all hostile programs: those that touched a file, the network or a process, "
        "took 1.2 times their time, or got another class than theirs",
        rule=_counted(SANDBOX, of.uncontained, _NONE),
        note="(programs that were thought of beforehand; nobody can count the others)",
        command=_COMMAND,
    ),
    PaperClaim(
        id="pad.twins",
        where=_OURS,
        statement="annotated steps of people's solutions are programs that give the answer",
        statistic="share of the rows of GSM8K whose program runs and gives the answer, of the "
        "smaller of train and test",
        rule=_counted(TWINS, of.least_converted, Region(above=LEAST_ROWS)),
        command=_COMMAND,
    ),
    PaperClaim(
        id="pad.false_reject",
        where="error check",
        statement="execution with exact fractions rejects no right solution",
        statistic="rejected ones of the solutions whose last annotation prints the answer",
        rule=_counted(TWINS, of.right_rejected, _NONE),
        note="(right as they are printed, before anything is run)",
        command=_COMMAND,
    ),
    PaperClaim(
        id="pad.rounding",
        where="released scorer",
        statement="the scorer that rounds accepts no wrong program",
        statistic="accepted ones of the converted programs whose exact value is not the answer",
        rule=_counted(TWINS, of.wrong_accepted_by_rounding, _NONE),
        command=_COMMAND,
    ),
)
_TEMPLATES = (
    PaperClaim(
        id="pad.templates",
        where=_OURS,
        statement="what generators of template problems assign is a program that gives the answer",
        statistic="share of problems drawn from 100 templates whose program gives the answer",
        rule=from_arms(
            program_distillation_templates,
            (TEMPLATES,),
            of.templates_right,
            Region(above=LEAST_DRAWN),
        ),
        command=command("program_distillation_templates"),
    ),
)
_FILTERS = (
    PaperClaim(
        id="pad.filter_recall",
        where=_ABSTRACT,
        statement="running programs and comparing answers filters out faulty reasoning",
        statistic="share of faults that matter which are rejected, of the kind where it is least",
        rule=_drawn(FAULTS, of.least_recall, Region(above=LEAST_RECALL)),
        note="(equivalent programs removed: those that agree under six re-assignments of numbers)",
        command=_ALL_SEEDS,
        caveat=_INJECTED,
    ),
    PaperClaim(
        id="pad.filter_names",
        where="error check",
        statement="an undefined name never comes to an end, whatever the answer",
        statistic="share of programs with an undefined name that ran",
        rule=_drawn(FAULTS, of.undefined_that_ran, Region(below=MOST_RAN)),
        command=_ALL_SEEDS,
        caveat=_INJECTED,
    ),
    PaperClaim(
        id="pad.filter_kept",
        where="error check",
        statement="of a round in which 27 % of programs have a fault, less than 1 % of those that "
        "are kept do",
        statistic="share of faulty programs among the kept ones of a simulated round",
        rule=_drawn(FAULTS, of.round_faulty, Region(below=MOST_FAULTY)),
        note="(the fault rate is that of the paper's teacher on the GSM8K test file)",
        command=_ALL_SEEDS,
        caveat=_INJECTED + "; all ten kinds are as frequent",
    ),
    PaperClaim(
        id="pad.reassigned",
        where=_OURS,
        statement="agreement under one re-assignment of the numbers rejects faults that the "
        "answer lets pass",
        statistic="recall with one re-assignment less recall of the answer, a mean over kinds",
        rule=_drawn(FAULTS, of.reassigned_gain, ABOVE_0),
        command=_ALL_SEEDS,
        caveat=_INJECTED,
    ),
    PaperClaim(
        id="pad.text_check",
        where="motivation",
        statement="execution finds more of the same faults than a check of the arithmetic that a "
        "chain of thought writes",
        statistic="recall of execution less that of the check of text, a mean over seven kinds",
        rule=_drawn(FAULTS, of.text_gain, ABOVE_0),
        note="(the text keeps the right results beside its faulty steps, and every step is read "
        "without error: the kindest case for the text)",
        command=_ALL_SEEDS,
        caveat=_INJECTED,
    ),
    PaperClaim(
        id="pad.text_real",
        where="motivation",
        statement="of teachers' own wrong solutions execution rejects more than a check of their "
        "written arithmetic",
        statistic="share rejected by execution less that by the check of text, the least teacher",
        rule=_counted(TEACHERS, of.least_real_gain, ABOVE_0),
        command=_COMMAND,
        caveat="execution is told the answer, the check of text is not: it needs no label",
    ),
    PaperClaim(
        id="pad.real_teacher",
        where="error check",
        statement="of four teachers' solutions execution keeps exactly the right ones",
        statistic="labelled solutions that are kept though wrong, or rejected though right",
        rule=_counted(TEACHERS, of.disagreements, _NONE),
        note="(of solutions that become a program)",
        command=_COMMAND,
        caveat="chains of thought with annotated steps, read as programs; no teacher wrote code",
    ),
    PaperClaim(
        id="pad.real_label",
        where=_OURS,
        statement="labels of teachers' solutions say whether the stated answer is the right one",
        statistic="solutions whose stated answer, as an exact number, disagrees with the label",
        rule=_counted(TEACHERS, of.mislabelled, _NONE),
        command=_COMMAND,
    ),
    PaperClaim(
        id="pad.entropy",
        where="motivation",
        statement="the same solution has fewer bits as a program than as a chain of thought",
        statistic="bits per held-out solution under a smoothed 6-gram byte model, program less "
        "chain of thought",
        rule=_drawn(ENTROPY, of.program_bits, BELOW_0),
        note="(bits of the target alone; what the question already says of it is not taken off)",
        command=_ALL_SEEDS,
    ),
)
_THEORY = (
    by_theory("pad.precision", _OURS, PRECISION),
    by_theory("pad.kept", _OURS, KEPT),
    by_theory("pad.fault_rate", _OURS, SETTLED),
    by_theory("pad.coverage", _OURS, COVERAGE),
    by_theory("pad.coverage_eighth", _OURS, EIGHTH),
    by_theory("pad.coverage_any", _OURS, EIGHTH_ANY),
    by_theory("pad.size_bias", _OURS, SIZE_BIAS),
    by_theory("pad.size_bias_one_each", _OURS, ONE_EACH_MENDS),
    by_theory("pad.size_bias_weights", _OURS, WEIGHTS_MEND),
    by_theory("pad.tail", _OURS, TAIL),
    by_theory("pad.tail_entropy", _OURS, TAIL_ENTROPY),
    by_theory("pad.tail_accumulate", _OURS, TAIL_POOLED),
    by_theory("pad.tail_accumulate_rare", _OURS, TAIL_POWER),
    by_theory("pad.tail_refresh", _OURS, TAIL_KEPT),
    by_theory("pad.verifier_pull", _OURS, PULL_RIGHT),
)
_PRINTED = (
    PaperClaim(
        id="pad.printed",
        where="result files of the repository",
        statement="percentages and counts of the repository's result files follow from each other",
        statistic="checks that fail",
        rule=FromPrint(Concerns(), "reproduced"),
        caveat="result files, not the paper's tables, which have not been read",
    ),
)
CLAIMS: tuple[PaperClaim, ...] = (
    *_TWINS,
    *_TEMPLATES,
    *_FILTERS,
    *_THEORY,
    *_PRINTED,
    *STUDENT_CLAIMS,
    *CONTROL_CLAIMS,
    *GPU_CLAIMS,
    *PAPER_CLAIMS,
    *TAIL_OF_CHAINS,
)
"""The paper's claims and ours on its subject."""
