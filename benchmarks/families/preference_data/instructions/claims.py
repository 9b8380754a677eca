"""What instructions that a small model makes are asked, and by which number."""

from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.preference_data.instructions import statistics as of
from benchmarks.families.preference_data.instructions.study import (
    ANY,
    GIVEN,
    KEPT,
    preference_data_cpu_instructions,
)
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FIRST_FIVE, Statistic, from_arms

_COMMAND = command("preference_data_cpu_instructions", FIRST_FIVE)
MOST_LENGTH = 0.5
"""Rank correlation with the number of words below which a score is more than length."""
_LOOKED = (
    "(twelve questions of another draw had been looked at: the model likes the first option, and "
    "writes no usable question without an example)"
)


def _claim(
    id: str,
    where: str,
    statement: str,
    statistic: str,
    arms: tuple[str, ...],
    number: Statistic,
    region: Region,
    note: str = "",
) -> PaperClaim:
    return PaperClaim(
        id=id,
        where=where,
        statement=statement,
        statistic=statistic,
        rule=from_arms(preference_data_cpu_instructions, arms, number, region, seeds=FIRST_FIVE),
        note=note,
        command=_COMMAND,
        caveat=(
            "one model of 135 M parameters, of 4 bits, writes, scores, answers and learns; some "
            "fifty answers are learnt, not 410,000"
        ),
    )


_OURS = "this project"
CLAIMS: tuple[PaperClaim, ...] = (
    _claim(
        "um.data_tuned",
        "Table 2 (U1)",
        "a model tuned on instructions of exams and abstracts does better on held-out exam "
        "questions than before",
        f"accuracy on held-out questions, after tuning less before, `{KEPT}`",
        (KEPT,),
        of.accuracy_gain,
        ABOVE_0,
    ),
    _claim(
        "um.data_tuned_loss",
        "Table 2 (U1)",
        "it finds the right option likelier than before",
        f"loss of the right option among the options, in nats, after tuning less before, `{KEPT}`",
        (KEPT,),
        of.loss_gain,
        BELOW_0,
    ),
    _claim(
        "um.data_right",
        "its text on answers",
        "keeping answers whose option is right teaches more than keeping any",
        f"loss of the right option after tuning, in nats, `{KEPT}` less `{ANY}`",
        (KEPT, ANY),
        of.loss_less,
        BELOW_0,
        "(as many answers, of the same instructions)",
    ),
    _claim(
        "um.data_given",
        _OURS,
        "right answers that a model found teach it less than as many that the exam gives",
        f"loss of the right option after tuning, in nats, `{KEPT}` less `{GIVEN}`",
        (KEPT, GIVEN),
        of.loss_less,
        ABOVE_0,
        "(both are right; which questions are learnt differs)",
    ),
    _claim(
        "um.data_evolved",
        "its text on instructions",
        "rewriting a question makes it more complex",
        "score of complexity of a rewritten question less that of the question it was made of, in "
        "points of nine",
        (KEPT,),
        of.evolved_step,
        ABOVE_0,
    ),
    _claim(
        "um.data_complexity",
        _OURS,
        "questions that a model scores as complex are those that it gets wrong",
        "rank correlation of a question's score and of the probability of its right option",
        (KEPT,),
        of.complexity_and_right,
        BELOW_0,
    ),
    _claim(
        "um.data_complexity_length",
        _OURS,
        "a score of complexity is more than the length of the question",
        "rank correlation of the score and of the number of words, over all instructions",
        (KEPT,),
        of.complexity_and_words,
        Region(below=MOST_LENGTH),
    ),
    _claim(
        "um.data_example",
        "its text on answers",
        "an example that is like the question helps to answer it right",
        "probability of the right option after the most similar other question with its answer, "
        "less without",
        (KEPT,),
        of.example_gain,
        ABOVE_0,
    ),
    _claim(
        "um.data_place",
        _OURS,
        "keeping what a model answers right keeps its liking for a place among the options",
        "share of right options at the place that the model likes best, of what it answered right "
        "alone less of all",
        (KEPT,),
        of.place_kept,
        ABOVE_0,
        _LOOKED,
    ),
)
"""Claims in the order of the page."""
