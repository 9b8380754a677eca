"""The recipes about critical data sizes: which models of one layer are trained on which sizes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.families.critical_data.sweeps.settings import Sweep
from benchmarks.running.study import Study
from data.errors import BadInput

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class CriticalStudy(Study):
    """Sweeps of models of one layer over numbers of training examples."""

    sweeps: Mapping[str, Sweep]
    """What each arm trains."""

    def __post_init__(self) -> None:
        """Refuse arms and sweeps that do not belong together.

        Raises:
            BadInput: An arm has no sweep, or a sweep no arm.
        """
        if set(self.arms) != set(self.sweeps):
            odd = sorted(set(self.arms) ^ set(self.sweeps))
            raise BadInput(f"arm {odd[0]!r} has no sweep, or is none; name each in both")

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Train the models of one arm, a few at once."""
        from benchmarks.families.critical_data.sweeps import work

        return work.sweep_stages(self.sweeps[arm], seed, bench)

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """Gather what was seen of the models of one arm."""
        from benchmarks.families.critical_data.sweeps import work

        return work.sweep_found(self.sweeps[arm], stages)


_SIZES = Sweep(modulus=31, sizes=(144, 216, 288, 336, 384, 432, 480, 576, 720), steps=3000)
"""Sizes around the critical one of p = 31, which is near 400 at this budget."""
_FEW = replace(_SIZES, sizes=(20, 32, 44, 56), steps=500, at_once=4)
"""Fewer examples than 2 p, below which no question follows from them."""
_SCRAMBLED = replace(_SIZES, sizes=(480,), steps=1500, labels="scrambled")
_NESTED = replace(_SIZES, sizes=(288, 336, 384, 432, 480, 576), subsets="nested")
_DECAYS = replace(_SIZES, sizes=(480,), steps=4000, decays=(0.0, 0.3, 1.0, 3.0), at_once=4)
_SCALES = Sweep(
    modulus=23, sizes=(370,), steps=8000, learning_rate=1e-3, scales=(1.0, 2.0, 4.0), every=50
)
"""At the paper's learning rate, where shrinking takes long beside learning."""
_WIDTHS = {
    f"width_{width}": Sweep(
        modulus=23, sizes=(252, 288, 324, 360), steps=2500, width=width, at_once=4
    )
    for width in (16, 32, 64, 128)
}
_MODULI = {
    "modulus_23": Sweep(modulus=23, sizes=(216, 252, 288, 324, 360, 396), steps=4000, pace=6),
    "modulus_31": Sweep(modulus=31, sizes=(288, 336, 384, 432, 480, 576, 720), steps=4000, pace=6),
    "modulus_43": Sweep(modulus=43, sizes=(600, 727, 841, 970, 1386), steps=4000, pace=6),
    "modulus_59": Sweep(modulus=59, sizes=(1000, 1150, 1300, 1450, 2610), steps=4000, pace=6),
}


def critical_data() -> CriticalStudy:
    """Addition modulo 31 from 144 to 720 examples, with the floor and a control."""
    return CriticalStudy(
        name="critical_data",
        tier="smoke",
        summary="grokking of addition modulo 31 over nine data sizes, scrambled labels; minutes",
        arms=("sizes", "few", "scrambled"),
        sweeps={"sizes": _SIZES, "few": _FEW, "scrambled": _SCRAMBLED},
    )


def critical_data_cpu() -> CriticalStudy:
    """Nested subsets, weight decay and initial scale, beside the sizes of the smoke tier."""
    return CriticalStudy(
        name="critical_data_cpu",
        tier="cpu",
        summary="weight decay, initial scale and nested subsets at eight seeds; 20 minutes",
        arms=("sizes", "decays", "scales", "nested"),
        sweeps={"sizes": _SIZES, "decays": _DECAYS, "scales": _SCALES, "nested": _NESTED},
    )


def critical_data_cpu_widths() -> CriticalStudy:
    """Whether larger models need more data: critical sizes of four widths."""
    return CriticalStudy(
        name="critical_data_cpu_widths",
        tier="cpu",
        summary="critical data sizes of models of width 16 to 128 at eight seeds; 15 minutes",
        arms=tuple(_WIDTHS),
        sweeps=_WIDTHS,
    )


def critical_data_cpu_moduli() -> CriticalStudy:
    """How the critical size grows with the modulus, at budgets that grow with it."""
    return CriticalStudy(
        name="critical_data_cpu_moduli",
        tier="cpu",
        summary="critical data sizes of moduli 23 to 59 at eight seeds; 20 minutes",
        arms=tuple(_MODULI),
        sweeps=_MODULI,
    )


def critical_data_gpu() -> CriticalStudy:
    """The paper's own modular experiment: p = 113, 18 sizes, 10,000 steps, all models at once."""
    paper = Sweep(
        modulus=113,
        sizes=tuple(range(1000, 9501, 500)),
        steps=10_000,
        width=128,
        constants=4,
        learning_rate=1e-3,
        at_once=18,
    )
    return CriticalStudy(
        name="critical_data_gpu",
        tier="gpu",
        summary="the paper's addition modulo 113 over 18 data sizes; needs a GPU, minutes",
        arms=("sizes",),
        sweeps={"sizes": paper},
    )


RECIPES: Mapping[str, Callable[[], CriticalStudy]] = {
    make.__name__: make
    for make in (
        critical_data,
        critical_data_cpu,
        critical_data_cpu_widths,
        critical_data_cpu_moduli,
        critical_data_gpu,
    )
}
