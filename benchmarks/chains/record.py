"""The record of one chain: one workflow and one seed as one validated JSON file."""

from pathlib import Path
from typing import Literal

from pydantic import model_validator

from benchmarks.chains.recipe import read_recipe, recipe_digest
from benchmarks.downstream.record import DownstreamFacts
from benchmarks.running.record import (
    CHAINS,
    Envelope,
    Metric,
    RecordPart,
    StageFacts,
    read_as,
    read_kinds,
)
from data.errors import BadInput

_POSITIVE = ("/bits_per_byte/none", "/perplexity/none")


class EditTotals(RecordPart):
    """How many tokens of a corpus an edit rule touched; see `EditSummary`."""

    tokens: int
    editable: int
    flagged: int
    changed: int
    unwritable: int
    threshold: float
    flagged_by_paper: int
    histogram: list[int]

    @model_validator(mode="after")
    def _adds_up(self) -> "EditTotals":
        if not 0 <= self.changed <= self.flagged <= self.editable <= self.tokens:
            raise BadInput("changed, flagged, editable and tokens do not grow in this order")
        return self


class HealthFacts(RecordPart):
    """What is wrong with a corpus, as counts and shares; `data.measures.health.Health` says how."""

    documents: int
    mean_bytes: float
    empty: float
    duplicate: float
    near_duplicate: float
    unfinished: float
    malformed: float
    length_shift: float
    concentration: float
    held_out_overlap: float
    repeated_opening: float
    repeated_id: float


class CorpusFacts(RecordPart):
    """The corpus that a generation was trained on: its size, its health, and how it was made."""

    documents: int
    tokens: int
    """Tokens of the corpus by the trained model's own tokenizer, separators not counted."""
    human_tokens: int
    """Tokens of human documents, as they were or edited."""
    fingerprint: str
    health: HealthFacts
    breaches: list[str]
    """Limits of the recipe's health gate that the corpus breaks."""
    edit: EditTotals | None = None
    """Totals of the token editing that made the corpus; None where none did."""
    cut_off: int | None = None
    """Number of sampled documents that reached the length limit."""
    text: dict[str, Metric] | None = None
    """What the recipe's judge found in the corpus, by metric; None where the recipe names no
    judge."""


class Generation(RecordPart):
    """One model of the chain: its corpus, its fit, and what was measured of it."""

    generation: int
    corpus: CorpusFacts
    steps: int
    tokens_seen: int
    """Tokens that the fit was trained on."""
    human_tokens_used: int
    """Different human tokens that the chain has needed so far."""
    final_loss: float
    metrics: dict[str, Metric]
    written: int
    """Number of documents that the model wrote for the `samples` metrics."""
    written_cut_off: int
    """Number of the documents in `written` that were cut off at the length limit."""
    downstream: DownstreamFacts | None = None
    """Scores on downstream tasks; None where the recipe names no tasks, or not for this
    generation."""
    stages: dict[str, StageFacts]

    @model_validator(mode="after")
    def _was_fitted(self) -> "Generation":
        if "fit" not in self.stages:
            raise BadInput(f"generation {self.generation} has no stage fit")
        for key, metric in self.metrics.items():
            if key.endswith(_POSITIVE) and metric.value <= 0:
                raise BadInput(f"{key} is {metric.value}; it is above 0 for any model")
        return self


class Human(RecordPart):
    """The human text of the chain."""

    source: str
    licence: str
    fingerprint: str
    documents: int
    tokens: int
    bytes: int
    duplicates: int
    skipped: dict[str, int]
    floor: dict[str, Metric]
    """The diversity measures of human text that is in no corpus of generation 0."""


class Identities(RecordPart):
    """What identifies the content of what the recipe names and does not describe."""

    synthetic: str | None = None
    """SHA-256 of the text of another model, or its name on the hub."""
    checkpoint: str | None = None
    """SHA-256 of the package or of the files of the folder."""
    base: str | None = None
    """SHA-256 over the digests of the fitted base's weight files."""


class Record(Envelope):
    """One chain: one workflow, one seed."""

    family: Literal["chains"] = "chains"
    workflow: str
    human: Human
    generations: list[Generation]
    method_sha256: str | None = None
    """SHA-256 of the file that defines the workflow, where it is a user's own."""
    identities: Identities | None = None
    """Identities of what the recipe names; None where it names no such thing, and in records older
    than this field."""

    def check_whole(self) -> None:
        """Every generation of the recipe's is there, with the same metrics.

        Raises:
            BadInput: It is not, or the workflow is not the recipe's.
        """
        recipe = read_recipe(self.recipe)
        if self.workflow not in recipe.workflows:
            raise BadInput(f"workflow {self.workflow!r} is not in the recipe")
        found = [g.generation for g in self.generations]
        if len(found) != recipe.generations + 1 or found != list(range(len(found))):
            raise BadInput(f"generations are not 0 to {recipe.generations}")
        if len({frozenset(g.metrics) for g in self.generations}) > 1:
            raise BadInput("generations have different metrics")

    def recipe_digest(self) -> str:
        """Digest of the recipe of chains inside."""
        return recipe_digest(self.recipe)

    @property
    def arm(self) -> str:
        """The workflow of the chain, which is what a recipe of chains runs for every seed."""
        return self.workflow

    @property
    def last(self) -> Generation:
        """The last generation of the chain."""
        return self.generations[-1]


def read_record(path: Path) -> Record:
    """Read and validate the record of one chain.

    Raises:
        BadInput: The file is no valid record; the message names file and field.
    """
    return read_as(Record, path)


def read_records(folder: Path) -> list[Record]:
    """The records of all chains below a folder, in the order of their paths.

    Raises:
        BadInput: A file is no valid record, or lies where another record belongs.
    """
    return read_kinds({CHAINS: Record}, folder)
