"""What is said of the reward models of a chain and of how they learn; loads without torch."""

from dataclasses import dataclass, field
from typing import Literal

from data.errors import BadInput, Count, Positive, in_range
from lightning_modules.settings import Optimization

Reader = Literal["model", "words"]
"""What a reward is read off: the states of a language model, or hashed words and their pairs."""
READERS: tuple[Reader, ...] = ("model", "words")


@dataclass(frozen=True, kw_only=True, slots=True)
class RewardSettings:
    """Two reward models that learn to tell human text from text of generation 0, and then stay.

    One selects, and the other, which reads other features, learns from other documents and has no
    say, judges what was selected. Both read the beginning of a document, one context of the model.
    """

    text: Positive = 4.0
    """Size of generation 0's text that both learn from, relative to a corpus; half is for each."""
    passes: Count = 2
    """How often each reads the human documents, or those of generation 0 where they are more."""
    selects: Reader = "model"
    """The one that selects; the other one judges."""
    by_model: Optimization = field(
        default_factory=lambda: Optimization(
            learning_rate=1e-3, warmup_steps=5, windows_per_step=16
        )
    )
    """How the one that reads states is fitted, all of its weights; windows are pairs."""
    by_words: Optimization = field(
        default_factory=lambda: Optimization(learning_rate=0.1, warmup_steps=5, windows_per_step=16)
    )
    """How the one that reads words is fitted."""

    def __post_init__(self) -> None:
        in_range(self, "rewarding.")
        if self.selects not in READERS:
            raise BadInput(
                f"rewarding.selects is {self.selects!r}; use one of {', '.join(READERS)}"
            )

    @property
    def judges(self) -> Reader:
        """The one that has no say."""
        return "words" if self.selects == "model" else "model"

    def optimization(self, reader: Reader) -> Optimization:
        """How one of them is fitted."""
        return self.by_model if reader == "model" else self.by_words
