"""Claims about token editing by a model of the text itself: fixed point, entropy, cost."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np

from theory.discrete import edit_proofs as proofs
from theory.discrete import editing
from theory.discrete.edit_evidence import (
    CLOSED,
    DERIVATIONS,
    GOLDEN,
    IN_TOP,
    OURS,
    OWN,
    family,
    looseness,
    nearest,
    routes,
)
from theory.discrete.edit_routes import Draw, drawn_context
from theory.discrete.editing import Context, excess_loss, total_variation
from theory.verdict import Claim

ABOVE_GOLDEN = 0.6181
"""Threshold a little above .618."""


def _own(lowest: float, edits: int = 1) -> Draw:
    return lambda rng: drawn_context(rng, own=True, lowest=lowest, most_edits=edits)


def _own_in_top(rng: np.random.Generator) -> Context:
    """Draw a context edited once by its own law, with every flagged token in K, and others."""
    case = drawn_context(rng, own=True, lowest=0.3)
    return case if int(case.flagged.sum()) < case.top_k else _own_in_top(rng)


def _settled(rng: np.random.Generator) -> Context:
    """Draw a context whose last of at most six edits by its own law changes nothing."""
    case = drawn_context(rng, own=True, lowest=ABOVE_GOLDEN)
    m, mass = case.flagged_share, editing.top(case)
    squares = math.ceil(math.log2(math.log(float(case.threshold) / mass) / math.log(m / mass)))
    return replace(case, edits=squares + 1) if squares <= 5 else _settled(rng)


def _start(case: Context) -> float:
    return editing.entropy(case.law, case.law)


SURE = Context(human=(995, 3, 1, 1), prior=None, threshold=Fraction(99, 100), top_k=8)
"""A context as the paper's rule flags it."""
LOW = Context(human=(50, 30, 12, 5, 2, 1), prior=None, threshold=Fraction(1, 4), top_k=4)
"""A context with two flagged tokens and two outside the likeliest four."""
PEAKED = Context(human=(90, 6, 3, 1), prior=None, threshold=Fraction(7, 10), top_k=3)
"""A context that is edited once and then stands below its threshold."""
WORST = Context(
    human=(4045, 732, 2398105, 1241), prior=None, threshold=Fraction(85, 100), top_k=4, edits=8
)
"""A context that self-editing takes far: almost certain, and edited again and again."""

