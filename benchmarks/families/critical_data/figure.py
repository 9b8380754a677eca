"""The pictures of the family, each from records that are there, written as PNG and PDF."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.critical_data.figures.growth import moduli_picture, widths_picture
from benchmarks.families.critical_data.figures.lazy import lazy_picture
from benchmarks.families.critical_data.figures.threshold import curves_picture, threshold_picture
from benchmarks.families.critical_data.figures.weights import decay_picture
from benchmarks.families.critical_data.record import CriticalRecord
from benchmarks.families.critical_data.shares.picture import FIGURE as SHARES
from benchmarks.families.critical_data.shares.picture import shares_picture
from benchmarks.families.critical_data.shares.shown import share_records, transformer_records
from benchmarks.families.critical_data.summaries import (
    lazy_records,
    moduli_brackets,
    of_arm,
    sizes_records,
    widths_brackets,
    widths_setting,
)
from benchmarks.families.critical_data.text.picture import FIGURE as TEXT
from benchmarks.families.critical_data.text.picture import text_picture
from benchmarks.families.critical_data.text.shown import text_records
from benchmarks.running.record import Envelope


def pictures(records: Sequence[Envelope]) -> Mapping[str, Callable[[], Figure]]:
    """Every picture whose records are there, by name, as what draws it."""
    mine = [record for record in records if isinstance(record, CriticalRecord)]
    found: dict[str, Callable[[], Figure]] = {}
    if sizes := sizes_records(mine):
        found["threshold"] = lambda: threshold_picture(sizes)
        found["curves"] = lambda: curves_picture(sizes)
    if scales := of_arm(mine, "critical_data_cpu", "scales"):
        found["decay"] = lambda: decay_picture(scales)
    if len(moduli := moduli_brackets(mine)) > 1:
        found["moduli"] = lambda: moduli_picture(moduli)
    if len(widths := widths_brackets(mine)) > 1:
        found["widths"] = lambda: widths_picture(widths, *widths_setting())
    if sizes and (lazy := lazy_records(mine)):
        found["lazy"] = lambda: lazy_picture(lazy, sizes)
    if shares := share_records(records):
        transformers = transformer_records(records)
        found[SHARES] = lambda: shares_picture(shares, transformers)
    if texts := text_records(records, "sizes"):
        late = text_records(records, "late")
        found[TEXT] = lambda: text_picture(texts, late, sizes)
    return found


def draw_all(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw every picture whose records are there, as PNG and PDF; return the files."""
    return save_all(pictures(records), folder)
