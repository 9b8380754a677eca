"""Settings of the published students: models, sets and beams; loads without torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.families.program_distillation.gpu.settings import BY_WORDS
from benchmarks.running.study import Study
from data.errors import BadInput, Count, CountOrNone, in_range
from data.sources.fetching import cache_folder
from data.sources.packaged_encoder import PACKAGED_ENCODERS
from lightning_modules.program_distillation.settings import SequenceSettings

GSM8K = "gsm8k"
"""The test set that is committed."""
ROUNDS = "rounds"
"""File of the teacher's programs."""
SETS = ("svamp", "asdiv", "multiarith")
"""Test sets that are put in their place by hand: their licences differ, and none is committed."""


@dataclass(frozen=True, kw_only=True)
class PublishedSettings(Study):
    """Encoders with decoders, one for each arm, all taught the same programs."""

    models: Mapping[str, str]
    """Model of each arm: a folder, or a name on the hub that its cache holds."""
    fit: SequenceSettings = field(default_factory=SequenceSettings)
    """How each is fitted."""
    sets: tuple[str, ...] = SETS
    """Test sets beside GSM8K's, by the name of their file."""
    widths: tuple[int, ...] = (2, 4, 6, 8, 10)
    """Beams of each question, plain and verified."""
    encoder: str = "minilm"
    """Packaged encoder of lines and sentences, or `words`."""
    max_tokens: Count = 256
    """Tokens at which a program is cut off."""
    prompts_at_once: Count = 32
    """Questions that are searched at a time."""
    test: CountOrNone = 0
    """Questions of each set that are asked at most, the first ones; 0 for all."""

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: An arm has no model, a width is no search, or the encoder is unknown.
        """
        in_range(self)
        if set(self.arms) != set(self.models):
            odd = sorted(set(self.arms) ^ set(self.models))
            raise BadInput(f"arm {odd[0]!r} has no model, or is none; name each in both")
        if not self.widths or min(self.widths) < 2:
            raise BadInput(f"widths are {self.widths}; name some, of 2 beams and more")
        if self.encoder not in (BY_WORDS, *PACKAGED_ENCODERS):
            known = ", ".join((BY_WORDS, *PACKAGED_ENCODERS))
            raise BadInput(f"encoder is {self.encoder!r}; use one of {known}")


def file_of(name: str) -> Path:
    """Place of a file that is in no package: the teacher's rounds, or a test set.

    Rounds have a JSON object a line, with `question`, `program`, `round` and `model`; a test set
    has `question` and `answer`.
    """
    return cache_folder() / "program_distillation" / f"{name}.jsonl"
