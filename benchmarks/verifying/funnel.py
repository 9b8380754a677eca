"""The funnel: of all programs, how many are lost in which class, as a table and as JSON."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from platform import python_version
from typing import Any

from rich.table import Table
from scipy.special import betaincinv

from benchmarks.verifying.verification import Verification
from data.executing.limits import Limits
from data.executing.outcome import Layer, OutcomeClass, lost
from data.files import file_digest
from data.text.text_files import shown

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Stage:
    """One class of the funnel."""

    kind: OutcomeClass
    programs: int
    """Programs of this class."""
    share: float
    """Their share of all programs."""
    low: float
    """Ends of the 95 % interval of the share (Clopper and Pearson 1934), if programs are drawn
    independently."""
    high: float
    left: int
    """Programs that no class up to this one has lost; for `right` those that are right."""


def stages(found: Verification) -> list[Stage]:
    """The classes in the order in which programs are lost, and `right` as the last one."""
    n_right = found.classes[OutcomeClass.RIGHT]
    rows = [*lost(found.classes), (OutcomeClass.RIGHT, n_right, n_right)]
    return [
        Stage(kind, count, count / found.n_programs, *interval(count, found.n_programs), left)
        for kind, count, left in rows
    ]


def interval(count: int, n: int) -> tuple[float, float]:
    """Ends of the 95 % interval of a share of which `count` in `n` were seen."""
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if count == 0 else float(betaincinv(count, n - count + 1, tail))
    high = 1.0 if count == n else float(betaincinv(count + 1, n - count, 1 - tail))
    return low, high


def funnel_table(found: Verification) -> Table:
    """The funnel for a terminal: a row for each class, those without a program included."""
    table = Table(
        title=f"{found.n_programs:,} programs",
        caption=f"{CONFIDENCE:.0%} intervals if programs are drawn independently",
    )
    for name in ("class", "programs", "share", "interval", "left"):
        table.add_column(name, justify="left" if name == "class" else "right")
    for stage in stages(found):
        style = "bold green" if stage.kind is OutcomeClass.RIGHT else None
        share, ends = f"{stage.share:.2%}", f"[{stage.low:.2%}, {stage.high:.2%}]"
        numbers = (f"{stage.programs:,}", share, f"\\{ends}", f"{stage.left:,}")
        table.add_row(stage.kind.value, *numbers, style=style)
    return table


def summary_lines(found: Verification, *, without: str) -> list[str]:
    """What stands below the table: layers, the released scorer, and what was left out.

    Args:
        found: What became of the programs.
        without: What to install for more, where the sandbox is missing; empty where it is not.
    """
    by_layer = ", ".join(f"{found.layers[layer]:,} by {layer}" for layer in Layer)
    speed = found.n_programs / max(found.seconds, 1e-9)
    lines = [
        f"decided: {by_layer}; {speed:,.0f} programs/s",
        f"right by the scorer released with PaD, which rounds: {found.n_released:,} "
        f"({found.n_released / found.n_programs:.2%}), {found.n_released_alone:,} of which are not "
        "right",
    ]
    if without and found.classes[OutcomeClass.OUTSIDE]:
        lines.append(f"the sandbox, which knows more of Python, is not installed: {without}")
    if found.report.skipped:
        reasons = ", ".join(f"{reason}: {n:,}" for reason, n in found.report.skipped.most_common())
        lines.append(
            f"left out {found.report.skipped.total():,} rows ({reasons}), such as "
            f"{found.report.examples[0]}"
        )
    return lines


def as_json(
    found: Verification, paths: Iterable[Path], limits: Limits, *, sandbox: bool
) -> dict[str, Any]:
    """All counts and rates, with what they were made from and under which limits."""
    return {
        "files": [{"file": shown(path), "sha256": file_digest(path)} for path in paths],
        "limits": asdict(limits),
        "sandbox": sandbox_version() if sandbox else None,
        "python": python_version(),
        "programs": found.n_programs,
        "left_out": dict(found.report.skipped),
        "confidence": CONFIDENCE,
        "classes": {
            stage.kind.value: {
                "programs": stage.programs,
                "share": stage.share,
                "interval": [stage.low, stage.high],
            }
            for stage in stages(found)
        },
        "layers": {layer.value: found.layers[layer] for layer in Layer},
        "released_right": found.n_released,
        "released_right_alone": found.n_released_alone,
        "seconds": found.seconds,
    }


def sandbox_version() -> str | None:
    """Name and version of the sandbox; None where it is not installed."""
    try:
        return f"pydantic-monty {metadata.version('pydantic-monty')}"
    except metadata.PackageNotFoundError:
        return None
