"""What the paper claims about tuning without the model, and what own models say of it."""

from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.layer_emulators.tuning import statistics as of
from benchmarks.families.layer_emulators.tuning.gate import Gate
from benchmarks.families.layer_emulators.tuning.settings import CONTROLS, ENDS, SPREAD
from benchmarks.families.layer_emulators.tuning.study import layer_emulators_cpu
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FIRST_FIVE, FromRuns, Statistic, from_arms

NO_BARRIER = 0.02
"""Height of a barrier, in zero-shot losses, up to which two models count as connected."""
_STUDY = layer_emulators_cpu()
_RUN = "collapse run layer_emulators_cpu" + "".join(f" --seed {seed}" for seed in FIRST_FIVE)
_MODEL = (
    f"own models of {_STUDY.shape.layers} layers of width {_STUDY.shape.width}, emulators of "
    f"{_STUDY.kept} layers, four of them trained at one rate; of another seed, fitted otherwise, "
    "the gate was looked at before the rules, and no emulator was tuned"
)
_WHERE = "this project: tuning at equal kept and trained layers"
_RULES = "mean over five rules"


def _tuned(arms: tuple[str, ...], statistic: Statistic, region: Region = ABOVE_0) -> FromRuns:
    return from_arms(layer_emulators_cpu, arms, statistic, region, Gate(), FIRST_FIVE)


def _sharing(name: str, what: str, statistic: Statistic) -> PaperClaim:
    return PaperClaim(
        id=f"le.share_{name}",
        where="Table 1, the rows without sharing",
        statement=f"sharing lowers the loss of {what}",
        statistic=f"loss without sharing less that with it, in nats per token, {_RULES}",
        rule=_tuned((SPREAD,), statistic),
        command=_RUN,
        caveat=_MODEL,
    )


R4 = PaperClaim(
    id="r4",
    where="Table 1",
    statement="the plug-in is better than zero-shot and than the tuned emulator",
    statistic="the smaller of zero-shot loss less plug-in loss and tuned emulator's loss less "
    "plug-in loss, CKA clusters with sharing",
    rule=_tuned((SPREAD,), of.below_both),
    command=_RUN,
    caveat=_MODEL,
)
"""The paper's fourth claim, decided by own models."""
R5 = PaperClaim(
    id="r5",
    where="Figure 6",
    statement="optima of tuning with and without the full model lie in one basin",
    statistic="highest loss of a mix of weights above the mix of losses, over the zero-shot "
    "loss; the larger of two plug-ins, each to tuning of the same layers inside the model",
    rule=_tuned((CONTROLS,), of.largest_barrier, Region(below=NO_BARRIER)),
    note="(a fiftieth)",
    command=_RUN,
    caveat=_MODEL,
)
"""The paper's fifth claim, decided by own models."""

CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="le.order_zero_shot",
        where="Table 1",
        statement="the plug-in is better than the model as it was",
        statistic="zero-shot loss less plug-in loss, CKA clusters with sharing",
        rule=_tuned((SPREAD,), of.below_zero_shot),
        command=_RUN,
        caveat=_MODEL,
    ),
    _sharing("zero_shot", "an emulator that nobody tuned", of.sharing_zero_shot),
    _sharing("tuned", "a tuned emulator", of.sharing_tuned),
    _sharing("plug_in", "the plug-in", of.sharing_plug_in),
    PaperClaim(
        id="le.equalised",
        where=_WHERE,
        statement="layers that CKA clusters keep make better plug-ins than uniform ones",
        statistic="plug-in loss of uniform layers less that of CKA's, mean over sharing and none "
        "and over two sets of trained places",
        rule=_tuned((SPREAD, ENDS), of.clusters_below_uniform),
        command=_RUN,
        caveat=_MODEL,
    ),
    PaperClaim(
        id="le.equalised_loss",
        where=_WHERE,
        statement="layers whose emulator has the least loss make better plug-ins than CKA's",
        statistic="plug-in loss of CKA's layers less that of the best of all sets by the "
        "emulator's loss on general text, mean over sharing and none and over two sets of places",
        rule=_tuned((SPREAD, ENDS), of.loss_below_clusters),
        command=_RUN,
        caveat=_MODEL,
    ),
    PaperClaim(
        id="le.connect_orders",
        where="this project, of Figure 6",
        statement="plug-ins of two different emulators and two orders of the text lie in one basin",
        statistic="highest loss of a mix of weights above the mix of losses, over the zero-shot "
        "loss",
        rule=_tuned((CONTROLS,), of.barrier_of_orders, Region(below=NO_BARRIER)),
        note="(if these do too, one basin says nothing of the emulator)",
        command=_RUN,
        caveat=_MODEL,
    ),
    PaperClaim(
        id="le.connect_starts",
        where="this project, of Figure 6",
        statement="there is a barrier where the trained layers begin elsewhere, so that a barrier "
        "can be seen",
        statistic="highest loss of a mix of weights above the mix of losses, over the zero-shot "
        "loss, from the same layers tuned from fresh weights",
        rule=_tuned((CONTROLS,), of.barrier_of_starts, Region(above=NO_BARRIER)),
        command=_RUN,
        caveat=_MODEL,
    ),
    PaperClaim(
        id="le.shuffled",
        where="this project: a control",
        statement="layers tuned on shuffled tokens gain nothing in the model",
        statistic="zero-shot loss less the loss of that plug-in, uniform layers",
        rule=_tuned((CONTROLS,), of.shuffled_gain, BELOW_0),
        command=_RUN,
        caveat=_MODEL,
    ),
    PaperClaim(
        id="le.untrained",
        where="this project: a control",
        statement="the frozen layers matter: inside an untrained middle worse layers are learnt",
        statistic="plug-in loss of layers tuned inside fresh frozen layers less that inside the "
        "model's own, uniform layers",
        rule=_tuned((SPREAD, CONTROLS), of.worth_of_middle),
        command=_RUN,
        caveat=_MODEL,
    ),
    PaperClaim(
        id="le.predict",
        where=_WHERE,
        statement="the better an emulator is before it is tuned, the better its plug-in",
        statistic="rank correlation of the emulator's loss with that of its plug-in over all "
        "emulators, mean of two sets of trained places",
        rule=_tuned((SPREAD, ENDS), of.loss_predicts),
        command=_RUN,
        caveat=_MODEL,
    ),
    PaperClaim(
        id="le.predict_gradient",
        where=_WHERE,
        statement="agreement of the first gradient with the model's says more of the plug-in than "
        "the emulator's loss",
        statistic="rank correlation with the loss of the plug-in, of 1 less the cosine of the two "
        "gradients less that of the emulator's loss, mean of two sets of trained places",
        rule=_tuned((SPREAD, ENDS), of.gradient_beyond_loss),
        command=_RUN,
        caveat=_MODEL,
    ),
)
"""Claims of the project by the same runs."""
