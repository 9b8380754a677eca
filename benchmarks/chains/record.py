"""The record of one chain: one workflow and one seed as one validated JSON file."""

import math
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import model_validator

from benchmarks.chains.recipe import read_recipe, recipe_digest
from benchmarks.downstream.record import DownstreamFacts
from benchmarks.running.digests import by_content
from benchmarks.running.record import (
    CHAINS,
    Amount,
    Envelope,
    Key,
    Metric,
    RecordPart,
    Share,
    StageFacts,
    Whole,
    Word,
    read_as,
    read_kinds,
)
from data.errors import BadInput
from data.measures.document_losses import Numbers, ratio_of_sums, unpack

_POSITIVE = ("/bits_per_byte/none", "/perplexity/none")
_FLOORED = "samples/"
"""Beginning of the keys of measures of written text, each of which has a human floor."""
_ROUNDING = 1e-6
"""Relative difference that 32-bit losses of documents may make in the loss of their text."""
_ERROR_ROUNDING = 1e-3
"""Relative difference that they may make in its standard error, a sum of small differences."""

_read, _digest = by_content(read_recipe), by_content(recipe_digest)


class EditTotals(RecordPart):
    """How many tokens of a corpus an edit rule touched; see `EditSummary`."""

    tokens: Whole
    editable: Whole
    flagged: Whole
    changed: Whole
    unwritable: Whole
    threshold: Amount
    """Probability of the rule in force; above 1 where it flags nothing."""
    flagged_by_paper: Whole
    histogram: list[Whole]
    below: Share | None = None
    """Probability from which a token is above the band that the rule flags; None where it flags up
    to 1."""
    log_probability_change: float | None = None
    """Sum over changed tokens of log2 P(token afterwards) - log2 P(token before) under the prior,
    in bits. None, as the next two, in records that are older than it."""
    divergence: Amount | None = None
    """Sum over changed tokens of KL(law that the replacement is drawn from || prior), in bits."""
    content_words: Whole | None = None
    """Number of words that a change meets and that are no function words."""
    eligible: Whole | None = None
    """Number of tokens in the place that is edited, of which a lot decides; None in older
    records."""

    @model_validator(mode="after")
    def _adds_up(self) -> "EditTotals":
        if not 0 <= self.changed <= self.flagged <= self.editable <= self.tokens:
            raise BadInput("changed, flagged, editable and tokens do not grow in this order")
        return self


class VerifiedTotals(RecordPart):
    """What a check made of the answers that were written for a corpus."""

    candidates: Whole
    """Answers that were written, each looked at once."""
    accepted: Whole
    kept: Whole
    """Accepted answers that the corpus has, the first ones that fill its size."""

    @model_validator(mode="after")
    def _adds_up(self) -> "VerifiedTotals":
        if not 0 <= self.kept <= self.accepted <= self.candidates:
            raise BadInput("kept, accepted and candidates do not grow in this order")
        return self


class BestOfTotals(RecordPart):
    """What was written for a corpus of which one document of every group was kept."""

    candidates: Whole
    """Documents that were written, each read by the reward model once."""
    candidate_tokens: Whole
    kept: Whole
    candidate_reward: float
    """Mean reward of the candidates; known up to a constant, as the next one."""
    kept_reward: float

    @model_validator(mode="after")
    def _adds_up(self) -> "BestOfTotals":
        if not 0 < self.kept <= self.candidates or self.candidates % self.kept:
            raise BadInput("kept is not one of every group of candidates")
        return self


class RewriteTotals(RecordPart):
    """What became of the sentences of a corpus that a model rewrote; see `data.edits.rewriting`."""

    tokens: Whole
    """Tokens of the text as it stood, by the tokenizer of the model that wrote."""
    sentences: Whole
    """Sentences that could be rewritten: those with a content word."""
    rewritten: Whole
    """Sentences that were, by lot."""
    written: Whole
    """Tokens that the model wrote, most of them as they stood."""
    wanted: Whole
    """Tokens that were to be changed."""
    changed: Whole
    log_probability_change: float
    """log2 P(rewritten sentences afterwards) - log2 P(as they stood) under the model that wrote, in
    bits, each after the text before it as it stood."""
    content_words: Whole
    """Content words of the rewritten sentences as they stood."""
    content_words_kept: Whole
    """Those that stand in the text afterwards, at their places, as words of their own: all."""

    @model_validator(mode="after")
    def _adds_up(self) -> "RewriteTotals":
        if not self.rewritten <= self.sentences or not self.changed <= self.written <= self.tokens:
            raise BadInput("more sentences or tokens were rewritten than there are")
        if (kept := self.content_words_kept) != (n := self.content_words):
            raise BadInput(f"{kept:,} of {n:,} content words were kept; rewriting keeps all")
        return self


