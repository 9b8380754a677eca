"""What a calibration found, as data, as a table for a terminal and as Markdown."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.box import SIMPLE
from rich.table import Table

from benchmarks.profile.calibration import SEEDS, Calibration, clopper_pearson

_ANSWERS = ("yes", "no", "undecided")


def calibration_frame(found: Sequence[Calibration]) -> pd.DataFrame:
    """One row per truth: what was studied, its true effect, and how often each answer came."""
    return pd.DataFrame(
        [
            {
                "family": one.truth.family,
                "process": one.truth.process,
                "definition": one.truth.definition.id,
                "effect": one.truth.effect,
                "exact": one.truth.is_exact,
                "threshold": one.truth.definition.threshold,
                "promised": one.truth.is_promised,
                "n": one.n_studies,
                **{answer: one.answers[answer] for answer in _ANSWERS},
            }
            for one in found
        ]
    )


def read_calibration(path: Path) -> pd.DataFrame:
    """A frame that was written as CSV."""
    return pd.read_csv(path)


def wrong(frame: pd.DataFrame) -> pd.DataFrame:
    """Share of wrong answers for each truth, with the ends of its 95 % interval."""
    is_true = frame["effect"] > frame["threshold"]
    count = frame["no"].where(is_true, frame["yes"])
    bounds = [clopper_pearson(int(k), int(n)) for k, n in zip(count, frame["n"], strict=True)]
    low, high = zip(*bounds, strict=True)
    return pd.DataFrame({"share": count / frame["n"], "low": low, "high": high})


def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as it is read: shares in per cent, and how often the answer was wrong."""
    errors = wrong(frame)
    true = (frame["effect"] > frame["threshold"]).map({True: "yes", False: "no"})
    marks = frame["exact"].map({True: "", False: " *"})
    return pd.DataFrame(
        {
            "family": frame["family"],
            "process": frame["process"],
            "definition": frame["definition"],
            "effect": (frame["effect"].round(4) + 0.0).map("{:+.4f}".format) + marks,
            "threshold": frame["threshold"].map("{:g}".format),
            "truth": true,
            "promised": frame["promised"].map({True: "yes", False: "no"}),
            "n": frame["n"].astype(str),
            **{a: (frame[a] / frame["n"]).map("{:.1%}".format) for a in _ANSWERS},
            "wrong": errors["share"].map("{:.1%}".format),
            "up to": errors["high"].map("{:.1%}".format),
        }
    )


def calibration_markdown(frame: pd.DataFrame) -> str:
    """The calibration as a table in Markdown."""
    return str(shown(frame).to_markdown(index=False, disable_numparse=True)) + "\n"


def calibration_table(frame: pd.DataFrame) -> Table:
    """The calibration as a table for a terminal."""
    title = f"Answers of the collapse profile, studies of {SEEDS} chains or one corpus"
    table = Table(title=title, box=SIMPLE, padding=0)
    lines = shown(frame)
    for name in lines.columns:
        is_name = name in ("family", "process", "definition")
        table.add_column(name, no_wrap=True, justify="left" if is_name else "right")
    for row in lines.itertuples(index=False):
        table.add_row(*row)
    table.caption = (
        "n: independent studies; up to: upper end of the 95 % interval of wrong (Clopper and "
        "Pearson); * the mean of all simulated chains or corpora, or 0 because both sides are "
        "drawn alike; the others are closed forms"
    )
    return table
