"""How a student's programs are searched; loads without torch."""

from dataclasses import dataclass
from typing import Annotated

from data.errors import Count, Positive, Range, in_range

BY_WORDS = "words"
"""Name of the encoder that counts words in common, which needs no model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """Beams, their verifier, and the votes and redraws that they are held against."""

    width: Annotated[int, Range(least=2)] = 4
    """Beams of a question, plain and verified, and programs of a vote."""
    max_tokens: Count = 128
    """Tokens at which a searched program is cut off."""
    prompts_at_once: Count = 128
    """Questions that are searched at a time."""
    encoder: str = "minilm"
    """Packaged encoder of lines and sentences, or `words`."""
    temperature: Positive = 0.7
    """Temperature of the draws of votes and of a second try."""

    def __post_init__(self) -> None:
        in_range(self, "search.")