class HealthFacts(RecordPart):
    """What is wrong with a corpus, as counts and shares; `data.measures.health.Health` says how."""

    documents: Whole
    mean_bytes: Amount
    empty: Share
    duplicate: Share
    near_duplicate: Share
    unfinished: Share
    malformed: Share
    length_shift: Share
    concentration: Share
    held_out_overlap: Share
    repeated_opening: Share
    repeated_id: Share


class CorpusFacts(RecordPart):
    """The corpus that a generation was trained on: its size, its health, and how it was made."""

    documents: Whole
    tokens: Whole
    """Tokens of the corpus by the trained model's own tokenizer, separators not counted."""
    human_tokens: Whole
    """Tokens of human documents, as they were or edited."""
    fingerprint: Word
    health: HealthFacts
    breaches: list[str]
    """Limits of the recipe's health gate that the corpus breaks."""
    edit: EditTotals | None = None
    """Totals of the token editing that made the corpus; None where none did."""
    cut_off: Whole | None = None
    """Number of sampled documents that reached the length limit."""
    verified: VerifiedTotals | None = None
    """Totals of the check that chose the newest part of the corpus; None where none did."""
    best_of: BestOfTotals | None = None
    """Totals of the choice that made the corpus; None where no group of documents was chosen
    from."""
    rewrite: RewriteTotals | None = None
    """Totals of the rewriting that made the corpus; None where no sentence was rewritten."""
    text: dict[Key, Metric] | None = None
    """What the recipe's judge found in the corpus, by metric; None where the recipe names no
    judge."""


class Generation(RecordPart):
    """One model of the chain: its corpus, its fit, and what was measured of it."""

    generation: Whole
    corpus: CorpusFacts
    steps: Whole
    tokens_seen: Whole
    """Tokens that the fit was trained on."""
    human_tokens_used: Whole
    """Different human tokens that the chain has needed so far."""
    final_loss: Amount
    metrics: dict[Key, Metric]
    written: Whole
    """Number of documents that the model wrote for the `samples` metrics."""
    written_cut_off: Whole
    """Number of the documents in `written` that were cut off at the length limit."""
    downstream: DownstreamFacts | None = None
    """Scores on downstream tasks; None where the recipe names no tasks, or not for this
    generation."""
    document_bits: dict[str, str] | None = None
    """The model's loss on every document of `Record.evaluated`, in bits, by the name of the text;
    packed by `data.measures.document_losses.pack`. None in records older than this field."""
    answers: dict[Key, Metric] | None = None
    """Shares of right answers, of those that the model writes to held-out questions and of those in
    its corpus, and by fifths of difficulty; None where the recipe does not execute answers."""
    rewards: dict[Key, Metric] | None = None
    """What two reward models think of its corpus and of what it writes, held against human text;
    None where the recipe has none."""
    stages: dict[Key, StageFacts]

    @model_validator(mode="after")
    def _was_fitted(self) -> "Generation":
        if "fit" not in self.stages:
            raise BadInput(f"generation {self.generation} has no stage fit")
        for key, metric in self.metrics.items():
            if key.endswith(_POSITIVE) and metric.value <= 0:
                raise BadInput(f"{key} is {metric.value}; it is above 0 for any model")
        return self


class EvaluatedText(RecordPart):
    """The documents of a text that every model of a chain is measured on, without their words."""

    fingerprint: Word
    """Fingerprint of the text, which is that of every chain measured on the same documents."""
    document_bytes: str
    """Size of every document in bytes of UTF-8, packed."""


class DocumentLosses(NamedTuple):
    """The loss of one model on every document of one text."""

    bits: Numbers
    """Bits of each document, shape (documents,)."""
    size: Numbers
    """Bytes of each document, shape (documents,)."""

    def contradiction(self, found: Metric | None) -> str | None:
        """What a loss in bits per byte says that these do not; None where they agree.

        Args:
            found: Loss of the whole text, as measured; None where it was not.
        """
        if found is None:
            return "is missing"
        if not len(self.bits) == len(self.size) == found.n:
            documents = f"{len(self.bits)} losses and {len(self.size)} sizes of documents"
            return f"rests on {found.n} documents, there are {documents}"
        value, error = ratio_of_sums(self.bits, self.size)
        if not math.isclose(value, found.value, rel_tol=_ROUNDING):
            return f"is {found.value:.7g}, its documents give {value:.7g}"
        if not math.isclose(error, found.stderr or 0.0, rel_tol=_ERROR_ROUNDING, abs_tol=1e-9):
            return f"has a standard error of {found.stderr}, its documents give {error:.4g}"
        return None


