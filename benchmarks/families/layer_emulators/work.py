"""What runs inside the stages: layers are sampled, and the CKA between them is measured."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.randomness import stream
from theory.cka import (
    blind_spot,
    debiased_cka,
    linear_cka,
    residual_cka,
    residual_layers,
    sample_layers,
    sharing_layers,
    without_top,
)

Measure = dict[str, float | int | None]


def blind(
    folder: Path,
    *,
    seed: int,
    features: Sequence[int],
    strengths: Sequence[float],
    samples: int,
    repeats: int,
) -> Mapping[str, Any]:
    """Measure two layers that share one direction, for every number of features and strength."""
    measures: dict[str, Measure] = {}
    for n_features in features:
        for strength in strengths:
            case = f"d{n_features}_c{strength:g}"
            found = [
                _shared(seed, n_features, strength, repeat, samples) for repeat in range(repeats)
            ]
            measures |= {f"{case}/{key}": _mean([one[key] for one in found]) for key in found[0]}
            measures[f"{case}/formula"] = _exact(blind_spot(n_features, strength))
    return {"measures": measures}


def _shared(
    seed: int, n_features: int, strength: float, repeat: int, samples: int
) -> dict[str, float]:
    """CKA of one sample: unbiased, as the paper computes it, and without the top direction."""
    rng = stream(seed, "layer_emulators/cka_blind", n_features, repr(strength), repeat)
    first, second = sample_layers(sharing_layers(n_features, strength), samples, rng=rng)
    return {
        "cka": debiased_cka(first, second),
        "biased_cka": linear_cka(first, second),
        "cka_without_top": debiased_cka(without_top(first), without_top(second)),
    }


def chain(
    folder: Path, *, seed: int, features: int, steps: int, samples: int, repeats: int
) -> Mapping[str, Any]:
    """Measure a stream to which every layer adds something of its own, step by step and in all."""
    layers = residual_layers(features, steps)
    adjacent, ends = [], []
    for repeat in range(repeats):
        rng = stream(seed, "layer_emulators/cka_chain", repeat)
        sampled = sample_layers(layers, samples, rng=rng)
        adjacent.append([debiased_cka(sampled[k], sampled[k + 1]) for k in range(steps)])
        ends.append(debiased_cka(sampled[0], sampled[-1]))
    by_step = np.array(adjacent)
    least = by_step[:, by_step.mean(axis=0).argmin()]
    return {
        "measures": {
            "adjacent/cka": _mean(least.tolist()),
            "adjacent/formula": _exact(min(residual_cka(k, k + 1) for k in range(steps))),
            "ends/cka": _mean(ends),
            "ends/formula": _exact(residual_cka(0, steps)),
        }
    }


def _mean(values: Sequence[float]) -> Measure:
    n = len(values)
    stderr = float(np.std(values, ddof=1)) / math.sqrt(n)
    return {"value": float(np.mean(values)), "stderr": stderr, "n": n}


def _exact(value: float) -> Measure:
    return {"value": value, "stderr": None, "n": 1}
