"""What chains of students that execute their answers are asked, and by which number."""

from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.program_distillation.chain import statistics as of
from benchmarks.families.program_distillation.chain.recipe import (
    ANEW,
    EXECUTED,
    FRESH,
    KEPT,
    POOLED,
    REPLACED,
    program_distillation_chain,
    program_distillation_chain_accumulate,
)
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FIRST_FIVE, FromRuns, Statistic, from_arms

_OURS = "this project"
_COMMAND = " ".join(
    ["collapse run program_distillation_chain", *(f"--seed {seed}" for seed in FIRST_FIVE)]
)
_POOLED_COMMAND = _COMMAND.replace(
    program_distillation_chain.__name__, program_distillation_chain_accumulate.__name__
)
_HARDEST = "the fifth of types that generation 0 answers worst"
_HALF = "the half of types that generation 0 answers worst"
MOST_LOST = 0.05
"""Accuracy on the easiest fifth that may be lost where it counts as kept."""
MARGIN = 0.05
"""Distance from the law within which it counts as met: a tenth of the share that the harder half
begins with."""
_ITS_MARGIN = (
    f"(the margin of {MARGIN:g} is a tenth of the share that the half begins with; of the hardest "
    "fifth so little may be left that any law is met)"
)
_SMALL = (
    "models of 0.2 M parameters and problems of ten templates; chains of seeds 100 and 101 were "
    "seen before the rule was written, and are none of the records"
)


def _chains(arms: tuple[str, ...], statistic: Statistic, region: Region) -> FromRuns:
    return from_arms(program_distillation_chain, arms, statistic, region, seeds=FIRST_FIVE)


def _beside_pooled(arms: tuple[str, ...], statistic: Statistic, region: Region) -> FromRuns:
    """A rule on the chain that keeps all answers, first or beside one of the other recipe."""
    runs = tuple(
        (
            program_distillation_chain_accumulate if arm == POOLED else program_distillation_chain,
            arm,
        )
        for arm in arms
    )
    return FromRuns(runs, statistic, region, seeds=FIRST_FIVE)


def _claim(
    id: str,
    statement: str,
    statistic: str,
    rule: FromRuns,
    note: str = "",
    command: str = _COMMAND,
) -> PaperClaim:
    return PaperClaim(
        id=id,
        where=_OURS,
        statement=statement,
        statistic=statistic,
        rule=rule,
        note=note,
        command=command,
        caveat=_SMALL,
    )