SELF_DISTANCE = Claim(
    id="edit-self-distance",
    statement="one edit by a model of the text itself moves the share m (1 - m/S) of its tokens",
    source=OURS,
    relation="equals",
    formula=CLOSED,
    cases=family(_own_in_top, replace(SURE, human=(9995, 2, 2, 1)), LOW, PEAKED),
    span="thresholds .25 to .99, 2 to 8 tokens, every k that holds the flagged ones",
    stated=editing.self_edit_distance,
    routes=routes(lambda _case: total_variation),
    derivations=DERIVATIONS,
    assumptions=(OWN, IN_TOP),
    unit="share",
    note="flagged tokens keep m/S of their mass, the rest of the top k gains by 1 + m/S, "
    "the tail stays: editing flattens, it never forgets a rare token",
)
SELF_ENTROPY = Claim(
    id="edit-self-entropy",
    statement="one edit by a model of the text itself never lowers the entropy, t >= .618",
    source=OURS,
    relation="at least",
    cases=family(
        _own(ABOVE_GOLDEN),
        replace(PEAKED, human=(65, 35), threshold=Fraction(62, 100)),
        search=nearest(_own(ABOVE_GOLDEN), editing.entropy, _start, sign=-1),
    ),
    span="thresholds .618 to 1, 2 to 8 tokens, every k; the case nearest to equality",
    stated=_start,
    routes=routes(lambda _case: editing.entropy),
    derivations=DERIVATIONS,
    assumptions=(OWN, GOLDEN),
    tolerance=1e-4,
    proof=proofs.entropy_rises,
    unit="nats",
    note="the threshold .618 cannot be lowered: see edit-self-entropy-any",
)
SELF_ENTROPY_ANY = replace(
    SELF_ENTROPY,
    id="edit-self-entropy-any",
    statement="one edit by a model of the text itself never lowers the entropy, any threshold",
    source="edit-self-entropy, the threshold taken away",
    cases=family(
        _own(0.5),
        replace(PEAKED, human=(55, 45), threshold=Fraction(51, 100)),
        random=0,
        search=nearest(_own(0.5), editing.entropy, _start, sign=-1),
    ),
    span="one context by hand, and the worst that a search finds, thresholds .5 to 1",
    assumptions=(OWN,),
    proof=None,
    note="below .618 the tokens that gain can overtake the flagged one",
)
SELF_STOPS = Claim(
    id="edit-self-stops",
    statement="edit_previous by a model of the text stops at the first S (m/S)^(2^j) below t",
    source=OURS,
    relation="equals",
    formula=CLOSED,
    cases=family(
        _settled,
        replace(SURE, human=(990, 5, 3, 2), threshold=Fraction(95, 100), edits=4),
        replace(PEAKED, edits=6),
        replace(PEAKED, human=(65, 30, 5), threshold=Fraction(62, 100), top_k=2, edits=6),
    ),
    span="thresholds .618 to 1, 2 to 8 tokens, every k, up to 6 edits",
    stated=editing.self_edit_stops_at,
    routes=routes(editing.flagged_mass),
    derivations=DERIVATIONS,
    assumptions=(OWN, GOLDEN),
    tolerance=2e-3,
    unit="probability",
    note="edited shares die out by themselves for a threshold that is fixed; the fixed points are "
    "the laws without a token of t or more, and those of flagged tokens alone",
)
SELF_ARGMAX = Claim(
    id="edit-self-argmax",
    statement="edit_previous by a model of the text itself ends in the likeliest text",
    source="a reading of the redraw as p^2, which sharpens",
    relation="equals",
    formula="a reading of the redraw as p^2",
    cases=family(_settled, replace(PEAKED, edits=6), random=0),
    span="one case that breaks it",
    stated=lambda _case: 1.0,
    routes=routes(lambda _case: lambda _human, law: float(law.max())),
    derivations=DERIVATIONS,
    assumptions=(OWN, GOLDEN),
    tolerance=2e-3,
    unit="probability",
    note="p^2 is what stays of a sure token, and the rest is spread: the text flattens",
)
SELF_COST = replace(
    SELF_STOPS,
    id="edit-self-cost",
    statement="edit_previous by a model of the text itself costs S d(m/S | m_end/S) in all, where "
    "d is the relative entropy of two coins",
    stated=editing.self_edit_cost,
    routes=routes(lambda _case: excess_loss),
    tolerance=5e-3,
    unit="nats",
    note="m_end is where edit-self-stops ends",
)
SELF_LOSS = Claim(
    id="edit-self-loss",
    statement="edit_previous by a model of the text itself loses at most 2 h(F) log(1/t) in all",
    source=OURS,
    relation="at most",
    cases=family(
        _own(ABOVE_GOLDEN, edits=8),
        replace(SURE, human=(9995, 2, 2, 1), edits=3),
        search=nearest(_own(ABOVE_GOLDEN, edits=8), excess_loss, editing.self_loss_bound),
    ),
    span="thresholds .618 to 1, 2 to 8 tokens, up to 8 edits; the case nearest to the bound",
    stated=editing.self_loss_bound,
    routes=routes(lambda _case: excess_loss),
    derivations=DERIVATIONS,
    assumptions=(OWN, GOLDEN),
    tolerance=2e-3,
    proof=proofs.self_bounds_hold,
    typical=looseness(editing.self_loss_bound, excess_loss, sure=SURE, peaked=PEAKED, worst=WORST),
    unit="nats",
)
SELF_EDIT_CLAIMS = (
    SELF_DISTANCE,
    SELF_ENTROPY,
    SELF_ENTROPY_ANY,
    SELF_STOPS,
    SELF_ARGMAX,
    SELF_COST,
    SELF_LOSS,
)
"""Claims about editing by a model of the text itself."""
