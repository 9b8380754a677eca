"""What is claimed of blocks of layers and of rules that choose among them, by a real model."""

import math

from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.layer_emulators.selection import statistics as of
from benchmarks.families.layer_emulators.selection.study import layer_emulators_selection
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FIRST_FIVE, FromRuns, Statistic, from_arms

_ARMS = layer_emulators_selection().arms
_COMMAND = f"{command('layer_emulators_selection')} --seed 3 --seed 4"
_SIZES = "median over 27, 24, 20, 16 and 12 of 30 layers"
_CAVEAT = (
    "SmolLM2-135M on texts of an encyclopedia, not OPT; the emulators are as they are cut, and "
    "nothing is trained"
)
_PILOT = "(a run of seed 100, and one on abstracts, had been seen)"
_OURS = "this project, of the choice of layers"
_HALF = round(math.log(0.5), 4)
DEAR = 1.0
"""Rise of the loss, in nats per token, by which a layer is one that a model cannot do without."""
NEARLY = 0.1
"""Ln of a ratio up to which two sums are the same but for a tenth."""


def _runs(statistic: Statistic, region: Region) -> FromRuns:
    return from_arms(layer_emulators_selection, _ARMS, statistic, region, seeds=FIRST_FIVE)


CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="r1",
        where="its analysis of representations",
        statement="layers of decoder-only models form blocks of similar representations",
        statistic="the least of three, as shares of what is asked: CKA within five blocks less "
        f"across above {of.LEAST_STRENGTH:g}, p over all boundaries below {of.MOST_P:g}, adjusted "
        f"Rand index of the blocks of other texts above {of.LEAST_AGREEMENT:g}",
        rule=_runs(of.least_of_blocks, ABOVE_0),
        note=f"(blocks are found by half of the texts and measured on the other half) {_PILOT}",
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.blocks_distance",
        where="this project, of its analysis of representations",
        statement="blocks are more than nearness: of layers equally far apart, those of one block "
        "are liker than those of two",
        statistic="mean CKA within blocks less across, of pairs of layers equally far apart",
        rule=_runs(of.blocks_at_distance, Region(above=of.LEAST_STRENGTH / 2)),
        note=f"(half of what is asked where distance does not count) {_PILOT}",
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.blocks_rest",
        where="this project, of its analysis of representations",
        statement="blocks are no matter of one direction: they are there without the direction of "
        "largest variance of every layer",
        statistic="the least of the same three, without each layer's top direction",
        rule=_runs(of.least_of_rest, ABOVE_0),
        note=f"(as in r1) {_PILOT}",
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.select",
        where="the choice of layers by clusters",
        statement="centres of CKA clusters are better emulators than the best of uniform dropping, "
        "random layers and block influence",
        statistic=f"loss of the centres less that of the best of the three, {_SIZES}",
        rule=_runs(of.cka_less_best, BELOW_0),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.select_uniform",
        where="the choice of layers by clusters",
        statement="centres of CKA clusters are better emulators than layers at equal distances",
        statistic=f"loss of the centres less that of uniform dropping, {_SIZES}",
        rule=_runs(of.cka_less_uniform, BELOW_0),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.select_random",
        where="the choice of layers by clusters",
        statement="centres of CKA clusters are better emulators than layers drawn at random",
        statistic=f"loss of the centres less the mean of three draws, {_SIZES}",
        rule=_runs(of.cka_less_random, BELOW_0),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.select_older",
        where=_OURS,
        statement="block influence, an older rule at the price of one pass, halves what CKA "
        "centres add to the loss",
        statistic="ln of the rise of the loss over the whole model's by block influence over that "
        f"by CKA centres, {_SIZES}",
        rule=_runs(of.influence_over_cka, Region(below=_HALF)),
        note=f"(ln of one half) {_PILOT}",
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.select_rest",
        where=_OURS,
        statement="CKA without each layer's top direction chooses better layers than CKA",
        statistic=f"loss of its centres less that of the centres by CKA, {_SIZES}",
        rule=_runs(of.rest_less_cka, BELOW_0),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.blind_layer",
        where=_OURS,
        statement="CKA does not see a layer that the model cannot do without: its states are alike "
        "before and after it, and skipping it costs a nat and more",
        statistic="largest rise of the loss, in nats per token, without a layer whose input and "
        f"output have a CKA of at least {of.ALIKE:g}",
        rule=_runs(of.dearest_unseen, Region(above=DEAR)),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.foretells",
        where=_OURS,
        statement="block influence tells better than CKA which layers cost most to skip",
        statistic="rank correlation of skip costs with block influence, less that with 1 - CKA of "
        "what enters and what leaves a layer",
        rule=_runs(of.influence_foretells_more, ABOVE_0),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.additive",
        where="this project, of the search for the best layers",
        statement="the cost of leaving out two or three neighbours is the sum of their costs",
        statistic="ln of the mean cost of an interval over the mean sum of its layers' costs",
        rule=_runs(of.interval_over_sum, Region(above=-NEARLY, below=NEARLY)),
        note=f"(a tenth to either side) {_PILOT}",
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.exact",
        where="this project, of the search for the best layers",
        statement="the exact optimum under costs of intervals that add up is a better emulator "
        "than the layers that cost most to skip one by one",
        statistic=f"loss of the best intervals less that of the dearest layers, {_SIZES}",
        rule=_runs(of.intervals_less_single, BELOW_0),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.cost",
        where=_OURS,
        statement="a rule that asks more of the model chooses better layers",
        statistic="rank correlation, over the eight rules, of tokens through the model and loss, "
        f"{_SIZES}",
        rule=_runs(of.price_and_loss, BELOW_0),
        note=_PILOT,
        command=_COMMAND,
        caveat=f"two of the eight ask nothing; the page has the number of the others; {_CAVEAT}",
    ),
    PaperClaim(
        id="le.share_untrained",
        where="sharing",
        statement="sharing layers lowers the loss of an emulator that is not trained",
        statistic="loss with shared layers less that without, median over four rules and five "
        "numbers of layers",
        rule=_runs(of.sharing_raises, BELOW_0),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
    PaperClaim(
        id="le.order_control",
        where="this project: a control",
        statement="the order of layers matters: the same layers in another order are a worse "
        "emulator",
        statistic=f"loss of the layers of block influence permuted less that in order, {_SIZES}",
        rule=_runs(of.permuted_less_ordered, ABOVE_0),
        note=_PILOT,
        command=_COMMAND,
        caveat=_CAVEAT,
    ),
)
"""Claims that records of selections decide."""