class Human(RecordPart):
    """The human text of the chain."""

    source: str
    licence: str
    fingerprint: Word
    documents: Whole
    tokens: Whole
    bytes: Whole
    duplicates: Whole
    skipped: dict[str, Whole]
    floor: dict[Key, Metric]
    """The diversity measures of human text that is in no corpus of generation 0."""


class Identities(RecordPart):
    """What identifies the content of what the recipe names and does not describe."""

    synthetic: str | None = None
    """SHA-256 of the text of another model, or its name on the hub."""
    checkpoint: str | None = None
    """SHA-256 of the package or of the files of the folder."""
    base: str | None = None
    """SHA-256 over the digests of the fitted base's weight files."""
    dropout: dict[Key, Share] | None = None
    """Probabilities of dropout that the checkpoint's configuration has, by the name of the setting:
    all of them were 0 in every fit. None where it has none, and in records older than this
    field."""


class Record(Envelope):
    """One chain: one workflow, one seed."""

    family: Literal["chains"] = "chains"
    workflow: str
    human: Human
    generations: list[Generation]
    method_sha256: Word | None = None
    """SHA-256 of the file that defines the workflow, where it is a user's own."""
    identities: Identities | None = None
    """Identities of what the recipe names; None where it names no such thing, and in records older
    than this field."""
    evaluated: dict[str, EvaluatedText] | None = None
    """The texts that the models' losses are measured on, by name, such as `held_out`. None in
    records older than this field."""

    def check_whole(self) -> None:
        """Every generation of the recipe's is there, with the same metrics.

        Raises:
            BadInput: It is not, or the workflow is not the recipe's.
        """
        recipe = _read(self.recipe)
        if self.workflow not in recipe.workflows:
            raise BadInput(f"workflow {self.workflow!r} is not in the recipe")
        found = [g.generation for g in self.generations]
        if len(found) != recipe.generations + 1 or found != list(range(len(found))):
            raise BadInput(f"generations are not 0 to {recipe.generations}")
        if len({frozenset(g.metrics) for g in self.generations}) > 1:
            raise BadInput("generations have different metrics")
        floors = self.human.floor
        for key in self.last.metrics:
            if key.startswith(_FLOORED) and key not in floors:
                raise BadInput(f"human.floor has no {key}, which the models are measured by")
        self._check_losses()

    def _check_losses(self) -> None:
        """Losses of documents are there for all texts and generations or none, and add up.

        Raises:
            BadInput: They are not, or do not give the loss of the whole text.
        """
        texts = (self.evaluated or {}).keys()
        for generation in self.generations:
            at = f"generations.{generation.generation}.document_bits"
            if (generation.document_bits or {}).keys() != texts:
                raise BadInput(
                    f"{at} are of other texts than evaluated: {', '.join(sorted(texts))}"
                )
            for name in texts:
                losses = self.document_losses(generation.generation, name)
                key = f"{name}/bits_per_byte/none"
                if wrong := losses.contradiction(generation.metrics.get(key)):
                    raise BadInput(f"{at}.{name}: {key} {wrong}")

    def document_losses(self, generation: int, text: str = "held_out") -> DocumentLosses:
        """The loss of one generation on every document of a text.

        Args:
            generation: Index of the generation; -1 is the last one.
            text: Name of the text, such as `held_out`.

        Raises:
            BadInput: The record is older than such losses, or has none of this text.
        """
        bits = (self.generations[generation].document_bits or {}).get(text)
        evaluated = (self.evaluated or {}).get(text)
        if bits is None or evaluated is None:
            raise BadInput(f"{self.name} keeps no losses of the documents of {text}; run it again")
        return DocumentLosses(unpack(bits, "bits"), _sizes(evaluated.document_bytes))

    def recipe_digest(self) -> str:
        """Digest of the recipe of chains inside."""
        return _digest(self.recipe)

    @property
    def arm(self) -> str:
        """The workflow of the chain, which is what a recipe of chains runs for every seed."""
        return self.workflow

    @property
    def last(self) -> Generation:
        """The last generation of the chain."""
        return self.generations[-1]


@lru_cache(maxsize=64)
def _sizes(packed: str) -> Numbers:
    """Sizes of documents, unpacked once for all models that are measured on one text."""
    sizes = unpack(packed, "bytes")
    sizes.flags.writeable = False
    return sizes


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
