"""The tables of the tuning study: the gate, what emulators gave, controls, lines, predictions."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from benchmarks.comparing.decisions import LEVEL
from benchmarks.comparing.differences import p_of_equal, with_interval
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.tuning import statistics as of
from benchmarks.families.layer_emulators.tuning.gate import KEY, LEAST
from benchmarks.families.layer_emulators.tuning.record import Looks
from benchmarks.families.layer_emulators.tuning.settings import CONTROLS, ENDS, GATE, RULES, SPREAD
from benchmarks.families.layer_emulators.tuning.study import layer_emulators_cpu
from benchmarks.paper.rendering import as_markdown
from benchmarks.running.record import Envelope
from data.randomness import stream

Records = Sequence[EmulatorRecord]
RESAMPLES = 999
"""Number of resamples behind an interval over emulators and seeds."""
Floats = NDArray[np.float64]
_LOOKS = {
    "zero_shot": "loss of the emulator before it is tuned",
    "tuned": "loss of the tuned emulator",
    "skip_cost": "sum of what its missing layers cost alone",
    "likeness": "CKA of its last states and the model's",
    "gradient": "cosine of its first gradient and the model's",
}
_CONTROLS = {
    "alone": "the trained layers alone",
    "permuted": "uniform layers, in another order",
    "untrained": "uniform layers, the frozen ones fresh",
    "shuffled": "uniform layers, tuned on shuffled tokens",
    "other_order": "other layers, another order of the text",
    "fresh_start": "inside the model, trained layers begin fresh",
    "all_layers": "inside the model, all layers trained",
}


_MEETING = (f"{of.PAPER} to same_layers", "uniform to same_layers", "uniform to other_order")
"""Lines between models whose trained layers began with the same weights."""


def tuning_records(records: Sequence[Envelope], arm: str) -> list[EmulatorRecord]:
    """Records of an arm as the recipe stands now, by seed."""
    digest = layer_emulators_cpu().digest
    mine = [r for r in records if isinstance(r, EmulatorRecord) and r.digest == digest]
    return sorted((r for r in mine if r.arm == arm), key=lambda record: record.seed)


def looks_of(record: EmulatorRecord) -> Looks:
    """What was seen of the model of a seed while it learnt general text."""
    assert record.tuning is not None, "the arm looks at the model"
    assert record.tuning.looks is not None, "the arm looks at the model"
    return record.tuning.looks


def over_seeds(records: Records, key: str) -> str:
    """Mean of a measure over seeds and its interval, where there are several."""
    return with_interval([of.number(record, key) for record in records])


def gate_frame(records: Records) -> pd.DataFrame:
    """What the layers of each seed's model are worth after all steps."""
    rows = []
    for record in records:
        looks = looks_of(record)
        costs = looks.skip_costs[-1]
        rows.append(
            {
                "seed": str(record.seed),
                "steps": f"{looks.steps[-1]:,}",
                "general loss": f"{looks.losses[-1]:.3f}",
                "middle layer, median": f"{of.number(record, KEY):.3f}",
                "least": f"{min(costs[1:-1]):.3f}",
                "most": f"{max(costs[1:-1]):.3f}",
                "first": f"{costs[0]:.2f}",
                "last": f"{costs[-1]:.3f}",
                "passes": "yes" if of.number(record, KEY) >= LEAST else "no",
            }
        )
    return pd.DataFrame(rows)


def emulators_frame(records: Records) -> pd.DataFrame:
    """What every rule's emulator gave: losses, leak, and what the plug-in gained."""
    names = [f"{rule}{added}" for rule in (*RULES, "random_0") for added in ("", of.SHARED)]
    return pd.DataFrame([_emulator_row(records, name) for name in names])


def _emulator_row(records: Records, name: str) -> dict[str, str]:
    leak = [of.number(r, f"{name}/tuned") / of.number(r, "full/same_layers") for r in records]
    gained = [-of.number(r, f"{name}/plug_in less full/zero_shot") for r in records]
    return {
        "emulator": name.replace("_", " ").replace(of.SHARED, " + sharing"),
        "zero-shot": over_seeds(records, f"{name}/zero_shot"),
        "tuned": over_seeds(records, f"{name}/tuned"),
        "plug-in": over_seeds(records, f"{name}/plug_in"),
        "gained by the plug-in": with_interval(gained),
        "leak": with_interval(leak, 2),
    }


def model_words(records: Records) -> Mapping[str, str]:
    """Losses of the whole model: as it was, and tuned at the same places."""
    return {key: over_seeds(records, f"full/{key}") for key in ("zero_shot", "same_layers")}


def controls_frame(records: Records) -> pd.DataFrame:
    """What emulators are held against."""
    rows = []
    for name, words in _CONTROLS.items():
        has_plug_in = f"{name}/plug_in" in records[0].metrics
        last = f"{name}/{'plug_in' if has_plug_in else 'tuned'} less full/zero_shot"
        rows.append(
            {
                "control": words,
                "tuned": over_seeds(records, f"{name}/tuned"),
                "plug-in": over_seeds(records, f"{name}/plug_in") if has_plug_in else "—",
                "gained": with_interval([-of.number(record, last) for record in records]),
            }
        )
    return pd.DataFrame(rows)


