"""What the paper claims, and what can be said of it with models of one layer; one entry a claim."""

import math
from collections.abc import Callable

from benchmarks.comparing.decisions import ABOVE_0, Region
from benchmarks.families.critical_data import statistics as of
from benchmarks.families.critical_data.gpu.claims import GPU_CLAIMS
from benchmarks.families.critical_data.lazy import statistics as of_lazy
from benchmarks.families.critical_data.lazy.study import critical_data_lazy
from benchmarks.families.critical_data.recipes import (
    critical_data,
    critical_data_cpu,
    critical_data_cpu_moduli,
    critical_data_cpu_widths,
)
from benchmarks.families.critical_data.shares import statistics as of_shares
from benchmarks.families.critical_data.shares.claims import SHARE_CLAIMS
from benchmarks.families.critical_data.shares.study import critical_data_shares
from benchmarks.families.critical_data.text.claims import TEXT_CLAIMS
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.common.by_theory import by_theory
from benchmarks.paper.rules import BestSupported, FromRuns, Statistic, from_arms
from benchmarks.running.study import FamilyRecipe
from theory.critical_data.cosine import COSINE_NETWORK
from theory.critical_data.identify_claims import COMPLETE_LARGE, FLOOR_ONE, FLOOR_TWO
from theory.critical_data.linear_claims import LINEAR_PLATEAU, LINEAR_TIME
from theory.critical_data.mix_share import MIX_BOUNDED
from theory.critical_data.shrinkage import DECAY_LAW, DECAY_PRINTED

EIGHT = tuple(range(8))
"""Seeds that the cpu tier plans."""
_P, _TESTED = 31, 240
_THREE_ERRORS = round(3 * of.chance_error(_P, _TESTED), 4)
"""Three standard errors of chance at the smoke tier's modulus."""
_SIZE = "models of one layer and width 64 at p = 31, not the paper's p = 113"
_MOST_FOR_MEMORISING = 500


def _sizes(statistic: Statistic, region: Region) -> BestSupported:
    """By the nine sizes, at the smoke tier or at the cpu tier."""
    return BestSupported(
        (
            from_arms(critical_data, ("sizes",), statistic, region),
            _cpu(critical_data_cpu, ("sizes",), statistic, region),
        )
    )


def _cpu(
    recipe: Callable[[], FamilyRecipe], arms: tuple[str, ...], statistic: Statistic, region: Region
) -> FromRuns:
    return from_arms(recipe, arms, statistic, region, seeds=EIGHT)


def _exponent(hypothesis: str, id: str, source: str) -> PaperClaim:
    arms = critical_data_cpu_moduli().arms
    region = Region(above=-of.TELLS, below=of.TELLS)
    return PaperClaim(
        id=id,
        where=source,
        statement=f"the critical size grows with the modulus as {hypothesis}",
        statistic=f"exponent of the critical size over {hypothesis} in p, for p = 23, 31, 43, 59",
        rule=_cpu(critical_data_cpu_moduli, arms, of.grows_beyond(hypothesis), region),
        note="(half of the distance to the nearest other hypothesis; no number where the sizes "
        "that were tried are too far apart to tell)",
        command=command("critical_data_cpu_moduli"),
        caveat="four moduli, from 23 to 59; budgets of six times the steps of the largest size",
    )


_TWICE = round(math.log(2), 4)
_SHARES = f"{command('critical_data_shares')} --seed 3 --seed 4 --seed 5 --seed 6 --seed 7"
_SMOKE, _CPU = command("critical_data"), command("critical_data_cpu")

CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="cds.memorise",
        where="Figure 1C",
        statement="modular addition is learnt by heart within 500 steps at every data size",
        statistic="most steps until 99 % of the learnt questions are right, over sizes",
        rule=_sizes(of.slowest_memorised, Region(below=_MOST_FOR_MEMORISING)),
        command=_SMOKE,
        caveat=_SIZE,
    ),
    PaperClaim(
        id="cds.memorise_flat",
        where="Figure 1C",
        statement="the size of the data does not change how long learning by heart takes",
        statistic="most over fewest steps until 99 % of the learnt questions are right, over sizes",
        rule=_sizes(of.spread_memorised, Region(below=3)),
        note="(sizes span a factor of 5; steps are seen every 25)",
        command=_SMOKE,
        caveat=_SIZE,
    ),
    PaperClaim(
        id="cds.threshold",
        where="Definition 1",
        statement="of one seed's models none generalises below some data size, and all do above",
        statistic="number of sizes that are exceptions to the step that fits a seed best",
        rule=_sizes(of.out_of_order, Region(below=0.5)),
        note="(less than one exception in two seeds; the size of the step differs between seeds)",
        command=_SMOKE,
        caveat=_SIZE,
    ),
    PaperClaim(
        id="cds.peak",
        where="Figure 1B",
        statement="generalising takes longest at the critical size: three times as long and more",
        statistic="steps to generalise at the smallest size that does, over those at the largest",
        rule=_sizes(of.peak_over_end, Region(above=3)),
        command=_SMOKE,
        caveat=_SIZE,
    ),
    PaperClaim(
        id="cds.falls",
        where="Figure 1B",
        statement="from the critical size on generalising is ever faster with more data",
        statistic="Spearman's rho of steps to generalise on n, above the critical size",
        rule=_sizes(of.steps_fall, Region(below=-0.9)),
        note="(-1 is a fall at every step)",
        command=_SMOKE,
        caveat=_SIZE,
    ),
    PaperClaim(
        id="cds.delay",
        where="Section 3",
        statement="at the critical size generalising comes long after learning by heart",
        statistic="steps to generalise over steps to memorise at the smallest size that does both",
        rule=_sizes(of.delay, Region(above=5)),
        command=_SMOKE,
        caveat=_SIZE,
    ),
    PaperClaim(
        id="cds.below",
        where="Figure 1B",
        statement="at three quarters of the critical size accuracy stays below one half",
        statistic="largest test accuracy at the end, of sizes up to .75 of the critical one",
        rule=_sizes(of.best_below, Region(below=0.5)),
        note="(the paper: 1,000 and 1,500 examples, where 2,000 generalise)",
        command=_SMOKE,
        caveat=_SIZE,
    ),
    PaperClaim(
        id="cds.floor",
        where="this project",
        statement="nobody is right more often than what follows from the examples, and chance",
        statistic="largest excess of test accuracy over implied share and chance, for n < 2 p",
        rule=from_arms(critical_data, ("few",), of.above_floor, Region(below=_THREE_ERRORS)),
        note="(three standard errors of chance)",
        command=_SMOKE,
    ),
    PaperClaim(
        id="cds.mirror",
        where="this project",
        statement="below the critical size a model knows a + b where it has learnt b + a, and "
        "little else",
        statistic="accuracy with the mirror image learnt less that without, before generalising",
        rule=_sizes(of.mirror_gap, ABOVE_0),
        command=_SMOKE,
        caveat=_SIZE,
    ),
    PaperClaim(
        id="cds.scrambled",
        where="this project",
        statement="with scrambled labels test accuracy stays at chance",
        statistic="test accuracy at the end",
        rule=from_arms(
            critical_data,
            ("scrambled",),
            of.last_accuracy,
            Region(below=round(1 / _P + _THREE_ERRORS, 4)),
        ),
        note="(chance and three of its standard errors)",
        command=_SMOKE,
    ),
    PaperClaim(
        id="cds.nested",
        where="this project",
        statement="it does not matter whether smaller sets lie inside larger ones",
        statistic="ln of the critical size with nested sets over that with fresh ones",
        rule=_cpu(
            critical_data_cpu,
            ("nested", "sizes"),
            of.nested_less_fresh,
            Region(above=-0.2, below=0.2),
        ),
        note="(a fifth; neighbouring sizes are a seventh apart)",
        command=_CPU,
    ),
    PaperClaim(
        id="cds.weight_decay",
        where="Appendix, weight decay",
        statement="the more weight decay, the sooner a model generalises",
        statistic="Kendall's tau of weight decay (0, .3, 1, 3) and speed, at n = 480",
        rule=_cpu(critical_data_cpu, ("decays",), of.decay_order, ABOVE_0),
        command=_CPU,
        caveat=_SIZE,
    ),
    PaperClaim(
        id="cds.no_decay",
        where="Appendix, weight decay",
        statement="without weight decay a model does not generalise",
        statistic="test accuracy after 4,000 steps without decay, at n = 480",
        rule=_cpu(critical_data_cpu, ("decays",), of.without_decay, Region(below=0.95)),
        note="(the accuracy that counts as generalising)",
        command=_CPU,
        caveat=_SIZE,
    ),
    PaperClaim(
        id="cds.scale_order",
        where="Appendix, initial scale",
        statement="the larger the initial weights, the later a model generalises",
        statistic="least ln ratio of steps from one scale (1, 2, 4) to the next, lr .001, wd 1",
        rule=_cpu(critical_data_cpu, ("scales",), of.scale_order, ABOVE_0),
        command=_CPU,
        caveat="p = 23, n = 370; a model that ended before counts with its 8,000 steps",
    ),
    PaperClaim(
        id="cds.scale_law",
        where="Equation 7",
        statement="the delay is what weight decay alone takes to undo the initial scale",
        statistic="slope of the delay on ln(alpha) / (lr wd), through 0",
        rule=_cpu(critical_data_cpu, ("scales",), of.scale_slope, Region(above=0.8, below=1.25)),
        note="(a fifth to either side; with the learning rate that the printed equation lacks)",
        command=_CPU,
        caveat="p = 23, n = 370; a model that ended before makes the slope a lower limit",
    ),
    PaperClaim(
        id="cds.width",
        where="Figure 7",
        statement="larger models need more data to generalise",
        statistic="Kendall's tau of width (16, 32, 64, 128) and how few sizes generalise",
        rule=_cpu(
            critical_data_cpu_widths, critical_data_cpu_widths().arms, of.width_order, ABOVE_0
        ),
        command=command("critical_data_cpu_widths"),
        caveat="addition modulo 23 at one budget; the paper measured accuracy on film reviews, and "
        "no critical size",
    ),
    _exponent("p ln p", "cds.exponent_log", "this project: the identifiability floor"),
    _exponent("p^(5/3)", "cds.exponent_five_thirds", "Mohamadi et al. 2024, bounded networks"),
    _exponent("p^2", "cds.exponent_square", "Mohamadi et al. 2024, kernels"),
    PaperClaim(
        id="cds.lazy_share",
        where="Mohamadi et al. 2024, kernels",
        statement="a lazy student, whose random features stay as they are drawn, needs a constant "
        "share of all questions",
        statistic="exponent, over p^2 in p = 23, 31, 43, 59, of the size at which half of the "
        "other questions are right",
        rule=_cpu(
            critical_data_lazy,
            tuple(f"one_{p}" for p in (23, 31, 43, 59)),
            of_lazy.lazy_beyond_square,
            Region(above=-of.TELLS, below=of.TELLS),
        ),
        note="(half of the distance of p ln p and p^(5/3))",
        command=command("critical_data_lazy"),
        caveat="half right in place of .95, of the better of two penalties; both places share "
        "their vectors, as in the trained models",
    ),
    PaperClaim(
        id="cds.lazy_apart",
        where="this project",
        statement="all that it knows is commutativity: where b + a was not learnt, it is right by "
        "chance or less",
        statistic="share right of questions whose mirror image was not learnt, half of the table "
        "learnt, p = 31",
        rule=_cpu(
            critical_data_lazy,
            ("one_31",),
            of_lazy.lazy_apart,
            Region(below=round(1 / _P + _THREE_ERRORS, 4)),
        ),
        note="(chance and three of its standard errors)",
        command=command("critical_data_lazy"),
    ),
    *GPU_CLAIMS,
    PaperClaim(
        id="cds.share_converges",
        where="this project: the critical share",
        statement="the share of fresh human text that keeps the excess below .5 bits per token has "
        "converged after 20 generations",
        statistic="ln of that share after 20 generations over that after 10, bigram chains",
        rule=_cpu(critical_data_shares, ("bigrams",), of_shares.converged, Region(below=0.1)),
        note="(a tenth more in twice as many generations)",
        command=_SHARES,
    ),
    PaperClaim(
        id="cds.share_delta",
        where="this project: the critical share",
        statement="it is no critical share, for it depends on the excess that is allowed: more "
        "than twice as much text is needed for .1 bits as for .5",
        statistic="ln of the share for .1 over that for .5 after 20 generations, bigram chains",
        rule=_cpu(
            critical_data_shares, ("bigrams",), of_shares.depends_on_delta, Region(above=_TWICE)
        ),
        note="(ln 2; a share at which chains begin to collapse would be one for both)",
        command=_SHARES,
    ),
    *SHARE_CLAIMS,
    by_theory("cds.share_linear", "this project: the critical share", MIX_BOUNDED),
    by_theory("cds.decay_printed", "Equation 7", DECAY_PRINTED),
    by_theory("cds.decay_law", "this project, of Equation 7", DECAY_LAW),
    by_theory("cds.linear_model", "this project, of Figure 1B", LINEAR_PLATEAU),
    by_theory("cds.linear_time", "this project, of Figure 1B", LINEAR_TIME),
    by_theory("cds.identify", "this project", COMPLETE_LARGE),
    by_theory("cds.follows", "this project", FLOOR_TWO),
    by_theory("cds.follows_one", "this project", FLOOR_ONE),
    by_theory("cds.cosine", "Gromov 2023", COSINE_NETWORK),
    *TEXT_CLAIMS,
)
