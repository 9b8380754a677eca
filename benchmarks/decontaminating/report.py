"""What is shown of a decontamination: a table of recall by kind of edit, sentences, a picture."""

from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from benchmarks.decontaminating.decontaminate import Outcome, Request, quantiles
from benchmarks.decontaminating.rules import (
    PUBLISHED_DISTANCE,
    Measured,
    Seen,
    Thresholds,
    published,
)

NO_COPY = "no copy"
_GRID = np.linspace(0, 1.2, 121)
"""Distances of the picture."""


def rates(seen: Seen, thresholds: Thresholds) -> dict[str, float | None]:
    """Share of texts that each rule removes; None for a rule that needs an encoder."""
    by_words = float(np.mean(seen.share >= thresholds.share))
    has_encoder = bool(np.isfinite(seen.distance).all())
    return {
        "published rule": float(published(seen).mean()) if has_encoder else None,
        "embedding": (
            float(np.mean(seen.distance <= thresholds.distance))
            if has_encoder and thresholds.distance is not None
            else None
        ),
        "words": by_words,
        "either": float(np.mean(thresholds.removes(seen.distance, seen.share)))
        if has_encoder or thresholds.distance is None
        else by_words,
        "13 words in a row": float(seen.gated.mean()),
    }


def recall_rows(found: Measured) -> list[dict[str, Any]]:
    """A row for each kind of edit and a last one of questions that are no copies."""
    rows = []
    for name, seen in [*found.planted.items(), (NO_COPY, found.unrelated)]:
        shown = rates(seen, found.thresholds)
        if name == NO_COPY:
            shown["13 words in a row"] = None
        median = float(np.median(seen.distance)) if np.isfinite(seen.distance).all() else None
        rows.append({"edit": name, "median distance": median, **shown})
    return rows


def recall_table(found: Measured) -> Table:
    """The rows for a terminal."""
    table = Table(
        title=f"share removed, of {found.n:,} questions as they are planted",
        caption="the last row is removed by mistake; 13 words in a row is the gate of runs",
    )
    rows = recall_rows(found)
    for name in rows[0]:
        table.add_column(name, justify="left" if name == "edit" else "right")
    for row in rows:
        style = "bold" if row["edit"] == NO_COPY else None
        table.add_row(*(_cell(name, value) for name, value in row.items()), style=style)
    return table


def _cell(name: str, value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}" if name == "median distance" else f"{value:.1%}"
    return str(value)


def summary_lines(outcome: Outcome, request: Request) -> list[str]:
    """What stands below the table: thresholds, and what became of the documents."""
    chosen, found = outcome.measured.thresholds, outcome.measured
    how = "given" if request.share is not None else "chosen"
    lines = [f"{how}: at least {chosen.share:.2f} of a question's runs of three words"]
    if chosen.distance is not None:
        how = "given" if request.distance is not None else "chosen"
        lines.append(
            f"{how}: L2 distance of at most {chosen.distance:.3f} "
            f"(nearest two questions {found.nearest_unrelated:.3f}; published, for another "
            f"encoder: {PUBLISHED_DISTANCE:g} and a length within 20 %)"
        )
    if request.against.short:
        lines.append(f"{request.against.short:,} questions of fewer than four words are not sought")
    if outcome.report.skipped:
        reasons = ", ".join(
            f"{reason}: {n:,}" for reason, n in outcome.report.skipped.most_common()
        )
        lines.append(f"left out {outcome.report.skipped.total():,} lines ({reasons})")
    kept = outcome.documents - outcome.removed
    lines.append(
        f"{outcome.documents:,} documents: {kept:,} kept, {outcome.removed:,} removed "
        f"({outcome.by_words:,} by words, {outcome.by_embedding:,} by embedding)"
    )
    lines += [f"  {task}: {count:,}" for task, count in sorted(outcome.by_task.items())]
    return lines


def as_json(outcome: Outcome, request: Request) -> dict[str, Any]:
    """Every number, with what was held against what."""
    thresholds = outcome.measured.thresholds
    return {
        "files": [str(path) for path in request.inputs],
        "against": sorted(set(request.against.tasks)),
        "questions": len(request.against.questions),
        "short_questions": request.against.short,
        "encoder": request.encoder,
        "seed": request.seed,
        "thresholds": {"distance": thresholds.distance, "share": thresholds.share},
        "false_removals_allowed": request.false_removals,
        "recall": recall_rows(outcome.measured),
        "questions_measured": outcome.measured.n,
        "documents": outcome.documents,
        "removed": outcome.removed,
        "removed_by_words": outcome.by_words,
        "removed_by_embedding": outcome.by_embedding,
        "removed_by_task": outcome.by_task,
        "left_out": dict(outcome.report.skipped),
        "nearest_distances": quantiles(outcome.distances) if outcome.distances else None,
    }


def draw(outcome: Outcome, path: Path) -> None:
    """Draw recall against the threshold: of the distance, or of the share without an encoder."""
    from matplotlib.figure import Figure

    found = outcome.measured
    by_distance = found.thresholds.distance is not None
    figure = Figure(figsize=(8, 4.8), layout="constrained")
    axes = figure.subplots()
    kinds: list[tuple[str, Seen]] = [*found.planted.items(), (NO_COPY, found.unrelated)]
    grid = _GRID if by_distance else np.linspace(0, 1, 101)
    for name, seen in kinds:
        shares = [_at(seen, value, by_distance) for value in grid]
        style = {"color": "black", "linewidth": 2.2} if name == NO_COPY else {"linewidth": 1.4}
        axes.plot(grid, shares, label=name, **style)
    chosen = found.thresholds.distance if by_distance else found.thresholds.share
    axes.axvline(float(chosen or 0), color="0.4", linestyle="--", label="threshold")
    if by_distance:
        axes.axvline(PUBLISHED_DISTANCE, color="0.4", linestyle=":", label="published")
    axes.set_xlabel(
        "L2 distance up to which a text is removed"
        if by_distance
        else "share of a question's runs of three words from which a text is removed"
    )
    axes.set_ylabel("share removed")
    axes.set_ylim(-0.02, 1.02)
    axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.01, 0.5))
    figure.savefig(path, dpi=150)


def _at(seen: Seen, value: float, by_distance: bool) -> float:
    return float(np.mean(seen.distance <= value if by_distance else seen.share >= value))
