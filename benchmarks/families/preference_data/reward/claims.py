"""What is claimed of reward models and of decontamination."""

from dataclasses import replace

from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.preference_data.reward import statistics as of
from benchmarks.families.preference_data.reward.names import HEADS, PLANTED
from benchmarks.families.preference_data.reward.study import (
    preference_data,
    preference_data_cpu_people,
    preference_data_cpu_reward,
)
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.common.by_arms import ByArms
from benchmarks.paper.rules import FIRST_FIVE, FromRuns, Statistic, from_arms

_COMMAND = command("preference_data", FIRST_FIVE)
_CAVEAT = (
    "linear heads on MiniLM's points of exam questions and options, not a tuned 8B model on judged "
    "answers; options take the place of answers"
)
_PLANTED_CAVEAT = (
    "another encoder than the paper's, whose distances are not its own; exam questions with "
    "planted edits, not what was found in its instructions"
)
_PILOT = "(two runs of seed 100, with other penalties, had been seen)"
_OURS = "this project, of reward models"
_CLEAN = "this project, of decontamination"
RECALL = 0.9
"""Share of questions with one word swapped that a rule must find."""
MOST_FALSE = 0.03
"""Share of questions that two thresholds, of a hundredth each, may remove by mistake on others than
they were chosen by."""
MARGIN = 0.05
"""Distance up to which two values of p, or stated and real certainty, are the same."""
PRICE = 0.02
"""Accuracy that balanced training may cost."""
_COIN = 0.03
"""Distance from one half up to which drawn labels taught nothing."""


def _heads(statistic: Statistic, region: Region) -> FromRuns:
    return from_arms(preference_data, (HEADS,), statistic, region, seeds=FIRST_FIVE)


def _planted(statistic: Statistic, region: Region) -> FromRuns:
    return from_arms(preference_data, (PLANTED,), statistic, region, seeds=FIRST_FIVE)


