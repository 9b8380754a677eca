"""Claims about how much fresh human text transformers need, with their rules."""

import math

from benchmarks.chains.cost import size_words
from benchmarks.comparing.decisions import ABOVE_0, Region
from benchmarks.families.critical_data.shares import compared, predicted
from benchmarks.families.critical_data.shares.study import critical_data_shares
from benchmarks.families.critical_data.shares.transformers import critical_data_cpu_shares
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FromRuns, from_arms

UNSEEN = (8, 9, 10, 11, 12)
"""Seeds that no chain had when the rules were written, neither of bigrams nor of transformers."""
UNSEEN_BIGRAMS = tuple(range(8, 20))
"""The same of bigrams, whose chains take seconds."""
SMALLER, LARGER = "width_48", "width_96"
_ALIKE = round(math.log(2), 4)
_CONVERGED = 0.1
_STEP = round(math.log(1.5), 4)
_SEEDS = "".join(f" --seed {seed}" for seed in UNSEEN)
_RUN = f"collapse run critical_data_cpu_shares{_SEEDS}"
_BIGRAMS = f"collapse run critical_data_shares{_SEEDS}"
_SHAPES = critical_data_cpu_shares().shapes
_MODELS = (
    f"models of {size_words(_SHAPES[SMALLER], _SHAPES[LARGER])} that begin anew in every "
    "generation, King James Bible; of another seed three generations at two shares were seen, "
    "with half as many steps, before the rules"
)
_WHERE = "this project: the critical share"
_BIGRAM_SEEDS = "".join(f" --seed {seed}" for seed in UNSEEN_BIGRAMS)

SHARE_CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="cds.share_transformers",
        where=_WHERE,
        statement="transformers need as much fresh human text as bigrams to stay within .5 bits "
        "per word after 5 generations",
        statistic="ln of the share that the larger transformers need over that of bigrams",
        rule=FromRuns(
            ((critical_data_cpu_shares, LARGER), (critical_data_shares, "bigrams")),
            compared.over_bigrams,
            Region(above=-_ALIKE, below=_ALIKE),
            seeds=UNSEEN,
        ),
        note="(ln 2; the shares of the coarse grid are up to a factor of two apart)",
        command=f"{_RUN}; {_BIGRAMS}",
        caveat=_MODELS,
    ),
    PaperClaim(
        id="cds.share_size",
        where=_WHERE,
        statement="the larger a transformer, the more fresh human text it needs to stay within .5 "
        "bits per word after 5 generations",
        statistic="ln of the share that width 96 needs over that of width 48",
        rule=from_arms(
            critical_data_cpu_shares,
            (SMALLER, LARGER),
            compared.larger_over_smaller,
            ABOVE_0,
            seeds=UNSEEN,
        ),
        command=_RUN,
        caveat=_MODELS,
    ),
    PaperClaim(
        id="cds.share_transformers_converges",
        where=_WHERE,
        statement="the share that keeps transformers within .5 bits per word has converged after "
        "5 generations",
        statistic="ln of that share after 5 generations over that after 2, width 96",
        rule=from_arms(
            critical_data_cpu_shares,
            (LARGER,),
            compared.later_over_earlier,
            Region(below=_CONVERGED),
            seeds=UNSEEN,
        ),
        note="(a tenth more in two and a half times as many generations)",
        command=_RUN,
        caveat=_MODELS,
    ),
    PaperClaim(
        id="cds.share_predicted",
        where=_WHERE,
        statement="the linear theory, with one number read off the first generation, predicts the "
        "share that keeps bigrams within .5 bits per word after 20 generations",
        statistic="ln of the share that bigrams need over the share that a linear chain needs",
        rule=from_arms(
            critical_data_shares,
            ("bigrams",),
            predicted.measured_over_predicted,
            Region(above=-_STEP, below=_STEP),
            seeds=UNSEEN_BIGRAMS,
        ),
        note="(ln 1.5, the widest step between neighbouring shares of the fine grid from 1/16 on)",
        command=f"collapse run critical_data_shares{_BIGRAM_SEEDS}",
        caveat="the theory is of means of numbers; seeds 0 to 7, seen before, have -0.2",
    ),
)
