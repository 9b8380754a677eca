"""What a drawn token writes: its text, whether that is new, and whether a paragraph stays one."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.editing import DELETED
from data.text.token_text import Pieces

_SPACE = " \t\n\r\x0b\x0c"
"""Characters that a line may hold and be empty, as bytes of a file are split into paragraphs."""
_NOT_SPACE = re.compile(rf"[^{_SPACE}]|\n")


class DrawnText:
    """The text of every token that can be drawn, and which tokens have one text.

    Args:
        pieces: Text of every token of the prior's tokenizer.
    """

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        first: dict[str, int] = {}
        self._first = np.arange(len(pieces.lengths) + 1, dtype=np.int64)
        for token in np.flatnonzero(pieces.is_text).tolist():
            self._first[token] = first.setdefault(pieces.text(token) or "", token)
        self._has_twins = len(first) < int(pieces.is_text.sum())

    def text(self, token: int) -> str | None:
        """What stands there afterwards; None for a token that is no text."""
        return "" if token == DELETED else self.pieces.text(token)

    def same(
        self, observed: NDArray[np.int64], candidates: NDArray[np.int64]
    ) -> NDArray[np.bool_] | None:
        """Whether candidates stand for the same text as the token observed, shape (n, k).

        None where every token has a text of its own, as with most tokenizers. With byte fallback
        `<0x65>` and `e` are one text.

        Args:
            observed: Tokens of the text, shape (n,).
            candidates: Tokens that may be drawn instead, shape (n, k).
        """
        if not self._has_twins:
            return None
        last = len(self._first) - 1  # ids beyond the tokenizer's are nobody's twin
        mine = self._first[np.minimum(observed, last)]
        return np.asarray(self._first[np.minimum(candidates, last)] == mine[:, None])


def keeps_paragraph(text: str, changes: Sequence[tuple[int, int, str]]) -> list[bool]:
    """Which changes can be made, first to last, so that the text stays one paragraph of a file.

    A line without any character but spaces would cut it in two, and a break at its end would
    belong to the gap that follows. Each change is looked at with those before it that are made,
    and with the text behind it as it stands, in one pass.

    Args:
        text: A paragraph, without the break at its end.
        changes: First character, the one after the last, and what stands there afterwards; in
            order, without overlap.
    """
    kept, line, last = [], "", 0
    for start, stop, replacement in changes:
        line = _line_after(line, text[last:start])
        made = _stays_one(line, replacement, text, stop)
        kept.append(made)
        line = _line_after(line, replacement if made else text[start:stop])
        last = stop
    return kept


def _line_after(line: str, piece: str) -> str:
    """What matters of the current line: whether it is empty, and its last character."""
    whole = (line + piece).rpartition("\n")[2]
    return ("x" if whole.strip(_SPACE) else "") + whole[-1:]


def _stays_one(line: str, replacement: str, text: str, stop: int) -> bool:
    """Whether no line becomes empty, and the text does not end with a break."""
    *whole, begun = (line + replacement).split("\n")
    if any(not one.strip(_SPACE) for one in whole):
        return False
    if stop == len(text):
        return bool(begun.strip(_SPACE)) and not begun.endswith("\r")
    found = _NOT_SPACE.search(text, stop)
    return bool(begun.strip(_SPACE)) or (found is not None and found[0] != "\n")
