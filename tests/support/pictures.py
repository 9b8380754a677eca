"""What a reader of a picture would stumble over."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text


def stumbles(figure: Figure, width: float = 358.0, least: float = 8.0) -> list[str]:
    """Words that overlap others, leave the figure, or are too small where it is shown.

    Args:
        figure: Figure that is looked at; it is drawn.
        width: Width at which it is shown, in pixels.
        least: Least height of its letters there, in pixels.
    """
    FigureCanvasAgg(figure).draw()
    texts = [
        text
        for text in figure.findobj(Text)
        if isinstance(text, Text) and text.get_visible() and text.get_text().strip()
    ]
    undrawn = set(_undrawn(figure))
    texts = [text for text in texts if text not in undrawn]
    boxes = {text: text.get_window_extent().padded(-0.5) for text in texts}
    page = figure.bbox
    scale = width / (page.width / figure.dpi * 72)
    found = [
        f"{text.get_text()!r} leaves the figure"
        for text, box in boxes.items()
        if not (page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1)
    ]
    found += [
        f"{one.get_text()!r} overlaps {other.get_text()!r}"
        for one, other in combinations(texts, 2)
        if boxes[one].overlaps(boxes[other])
    ]
    heights = {text: float(text.get_fontsize()) * scale for text in texts}
    return found + [
        f"{text.get_text()!r} is {height:.1f} pixels high"
        for text, height in heights.items()
        if height < least
    ]


def _undrawn(figure: Figure) -> Iterator[Text]:
    """Labels of ticks that lie outside what the axes show."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            slack = 1e-9 * (high - low)
            for tick in axis.get_major_ticks():
                if not axes.axison or not low - slack <= tick.get_loc() <= high + slack:
                    yield from (tick.label1, tick.label2)


def differs(made: Path, written: Path) -> float:
    """Share of pixels in which two pictures clearly differ; 1 where their sizes do.

    The edges of letters differ from machine to machine, by less.
    """
    one, other = imread(made), imread(written)
    if one.shape != other.shape:
        return 1.0
    return float(np.mean(np.abs(one - other) > 0.3))
