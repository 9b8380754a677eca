"""Plants edited exam questions, and measures which rule of decontamination finds them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.decontaminating.likeness import EmbeddingIndex, WordIndex
from benchmarks.decontaminating.planted import KINDS
from benchmarks.decontaminating.rules import Measured, Seen, Thresholds, measure_rules, published
from data.measures.sentences import load_encoder
from data.preference_data.exams import load_exam, n_words
from data.randomness import stream
from lightning_modules.device import Advance, Device

_PURPOSE = "preference_data/decontamination"
Rates = dict[str, dict[str, Any]]
PUBLISHED, CHOSEN, WORDS, GATE, EITHER = "published", "chosen", "words", "gate", "either"
RULES = (PUBLISHED, CHOSEN, WORDS, GATE, EITHER)
"""The published rule, the chosen distance, the chosen share of words, the suite's gate, and what
either of the two chosen thresholds removes."""
FALSE = "no copy"
"""Name of the rate of what is removed and is nobody's copy."""


def plant_and_find(
    folder: Path,
    *,
    seed: int,
    exam: str,
    questions: int,
    false_removals: float,
    distances: Sequence[float],
    model: Path,
    device: Device,
    advance: Advance,
    wheel: str,
) -> Mapping[str, Any]:
    """Plant one edit of each kind for every question, and look for it by each rule.

    Args:
        folder: The stage's folder, which receives nothing.
        seed: Replicate; it draws the questions, the halves and the edits.
        exam: Name of the exam.
        questions: Number of questions; half choose the thresholds, half measure.
        false_removals: Share of unrelated questions that each chosen threshold may remove.
        distances: Distances of the curve of recall.
        model: Folder of the encoder.
        device: Device that it runs on.
        advance: Told how many more texts were encoded.
        wheel: Package that the exam is read from, by its requirement.
    """
    texts = [one.question for one in load_exam(exam).questions if n_words(one.question) > 3]
    order = stream(seed, _PURPOSE, exam).permutation(len(texts))[:questions]
    asked = [texts[place] for place in order]
    encoder = load_encoder(model)
    encoder.model.to(device.kind)  # type: ignore[arg-type]
    by_embedding = EmbeddingIndex(asked, encoder, advance)
    found = measure_rules(
        asked, WordIndex(asked), by_embedding, seed=seed, false_removals=false_removals
    )
    measures = _rates(found) | _curves(found, distances)
    return {"measures": measures, "package": wheel}


def _removed(seen: Seen, thresholds: Thresholds) -> dict[str, NDArray[np.bool_]]:
    """What each rule removes."""
    distance = thresholds.distance
    assert distance is not None, "there is an encoder"
    return {
        PUBLISHED: published(seen),
        CHOSEN: np.asarray(seen.distance <= distance),
        WORDS: np.asarray(seen.share >= thresholds.share),
        GATE: seen.gated,
        EITHER: thresholds.removes(seen.distance, seen.share),
    }


def _rates(found: Measured) -> Rates:
    measures: Rates = {}
    for name, seen in [*found.planted.items(), (FALSE, found.unrelated)]:
        for rule, removed in _removed(seen, found.thresholds).items():
            if name == FALSE and rule == GATE:
                continue
            measures[f"{name}/{rule}"] = _share(removed)
        measures[f"{name}/median distance"] = _exact(float(np.median(seen.distance)), found.n)
        measures[f"{name}/length fits"] = _share(seen.length_fits)
    assert found.thresholds.distance is not None, "there is an encoder"
    measures["threshold/distance"] = _exact(found.thresholds.distance, found.n)
    measures["threshold/share"] = _exact(found.thresholds.share, found.n)
    measures["nearest unrelated"] = _exact(found.nearest_unrelated, found.n)
    return measures


def _curves(found: Measured, distances: Sequence[float]) -> Rates:
    """Recall of each kind at every distance, without a rule of length."""
    seen = {kind: found.planted[kind] for kind in KINDS} | {FALSE: found.unrelated}
    return {
        f"at {distance:g}/{name}": _share(one.distance <= distance)
        for distance in distances
        for name, one in seen.items()
    }


def _share(removed: NDArray[np.bool_]) -> dict[str, Any]:
    share, n = float(removed.mean()), len(removed)
    return {"value": share, "stderr": float(np.sqrt(share * (1 - share) / n)), "n": n}


def _exact(value: float, n: int) -> dict[str, Any]:
    return {"value": value, "stderr": None, "n": n}
