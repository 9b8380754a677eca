"""Pages and figures of the ToEdit paper beside those of its tables and claims."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks.chains.cost import size_words
from benchmarks.families.toedit.cells import FILLINGS
from benchmarks.families.toedit.edit_rules import edit_rules_frame
from benchmarks.families.toedit.figure import draw_u_shape
from benchmarks.families.toedit.recipes.editing import EDIT_RECIPES
from benchmarks.families.toedit.recipes.written import written_by_smollm2
from benchmarks.families.toedit.written_report import (
    MAKE,
    chains_of_written_text,
    draw_written,
    is_whole,
    written_frame,
)
from benchmarks.paper.cells import measure
from benchmarks.paper.rendering import templates
from benchmarks.running.record import Envelope

FIGURE = "figure-05"
WRITTEN_FIGURE = "figure-03-11-12"
_PACKAGE = "benchmarks.families.toedit"


def pages(records: Sequence[Envelope]) -> dict[str, str]:
    """The ten edit rules by loss, and text of another model beside human text, by file name."""
    chains = chains_of_written_text(records)
    frame = written_frame(chains) if is_whole(chains) else None
    return {
        "edit-rules.md": edit_rules_page(edit_rules_frame(records)),
        "smollm2-text.md": written_page(frame, WRITTEN_FIGURE, MAKE),
    }


def figures(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw Figure 5 and Figures 3, 11 and 12 again, where the records are there."""
    drawn = []
    if ours := measure(records, FILLINGS["6"]):
        drawn += _both(folder, FIGURE)
        draw_u_shape(ours, drawn)
    if is_whole(chains := chains_of_written_text(records)):
        paths = _both(folder, WRITTEN_FIGURE)
        draw_written(chains, paths)
        drawn += paths
    return drawn


def _both(folder: Path, name: str) -> list[Path]:
    return [folder / f"{name}{suffix}" for suffix in (".png", ".pdf")]


def edit_rules_page(frame: pd.DataFrame) -> str:
    """The rules of Tables 5, 7 and 8 by loss, in Markdown."""
    body = frame.to_markdown(index=False, disable_numparse=True)
    page = templates("markdown", _PACKAGE).get_template("edit_rules.md.jinja")
    return page.render(body=body, size=size_words(EDIT_RECIPES["edit_threshold_0_99"]().model))


def written_page(frame: pd.DataFrame | None, figure: str, command: str) -> str:
    """Text of another model beside human text, in Markdown; None where records are missing."""
    body = "" if frame is None else frame.to_markdown(index=False, disable_numparse=True)
    page = templates("markdown", _PACKAGE).get_template("written.md.jinja")
    size = size_words(written_by_smollm2().model)
    return page.render(body=body, figure=figure, command=command, size=size)