_OF_HEADS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="um.reward",
        where="Table 4",
        statement="a reward model trained on medical preferences tells right from wrong answers "
        "better than their length and their cosine with the question",
        statistic="the least of two leads in accuracy on hard pairs, over length and over cosine, "
        "each less two standard errors over questions",
        rule=_heads(of.hard_lead, ABOVE_0),
    ),
    PaperClaim(
        id="um.reward_position",
        where=_OURS,
        statement="it does so better than the place of the option in the exam",
        statistic="lead in accuracy on hard pairs over earlier-is-right, less two standard errors",
        rule=_heads(of.hard_lead_over_position, ABOVE_0),
    ),
    PaperClaim(
        id="um.reward_easy",
        where=_OURS,
        statement="on answers to other questions it is better than their cosine with the question",
        statistic="lead in accuracy on easy pairs over cosine, less two standard errors",
        rule=_heads(of.easy_lead, ABOVE_0),
    ),
    PaperClaim(
        id="um.reward_question",
        where=f"{_OURS}: a control",
        statement="it uses the question: a head that sees the option alone does worse",
        statistic="accuracy on hard pairs less that of a head that sees the option alone",
        rule=_heads(of.lead_by_question, ABOVE_0),
    ),
    PaperClaim(
        id="um.reward_permuted",
        where=f"{_OURS}: a control",
        statement="it learns from the labels: with drawn ones it is a coin",
        statistic="accuracy on hard pairs of a head whose labels were drawn",
        rule=_heads(of.permuted, Region(above=0.5 - _COIN, below=0.5 + _COIN)),
    ),
    PaperClaim(
        id="um.order",
        where="Table 4, four of five rows",
        statement="easy pairs are told apart best, and those whose wrong answer is longer worst",
        statistic="the smaller of easy less hard and hard less length, in pair accuracy",
        rule=_heads(of.least_step, ABOVE_0),
        note="(in the row of the paper's own model length lies above hard)",
    ),
    PaperClaim(
        id="um.length",
        where=_OURS,
        statement="length-balanced training takes length out of the reward",
        statistic="size of the partial correlation of reward and log length, given correctness and "
        "within questions: balanced less plain",
        rule=_heads(of.length_left, BELOW_0),
    ),
    PaperClaim(
        id="um.length_price",
        where=_OURS,
        statement="length-balanced training costs next to no accuracy",
        statistic="accuracy on hard pairs, balanced less plain",
        rule=_heads(of.price_of_balance, Region(above=-PRICE)),
        note="(two points)",
    ),
    PaperClaim(
        id="um.calibration",
        where=_OURS,
        statement="the certainty that differences of reward state is calibrated",
        statistic="expected calibration error on hard pairs, in ten bins",
        rule=_heads(of.calibration_error, Region(below=MARGIN)),
    ),
    PaperClaim(
        id="um.crossover",
        where="its text on re-ranking",
        statement="the best of ten answers by reward beats the majority of ten, of a policy that "
        "is right half the time",
        statistic="accuracy of the best of ten less that of the majority of ten, exact over the "
        "options of held-out questions, p = .5",
        rule=_heads(of.hard_best_less_majority, ABOVE_0),
    ),
    PaperClaim(
        id="um.crossover_easy",
        where="its text on re-ranking",
        statement="it does so where wrong answers are right ones of other questions",
        statistic="the same, with right options of other questions in place of the wrong ones",
        rule=_heads(of.easy_best_less_majority, ABOVE_0),
    ),
    PaperClaim(
        id="um.crossover_foretold",
        where=_OURS,
        statement="the p at which the majority overtakes follows from the head's AUC",
        statistic="p at which the majority of ten overtakes the best of ten, of easy items, less "
        "the p of normal rewards with the same AUC within questions",
        rule=_heads(of.crossover_less_foretold, Region(above=-MARGIN, below=MARGIN)),
        note="(there every answer has a reward of its own, here equal answers have the same)",
    ),
    PaperClaim(
        id="um.overoptimisation",
        where=_OURS,
        statement="choosing among more answers by a real reward head harms from some number on",
        statistic="accuracy at the turning point less that of the best of 64, p = .5, where other "
        "questions name the turning point",
        rule=_heads(of.hard_fall, ABOVE_0),
    ),
    PaperClaim(
        id="um.overoptimisation_easy",
        where=_OURS,
        statement="it does so where wrong answers are right ones of other questions",
        statistic="the same, with right options of other questions in place of the wrong ones",
        rule=_heads(of.easy_fall, ABOVE_0),
    ),
)
_OF_PLANTED: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="um.decontaminate",
        where="its text on decontamination",
        statement="an L2 distance of .05 with a length within 20 % removes contaminated text",
        statistic="share of questions with one word swapped that the rule removes",
        rule=_planted(of.published_recall, Region(above=RECALL)),
    ),
    PaperClaim(
        id="um.decontaminate_chosen",
        where=_CLEAN,
        statement="a threshold that is chosen by false removals finds nine of ten such questions",
        statistic="share of questions with one word swapped that either chosen threshold removes",
        rule=_planted(of.chosen_recall, Region(above=RECALL)),
    ),
    PaperClaim(
        id="um.decontaminate_false",
        where=_CLEAN,
        statement="the chosen thresholds keep what they promise on other questions",
        statistic="share of questions that either threshold removes for being like another one",
        rule=_planted(of.false_removals, Region(below=MOST_FALSE)),
        note="(a hundredth for each of two, and one for chance)",
    ),
    PaperClaim(
        id="um.decontaminate_words",
        where=_CLEAN,
        statement="an embedding finds more of them than shared runs of three words",
        statistic="share of questions with one word swapped that the chosen distance removes, less "
        "that of the chosen share of runs, each with as many false removals",
        rule=_planted(of.embedding_over_words, ABOVE_0),
    ),
)
_STATES = (
    "linear heads on the states of a model of 135 M parameters, of 4 bits, which rest; options of "
    "an exam take the place of answers"
)
_OF_STATES = (
    ByArms(recipe=preference_data_cpu_reward, caveat=_STATES).claim(
        "um.reward_states",
        "Table 4",
        "heads on what a language model makes of question and option together tell right from "
        "wrong options better than their length and their cosine with the question do",
        "the least of two leads in accuracy on hard pairs, over length and over cosine, each less "
        "two standard errors over questions",
        (HEADS,),
        of.hard_lead,
        ABOVE_0,
    ),
    ByArms(recipe=preference_data_cpu_people, caveat=_STATES).claim(
        "um.reward_people",
        _OURS,
        "a head that learnt from an exam tells which of two answers people prefer better than "
        "their length does",
        "share of the pairs judged for help, honesty and harm (HHH) that are told right, less the "
        "share whose preferred answer is the longer one",
        (HEADS,),
        of.people_over_length,
        ABOVE_0,
    ),
)
CLAIMS: tuple[PaperClaim, ...] = (
    *(
        replace(claim, note=f"{claim.note} {_PILOT}".strip(), command=_COMMAND, caveat=_CAVEAT)
        for claim in _OF_HEADS
    ),
    *(replace(claim, command=_COMMAND, caveat=_PLANTED_CAVEAT) for claim in _OF_PLANTED),
    *_OF_STATES,
)
"""Claims in the order of the page."""
