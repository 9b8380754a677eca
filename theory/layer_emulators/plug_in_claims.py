"""Claims about adapters that are tuned inside a linear emulator and plugged into the full model."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import sympy

from theory.layer_emulators.plug_in import Emulated, example
from theory.verdict import Assumption, Claim, Estimate

OURS = "this project"
_SAMPLES, _REPEATS = 4000, 24


def _drawn(d: int, inputs: int, outputs: int, rng: np.random.Generator) -> Emulated:
    """Drawn layers whose emulator is invertible on the span of the inputs, a part of all."""
    full = rng.integers(-3, 4, size=(d, d)) + 5.0 * np.eye(d)
    change = rng.integers(-2, 3, size=(d, d)) + np.eye(d)
    return Emulated(
        words=f"{d} features, inputs in {inputs} dimensions, {outputs} outputs",
        full=full,
        emulator=full + change,
        spread=rng.integers(-2, 3, size=(d, inputs)) + 4.0 * np.eye(d)[:, :inputs],
        target=rng.integers(1, 5, size=(outputs, d)).astype(np.float64),
    )


def _plugged(case: Emulated) -> float:
    """The plug-in's loss |T R ((E* R)^+ E R - 1)|^2: what the emulator gets wrong, turned over."""
    inputs = case.spread.shape[1]
    misread = np.linalg.pinv(case.emulator @ case.spread) @ case.full @ case.spread - np.eye(inputs)
    return float(np.square(case.target @ case.spread @ misread).sum())


def _in_fractions(case: Emulated, _rng: np.random.Generator) -> Estimate:
    """Tune by the normal equations and take the loss of the plug-in, in fractions."""
    full, emulator, spread, target = (
        sympy.Matrix(one.tolist()).applyfunc(sympy.nsimplify)
        for one in (case.full, case.emulator, case.spread, case.target)
    )
    read = emulator * spread
    adapter = target * spread * (read.T * read).inv() * read.T
    wrong = (adapter * full - target) * spread
    value = sum(entry**2 for entry in wrong)
    return Estimate(value=float(value), exact=str(value))


def _by_texts(case: Emulated, rng: np.random.Generator) -> Estimate:
    """Tune on drawn texts inside the emulator, and take the plug-in's error on other ones."""
    draws = []
    for _ in range(_REPEATS):
        x, fresh = (
            rng.standard_normal((_SAMPLES, case.spread.shape[1])) @ case.spread.T for _ in range(2)
        )
        noise = (case.noise * rng.standard_normal((_SAMPLES, len(case.target))) for _ in range(2))
        y, asked = (one @ case.target.T + off for one, off in zip((x, fresh), noise, strict=True))
        adapter = np.linalg.lstsq(x @ case.emulator.T, y, rcond=None)[0]
        wrong = fresh @ case.full.T @ adapter - asked
        draws.append(float(np.square(wrong).sum(axis=1).mean()))
    return Estimate.over(draws)


_PERFECT: Assumption[Emulated] = Assumption(
    text="the tuned emulator has no error",
    holds=lambda case: case.loss(case.tuned(case.emulator), case.emulator) < 1e-9,
)
PERFECT_FIT: Claim[Emulated] = Claim(
    id="plug-in-perfect-fit",
    statement="an adapter that is tuned to no error inside an emulator has the squared norm of "
    "T R ((E* R)^+ E R - 1) in the full model, whose own tuning has none: a perfect fit says "
    "nothing of the plug-in",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        example()[0],
        _drawn(3, 3, 2, rng),
        _drawn(4, 2, 1, rng),
        _drawn(int(rng.integers(2, 5)), 2, int(rng.integers(1, 4)), rng),
    ),
    span="2 to 4 features, inputs that span all or some of them, 1 to 3 outputs",
    stated=_plugged,
    formula="layers turned over",
    routes={"exact": _in_fractions, "simulated": _by_texts},
    derivations={"exact": "normal equations in fractions", "simulated": "tuning on drawn texts"},
    assumptions=(_PERFECT,),
    unit="loss",
    note="the example loses 5 before tuning, 0 in the tuned emulator, 1 as a plug-in and 0 fully "
    "tuned; with features divided by ten in place of two the plug-in loses 81, more than untuned",
)


def _worst_target(case: Emulated) -> float:
    """The largest plug-in loss over all targets of size 1: a squared singular value."""
    inputs = case.spread.shape[1]
    misread = np.linalg.pinv(case.emulator @ case.spread) @ case.full @ case.spread - np.eye(inputs)
    return float(np.linalg.svd(case.spread @ misread, compute_uv=False)[0] ** 2)


def _by_targets(case: Emulated, _rng: np.random.Generator) -> Estimate:
    """Tune for each unit target alone; the errors are linear in the target."""
    errors = []
    for aim in np.eye(case.spread.shape[0]):
        target = aim[None, :]
        adapter = case.tuned(case.emulator, target)
        errors.append(case.wrong(adapter, case.full, target)[0])
    products = np.array(errors) @ np.array(errors).T
    return Estimate(value=float(np.linalg.eigvalsh(products)[-1]))


def _by_climbing(case: Emulated, rng: np.random.Generator) -> Estimate:
    """Look for the worst target: plug in, and turn the target towards what was got wrong."""
    target = rng.standard_normal((1, case.spread.shape[0]))
    inverse = np.linalg.pinv(case.emulator @ case.spread)
    for _ in range(3000):
        wrong = case.wrong(case.tuned(case.emulator, target), case.full, target)
        turned = (wrong @ (inverse @ case.full @ case.spread).T - wrong) @ case.spread.T
        target = turned / np.linalg.norm(turned)
    wrong = case.wrong(case.tuned(case.emulator, target), case.full, target)
    return Estimate(value=float(np.square(wrong).sum()))


