"""The recipes about critical data sizes: which models of one layer are trained on which sizes."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.families.critical_data.sweeps.settings import Sweep
from benchmarks.running.study import Study
from data.errors import BadInput, Count, in_range
from lightning_modules.device import Device

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class CriticalStudy(Study):
    """Sweeps of models of one layer over numbers of training examples."""

    sweeps: Mapping[str, Sweep]
    """What each arm trains."""
    seeds_at_once: Count = 1
    """Seeds whose models train in one step, and whose records share their stages: a seed trains
    with those of its block, such as 0 to 3 where it is 4. On a GPU more are faster."""

    def __post_init__(self) -> None:
        """Refuse arms and sweeps that do not belong together.

        Raises:
            BadInput: An arm has no sweep, or a sweep no arm, or a number is out of range.
        """
        in_range(self)
        if set(self.arms) != set(self.sweeps):
            odd = sorted(set(self.arms) ^ set(self.sweeps))
            raise BadInput(f"arm {odd[0]!r} has no sweep, or is none; name each in both")

    def place(self, device: Device) -> Device:
        """The same device in fp32: in bf16 such models learn by heart and do not generalise."""
        return replace(device, full_precision=True)

    def reckoned(self, seeds: Sequence[int]) -> str:
        """What the seeds take at most on one H200, in words; empty of recipes for a CPU."""
        if self.tier != "gpu":
            return ""
        from benchmarks.families.critical_data.sweeps.cost import in_words

        blocks = {seed // self.seeds_at_once for seed in seeds}
        return in_words(self.sweeps.values(), len(blocks), self.seeds_at_once)

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Train the models of one arm, a few at once, with those of the seeds of its block."""
        from benchmarks.families.critical_data.sweeps import work

        first = seed - seed % self.seeds_at_once
        together = range(first, first + self.seeds_at_once)
        return work.sweep_stages(self.sweeps[arm], together, bench)

    def run(self, arm: str, seed: int, bench: "Bench") -> Mapping[str, Any]:
        """Run one arm of one seed; seeds that train at once share its stages."""
        return self.found(arm, self.stages(arm, seed, bench), seed)

    def found(
        self, arm: str, stages: "Sequence[Stage]", seed: int | None = None
    ) -> Mapping[str, Any]:
        """Gather what was seen of the models of one arm; no seed is named where there is one."""
        from benchmarks.families.critical_data.sweeps import work

        return work.sweep_found(self.sweeps[arm], stages, seed)


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


_PAPER = Sweep(
    modulus=113,
    sizes=tuple(range(1000, 9501, 500)),
    steps=10_000,
    width=128,
    constants=4,
    learning_rate=1e-3,
    at_once=6,
)
"""The paper's own modular experiment; models of like size train at once, so that no row is
filled up much."""
_CRITICAL = replace(
    _PAPER, sizes=(1000, 1250, 1500, 1750, 2000, 2250, 2500, 3000), at_once=8
)  # fmt: skip
"""The same from half of the size that the paper says is critical to one and a half times it."""


def _spread(modulus: int) -> Sweep:
    """Sizes an eighth apart from 3 p ln p to .7 p^2, and the largest that there is.

    No hypothesis on how the critical size grows leaves them: at p = 23 it lies at 4.2 p ln p and at
    .58 p^2, so that at other moduli it lies between these two.
    """
    least, most = 3 * modulus * math.log(modulus), 0.7 * modulus**2
    count = math.ceil(math.log(most / least) / math.log(1.125)) + 1
    sizes = tuple(round(least * (most / least) ** (i / (count - 1))) for i in range(count))
    whole = modulus**2 - round(modulus**2 / 4)
    return Sweep(modulus=modulus, sizes=(*sizes, whole), steps=4000, pace=6, at_once=5)


def critical_data_gpu() -> CriticalStudy:
    """The paper's own modular experiment, finer around its critical size, and six moduli."""
    sweeps = {"critical": _CRITICAL, "sizes": _PAPER}
    sweeps |= {f"modulus_{p}": _spread(p) for p in (23, 31, 43, 59, 79, 97)}
    return CriticalStudy(
        name="critical_data_gpu",
        tier="gpu",
        summary="addition modulo 113 as published, and critical sizes of six moduli; needs a GPU, "
        "ten minutes at eight seeds",
        arms=tuple(sweeps),
        sweeps=sweeps,
        seeds_at_once=4,
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
