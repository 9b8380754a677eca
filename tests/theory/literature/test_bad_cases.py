"""Cases that make no sense are refused when they are made, with a line that says why."""

from collections.abc import Callable

import pytest

from theory.literature.chains import Chain
from theory.literature.penalised_share import PenalisedRows
from theory.literature.real_share import Blend
from theory.literature.refits import Refits
from theory.literature.spectra import Kernel
from theory.literature.synthetic_share import MixedRows
from theory.literature.verifier import Verified


def penalised(*, ridge: float = 1.0, shifts: tuple[float, ...] = (1.0,)) -> PenalisedRows:
    """Rows of one direction."""
    return PenalisedRows(
        n_samples=5, share=0.5, variances=(1.0,), weights=(1.0,), shifts=shifts, ridge=ridge
    )


BAD: dict[str, Callable[[], object]] = {
    "must be at least 1": lambda: Chain(n_samples=0, n_features=1, fits=1),
    "outside": lambda: Chain(n_samples=3, n_features=1, fits=1, real_weight=1.5),
    "T >= d and no ridge": lambda: Chain(n_samples=3, n_features=5, fits=1, pooled=True),
    "n >= 2": lambda: Refits(points=1, fits=1, setting="replace", quantity="mean error"),
    "bandwidth": lambda: Refits(
        points=2, fits=1, setting="replace", quantity="second moment", bandwidth=0.0
    ),
    "some of T rows": lambda: MixedRows(n_samples=5, synthetic=6, n_features=1, shift=1.0),
    "ridge and variances": lambda: penalised(ridge=0.0),
    "one for each direction": lambda: penalised(shifts=(1.0, 2.0)),
    "observations and fits": lambda: Blend(human=0, synthetic=1, weight=0.5, fits=1),
    "the weight lies": lambda: Blend(human=1, synthetic=1, weight=-0.1, fits=1),
    "labels must pass": lambda: Verified(half_width=0.0, bias=0.0, kept=1, human=1, rounds=1),
    "growth": lambda: Verified(half_width=1.0, bias=0.0, kept=1, human=1, rounds=1, growth=-1),
    "generations at least 0": lambda: Kernel(
        n_samples=5, n_features=1, generator_rows=9, generations=-1, decay=1.0
    ),
    "ridge must be": lambda: Kernel(
        n_samples=5, n_features=1, generator_rows=9, generations=0, decay=1.0, ridge=-1.0
    ),
}


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_case_is_refused(reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        BAD[reason]()
