"""Colours of methods, the same in every picture and page.

A method's colour says how its corpus is made, and its marker which of the methods of that kind it
is; no method is told by its colour alone. A test simulates deuteranopia and protanopia (Machado et
al. 2009), where the colours of two kinds stay apart, and holds each to a contrast of 4.5 to the
paper, light and dark.
"""

from dataclasses import dataclass

from data.workflow import label


@dataclass(frozen=True)
class Kind:
    """Methods that make the next corpus in a similar way, and so share a colour."""

    name: str
    """Name of its variable in a page's style sheet, behind `kind-`."""
    words: str
    """What its methods learn, for a heading or a legend."""
    light: str
    """Colour on light paper, as `#rrggbb`."""
    dark: str
    """Colour on dark paper."""
    methods: tuple[str, ...] = ()
    """Its methods, in the order of their markers."""


KINDS = (
    Kind(
        "sampled",
        "only what the last model wrote",
        "#8a1020",
        "#e8703c",
        (
            "replace",
            "importance",
            "verified",
            "long_tail",
            "truncated_loss",
            "executed",
            "executed_source",
            "best_of_2",
            "best_of_8",
            "random_of_8",
        ),
    ),
    Kind(
        "kept",
        "samples and kept human text",
        "#a85400",
        "#f3c63c",
        ("accumulate", "accumulate_subsample", "mix", "executed_accumulate"),
    ),
    Kind(
        "last-copy",
        "the last corpus, edited again",
        "#4a1486",
        "#d95cf0",
        ("edit_previous", "edit_random_previous", "rewrite_previous"),
    ),
    Kind(
        "source",
        "the human text, edited",
        "#2a5be0",
        "#77ccff",
        ("edit_source", "edit_random", "edit_thinned", "rewrite_source"),
    ),
    Kind(
        "human",
        "human text as it is",
        "#667080",
        "#a3adb8",
        ("same_human", "redraw", "reencode", "fresh_human"),
    ),
)
"""Kinds of the project's methods."""
OTHER = Kind("other", "other methods", "#1f2328", "#e6e9ee")
"""Kind of a method of a user's own."""
MARKERS = "osD^vPX*<>"
"""Markers of the methods of one kind, as matplotlib names them."""
GLYPHS = "\u25cf\u25a0\u25c6\u25b2\u25bc\u271a\u2716\u2605\u25c0\u25b6"
"""Characters that stand for `MARKERS` in a legend, in the same order."""


@dataclass(frozen=True)
class Style:
    """How a method is drawn."""

    kind: Kind
    place: int
    """Place of the method among those of its kind."""

    @property
    def color(self) -> str:
        """Colour on light paper; in a page a variable stands for it."""
        return self.kind.light

    @property
    def marker(self) -> str:
        """Marker, as matplotlib names it."""
        return MARKERS[self.place % len(MARKERS)]

    @property
    def glyph(self) -> str:
        """Character that stands for the marker."""
        return GLYPHS[self.place % len(GLYPHS)]


def kind_of(workflow: str) -> Kind:
    """The kind of a workflow; `OTHER` for a method of a user's own."""
    return next((kind for kind in KINDS if label(workflow) in kind.methods), OTHER)


def style_of(workflow: str, others: tuple[str, ...] = ()) -> Style:
    """How a workflow is drawn, everywhere.

    Args:
        workflow: Name of the workflow, or of a method of a user's own.
        others: Methods of users in the same picture, which tell their markers.
    """
    kind = kind_of(workflow)
    name, known = (workflow, others) if kind is OTHER else (label(workflow), kind.methods)
    return Style(kind, known.index(name) if name in known else 0)
