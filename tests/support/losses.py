"""Losses of documents, planted into records that were made without them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import LOSS
from benchmarks.running.record import sealed
from data.measures.document_losses import pack, ratio_of_sums, unpack

Numbers = NDArray[np.float64]


def sizes_of(n: int) -> Numbers:
    """Sizes of documents in bytes, the same ones for every record; shape (n,)."""
    return np.random.default_rng(7).integers(200, 1400, size=n).astype(np.float64)


def forget_losses(content: dict[str, Any]) -> dict[str, Any]:
    """The content of a record, changed: as one that is older than losses of documents, unsealed."""
    content.update(evaluated=None, content=None, sealed_later=False)
    for generation in content["generations"]:
        generation["document_bits"] = None
    if "sealed_later" not in Record.model_fields:
        del content["sealed_later"]
    return content


def follow_losses(content: dict[str, Any]) -> None:
    """Move the losses of documents with that of their text, as one who knows of them would."""
    for generation in content["generations"] if content.get("evaluated") else ():
        size = unpack(content["evaluated"]["held_out"]["document_bytes"], "bytes")
        bits = unpack(generation["document_bits"]["held_out"], "bits")
        moved = generation["metrics"][LOSS]["value"] - bits.sum() / size.sum()
        generation["document_bits"]["held_out"] = pack(bits + moved * size, "bits")


def without_losses(record: Record) -> Record:
    """A record as it was before losses of documents were kept."""
    return Record.model_validate(forget_losses(record.model_dump()))


def with_losses(
    record: Record, deviations: Callable[[int, Numbers], Numbers] | None = None
) -> Record:
    """A record with the losses of documents that give the loss and error it has.

    Args:
        record: Record with such losses or without.
        deviations: Gives how far each document's bits lie from its share of the text's, by
            generation and sizes; moved and scaled so that the text's loss and error stay.
    """
    content: dict[str, Any] = record.model_dump()
    size = sizes_of(record.last.metrics[LOSS].n)
    for index, generation in enumerate(record.generations):
        found = generation.metrics[LOSS]
        drawn = np.sin(np.arange(len(size)) + index)
        if deviations is not None:
            drawn = deviations(index, size)
        drawn = drawn - size * drawn.sum() / size.sum()
        _, error = ratio_of_sums(found.value * size + drawn, size)
        bits = found.value * size + drawn * ((found.stderr or 0.0) / error)
        content["generations"][index]["document_bits"] = {"held_out": pack(bits, "bits")}
    content["evaluated"] = {
        "held_out": {"fingerprint": "0" * 16, "document_bytes": pack(size, "bytes")}
    }
    return sealed(Record.model_validate(content | {"content": None}))
