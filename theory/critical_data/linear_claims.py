"""Claims about the linear student: a critical data size that can be solved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from theory.critical_data.identify import reduced
from theory.critical_data.linear_student import (
    Spectrum,
    descended_errors,
    drawn_spectrum,
    law_error,
    law_time,
    plateau,
    spectrum_time,
    square_error,
)
from theory.verdict import Claim, Estimate

OURS = "this project, of the paper's figure 1B"
_ERROR = 0.01
_SPECTRA = 9
_FIELD = 1_000_003
"""A prime modulus at which drawn integers are dependent once in a million times."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Student:
    """A case: n examples in d dimensions, and a time."""

    n: int
    d: int
    time: float = 0.0

    @property
    def ratio(self) -> float:
        """Examples for every dimension."""
        return self.n / self.d

    def describe(self) -> str:
        """The case in words."""
        when = f", t = {self.time:g}" if self.time else ""
        return f"n = {self.n}, d = {self.d}{when}"


def _spectra(case: Student, rng: np.random.Generator, draws: int = 4) -> list[Spectrum]:
    return [drawn_spectrum(case.n, case.d, rng) for _ in range(draws)]


def _left_by_rank(case: Student, rng: np.random.Generator) -> Estimate:
    """Share of directions that drawn inputs do not span, from their singular values."""
    return Estimate(value=float((drawn_spectrum(case.n, case.d, rng) < 1e-9).mean()))


def _left_by_elimination(case: Student, rng: np.random.Generator) -> Estimate:
    """The same share, by elimination of drawn integers modulo a large prime."""
    rows = rng.integers(_FIELD, size=(case.n, case.d))
    return Estimate(value=1 - len(reduced(rows, _FIELD)[1]) / case.d)


def _time_by_spectrum(case: Student, rng: np.random.Generator) -> Estimate:
    return Estimate(value=spectrum_time(_spectra(case, rng), _ERROR))


def _time_by_descent(case: Student, rng: np.random.Generator) -> Estimate:
    """Time to the error, by descent to a few drawn teachers."""
    times = law_time(case.ratio, _ERROR) * np.geomspace(0.5, 2, 13)
    errors = np.mean([descended_errors(case.n, case.d, times, rng) for _ in range(3)], axis=0)
    return Estimate(value=float(np.interp(-_ERROR, -errors, times)))


def _beyond(*ends: Student) -> Callable[[np.random.Generator], Sequence[Student]]:
    def cases(rng: np.random.Generator) -> Sequence[Student]:
        d = ends[0].d
        return (*ends, Student(n=round(d * float(rng.uniform(1.3, 4))), d=d))

    return cases


def _around(rng: np.random.Generator) -> Sequence[Student]:
    d = int(rng.integers(20, 60))
    return (
        Student(n=20, d=40), Student(n=39, d=40), Student(n=40, d=40), Student(n=80, d=40),
        Student(n=int(rng.integers(1, 2 * d)), d=d),
    )  # fmt: skip


def _at_square(rng: np.random.Generator) -> Sequence[Student]:
    return tuple(Student(n=400, d=400, time=t) for t in (0.5, 5.0, float(rng.uniform(10, 50))))


def _error_by_law(case: Student, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=law_error(case.ratio, case.time))


def _error_by_spectrum(case: Student, rng: np.random.Generator) -> Estimate:
    each = [np.exp(-2 * one * case.time).mean() for one in _spectra(case, rng, _SPECTRA)]
    return Estimate.over(each)


LINEAR_PLATEAU: Claim[Student] = Claim(
    id="linear-critical-size",
    statement="a linear student is left with an error of max(0, 1 - n/d): its critical size is d",
    source=OURS,
    relation="equals",
    formula="rank of drawn inputs",
    cases=_around,
    span="n below, at and above d, d = 20 to 60",
    stated=lambda case: plateau(case.ratio),
    routes={"dense": _left_by_rank, "exact": _left_by_elimination},
    derivations={"dense": "singular values of real inputs", "exact": "elimination over a field"},
    unit="of the first error",
)
LINEAR_TIME: Claim[Student] = Claim(
    id="linear-time",
    statement="beyond d the time to 1 % error is that of Marchenko and Pastur's law, within 10 %",
    source=OURS,
    relation="equals",
    formula="Marchenko and Pastur's law",
    within=0.1,
    cases=_beyond(Student(n=375, d=300), Student(n=1500, d=300)),
    span="n / d = 1.25 to 5, d = 300",
    stated=lambda case: law_time(case.ratio, _ERROR),
    routes={"dense": _time_by_spectrum, "simulated": _time_by_descent},
    derivations={"dense": "eigenvalues of drawn inputs", "simulated": "descent to a drawn teacher"},
    tolerance=0.1,
    unit="time",
    note="43 at n = 1.25 d, 8.6 at 2 d, 3.7 at 5 d: it falls as the paper's figure 1B does",
)
LINEAR_PEAK: Claim[Student] = Claim(
    id="linear-peak",
    statement="at n = d the error is exp(-4 t) (I0(4 t) + I1(4 t)), within 3 %",
    source=OURS,
    relation="equals",
    formula="quadrature of the limit law",
    within=0.03,
    cases=_at_square,
    span="t = .5 to 50, d = 400",
    stated=lambda case: square_error(case.time),
    routes={"exact": _error_by_law, "simulated": _error_by_spectrum},
    derivations={
        "exact": "quadrature of the limit law",
        "simulated": "eigenvalues of drawn inputs",
    },
    tolerance=0.03,
    unit="of the first error",
    note="near 1 / sqrt(2 pi t), so 1 % takes 1,600 units of time, and not for ever",
)
LINEAR_CLAIMS = (LINEAR_PLATEAU, LINEAR_TIME, LINEAR_PEAK)
