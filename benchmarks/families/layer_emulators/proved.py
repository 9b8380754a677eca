"""What linear models prove about emulators: the theory's claims that bear on the paper's steps."""

from functools import partial

from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.common.by_theory import by_theory
from theory.layer_emulators.barriers import ONE_LAYER, SHORT, TWO_LAYERS
from theory.layer_emulators.cka_claims import INVARIANT
from theory.layer_emulators.merging import CHAINED, CUTTING
from theory.layer_emulators.plug_in_claims import EVERY_TARGET, HIDDEN, ORDER, PERFECT_FIT
from theory.layer_emulators.removal_claims import GREEDY, NOT_ADDITIVE, OPTIMUM, SPACE
from theory.layer_emulators.skipping import COST
from theory.layer_emulators.tied import EVEN, EVEN_WIDTH
from theory.layer_emulators.top_direction import OWN_MASSIVE, WITHOUT_TOP

_MEASURE = "the measure of the clustering"
_MERGING = "the merging of adjacent clusters by their ends"
_REMOVING = "the choice of layers to remove"
_SHARING = "the sharing of layers"
_BASIN = "the path between optima"
_PLUG_IN = "the plug-in"
_claim = partial(by_theory, noted=True)

CLAIMS: tuple[PaperClaim, ...] = (
    _claim("le.cka", _MEASURE, INVARIANT),
    _claim("le.cka_top", _MEASURE, WITHOUT_TOP),
    _claim("le.cka_own", _MEASURE, OWN_MASSIVE),
    _claim("le.cka_cost", _MEASURE, COST),
    _claim("le.merging", _MERGING, CUTTING),
    _claim("le.merging_chain", _MERGING, CHAINED),
    _claim("le.space", _REMOVING, SPACE),
    _claim("le.optimum", _REMOVING, OPTIMUM),
    _claim("le.greedy", _REMOVING, GREEDY),
    _claim("le.not_additive", _REMOVING, NOT_ADDITIVE),
    _claim("le.tied", _SHARING, EVEN),
    _claim("le.tied_wide", _SHARING, EVEN_WIDTH),
    _claim("le.barrier_one", _BASIN, ONE_LAYER),
    _claim("le.barrier_two", _BASIN, TWO_LAYERS),
    _claim("le.barrier_short", _BASIN, SHORT),
    _claim("le.plug_in_fit", _PLUG_IN, PERFECT_FIT),
    _claim("le.plug_in_span", _PLUG_IN, EVERY_TARGET),
    _claim("le.plug_in_one", _PLUG_IN, HIDDEN),
    _claim("le.plug_in_order", _PLUG_IN, ORDER),
)
"""CKA, merging, removing, sharing, barriers and plug-ins, each decided by two routes."""
