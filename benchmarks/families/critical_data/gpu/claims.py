"""Claims about the paper's own modular experiment, p = 113, and about moduli up to 97."""

from benchmarks.comparing.decisions import Region
from benchmarks.families.critical_data import statistics as of
from benchmarks.families.critical_data.gpu import statistics as of_paper
from benchmarks.families.critical_data.recipes import critical_data_gpu
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FromRuns, Statistic, from_arms

SEEDS = tuple(range(8))
"""Seeds that these claims plan; four train at once."""
_RUN = "collapse run critical_data_gpu" + "".join(f" --seed {seed}" for seed in SEEDS)
_STEP = "collapse gpu --only critical-sizes"
_MODULI = tuple(arm for arm in critical_data_gpu().arms if arm.startswith("modulus"))
_NUMBERS = ", ".join(arm.removeprefix("modulus_") for arm in _MODULI)


def _by(arms: tuple[str, ...], statistic: Statistic, region: Region) -> FromRuns:
    return from_arms(critical_data_gpu, arms, statistic, region, seeds=SEEDS)


def _exponent(hypothesis: str, id: str, source: str) -> PaperClaim:
    return PaperClaim(
        id=id,
        where=source,
        statement=f"the critical size grows with the modulus as {hypothesis}, up to p = 97",
        statistic=f"exponent of the critical size over {hypothesis} in p, for p = {_NUMBERS}",
        rule=_by(_MODULI, of.grows_beyond(hypothesis), Region(above=-of.TELLS, below=of.TELLS)),
        note="(half of the distance to the nearest other hypothesis over p = 23 to 59)",
        command=_RUN,
        caveat="sizes an eighth apart from 3 p ln p to .7 p^2; budgets of six times the steps of "
        "the largest size",
    )


GPU_CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="cds.paper_modular",
        where="Figure 1B",
        statement="at p = 113 the critical size lies between 1,500 and 2,000 examples",
        statistic="critical size of 8 sizes from 1,000 to 3,000 at 10,000 steps",
        rule=_by(("critical",), of.critical_size_alone, Region(above=1500, below=2000)),
        command=_STEP,
    ),
    PaperClaim(
        id="cds.paper_steps",
        where="Figure 1B",
        statement="at p = 113 a model with 2,000 examples generalises after about 3,500 steps",
        statistic="steps until 95 % of the other questions are right, n = 2,000",
        rule=_by(("critical",), of_paper.steps_at_critical, Region(above=2800, below=4375)),
        note="(a fifth to either side; the paper counts to 100 %)",
        command=_STEP,
        caveat="a model that never generalises counts with its 10,000 steps",
    ),
    PaperClaim(
        id="cds.paper_below",
        where="Figure 1B",
        statement="at p = 113 models with 1,000 to 1,500 examples stay below one half",
        statistic="largest test accuracy after 10,000 steps, of sizes up to 1,500",
        rule=_by(("critical",), of_paper.best_up_to_below, Region(below=0.5)),
        command=_STEP,
    ),
    PaperClaim(
        id="cds.paper_memorise",
        where="Figure 1C",
        statement="at p = 113 every data size is learnt by heart within 500 steps",
        statistic="most steps until 99 % of the learnt questions are right, over 18 sizes",
        rule=_by(("sizes",), of.slowest_memorised, Region(below=500)),
        command=_RUN,
    ),
    PaperClaim(
        id="cds.paper_peak",
        where="Figure 1B",
        statement="at p = 113 generalising takes three times as long at the critical size as with "
        "the most data, and longer",
        statistic="steps to generalise at the smallest size that does, over those at 9,500",
        rule=_by(("sizes",), of.peak_over_end, Region(above=3)),
        note="(the paper: 3,500 steps and 500)",
        command=_RUN,
    ),
    PaperClaim(
        id="cds.paper_fast",
        where="Figure 1B",
        statement="at p = 113 a model with the most data generalises after about 500 steps",
        statistic="steps until 95 % of the other questions are right, n = 9,500",
        rule=_by(("sizes",), of_paper.steps_at_largest, Region(above=400, below=625)),
        note="(a fifth to either side; the paper counts to 100 %)",
        command=_RUN,
    ),
    _exponent("p ln p", "cds.exponent_log_97", "this project: the identifiability floor"),
    _exponent("p^(5/3)", "cds.exponent_five_thirds_97", "Mohamadi et al. 2024, bounded networks"),
    _exponent("p^2", "cds.exponent_square_97", "Mohamadi et al. 2024, kernels"),
)
"""In the order of the paper; the first three follow from ninety seconds of a GPU."""