def nearly(error: float, beyond: float) -> Emulated:
    """An emulator that errs on the span of the inputs, and elsewhere.

    Args:
        error: What it adds to the first of the two features that the inputs have.
        beyond: What it adds to a third one, which they do not have.
    """
    return Emulated(
        words=f"off by {error:g} on the inputs' span and by {beyond:g} elsewhere",
        full=np.eye(3),
        emulator=np.diag([1 + error, 1.0, 1 + beyond]),
        spread=np.eye(3)[:, :2],
        target=np.array([[1.0, 1.0, 1.0]]),
    )


EVERY_TARGET: Claim[Emulated] = Claim(
    id="plug-in-every-target",
    statement="over all targets of size 1 the worst plug-in loses the squared largest singular "
    "value of R ((E* R)^+ E R - 1): none exactly if E = E* on the span of the inputs",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        nearly(0.1, 0.0),
        nearly(0.1, 7.0),
        _drawn(3, 3, 1, rng),
        _drawn(int(rng.integers(2, 5)), 2, 1, rng),
    ),
    span="2 to 4 features, inputs that span all or some of them",
    stated=_worst_target,
    formula="singular values",
    routes={"exact": _by_targets, "dense": _by_climbing},
    derivations={"exact": "tuning for every unit target", "dense": "a search for the worst target"},
    tolerance=1e-6,
    unit="loss",
    note="what an emulator does off the span costs nothing: .1 on it costs .0083 whether it is off "
    "by 0 or 7 elsewhere",
)


def _hidden(factor: float, noise: float) -> Emulated:
    """An emulator that is wrong by a factor where the tuned adapter does not read."""
    return Emulated(
        words=f"wrong by a factor of {factor:g} where the target is not read, noise {noise:g}",
        full=np.diag([1.0, 2.0, 1.0]),
        emulator=np.diag([1.0, 2.0, factor]),
        spread=np.eye(3),
        target=np.array([[1.0, -1.0, 0.0]]),
        noise=noise,
    )


HIDDEN: Claim[Emulated] = Claim(
    id="plug-in-one-target",
    statement="for one target the plug-in can be as good as full tuning though E* is not E: where "
    "the tuned adapter does not read the difference, the noise s^2 is all that is lost",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        _hidden(5.0, 0.5),
        _hidden(1.1, 1.0),
        _hidden(float(Fraction(int(rng.integers(11, 90)), 10)), 0.7),
    ),
    span="a factor of 1.1 to 9, noise of .5 to 1",
    stated=lambda case: case.noise**2,
    formula="variance of the noise",
    routes={
        "exact": lambda case, _rng: Estimate(value=case.loss(case.tuned(case.emulator), case.full)),
        "simulated": _by_texts,
    },
    derivations={"exact": "normal equations of the moments", "simulated": "tuning on drawn texts"},
    tolerance=lambda case: 4 / _SAMPLES,
    unit="loss",
    note="so `if and only if` speaks of all targets, and a good plug-in shows no good emulator; of "
    "few texts the noise of tuning is larger where E* is smaller than E",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A case: two emulators of one model, the one that is tuned to less error first."""

    better: Emulated
    worse: Emulated

    def describe(self) -> str:
        """The case in words, with the errors of both tuned emulators."""
        errors = (case.loss(case.tuned(case.emulator), case.emulator) for case in self.pair)
        first, second = (f"{error:.3g}" for error in errors)
        return f"{self.better.words} ({first}) against {self.worse.words} ({second})"

    @property
    def pair(self) -> tuple[Emulated, Emulated]:
        """Both emulators."""
        return self.better, self.worse


def _without(feature: int) -> Emulated:
    """The example's model without one of its features."""
    case, _ = example()
    kept = np.eye(2)
    kept[feature, feature] = 0
    return replace(case, words=f"feature {feature} left out", emulator=kept)


def _scaled(factor: float) -> Emulated:
    """The example's model with one feature scaled."""
    case, _ = example()
    words = f"feature 1 times {factor:g}"
    return replace(case, words=words, emulator=np.diag([1.0, factor]))


def _plug_in_loss(case: Emulated) -> float:
    return case.loss(case.tuned(case.emulator), case.full)


ORDER: Claim[Ranked] = Claim(
    id="plug-in-order",
    statement="of two emulators the one that can be tuned to less error gives the better plug-in",
    source="what choosing an emulator by its tuned loss assumes",
    relation="at most",
    cases=lambda rng: (
        Ranked(better=_scaled(0.8), worse=_without(1)),
        Ranked(better=_without(1), worse=_without(0)),
        Ranked(better=_scaled(0.1), worse=_without(1)),
        Ranked(better=_scaled(float(rng.uniform(0.05, 0.4))), worse=_without(1)),
    ),
    span="emulators that scale a feature or leave it out",
    stated=lambda case: _plug_in_loss(case.worse),
    routes={
        "exact": lambda case, _rng: Estimate(value=_plug_in_loss(case.better)),
        "simulated": lambda case, rng: _by_texts(case.better, rng),
    },
    derivations={"exact": "normal equations of the moments", "simulated": "tuning on drawn texts"},
    unit="loss",
    note="a feature scaled by .1 is tuned to no error and loses 81 as a plug-in, one left out is "
    "tuned to 1 and loses 1: an emulator is chosen by no loss of its own",
)
PLUG_IN_CLAIMS = (PERFECT_FIT, EVERY_TARGET, HIDDEN, ORDER)
"""Claims about adapters that are tuned inside an emulator and plugged into the full model."""
