"""What is claimed of students of programs, with the records that decide it."""

from collections.abc import Sequence

from benchmarks.comparing.decisions import ABOVE_0, Region
from benchmarks.families.program_distillation.students import statistics as of
from benchmarks.families.program_distillation.students.study import (
    OTHERS,
    program_distillation_cpu,
    program_distillation_cpu_shares,
)
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FromRuns, Statistic

FIVE = tuple(range(5, 10))
"""Seeds of the seven main students. 0 to 4 were seen with bases that had copied each question three
times; four of these could not copy, so that copies became eight and other seeds were planned."""
THREE = FIVE[:3]
"""Seeds of controls and of students of a share of the problems."""
MAIN, OTHER, ALONE = (
    " ".join([f"collapse run {recipe}", *(f"--seed {seed}" for seed in seeds)])
    for recipe, seeds in (
        ("program_distillation_cpu", FIVE),
        ("program_distillation_cpu_shares", THREE),
        ("program_distillation_cpu_answers", THREE),
    )
)
"""Commands that make the records of the recipes; no claim rests on those of the last one."""
_COMMAND = f"{MAIN}; {OTHER}"
_SMALL = (
    "a model of .16 M parameters on twelve templates, not CodeT5 on GSM8K; its base has read a "
    "little of one book and copied the questions"
)
_SEEN = "(seen before: seed 100, and seeds 0 to 4 of bases that had copied less)"
_TEN_POINTS = 0.1
_PAR = -0.02
"""Difference of accuracies from which on two students are on a par: two points below."""
_SOLVES_NONE = 0.05
"""Share of solved problems below which nothing of the questions was learnt."""
_HALF = 0.5
_TITLE, _ABSTRACT, _NOTE, _OURS = (
    "title", "abstract", "a reader's note on the paper", "this project",
)  # fmt: skip
_SOLVED = "share of problems with fresh numbers that are solved"


def _rule(arms: Sequence[str], statistic: Statistic, region: Region = ABOVE_0) -> FromRuns:
    """By students of both recipes; five seeds, or three where a student of shares is among them."""
    others = [arm in OTHERS for arm in arms]
    runs = tuple(
        (program_distillation_cpu_shares if other else program_distillation_cpu, arm)
        for arm, other in zip(arms, others, strict=True)
    )
    return FromRuns(runs, statistic, region, seeds=THREE if any(others) else FIVE)


def _pruned(by: str, words: str) -> PaperClaim:
    return PaperClaim(
        id=f"pad.pruning_{by}",
        where="pruning in the repository",
        statement=f"of equally many problems, those whose programs {words} teach more than drawn "
        "ones",
        statistic=f"{_SOLVED}, 35 % kept by {by} less 35 % drawn, at equal tokens",
        rule=_rule((f"{by}_35", "program_35"), of.fresh_gain),
        note="(what is kept is ranked over all templates together)",
        command=_COMMAND,
        caveat=_SMALL,
    )


