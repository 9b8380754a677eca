"""A student with a critical data size in closed form: linear, isotropic, without noise.

A teacher's weights in d dimensions are learnt from n examples by gradient flow from 0. The test
error is the mean of exp(-2 lambda t) over the eigenvalues lambda of the inputs' second moments
X'X / n, and those follow Marchenko and Pastur's law for large d: 1 - n/d of them are 0 where n is
less than d, so that no time helps; at n = d they reach down to 0, so that it takes long; beyond it
takes ever less. All three regimes of the paper's figure 1B are there, and the training error knows
nothing of them.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, optimize, special

Spectrum = NDArray[np.float64]
"""Eigenvalues of X'X / n, shape (d,)."""


def law_edges(ratio: float) -> tuple[float, float]:
    """Least and largest eigenvalue other than 0 in the limit of large d, for n / d = ratio."""
    root = math.sqrt(1 / ratio)
    return (1 - root) ** 2, (1 + root) ** 2


def plateau(ratio: float) -> float:
    """Test error that is left for ever: max(0, 1 - n/d)."""
    return max(0.0, 1.0 - ratio)


def law_error(ratio: float, time: float) -> float:
    """Test error at a time, from Marchenko and Pastur's density by quadrature.

    The density is sqrt((b - x)(x - a)) n/d / (2 pi x) between the edges a and b; with
    x = middle - half cos(angle) the roots at the edges are gone.
    """
    low, high = law_edges(ratio)
    middle, half = (low + high) / 2, (high - low) / 2

    def weighed(angle: float) -> float:
        place = middle - half * math.cos(angle)
        if place <= 0:
            return 0.0 if ratio != 1 else 2 * half
        return (half * math.sin(angle)) ** 2 / place * math.exp(-2 * place * time)

    points = [math.pi * 10.0**-k for k in range(1, 5)]
    whole, _ = integrate.quad(weighed, 0, math.pi, points=points, limit=400)
    return plateau(ratio) + ratio * float(whole) / (2 * math.pi)


def law_time(ratio: float, error: float) -> float:
    """Time at which the test error is `error`, by the law; infinite where it stays above."""
    if error <= plateau(ratio):
        return math.inf
    log_time: float = optimize.brentq(lambda s: law_error(ratio, math.exp(s)) - error, -3, 30)
    return math.exp(log_time)


def square_error(time: float) -> float:
    """Test error at n = d in closed form: exp(-4 t) (I0(4 t) + I1(4 t)).

    It falls as 1 / sqrt(2 pi t): so slowly that an error of 1 % takes 1,600 units of time, where
    twice as many examples take less than ten.
    """
    return float(special.ive(0, 4 * time) + special.ive(1, 4 * time))


def drawn_spectrum(n: int, d: int, rng: np.random.Generator) -> Spectrum:
    """Eigenvalues of X'X / n of drawn inputs, zeros included."""
    found = np.zeros(d)
    singular = np.linalg.svd(rng.standard_normal((n, d)), compute_uv=False)
    found[: len(singular)] = singular**2 / n
    return found


def spectrum_error(spectra: Sequence[Spectrum], time: float) -> float:
    """Mean test error at a time over drawn spectra."""
    return float(np.mean([np.exp(-2 * one * time).mean() for one in spectra]))


def spectrum_time(spectra: Sequence[Spectrum], error: float) -> float:
    """Time at which the mean test error over drawn spectra is `error`."""
    return math.exp(optimize.brentq(lambda s: spectrum_error(spectra, math.exp(s)) - error, -3, 30))


def descended_errors(
    n: int, d: int, times: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Test errors at growing times, by descending the loss of a drawn teacher in small steps."""
    inputs, teacher = rng.standard_normal((n, d)), rng.standard_normal(d)
    moments = inputs.T @ inputs / n
    step = 0.1 / float(np.linalg.norm(moments, 2))
    student, now, found = np.zeros(d), 0.0, []
    for time in times:
        while now < time:
            length = min(step, time - now)
            slope = moments @ (teacher - student)
            student = student + length * (slope - length / 2 * (moments @ slope))  # second order
            now += length
        found.append(np.sum((teacher - student) ** 2) / np.sum(teacher**2))
    return np.array(found)


def train_error(ratio: float, time: float) -> float:
    """Training error at a time over that at the start, by the law: the mean of x exp(-2 x t)."""
    step = 1e-4 * max(time, 1e-3)
    slope = (law_error(ratio, time + step) - law_error(ratio, time - step)) / (2 * step)
    return -slope / 2
