"""The fields of a JSON object, each with the characters of the line that its value covers."""

import json
import re
from decimal import Decimal

_SPACE = re.compile(r"[ \t\n\r]*")
_BYTE_ORDER_MARK = "\ufeff"


def _whole(digits: str) -> int | Decimal:
    """A whole number of any length: Python reads no more than some thousand digits as an int."""
    try:
        return int(digits)
    except ValueError:
        return Decimal(digits)


_DECODER = json.JSONDecoder(parse_int=_whole)


def json_literals(line: str, *, once: bool = False) -> dict[str, tuple[object, int, int]]:
    """The fields of a JSON object with the characters of the line that each value covers.

    Knowing where a value stands, it can be replaced without writing the others anew, whose numbers
    and spaces would not come back as they were.

    Args:
        line: Text of the object.
        once: Refuse an object that names a field twice, of which the last one counts otherwise.

    Raises:
        json.JSONDecodeError: The line is no JSON object, or names a field twice.
    """
    literals: dict[str, tuple[object, int, int]] = {}

    def skip(at: int) -> int:
        return _SPACE.match(line, at).end()  # type: ignore[union-attr]  # matches everywhere

    def expect(character: str, at: int) -> int:
        if not line.startswith(character, at):
            raise json.JSONDecodeError(f"Expecting '{character}'", line, at)
        return skip(at + 1)

    at = expect("{", skip(len(_BYTE_ORDER_MARK) if line.startswith(_BYTE_ORDER_MARK) else 0))
    while not line.startswith("}", at):
        if literals:
            at = expect(",", at)
        key, at = _DECODER.raw_decode(line, at)
        if not isinstance(key, str):
            raise json.JSONDecodeError("Expecting a name in quotes", line, at)
        if once and key in literals:
            raise json.JSONDecodeError("A field is named twice", line, at)
        start = expect(":", skip(at))
        value, stop = _DECODER.raw_decode(line, start)
        literals[key] = (value, start, stop)
        at = skip(stop)
    if (at := skip(at + 1)) != len(line):
        raise json.JSONDecodeError("Extra data", line, at)
    return literals
