"""Chains of verified fits on which the claims about them are checked, and their assumptions."""

import math
from dataclasses import replace

import numpy as np

from theory.literature import verifier
from theory.literature.verifier import Verified
from theory.verdict import Assumption

PERFECT: Assumption[Verified] = Assumption(
    text="the verifier's centre is the truth", holds=lambda case: case.bias == 0
)
IMPERFECT: Assumption[Verified] = Assumption(
    text="the verifier's centre is not the truth", holds=lambda case: case.bias != 0
)
GAINS: Assumption[Verified] = Assumption(
    text="few human labels: 1/h exceeds the variance that verified labels leave",
    holds=lambda case: 1 / case.human > verifier.floor(case),
)
CLOSE: Assumption[Verified] = Assumption(
    text="b and the first error are small beside a",
    holds=lambda case: abs(case.bias) + 2 / math.sqrt(case.human) <= 0.6 * case.half_width,
)


def positions(rng: np.random.Generator) -> tuple[Verified, ...]:
    """Return verifiers of several widths and distances; only a and b matter."""
    base = Verified(half_width=1.0, bias=0.5, kept=1, human=1, rounds=1)
    drawn = (
        replace(
            base,
            half_width=round(float(rng.uniform(0.3, 3.0)), 2),
            bias=round(float(rng.uniform(0.1, 6.0)), 2),
            rounds=int(rng.integers(2, 9)),
        )
        for _ in range(2)
    )
    return (
        replace(base, half_width=0.3, bias=0.2),
        replace(base, half_width=3.0, bias=6.0),
        *drawn,
    )


def perfect(rng: np.random.Generator) -> tuple[Verified, ...]:
    """Return long chains with a verifier that is right."""
    base = Verified(half_width=1.0, bias=0.0, kept=60, human=25, rounds=12)
    drawn = (
        replace(
            base,
            half_width=round(float(rng.uniform(1.0, 2.0)), 2),
            kept=int(rng.integers(60, 100)),
        )
        for _ in range(2)
    )
    return (base, replace(base, half_width=2.0, kept=100), *drawn)


def early(rng: np.random.Generator) -> tuple[Verified, ...]:
    """Return one round of verified labels after few human ones."""
    base = Verified(half_width=1.6, bias=0.0, kept=40, human=30, rounds=1)
    drawn = (
        replace(
            base,
            half_width=round(float(rng.uniform(1.6, 2.4)), 2),
            bias=round(float(rng.uniform(0, 0.2)), 3),
        )
        for _ in range(2)
    )
    return (base, replace(base, half_width=2.4, bias=0.2), *drawn)


def biased(rng: np.random.Generator) -> tuple[Verified, ...]:
    """Return long chains with a verifier that is a little wrong."""
    base = Verified(half_width=2.0, bias=0.2, kept=80, human=40, rounds=25)
    drawn = (
        replace(
            base,
            half_width=round(float(rng.uniform(1.8, 2.0)), 2),
            bias=round(float(rng.uniform(0.1, 0.2)), 3),
        )
        for _ in range(2)
    )
    return (base, replace(base, bias=0.1, half_width=1.8), *drawn)


def growing(rng: np.random.Generator) -> tuple[Verified, ...]:
    """Return a narrow verifier far off, one label a round, growing rounds, and a random chain."""
    a, b = round(float(rng.uniform(0.3, 3.0)), 2), round(float(rng.uniform(0.0, 4.0)), 2)
    base = Verified(half_width=1.0, bias=0.5, kept=1, human=2, rounds=4)
    return (
        base,
        replace(base, half_width=0.3, bias=4.0, kept=5, rounds=2),
        replace(base, half_width=2.5, kept=4, growth=6, rounds=6),
        replace(base, half_width=a, bias=b, kept=int(rng.integers(2, 40)), rounds=3),
    )
