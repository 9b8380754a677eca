"""Names that a table can show without being taken for others."""

import re
from collections.abc import Iterable

from data.errors import BadInput, one_line

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "2": "z", "8": "b", "-": "_",
                        ".": "_"})  # fmt: skip
"""Characters that look like others, once capitals are small; `rn` and `vv` are in `_look`."""


def check_name(name: str, what: str) -> None:
    """Refuse a name that is not made of plain letters, digits, `_`, `-` and `.`.

    Letters of other alphabets can look like these, so that two names would look like one.

    Raises:
        BadInput: The name is such a one; `what` says of what.
    """
    if not _PLAIN.fullmatch(name):
        raise BadInput(
            f"{what} '{one_line(name)}' is no plain name; use letters of ASCII, digits, _, - and ."
        )


def imitated(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one looks like, or is but for capitals; None where it is none.

    A name that is a known one, letter by letter, is given back too: whether that is allowed, the
    caller knows.
    """
    look = _look(name)
    return next((one for one in known if _look(one) == look), None)


def _look(name: str) -> str:
    return name.lower().translate(_ALIKE).replace("rn", "m").replace("vv", "w")


def in_markdown(text: str) -> str:
    """A text as it stands in Markdown: on one line, and nothing of it is markup or HTML."""
    shown = re.sub(r"([\\`*\[\]<>|#~$!])", r"\\\1", one_line(text))
    return shown.replace("&", "&amp;")
