"""What is claimed of a reward model that is tuned whole."""

from benchmarks.comparing.decisions import ABOVE_0
from benchmarks.families.preference_data.reward import statistics as of_heads
from benchmarks.families.preference_data.tuned_rewards import statistics as of
from benchmarks.families.preference_data.tuned_rewards.needs import Learnt
from benchmarks.families.preference_data.tuned_rewards.study import (
    READOUT,
    TUNED,
    preference_data_gpu_tuned,
)
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.common.by_arms import ByArms

_TUNED = ByArms(
    recipe=preference_data_gpu_tuned,
    caveat="a model of 135 M parameters, of 4 bits before it is tuned, on options of exam "
    "questions, not one of 8 B on 100,000 judged answers",
)
_LEARNT = Learnt("loss/last", 0.68)
CLAIMS: tuple[PaperClaim, ...] = (
    _TUNED.claim(
        "um.reward_tuned",
        "Table 4",
        "a language model that is tuned whole as a reward model tells right from wrong options "
        "better than length and cosine do",
        "the least of two leads in accuracy on hard pairs, over length and over cosine, each less "
        f"two standard errors over questions, `{TUNED}`",
        (TUNED,),
        of_heads.hard_lead,
        ABOVE_0,
        need=_LEARNT,
    ),
    _TUNED.claim(
        "um.reward_tuned_easy",
        "this project, of reward models",
        "on right options of other questions it is better than their cosine with the question",
        f"lead in accuracy on easy pairs over cosine, less two standard errors, `{TUNED}`",
        (TUNED,),
        of_heads.easy_lead,
        ABOVE_0,
        need=_LEARNT,
    ),
    _TUNED.claim(
        "um.reward_readout",
        "this project, of reward models",
        "tuning all weights is better than fitting a readout of the same states at rest",
        f"mean over easy and hard pairs of accuracy, `{TUNED}` less `{READOUT}`",
        (TUNED, READOUT),
        of.more_right,
        ABOVE_0,
        need=_LEARNT,
    ),
)
"""Claims in the order of the page."""
