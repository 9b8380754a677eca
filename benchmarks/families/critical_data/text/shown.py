"""The tables of the text part: sizes with the linear kernel beside them, scales and decays."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.families.critical_data.estimates import median_steps
from benchmarks.families.critical_data.text.record import FamilyRecord, TextRun
from benchmarks.families.critical_data.text.statistics import gain_after, largest_doubling
from benchmarks.families.critical_data.text.study import critical_data_cpu_text
from benchmarks.paper.rendering import as_markdown
from benchmarks.running.record import Envelope
from data.sources.labelled import LABELLED, PackagedLabels


def text_records(records: Sequence[Envelope], arm: str) -> list[FamilyRecord]:
    """Records of an arm on film snippets as the recipe stands now, by seed."""
    digest = critical_data_cpu_text().digest
    mine = [r for r in records if isinstance(r, FamilyRecord) and r.digest == digest]
    return sorted((r for r in mine if r.arm == arm), key=lambda record: record.seed)


def alike(records: Sequence[FamilyRecord]) -> dict[tuple[int, float, float], list[TextRun]]:
    """Encoders of all seeds by size, decay and scale, in the order of the recipe."""
    found: dict[tuple[int, float, float], list[TextRun]] = {}
    for record in records:
        for run in record.texts:
            found.setdefault((run.size, run.decay, run.scale), []).append(run)
    return found


def ends(runs: Sequence[TextRun]) -> list[float]:
    """Share right at the last step, run by run."""
    return [run.test[-1] for run in runs]


def linear_ends(runs: Sequence[TextRun]) -> list[float]:
    """What the linear kernel knows after the same texts, run by run."""
    return [run.linear for run in runs if run.linear is not None]


def sizes_frame(records: Sequence[FamilyRecord]) -> pd.DataFrame:
    """Of each size: steps to learn by heart, how many generalise, and accuracies at the end."""
    return pd.DataFrame(
        [
            {
                "n": f"{size:,}",
                "memorised after": _steps(runs, "memorised"),
                "generalised": _reached(runs),
                "after": _steps(runs, "generalised"),
                "right at the end": _mean(ends(runs)),
                "a linear kernel": _mean(linear_ends(runs)),
            }
            for (size, _, _), runs in alike(records).items()
        ]
    )


def scales_frame(records: Sequence[FamilyRecord]) -> pd.DataFrame:
    """Of each scale and decay: what is known when all is learnt by heart, and at the end."""
    return pd.DataFrame([_scale_row(*key, runs) for key, runs in alike(records).items()])


def _scale_row(size: int, decay: float, scale: float, runs: Sequence[TextRun]) -> dict[str, str]:
    rate = critical_data_cpu_text().texts["late"].learning_rate
    gains = [gain for gain in map(gain_after, runs) if math.isfinite(gain)]
    undone = math.log(scale) / -math.log1p(-rate * decay)
    return {
        "alpha": f"{scale:g}",
        "decay": f"{decay:g}",
        "n": f"{size:,}",
        "decay alone undoes alpha after": f"{undone:,.0f}" if scale != 1 else "—",
        "budget": f"{runs[0].budget:,}",
        "memorised after": _steps(runs, "memorised"),
        "right at the end": _mean(ends(runs)),
        "of it gained since": f"{np.mean(gains):+.3f}" if gains else "—",
        "generalised": _reached(runs),
        "after": _steps(runs, "generalised"),
    }


def _reached(runs: Sequence[TextRun]) -> str:
    return f"{sum(run.generalised is not None for run in runs)} of {len(runs)}"


def _steps(runs: Sequence[TextRun], event: str) -> str:
    """The median of the steps to an event over seeds, with its budget where it lies beyond."""
    budget = runs[0].budget
    median = median_steps([getattr(run, event) for run in runs], budget=budget).median
    return f"more than {budget:,}" if median is None else f"{median:,.0f}"


def _mean(values: Sequence[float]) -> str:
    return f"{np.mean(values):.3f}" if values else "—"


def steepest(records: Sequence[FamilyRecord], kind: str) -> str:
    """Largest part of the rise within one doubling, mean over seeds.

    Args:
        records: Records of the sizes.
        kind: `text` for the encoders, `linear` for the kernel beside them.
    """
    found = []
    for record in records:
        runs = record.texts
        shares = ends(runs) if kind == "text" else linear_ends(runs)
        found.append(largest_doubling([run.size for run in runs], shares))
    return f"{np.nanmean(found):.2f}"


def page_values(records: Sequence[Envelope]) -> Mapping[str, Any]:
    """What the page of the text part shows, beside its claims.

    Args:
        records: Records of any family.
    """
    sizes, late, published, scrambled = (
        text_records(records, arm) for arm in ("sizes", "late", "published", "scrambled")
    )
    sweep = critical_data_cpu_text().texts["sizes"]
    source = LABELLED[sweep.source]
    assert isinstance(source, PackagedLabels), "the cpu tier reads a package"
    return {
        "n_texts": f"{source.items:,}",
        "package": source.wheel.requirement,
        "aside": f"{sweep.n_tested(source.items):,}",
        "width": sweep.width,
        "heads": sweep.heads,
        "n_seeds": len(sizes),
        "budget": f"{sweep.steps:,}",
        "eps": f"{sweep.generalised_at:g}",
        "sizes": as_markdown(sizes_frame(sizes)) if sizes else "",
        "scales": as_markdown(scales_frame([*late, *published])) if late or published else "",
        "scrambled": _mean([end for one in scrambled for end in ends(one.texts)])
        if scrambled
        else "",
        "commonest": _mean([run.commonest for one in scrambled for run in one.texts]),
        "steepest": steepest(sizes, "text") if sizes else "",
        "steepest_linear": steepest(sizes, "linear") if sizes else "",
    }
