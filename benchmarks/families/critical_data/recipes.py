"""The recipes about critical data sizes: which models of one layer are trained on which sizes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from benchmarks.running.study import Study
from data.errors import BadInput, Count, Positive, Range, in_range

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage

Subsets = Literal["fresh", "nested"]
"""Whether each size has a draw of its own, or the smaller set lies inside the larger one."""
Labels = Literal["right", "scrambled"]
"""Whether the taught answers are right, or permuted among the questions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweep:
    """Models that learn addition modulo p from sets of several sizes: one arm of a recipe."""

    modulus: Annotated[int, Range(least=3)]
    """The modulus p: there are p * p questions."""
    sizes: tuple[int, ...]
    """Numbers n of questions that are learnt."""
    steps: Count
    """Budget: optimiser steps of every model at most. A critical size means nothing without it."""
    pace: float | None = None
    """If given, the budget is this many times the steps that the largest size takes to generalise,
    or `steps` where that is less, so that budgets of different moduli are comparable."""
    width: Count = 64
    heads: Count = 4
    constants: Count = 1
    """Tokens of the prompt that never change: 1 is `a b =`, 4 is `a + b % p =`."""
    learning_rate: Positive = 3e-3
    decays: tuple[float, ...] = (1.0,)
    """Weight decays; each is tried with every size."""
    scales: tuple[float, ...] = (1.0,)
    """Factors of the initial weights; each is tried with every size."""
    every: Count = 25
    """Steps between two looks at the accuracies."""
    memorised_at: Annotated[float, Range(above=0, most=1)] = 0.99
    """Share of the learnt questions from which they count as memorised."""
    generalised_at: Annotated[float, Range(above=0, most=1)] = 0.95
    """Share of the other questions from which a model counts as generalising, and stops."""
    test_share: Annotated[float, Range(above=0, below=1)] = 0.25
    """Share of all questions that is set aside, the same for all sizes of a seed."""
    subsets: Subsets = "fresh"
    labels: Labels = "right"
    at_once: Count = 3
    """Models that train in one step; on a CPU three to six are best."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A size leaves nothing to test, a setting is out of range, or nothing is tried.
        """
        in_range(self)
        for name in ("sizes", "decays", "scales"):
            if not getattr(self, name):
                raise BadInput(f"{name} is empty; give at least one")
        if not self.n_tested:
            raise BadInput(f"test_share {self.test_share} of {self.modulus**2} questions is none")
        most = self.modulus**2 - self.n_tested
        if wrong := [n for n in self.sizes if not 1 <= n <= most]:
            raise BadInput(
                f"size {wrong[0]} is not from 1 to {most}, the questions of modulus "
                f"{self.modulus} that are not set aside; lower it or test_share"
            )
        if self.steps % self.every:
            raise BadInput(f"steps {self.steps} is no multiple of every = {self.every}")

    @property
    def n_tested(self) -> int:
        """Number of questions that are set aside."""
        return round(self.modulus**2 * self.test_share)

    @property
    def variants(self) -> tuple[tuple[int, float, float], ...]:
        """Size, weight decay and scale of every model, in the order in which they train."""
        return tuple(
            (size, decay, scale)
            for size in self.sizes
            for decay in self.decays
            for scale in self.scales
        )


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
        from benchmarks.families.critical_data import work

        return work.sweep_stages(self.sweeps[arm], seed, bench)

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """Gather what was seen of the models of one arm."""
        from benchmarks.families.critical_data import work

        return work.sweep_found(self.sweeps[arm], stages)


def settings_of(sweep: Sweep) -> dict[str, Any]:
    """The settings of a sweep by name."""
    return {one.name: getattr(sweep, one.name) for one in fields(sweep)}


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
