"""What is counted in a shard, and stands in its file beside its rows."""

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from data.ledger import whole

HISTOGRAM_BINS = 10
_FACTS = b"collapse.shard"


@dataclass(kw_only=True, slots=True)
class EditCounts:
    """What happened to the tokens of some documents; counts of several shards add up."""

    documents: int = 0
    tokens: int = 0
    """Number of all tokens, by the prior's tokenizer."""
    editable: int = 0
    """Number of tokens that have text before them, and stand for whole characters of the text."""
    windows: int = 0
    padded_tokens: int = 0
    """Number of tokens that the prior read: windows overlap, and short ones are padded."""
    not_given_back: int = 0
    """Number of documents that are not what decoding their tokens gives."""
    flagged_by_paper: int = 0
    """Number of editable tokens that the paper's rule would flag, whatever rule was used."""
    histogram: list[int] = field(default_factory=lambda: [0] * HISTOGRAM_BINS)
    """Number of scored tokens by probability, in ten equal bins (the paper's Table 6)."""

    def __add__(self, other: "EditCounts") -> "EditCounts":
        sums = {
            name: getattr(self, name) + getattr(other, name)
            for name in (entry.name for entry in fields(self))
            if name != "histogram"
        }
        bins = [a + b for a, b in zip(self.histogram, other.histogram, strict=True)]
        return EditCounts(**sums, histogram=bins)


class ShardFacts(NamedTuple):
    """Facts about a shard that its file holds beside its rows."""

    counts: EditCounts
    kept_from: float
    """Probability from which (or, for unlikely tokens, up to which) its rows are complete."""
    rows: int
    changed: int
    prior: dict[str, Any]
    """Facts that identify the prior that scored the shard."""

    def attached_to(self, table: pa.Table) -> pa.Table:
        """The table with these facts in its metadata."""
        content = {**self._asdict(), "counts": asdict(self.counts)}
        return table.replace_schema_metadata({_FACTS: json.dumps(content).encode()})

    @classmethod
    def of(cls, path: Path) -> "ShardFacts":
        """The facts that a shard's file holds.

        Raises:
            BadInput: The file is damaged.
            FileNotFoundError: The shard is not finished.
        """
        with whole(path, "delete it and run again"):
            content = json.loads(pq.read_schema(path).metadata[_FACTS])
            return cls(**{**content, "counts": EditCounts(**content["counts"])})
