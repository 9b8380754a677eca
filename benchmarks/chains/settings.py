"""Settings that a recipe of chains is made of; what runs inside stages reads these alone."""

from dataclasses import dataclass
from typing import Annotated

from data.errors import BadInput, Count, Range, in_range
from lightning_modules.settings import Optimization

_Several = Annotated[int, Range(least=2)]

PROMPTS_ARE_NOT_TRUNCATED = "truncated_loss knows no prompts; leave it out of this recipe"
"""Said before anything runs where a recipe shows it, and by the fit of a workflow of one's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HumanText:
    """Where human text comes from and how it is divided, by document."""

    source: str
    """Name in `collapse list sources`, a file (jsonl, parquet, txt), or `hub:owner/name`."""
    field: str = "text"
    """Text field of a file or a hub data set."""
    prompt_field: str | None = None
    """Field of a prompt before the text: the text is its answer, and fits learn the answer alone.
    A named source has prompts or has none."""
    held_out_bytes: Count
    """Size in bytes of the text that is measured on and never trained on; the same for every
    seed."""
    first_tokens: Count
    """Human tokens that generation 0 is fitted on."""
    generation_tokens: Count
    """Size in tokens of every later corpus, and of the human text that workflows keep or edit."""

    def __post_init__(self) -> None:
        in_range(self, "human.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """A model fitted once on general human text; chains of every seed and workflow start from it.

    Intervals over seeds are therefore about one base, and hold for that base.
    """

    source: str
    """Where the text of the base comes from, as in `HumanText.source`; the tokenizer is trained on
    it, and it is never the chain's text."""
    field: str = "text"
    held_out_bytes: Count
    """Size of the part of its text, in bytes, that no fit reads and that every model of the chain
    is measured on too, as `general`."""
    tokens: Count
    """Tokens that the base is fitted on, in one pass."""
    fit: Optimization

    def __post_init__(self) -> None:
        in_range(self, "base.")

    @property
    def text(self) -> HumanText:
        """Text of the base, divided as that of a chain with one corpus."""
        return HumanText(
            source=self.source,
            field=self.field,
            held_out_bytes=self.held_out_bytes,
            first_tokens=self.tokens,
            generation_tokens=self.tokens,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """What is measured at every generation."""

    sample_tokens: Count
    """Tokens that each model writes for the diversity measures."""
    document_tokens: Count
    """Tokens of each of these documents at most; the human floor is cut in the same way."""
    sample_words: Count
    """Words of that text that are counted, the same for every model and for the human floor."""
    rare_count: Count = 1
    """A held-out bigram that occurs at most this often belongs to the tail."""

    def __post_init__(self) -> None:
        in_range(self, "evaluation.")
        if self.sample_words > self.sample_tokens:
            raise BadInput(
                f"evaluation.sample_words is {self.sample_words:,} and evaluation.sample_tokens "
                f"{self.sample_tokens:,}: a token is a word at most; lower the one or raise the "
                "other"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Judging:
    """How a fixed model reads every corpus that is trained on: perplexities, beside n-grams."""

    model: str
    """The model that judges: a packaged prior, a folder or a hub name."""
    tokens: _Several
    """Tokens that are read of each document, from its beginning; shorter documents are left out,
    and the share of them is on record."""
    documents: _Several
    """Number of documents that are read, the same in every corpus; a corpus with fewer is
    refused."""
    words: Count
    """Number of words whose n-grams are counted, the same in every corpus."""

    def __post_init__(self) -> None:
        in_range(self, "judging.")