_TARGETS = (
    PaperClaim(
        id="pad.student",
        where=_TITLE,
        statement="small models trained on programs beat the same models trained on chain of "
        "thought",
        statistic=f"{_SOLVED}, program less chain of thought, each problem seen as often",
        rule=_rule(("program", "thought"), of.fresh_gain),
        note="(a chain of thought has more tokens, so that its student trains on more and longer) "
        + _SEEN,
        command=MAIN,
        caveat=_SMALL,
    ),
    PaperClaim(
        id="pad.student_answer",
        where=_OURS,
        statement="models trained on chain of thought beat those trained on answers alone",
        statistic=f"{_SOLVED}, chain of thought less answer, each problem seen as often",
        rule=_rule(("thought", "answer"), of.fresh_gain),
        note=_SEEN,
        command=MAIN,
        caveat=_SMALL,
    ),
    PaperClaim(
        id="pad.student_tokens",
        where=_TITLE,
        statement="programs beat chain of thought where both train on as many tokens",
        statistic=f"{_SOLVED}, program less chain of thought, at equal tokens",
        rule=_rule(("program", "thought_tokens"), of.fresh_gain),
        note=_SEEN,
        command=MAIN,
        caveat=_SMALL,
    ),
    PaperClaim(
        id="pad.student_answer_tokens",
        where=_OURS,
        statement="chain of thought beats answers alone where both train on as many tokens",
        statistic=f"{_SOLVED}, chain of thought less answer, at equal tokens",
        rule=_rule(("thought_tokens", "answer_tokens"), of.fresh_gain),
        note=_SEEN,
        command=_COMMAND,
        caveat=_SMALL,
    ),
    PaperClaim(
        id="pad.student_floor",
        where=_OURS,
        statement="a student of programs solves more than copies of the nearest learnt program do",
        statistic=f"{_SOLVED}, less the share that copies with re-bound numbers solve",
        rule=_rule(("program",), of.above_floor),
        note=_SEEN,
        command=MAIN,
        caveat=_SMALL,
    ),
    PaperClaim(
        id="pad.shuffled",
        where=_OURS,
        statement="a student of right programs of other questions solves hardly anything",
        statistic=_SOLVED,
        rule=_rule(("shuffled",), of.solved, Region(below=_SOLVES_NONE)),
        note="(a control: more would mean that the test can be passed without the question) "
        + _SEEN,
        command=_COMMAND,
        caveat=_SMALL,
    ),
    PaperClaim(
        id="pad.calculator",
        where=_OURS,
        statement="most of the lead of programs over chain of thought is arithmetic",
        statistic="what a calculator at decoding time adds to chain of thought, as a part of the "
        "lead of programs without it, at equal tokens",
        rule=_rule(("program", "thought_tokens"), of.arithmetic_share, Region(above=_HALF)),
        note=f"(the right value is put in behind each `=` whose step can be read) {_SEEN}",
        command=MAIN,
        caveat=_SMALL,
    ),
    PaperClaim(
        id="pad.unseen",
        where=_OURS,
        statement="the lead of programs over chain of thought carries over to templates of which "
        "nothing was learnt",
        statistic="share of problems of six unseen templates that are solved, program less chain "
        "of thought, at equal tokens",
        rule=_rule(("program", "thought_tokens"), of.unseen_gain),
        note=_SEEN,
        command=MAIN,
        caveat=_SMALL,
    ),
)
_FILTERED = (
    PaperClaim(
        id="pad.filtered_student",
        where=_ABSTRACT,
        statement="a student of filtered programs beats one of unfiltered ones",
        statistic=f"{_SOLVED}, filtered less unfiltered at a fault rate of .27, at equal tokens",
        rule=_rule(("filtered", "faulty"), of.fresh_gain),
        note=f"(the filtered set is smaller, and is seen more often) {_SEEN}",
        command=MAIN,
        caveat=f"faults put in at random, not those of a model; {_SMALL}",
    ),
    PaperClaim(
        id="pad.filtered_student_equal",
        where=_ABSTRACT,
        statement="so it does where other right programs take the place of the rejected ones",
        statistic=f"{_SOLVED}, filtered and topped up less unfiltered, at equal count and tokens",
        rule=_rule(("filtered_equal", "faulty"), of.fresh_gain),
        note=_SEEN,
        command=MAIN,
        caveat=f"faults put in at random, not those of a model; {_SMALL}",
    ),
)
_DATA = (
    PaperClaim(
        id="pad.data_efficiency",
        where=_NOTE,
        statement="programs of 35 % of the problems are about 10 points better than chains of "
        "thought of all",
        statistic=f"{_SOLVED}, 35 % as programs less all as chains of thought, at equal tokens",
        rule=_rule(("program_35", "thought_tokens"), of.fresh_gain, Region(above=_TEN_POINTS)),
        note=f"(10 % is read as ten points) {_SEEN}",
        command=_COMMAND,
        caveat=_SMALL,
    ),
    PaperClaim(
        id="pad.data_par",
        where=_NOTE,
        statement="programs of 4.5 % of the problems are on a par with chains of thought of all",
        statistic=f"{_SOLVED}, 4.5 % as programs less all as chains of thought, at equal tokens",
        rule=_rule(("program_4.5", "thought_tokens"), of.fresh_gain, Region(above=_PAR)),
        note=f"(on a par: at most two points below) {_SEEN}",
        command=_COMMAND,
        caveat=_SMALL,
    ),
    _pruned("entropy", "take most bits"),
    _pruned("length", "are longest"),
    _pruned("compression", "repeat themselves least"),
)
_GENERAL = (
    PaperClaim(
        id="pad.general",
        where="summaries of the paper",
        statement="general ability is traded away",
        statistic="bits per byte of held-out general text after training on programs less before",
        rule=_rule(("program",), of.forgotten),
        note=f"(of the text that the base was trained on; nothing of it is seen again) {_SEEN}",
        command=MAIN,
        caveat=_SMALL,
    ),
    PaperClaim(
        id="pad.general_programs",
        where=_OURS,
        statement="programs cost more of it than chain of thought does",
        statistic="bits per byte of held-out general text after training on programs less after "
        "chain of thought, at equal tokens",
        rule=_rule(("program", "thought_tokens"), of.forgotten_more),
        note=_SEEN,
        command=MAIN,
        caveat=_SMALL,
    ),
)
STUDENT_CLAIMS: tuple[PaperClaim, ...] = (*_TARGETS, *_FILTERED, *_DATA, *_GENERAL)
"""Claims that students on template problems decide."""