def lines_frame(records: Records) -> pd.DataFrame:
    """Barriers along the lines between tuned models."""
    assert records[0].tuning is not None
    return pd.DataFrame(
        [
            {
                "from": first.replace("_", " "),
                "to": second.replace("_", " "),
                "distance": over_seeds(records, f"{first} to {second}/distance"),
                "barrier, nats per token": over_seeds(records, f"{first} to {second}/barrier"),
                "of the zero-shot loss": over_seeds(records, f"{first} to {second}/barrier_share"),
            }
            for first, second in (pair.split(" to ") for pair in records[0].tuning.curves)
        ]
    )


def flat_words(records: Records) -> str:
    """What equal barriers of 0 show, where no line of every seed has one; empty otherwise."""
    found = [of.number(one, f"{pair}/barrier") for one in records for pair in _MEETING]
    if not found or any(found):
        return ""
    n = len(records)
    return (
        f"On {len(_MEETING)} of these lines no mix lies above the chord in any of {n} seeds: the "
        "barrier is 0 exactly. Equal numbers have no spread, so that they count as a sign "
        f"test (p {p_of_equal(n):.3f}, of which the verdict asks {LEVEL / 2:g} before correction): "
        "that there is none is seen in every seed, and with fewer than six no verdict can say so."
    )


def fresh_words(records: Records) -> str:
    """Loss of the plug-in of fresh frozen layers less that of none, with its interval."""
    apart = [
        of.number(one, "untrained/plug_in") - of.number(one, "alone/plug_in") for one in records
    ]
    return with_interval(apart, 4)


def predictions_frame(spread: Records, ends: Records) -> pd.DataFrame:
    """Rank correlation of every cheap look with the loss of the plug-in."""
    both = [*zip(spread, ends, strict=False)] if ends else [(record,) for record in spread]
    rows = []
    for look, words in _LOOKS.items():
        low, high = resampled(both, look)
        rows.append(
            {
                "what is known": words,
                "rank correlation": with_interval(
                    [of.predicts(records, look) for records in both], 2
                ),
                "over emulators and seeds": f"[{low:.2f}, {high:.2f}]",
                SPREAD: with_interval([of.predicts([record], look) for record in spread], 2),
                **(
                    {ENDS: with_interval([of.predicts([record], look) for record in ends], 2)}
                    if ends
                    else {}
                ),
            }
        )
    return pd.DataFrame(rows)


def resampled(seeds: Sequence[Sequence[EmulatorRecord]], look: str) -> tuple[float, float]:
    """Percentile interval of a rank correlation: seeds are resampled, and emulators within each.

    Args:
        seeds: Records of each seed, an arm each.
        look: One of `statistics.LOOKS`.
    """
    rng = stream(0, "layer_emulators/tuning/shown", look)
    within = np.array(
        [
            np.nanmean([_resampled_within(*of.pairs(record, look), rng) for record in records], 0)
            for records in seeds
        ]
    )
    shape = RESAMPLES, len(seeds)
    chosen = within[rng.integers(len(seeds), size=shape), rng.integers(RESAMPLES, size=shape)]
    low, high = np.nanpercentile(chosen.mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def _resampled_within(promised: Floats, came: Floats, rng: np.random.Generator) -> Floats:
    """Rank correlations of resampled emulators, shape (resamples,)."""
    some = rng.integers(len(came), size=(RESAMPLES, len(came)))
    ranks = [stats.rankdata(values[some], axis=1) for values in (promised, came)]
    first, second = (one - one.mean(axis=1, keepdims=True) for one in ranks)
    with np.errstate(invalid="ignore"):
        found: Floats = (first * second).sum(1) / np.sqrt((first**2).sum(1) * (second**2).sum(1))
    return found


def page_values(records: Sequence[Envelope]) -> Mapping[str, Any]:
    """What the page shows beside its claims.

    Args:
        records: Records of any family.
    """
    gate, spread, ends, controls = (
        tuning_records(records, arm) for arm in (GATE, SPREAD, ENDS, CONTROLS)
    )
    study = layer_emulators_cpu()
    return {
        "study": study,
        "least": f"{LEAST:g}",
        "n_seeds": len(spread),
        "n_emulators": len(of.different(spread[0])) if spread else 0,
        "gate": as_markdown(gate_frame(gate)) if gate else "",
        "spread": as_markdown(emulators_frame(spread)) if spread else "",
        "ends": as_markdown(emulators_frame(ends)) if ends else "",
        "model": {
            arm: model_words(found) for arm, found in ((SPREAD, spread), (ENDS, ends)) if found
        },
        "controls": as_markdown(controls_frame(controls)) if controls else "",
        "differing": max(
            (of.number(one, "all_kept/weights_that_differ") for one in controls), default=0.0
        ),
        "fresh": fresh_words(controls) if controls else "",
        "flat": flat_words(controls),
        "lines": as_markdown(lines_frame(controls)) if controls else "",
        "predictions": as_markdown(predictions_frame(spread, ends)) if spread else "",
        "places": {arm: ", ".join(map(str, places)) for arm, places in study.places.items()},
    }
