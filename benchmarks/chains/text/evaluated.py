"""What the records keep of the documents that models are measured on: their sizes and losses."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks.chains.record import EvaluatedText
from data.measures.document_losses import pack
from data.text.corpus import Corpus


def evaluated_texts(texts: Mapping[str, Path]) -> dict[str, EvaluatedText]:
    """The documents of texts, without their words, in the order in which losses are kept.

    Args:
        texts: Corpus file of each text, by the name that begins the keys of its metrics.
    """
    return {name: _described(Corpus.open(path)) for name, path in texts.items()}


def _described(corpus: Corpus) -> EvaluatedText:
    sizes = [len(text.encode()) for text in corpus.texts()]
    return EvaluatedText(fingerprint=corpus.fingerprint, document_bytes=pack(sizes, "bytes"))


def document_bits(folder: Path, names: Mapping[str, object]) -> dict[str, str]:
    """The losses of documents that an evaluate stage has written, packed, by the text's name.

    Args:
        folder: Folder of the stage; it holds one `NAME.parquet` with `nats` for every text.
        names: Texts that were evaluated, by name.
    """
    nats = {name: pq.read_table(folder / f"{name}.parquet").column("nats") for name in names}
    return {name: pack(found.to_numpy() / np.log(2), "bits") for name, found in nats.items()}
