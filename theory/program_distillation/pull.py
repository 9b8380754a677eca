"""Recursion with a verifier that errs: what it accepts most often takes over, right or not.

The law is that of verified recursion (`tail`), the rates being the verifier's own. In linear models
the pull towards its centre is in theory/literature/verifier.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from theory.program_distillation.recursion import Types
from theory.program_distillation.tail import DRAWN, OURS, RECURSION, drawn, followed
from theory.verdict import Claim


def _share_by_odds(case: Types) -> float:
    """Return the share of right answers, the first kind, from their odds after the generations."""
    ratio = float(case.rates[0] / case.rates[1])
    odds = case.first[0] / case.first[1] * ratio**case.generations
    return odds / (1 + odds)


def _erring(rng: np.random.Generator) -> Sequence[Types]:
    """Return right answers that a verifier accepts less often than one kind of wrong answer."""
    ends = (
        Types(first=(9, 1), rates=(Fraction(9, 10), Fraction(19, 20)), generations=200),
        Types(first=(99, 1), rates=(Fraction(3, 5), Fraction(4, 5)), generations=40),
    )
    drawn = (
        Types(
            first=(int(rng.integers(2, 100)), 1),
            rates=(Fraction(int(rng.integers(50, 80)), 100), Fraction(9, 10)),
            generations=30,
        )
        for _ in range(2)
    )
    return (*ends, *drawn)


PULL: Claim[Types] = Claim(
    id="verifier-pull",
    statement="a verifier multiplies the odds of two kinds of answers by the ratio of the chances "
    "with which it accepts them, at every generation, whichever of them is right",
    source=OURS,
    relation="equals",
    cases=_erring,
    span="a wrong kind in 1 of 100 to 1 of 3 answers, accepted 1.06 to 1.8 times as often",
    stated=_share_by_odds,
    routes={"exact": followed, "simulated": drawn},
    formula="odds times the ratio of acceptance",
    derivations={"exact": RECURSION, "simulated": DRAWN},
    unit="of answers that are right",
)
PULL_RIGHT: Claim[Types] = Claim(
    id="verifier-mostly-right",
    statement="a verifier that accepts most right answers keeps their share at least",
    source="what filtering is trusted to do",
    relation="at least",
    cases=_erring,
    span="a wrong kind in 1 of 100 to 1 of 3 answers, accepted 1.06 to 1.8 times as often",
    stated=lambda case: float(case.shares[0]),
    routes={"exact": followed, "simulated": drawn},
    derivations={"exact": RECURSION, "simulated": DRAWN},
    unit="of answers that are right",
    note="the chain ends in what the verifier accepts most often, its own centre; compare the "
    "claims on arXiv 2510.16657",
)
PULL_CLAIMS = (PULL, PULL_RIGHT)
