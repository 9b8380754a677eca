"""The text of a base beside that of the chain: neither may hold what is measured on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.chains.settings import HumanText
from benchmarks.chains.text import human_text
from benchmarks.downstream.questions import count_shared
from data.errors import BadInput
from data.measures.health import shared_documents
from data.text.corpus import Corpus


def base_overlap(
    folder: Path, *, human: HumanText, content: str, tasks: Sequence[str], base: Path
) -> dict[str, Any]:
    """Look for what is measured on in a base's text, and for questions in the chain's own.

    The chain's text is not divided yet, which needs the base's tokenizer: all of it but the
    held-out part is looked through. `content` is its identity, checked again.
    """
    if human_text.human_identity(human) != content:
        raise BadInput(f"{human.source} changed while it was read; run again")
    trained = Corpus.open(base)
    read, _ = human_text.read_human(human)
    held_out, rest = human_text.split_held_out(read, human.held_out_bytes, human.source)
    return {
        "held_out": shared_documents(held_out, trained),
        "shared_by_base": count_shared([trained], tasks),
        "shared_by_human": count_shared([rest], tasks),
    }
