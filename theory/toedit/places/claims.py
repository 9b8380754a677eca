"""What linear models say of where labels may be replaced, band by band of their residuals.

A row of a large residual is what a token of low probability is: the model did not expect it.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import sympy

from theory.linear_chains.design import Workflow
from theory.linear_chains.sighted import bands
from theory.linear_chains.sighted.bands import EVERYWHERE, Band
from theory.toedit.evidence.routes import DRAWS, RESIDUALS
from theory.toedit.places.routes import ROWS, BandCase, Labels, by_labels, by_residuals
from theory.verdict import Claim, Route, RouteName

OURS = "this project"
RESPONSE = "T >> d: second moments and linear response of the labels"
"""Derivation of the closed forms of `theory.linear_chains.sighted.bands`."""
SHARE = 0.05
"""Share of the rows that most cases edit, as many as a small model changes of its tokens."""
SHARES = (0.1, 0.15, 0.25, 0.25, 0.25)
"""Shares of five bands, the largest |residual| first."""
FIVE = bands.by_rank(SHARES)
_TRUTH: Mapping[RouteName, str] = {"dense": RESIDUALS, "simulated": DRAWS}
_ROUTES: Mapping[RouteName, Route[BandCase]] = {"dense": by_residuals(), "simulated": by_labels()}
Cases = Callable[[np.random.Generator], Sequence[BandCase]]


def _cases(
    *places: Band, edits: int = 1, workflow: Workflow = "edit_previous", labels: Labels = "model"
) -> Cases:
    """Return cases of these bands, and one of a band and a share that are drawn."""

    def cases(rng: np.random.Generator) -> tuple[BandCase, ...]:
        low = float(rng.uniform(0.2, 1.2))
        drawn = Band(low=low, high=low + float(rng.uniform(0.3, 0.8)))
        rows = round(ROWS * float(rng.uniform(0.1, 0.3)) * drawn.mass)
        made = [*((place, SHARE) for place in places), (drawn, rows / ROWS)]
        return tuple(
            BandCase(band=band, share=share, edits=edits, workflow=workflow, labels=labels)
            for band, share in made
        )

    return cases


def _in_turn(rng: np.random.Generator) -> tuple[BandCase, ...]:
    """Return two bands that lie below another, and one that is drawn."""
    low = float(rng.uniform(0.2, 0.8))
    drawn = Band(low=low, high=low + float(rng.uniform(0.3, 0.8)))
    return tuple(BandCase(band=band, share=SHARE) for band in (FIVE[1], FIVE[-1], drawn))


def _in_the_middle(rng: np.random.Generator) -> tuple[BandCase, ...]:
    """Return the quarter of the least |residual|, and one around 0 that is drawn."""
    wide = Band(low=0.0, high=float(rng.uniform(0.4, 0.6)))
    return BandCase(band=FIVE[-1], share=0.2), BandCase(band=wide, share=0.25)


def _beyond(case: BandCase) -> float:
    """Return the error of as many edits of rows beyond the band."""
    return bands.one_edit(Band(low=case.band.high, high=math.inf), case.share)


def order_holds() -> bool:
    """Check the step of `band-order`: v (1 - v) grows with v while two v add up to less than 1.

    That v grows with the band needs no step: every r^2 inside is below every r^2 beyond.
    """
    v, w = sympy.symbols("v w", positive=True)
    return bool(sympy.expand(w * (1 - w) - v * (1 - v) - (w - v) * (1 - v - w)) == 0)


ONE = Claim(
    id="band-one-edit",
    statement="one edit of a share m in a band of |residual|: 1 + m + v (1 - v), v = m E[r^2|band]",
    source=OURS,
    relation="equals",
    formula=RESPONSE,
    derivations=_TRUTH,
    routes=_ROUTES,
    cases=_cases(FIVE[0], FIVE[-1]),
    span="5 % of the rows in the tenth of the largest |residual| and in the quarter of the least",
    stated=lambda case: bands.one_edit(case.band, case.share),
    tolerance=0.012,
    note="a changed row costs 1 for the noise it gets and r^2 for the noise it loses; random: 2",
)
SOURCE = Claim(
    id="band-source",
    statement="edit_source in a band, new lots each time: what is the same each time piles up to "
    "1/(1 - v)",
    source=OURS,
    relation="equals",
    formula=RESPONSE,
    derivations=_TRUTH,
    routes={"dense": by_residuals(0.06), "simulated": by_labels(0.016)},
    cases=_cases(FIVE[0], edits=2, workflow="edit_source"),
    span="two edits of 5 % in the tenth of the largest |residual|, and in a band that is drawn",
    stated=lambda case: bands.source(case.band, case.share, case.edits),
    tolerance=0.012,
)
PREVIOUS = Claim(
    id="band-previous",
    statement="edit_previous in a band, twice: errors by linear response; later rows are fewer",
    source=OURS,
    relation="equals",
    formula=RESPONSE,
    derivations=_TRUTH,
    routes=_ROUTES,
    cases=_cases(FIVE[1], FIVE[-1], edits=2),
    span="two edits of 5 % in a band of the larger |residual| and in the quarter of the least",
    stated=lambda case: bands.previous(case.band, case.share, case.edits),
    tolerance=0.015,
)
HUMAN = Claim(
    id="band-human-labels",
    statement="new human labels in a band: 1 + (v - m)(1 - v - m), what the choice of rows costs",
    source=OURS,
    relation="equals",
    formula=RESPONSE,
    derivations=_TRUTH,
    routes=_ROUTES,
    cases=_cases(FIVE[0], FIVE[-1], labels="human"),
    span="5 % of the rows in the tenth of the largest |residual| and in the quarter of the least",
    stated=lambda case: bands.human_labels(case.band, case.share),
    tolerance=0.015,
    note="with model labels a band adds the same to random rows: place and label do not interact",
)
ORDER = Claim(
    id="band-order",
    statement="one edit: rows in a band of |residual| cost less than as many rows beyond it",
    source=f"{OURS}; while v = m E[r^2|band] of both add up to less than 1",
    relation="at most",
    derivations=_TRUTH,
    routes={**_ROUTES, "simulated": by_labels(0.018)},
    cases=_in_turn,
    span="5 % of the rows in three bands, one of them drawn, against those beyond each",
    stated=_beyond,
    tolerance=0.008,
    proof=order_holds,
)
SURE_IS_DEARER = Claim(
    id="band-sure-dearer",
    statement="as many edits cost more where the model is surest than at random rows",
    source=f"{OURS}; what small language models suggested (`place-source`, `place-previous`)",
    relation="at least",
    derivations=_TRUTH,
    routes={**_ROUTES, "simulated": by_labels(0.05)},
    cases=_in_the_middle,
    span="20 and 25 % of the rows, in the quarter of the least |residual| and in a drawn one",
    stated=lambda case: bands.one_edit(EVERYWHERE, case.share),
    tolerance=0.012,
    note="linear models say the contrary of what those records show",
)

PLACE_CLAIMS = (ONE, SOURCE, PREVIOUS, HUMAN, ORDER, SURE_IS_DEARER)
"""Claims about where labels may be replaced, and by what."""
