"""Settings of students of twins, and how their programs are searched; loads without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from benchmarks.families.program_distillation.students.settings import Student
from benchmarks.running.study import Study
from data.errors import BadInput, Count, CountOrNone, Mass, Positive, Range, in_range
from data.sources.packaged_encoder import PACKAGED_ENCODERS
from data.sources.packaged_prior import PACKAGED_PRIORS
from lightning_modules.settings import ModelShape, Optimization

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


@dataclass(frozen=True, kw_only=True)
class TwinSettings(Study):
    """Students of GSM8K's twins: what is taught, by which model, and how it is searched."""

    taught: Mapping[str, Student]
    """What each arm's student learns."""
    refined: tuple[str, ...] = ()
    """Arms whose students learn repairs beside their programs, and repair what fails."""
    searched: tuple[str, ...] = ()
    """Arms whose students are searched by beams, plain and verified, and asked for votes."""
    checkpoint: str | None
    """Packaged model that students begin with; None for fresh weights."""
    model: ModelShape
    fit: Optimization
    """How a student is trained."""
    passes: Count
    """How often the student of all right programs sees each problem."""
    faulty: Mass
    """Share of programs with a fault, where some have one."""
    train: CountOrNone = 0
    """Problems that are learnt at most, the first ones; 0 for all."""
    test: CountOrNone = 0
    """Test problems that are asked at most, the first ones; 0 for all."""
    max_tokens: Count
    """Tokens at which a solution is cut off."""
    at_once: Count = 256
    """Solutions that are written at a time."""
    search: Search

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: An arm has no student, a number is out of its range, or a model is unknown.
        """
        in_range(self)
        if set(self.arms) != set(self.taught):
            odd = sorted(set(self.arms) ^ set(self.taught))
            raise BadInput(f"arm {odd[0]!r} has no student, or is none; name each in both")
        for arm in (*self.refined, *self.searched):
            if arm not in self.taught or self.taught[arm].target != "program":
                raise BadInput(f"arm {arm!r} writes no programs; neither repair nor search it")
        if self.checkpoint is not None and self.checkpoint not in PACKAGED_PRIORS:
            known = ", ".join(PACKAGED_PRIORS)
            raise BadInput(f"checkpoint is {self.checkpoint!r}; use one of {known}, or none")
        if self.search.encoder not in (BY_WORDS, *PACKAGED_ENCODERS):
            known = ", ".join((BY_WORDS, *PACKAGED_ENCODERS))
            raise BadInput(f"search.encoder is {self.search.encoder!r}; use one of {known}")
        if max(self.max_tokens, self.search.max_tokens) >= self.model.context:
            raise BadInput(
                f"max_tokens is {self.max_tokens}, the model reads {self.model.context} at once; "
                "leave room for the question"
            )
