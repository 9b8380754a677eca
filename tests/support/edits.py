"""Edits of a text, drawn by hypothesis: replacements in order, without overlap."""

from hypothesis import strategies as st

NEW = st.sampled_from(["", " ", "\n", "\r", "\n\n", "\r\n", "x", " y", "\t", "z\n"]) | st.text(
    st.characters(codec="utf-8"), max_size=3
)
"""What stands in a place afterwards; often what breaks lines."""


@st.composite
def changes_of(draw: st.DrawFn, text: str) -> list[tuple[int, int, str]]:
    """First character, the one after the last, and the replacement of each."""
    ends = sorted(draw(st.sets(st.integers(0, len(text)), max_size=10)))
    return [
        (start, stop, draw(NEW))
        for start, stop in zip(ends[::2], ends[1::2], strict=False)
        if text[start:stop]
    ]
