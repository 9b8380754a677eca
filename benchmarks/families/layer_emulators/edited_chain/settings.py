"""Settings of chains whose text is edited, over and over, by a prior or by an emulator of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from benchmarks.chains.settings import HumanText
from data.editing import EditRule
from data.errors import Count, Range, in_range
from lightning_modules.settings import ModelShape, Optimization

SAME_HUMAN, FRESH_HUMAN = "same_human", "fresh_human"
"""Arms whose text nobody edits: the same human text in every generation, and new text in each."""
ALL_LAYERS = "all_layers"
"""Arm whose text the whole prior edits."""
KEPT_24, KEPT_20, KEPT_16 = "kept_24", "kept_20", "kept_16"
"""Arms whose text emulators edit."""
SPOILT = "spoilt_16"
"""Arm of an emulator that is known to be a bad model: does the chain notice a bad editor at all?"""
BITS = "bits per byte"
"""Name of the loss on held-out text, after the generation."""
CHANGED, FLAGGED = "changed", "flagged"
"""Names of the shares of all tokens that an edit changes and flags, after the generation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Editor:
    """Which layers of the prior edit the text of an arm."""

    kept: Count | None
    """Number of layers that stay; None for all of them."""
    rule: str = "block_influence"
    """Rule that names them."""

    def __post_init__(self) -> None:
        """Refuse a number that is none.

        Raises:
            BadInput: It is below 1.
        """
        in_range(self)


@dataclass(frozen=True, kw_only=True)
class EditedChainSettings:
    """Models trained one after the other on text that an editor goes over before each of them."""

    prior: str
    """The prior: a packaged one, a folder, or a name on the hub."""
    context: Annotated[int, Range(least=2)]
    """Longest window that the prior scores, in its tokens."""
    human: HumanText
    """Human text and how it is divided; sizes are in tokens of the models that are trained."""
    shape: ModelShape
    """Size of the models that are trained."""
    first_fit: Optimization
    """How generation 0 is fitted, on human text."""
    fit: Optimization
    """How every later generation is fitted, from the weights of generation 0."""
    rounds: Count
    """Number of generations after generation 0; the text is edited once more before each."""
    edit_rule: EditRule
    """Which tokens are redrawn, and from what."""
    editors: Mapping[str, Editor]
    """What edits the text of each arm; an arm that is not named has human text."""
    calibration_texts: Annotated[int, Range(least=4)]
    """Human documents, none of which is edited, on which the rules measure layers."""
    calibration_tokens: Annotated[int, Range(least=2)]
    """First tokens of each of those documents that are read."""
