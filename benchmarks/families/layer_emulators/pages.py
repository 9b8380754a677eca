"""The page beside those of tables and claims: Table 1 with error bars, and what CKA cannot see."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from benchmarks.comparing.differences import paired
from benchmarks.families.layer_emulators.audit import (
    CRASH,
    DISTILLED,
    FULL,
    SPREAD,
    UNIFORM,
    UNSHARED,
    ZERO_SHOT,
    compare_rows,
    reruns_won,
)
from benchmarks.families.layer_emulators.figure import FIGURE
from benchmarks.families.layer_emulators.recipes import BLIND, CHAIN, layer_emulators
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.paper.cells import command
from benchmarks.paper.rendering import templates
from benchmarks.running.record import Envelope

COMPARED = (
    (CRASH, UNIFORM),
    (UNSHARED, UNIFORM),
    (CRASH, UNSHARED),
    (CRASH, SPREAD),
    (CRASH, DISTILLED),
    (CRASH, ZERO_SHOT),
    (FULL, CRASH),
)
"""Rows of Table 1: the first less the second."""
_PACKAGE = "benchmarks.families.layer_emulators"
Means = Mapping[str, list[float]]
"""Values of each measure, one for every seed."""


def pages(records: Sequence[Envelope]) -> dict[str, str]:
    """The family's own page, by file name."""
    blind, chain = _by_seed(records, BLIND), _by_seed(records, CHAIN)
    page = templates("markdown", _PACKAGE).get_template("comparisons.md.jinja")
    text = page.render(
        gains=_markdown(gains_frame()),
        figure=FIGURE,
        reruns=[reruns_won(over) for over in ("distilled", "full: zero-shot")],
        blind=_markdown(blind_frame(blind)) if blind else "",
        chain=_markdown(chain_frame(chain)) if chain else "",
        command=command("layer_emulators"),
    )
    return {"comparisons.md": text}


def _markdown(frame: pd.DataFrame) -> str:
    return str(frame.to_markdown(index=False, disable_numparse=True))


def _by_seed(records: Sequence[Envelope], arm: str) -> Means:
    digest = layer_emulators().digest
    mine = [r for r in records if isinstance(r, EmulatorRecord) and r.digest == digest]
    found: dict[str, list[float]] = {}
    for record in mine:
        if record.arm == arm:
            for key, metric in record.metrics.items():
                found.setdefault(key, []).append(metric.value)
    return found


def gains_frame() -> pd.DataFrame:
    """Differences of rows of Table 1, with their errors over items."""
    lines = []
    for after, before in COMPARED:
        gain = compare_rows(before, after)
        lines.append(
            {
                "row": after,
                "less": before,
                "points": f"{gain.mean:+.2f}",
                "standard error": f"{gain.stderr:.2f}",
                "z": f"{gain.z:+.1f}",
                "tasks up": f"{gain.up} of {gain.tasks}",
            }
        )
    return pd.DataFrame(lines)


def blind_frame(found: Means) -> pd.DataFrame:
    """CKA of layers that share one direction: formula, sampled, and without that direction."""
    cases = sorted(map(_case, (key for key in found if key.endswith("/formula"))))
    return pd.DataFrame(
        [
            {
                "features": str(n_features),
                "strength": f"{strength:g}",
                "formula": f"{found[f'{key}/formula'][0]:.4f}",
                "CKA": _interval(found[f"{key}/cka"]),
                "as the paper computes it": _interval(found[f"{key}/biased_cka"]),
                "without the top direction": _interval(found[f"{key}/cka_without_top"]),
            }
            for n_features, strength, key in cases
        ]
    )


def _case(measure: str) -> tuple[int, float, str]:
    """Features, strength and name of the case `d6_c3` of a measure."""
    name = measure.partition("/")[0]
    n_features, strength = name.removeprefix("d").split("_c")
    return int(n_features), float(strength), name


def chain_frame(found: Means) -> pd.DataFrame:
    """CKA along a chain: between neighbours, and between its ends."""
    words = {"adjacent": "least of two neighbours", "ends": "first and last layer"}
    return pd.DataFrame(
        [
            {
                "between": text,
                "formula": f"{found[f'{key}/formula'][0]:.4f}",
                "CKA": _interval(found[f"{key}/cka"]),
            }
            for key, text in words.items()
        ]
    )


def _interval(values: Sequence[float]) -> str:
    """Mean over seeds and its interval, where there are several."""
    estimate = paired(np.array(values))
    if estimate.low is None or estimate.high is None:
        return _digits(estimate.mean)
    return f"{_digits(estimate.mean)} [{_digits(estimate.low)}, {_digits(estimate.high)}]"


def _digits(value: float) -> str:
    """Four digits after the point, and no minus before a zero."""
    return f"{round(value, 4) + 0.0:.4f}"
