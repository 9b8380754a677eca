"""What policies that are tuned on pairs are asked, and by which number."""

from collections.abc import Callable

from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.preference_data.tuning import statistics as of
from benchmarks.families.preference_data.tuning.study import (
    AGAIN,
    DPO,
    KTO,
    MIXED,
    NCA,
    PolicyStudy,
    preference_data_cpu,
    preference_data_cpu_judge,
)
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FIRST_FIVE, Statistic, from_arms


def _claim(
    id: str,
    where: str,
    statement: str,
    statistic: str,
    arms: tuple[str, ...],
    number: Statistic,
    region: Region,
    note: str = "",
    recipe: Callable[[], PolicyStudy] = preference_data_cpu,
) -> PaperClaim:
    return PaperClaim(
        id=id,
        where=where,
        statement=statement,
        statistic=statistic,
        rule=from_arms(recipe, arms, number, region, seeds=FIRST_FIVE),
        note=note,
        command=command(recipe().name, FIRST_FIVE),
        caveat=(
            "a policy of 0.4 M parameters; pairs are human and own continuations of the same "
            "beginnings of biomedical abstracts, of one length, and no judged answers to questions"
        ),
    )


_OURS = "this project"
CLAIMS: tuple[PaperClaim, ...] = (
    _claim(
        "um.preference",
        "Table 2 (U2)",
        "preference learning makes a policy's answers better",
        "how often an own answer has a higher reward than a human one by a reward model that has "
        f"no say, after tuning less before, under `{DPO}`",
        (DPO,),
        of.unseen_gain,
        ABOVE_0,
        "(the paper's measure is exams, which a model of this size does not answer)",
    ),
    _claim(
        "um.preference_pairs",
        _OURS,
        "what is learnt from pairs holds for pairs that were held out",
        "share of held-out pairs whose chosen answer gains more than the rejected one, less 1/2, "
        f"under `{DPO}`",
        (DPO,),
        of.accuracy_above_half,
        ABOVE_0,
    ),
    _claim(
        "um.displacement",
        "theory of the losses",
        "DPO lowers the probability of the chosen answers too",
        "log-probability of held-out chosen answers, after tuning less before, in nats, under "
        f"`{DPO}`",
        (DPO,),
        of.chosen_change,
        BELOW_0,
    ),
    _claim(
        "um.displacement_nca",
        "theory of the losses",
        "NCA, which looks at both rewards by themselves, keeps chosen answers likelier than DPO",
        f"change of the log-probability of held-out chosen answers, in nats, `{NCA}` less `{DPO}`",
        (NCA, DPO),
        of.chosen_less,
        ABOVE_0,
    ),
    _claim(
        "um.displacement_kto",
        _OURS,
        "KTO, which looks at both rewards by themselves, keeps chosen answers likelier than DPO",
        f"change of the log-probability of held-out chosen answers, in nats, `{KTO}` less `{DPO}`",
        (KTO, DPO),
        of.chosen_less,
        ABOVE_0,
    ),
    _claim(
        "um.divergence",
        _OURS,
        "DPO moves a policy further from its start than NCA, of one beta and as many steps",
        f"KL from the start by own answers, in nats for each, `{DPO}` less `{NCA}`",
        (DPO, NCA),
        of.divergence_less,
        ABOVE_0,
    ),
    _claim(
        "um.mix",
        "Table 2 (U3)",
        "mixing general data beats the domain's data alone, in the domain",
        f"loss of held-out text of the domain at the end, in bits per byte, `{MIXED}` less `{DPO}`",
        (MIXED, DPO),
        of.domain_less,
        BELOW_0,
        "(as many tokens and pairs, of which half are general)",
    ),
    _claim(
        "um.mix_general",
        "Table 2 (U3)",
        "a policy of the domain's data alone forgets general text that one of mixed data keeps",
        f"loss of held-out general text at the end, in bits per byte, `{DPO}` less `{MIXED}`",
        (DPO, MIXED),
        of.general_less,
        ABOVE_0,
    ),
    _claim(
        "um.iterate",
        "Table 2 (U4)",
        "one more round with a reward model's labels makes a policy better",
        "how often an own answer has a higher reward than a human one by a reward model that has "
        f"no say, `{AGAIN}` less `{DPO}`",
        (AGAIN, DPO),
        of.unseen_less,
        ABOVE_0,
    ),
    _claim(
        "um.iterate_hacking",
        _OURS,
        "one more round pleases the reward model that ranked more than one that has no say",
        "wins over human answers by the reward model that ranked less those by the unseen one, "
        f"`{AGAIN}` less `{DPO}`",
        (AGAIN, DPO),
        of.gap_less,
        ABOVE_0,
    ),
    _claim(
        "um.iterate_hacking_alike",
        _OURS,
        "it pleases the reward model that ranked more than one of its kind that learnt other pairs",
        "wins over human answers by the reward model that ranked less those by one of its kind "
        f"from the other half of the pairs, `{AGAIN}` less `{DPO}`",
        (AGAIN, DPO),
        of.gap_less_alike,
        ABOVE_0,
        recipe=preference_data_cpu_judge,
    ),
)
"""Claims in the order of the page."""
