"""Figures as SVG inside a page: small, in the page's own font, and in its colours.

A figure is drawn in the colours below. In the page they become CSS variables, so that light and
dark are the page's business; a page that sets no variable shows them as drawn.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.comparing.pictures.colours import KINDS, OTHER

YES, NO, UNDECIDED = "#c1272d", "#1b7837", "#946500"
"""Colours of answers, which stand beside their words."""
INK, RULE = OTHER.light, "#8c959f"
"""Colours of text and axes, and of lines to compare with."""
SERIES = tuple(kind.light for kind in KINDS)
"""Colours of lines that are no methods, such as machines."""

_VARIABLES = {
    YES: "yes",
    NO: "no",
    UNDECIDED: "undecided",
    INK: "ink",
    RULE: "rule",
    **{kind.light: f"kind-{kind.name}" for kind in KINDS},
}

_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_UNUSED_ID = re.compile(r'<g id="[^"]*"(/?)>')


def themed(color: str) -> str:
    """A colour as CSS: the page's own where the page has a variable for it."""
    return f"var(--{_VARIABLES[color]}, {color})" if color in _VARIABLES else color


@contextmanager
def drawing(width: float, height: float) -> Iterator[Figure]:
    """An empty figure, in inches, to be drawn on and given to `as_svg` inside the context."""
    style: dict[Any, Any] = {
        "font.size": 10,
        "font.family": "sans-serif",
        "svg.fonttype": "none",
        "axes.spines.top": False,
        "axes.spines.right": False,
        **dict.fromkeys(
            ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK
        ),
    }
    with mpl.rc_context(style):
        yield Figure(figsize=(width, height), layout="constrained")


def as_svg(figure: Figure, description: str) -> str:
    """The figure as one `<svg>` element.

    Args:
        figure: Figure that `drawing` gave, drawn on.
        description: Words for those who cannot see the figure. No other figure of the page has the
            same: ids inside the element come from it, and one page needs them different.
    """
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": description}):
        figure.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA)
    text = buffer.getvalue()
    text = _UNUSED_ID.sub(r"<g\1>", text[text.index("<svg") :])
    for color in _VARIABLES:
        text = text.replace(color, themed(color))
    label = escape(description, quote=True)
    return text.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
