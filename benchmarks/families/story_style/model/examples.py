"""A rewritten story in a record, word by word."""

from benchmarks.running.record import RecordPart


class Example(RecordPart):
    """A held-out story, what both stages made of it, and a text of the author it was to be like."""

    author: str
    target: str
    """Author whose style was asked for."""
    source: str
    keywords: tuple[str, ...]
    """Keywords of the source, which were masked in it."""
    first: str
    """What the first stage wrote, with masks."""
    final: str
    own: str
    """A held-out story of the target author."""