_WITHIN = Region(above=-MARGIN, below=MARGIN)
TAIL_OF_CHAINS = (
    _claim(
        "pad.tail_real",
        "a chain of students of verified programs loses the hardest problems",
        f"slope over generations of the accuracy on {_HARDEST}, under `{EXECUTED}`",
        _chains((EXECUTED,), of.hard_accuracy_slope, BELOW_0),
    ),
    _claim(
        "pad.tail_corpus",
        "nothing in the corpus of verified programs is wrong, and the hardest problems leave it",
        f"slope from generation 1 on of the share in the corpus of {_HARDEST}, under `{EXECUTED}`",
        _chains((EXECUTED,), of.hard_share_slope, BELOW_0),
        "(the first step is left out: that the share falls there says no more than that they are "
        "the hardest)",
    ),
    _claim(
        "pad.tail_steps",
        "problems with most steps leave the corpus of verified programs",
        "slope from generation 1 on of the share in the corpus of the fifth with most steps, "
        f"under `{EXECUTED}`",
        _chains((EXECUTED,), of.most_steps_slope, BELOW_0),
        "(steps are the arithmetic signs of the human program; no model has a say in them)",
    ),
    _claim(
        "pad.tail_unverified",
        "without a verifier the hardest problems are lost too",
        f"slope over generations of the accuracy on {_HARDEST}, under `{REPLACED}`",
        _chains((REPLACED,), of.hard_accuracy_slope, BELOW_0),
        f"(`{REPLACED}` asks all human questions at every generation and keeps any answer)",
    ),
    _claim(
        "pad.tail_kept",
        "with earlier corpora kept a chain answers more of the hardest problems",
        f"accuracy on {_HARDEST} at the last generation, `{KEPT}` less `{EXECUTED}`",
        _chains((KEPT, EXECUTED), of.hard_accuracy_gain, ABOVE_0),
        f"(`{KEPT}` grows by a corpus at every generation, and so do its steps)",
    ),
    _claim(
        "pad.tail_anew",
        "with the human questions asked anew at every generation the corpus keeps more of the "
        "hardest problems",
        f"share in the last corpus of {_HARDEST}, `{ANEW}` less `{EXECUTED}`",
        _chains((ANEW, EXECUTED), of.hard_share_gain, ABOVE_0),
    ),
    _claim(
        "pad.chain_easy",
        "verified recursion keeps what is easy",
        "accuracy on the fifth of types that generation 0 answers best, last generation less "
        f"generation 0, under `{EXECUTED}`",
        _chains((EXECUTED,), of.easy_accuracy_change, Region(above=-MOST_LOST)),
    ),
    _claim(
        "pad.chain_verified",
        "a chain whose answers are verified answers more than one whose answers are not",
        f"accuracy at the last generation, `{EXECUTED}` less `{REPLACED}`",
        _chains((EXECUTED, REPLACED), of.accuracy_gain, ABOVE_0),
    ),
    _claim(
        "pad.chain_fresh",
        "verified recursion answers less than new human problems teach",
        f"accuracy at the last generation, `{FRESH}` less `{EXECUTED}`",
        _chains((FRESH, EXECUTED), of.accuracy_gain, ABOVE_0),
    ),
    _claim(
        "pad.tail_pooled",
        "a chain that keeps the human text and all answers, right or not, keeps the hardest "
        "problems",
        f"accuracy on {_HARDEST}, last generation less generation 0, under `{POOLED}`",
        _beside_pooled((POOLED,), of.hard_accuracy_change, Region(above=-MOST_LOST)),
        f"(at most {MOST_LOST:g} lost counts as kept; `{POOLED}` grows by a corpus at every "
        "generation, and so do its steps)",
        _POOLED_COMMAND,
    ),
    _claim(
        "pad.pooled_verified",
        "where all earlier corpora are kept, verified answers teach more than any answers",
        f"accuracy at the last generation, `{KEPT}` less `{POOLED}`",
        _beside_pooled((KEPT, POOLED), of.accuracy_gain, ABOVE_0),
        f"(the records of `{KEPT}` had been seen when the rule was written)",
        f"{_COMMAND}; {_POOLED_COMMAND}",
    ),
    _claim(
        "pad.tail_law",
        "the share of hard problems after five generations is what pass rates of "
        "generation 0 foretell",
        f"share in the last corpus of {_HALF} less p a^t over the sum, under `{EXECUTED}`; p "
        "and a of generation 0, a on held-out problems",
        _chains((EXECUTED,), of.beyond_law, _WITHIN),
        _ITS_MARGIN,
    ),
    _claim(
        "pad.tail_law_followed",
        "the share of hard problems follows from each generation's pass rates on problems "
        "that it has not seen",
        f"share in the last corpus of {_HALF} less the recursion with the held-out accuracies "
        f"of every generation, under `{EXECUTED}`",
        _chains((EXECUTED,), of.beyond_followed, _WITHIN),
        _ITS_MARGIN,
    ),
    _claim(
        "pad.tail_law_kept",
        "with earlier corpora kept the share of hard problems is what pass rates of "
        "generation 0 foretell",
        f"share in the last corpus of {_HALF} less that of the pool by the law, under `{KEPT}`",
        _chains((KEPT,), of.beyond_kept_law, _WITHIN),
        _ITS_MARGIN,
    ),
    _claim(
        "pad.tail_law_anew",
        "with questions asked anew hard problems lose one factor of their pass rate, and "
        "not one a generation",
        f"share in the last corpus of {_HALF} less p a over the sum, under `{ANEW}`; a of the "
        "last model but one, on held-out problems",
        _chains((ANEW,), of.beyond_anew, _WITHIN),
        _ITS_MARGIN,
    ),
)
"""Claims on chains: whether the tail is lost, by which workflow, and whether as the law says."""
