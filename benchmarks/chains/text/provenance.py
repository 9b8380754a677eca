"""Where text that `collapse synthesize` wrote comes from, as its folder says."""

import json
from pathlib import Path
from typing import Any

from data.errors import BadInput, readable
from data.files import file_digest


def read_provenance(text: Path) -> dict[str, Any] | None:
    """What `provenance.json` beside a text says of it; None where there is none of this kind.

    Raises:
        BadInput: The text is not the one that it describes.
    """
    path = text.with_name("provenance.json")
    if not path.is_file():
        return None
    with readable(path, "restore it, or write the text again"):
        provenance: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if not {"request", "source", "written"} <= provenance.keys():
        return None
    if not text.is_file() or file_digest(text) != provenance["written"]["sha256"]:
        raise BadInput(
            f"{text}: not the text that {path} describes; restore it, or delete its folder and "
            "write it again"
        )
    return provenance
