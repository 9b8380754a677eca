"""Settings of a study of models that differ in their number of layers alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from benchmarks.chains.settings import HumanText
from data.errors import Count, Range
from lightning_modules.settings import ModelShape, Optimization

PRIOR = "prior"
"""Arm of a model that comes from elsewhere."""
STRENGTH, DISTANCE, RAND = "strength", "strength at distance", "agreement of halves"
"""Names of what is measured of blocks."""
LOSS, ALIKE, LIKENESS = "loss", "alike", "cka with the last"
"""Names of what is measured behind each layer, after its number."""


@dataclass(frozen=True, kw_only=True)
class DepthSettings:
    """Models of equal width that learn the same text, and one that comes from elsewhere."""

    general: HumanText
    """What the models learn, and what they are looked at by."""
    shape: ModelShape
    """Size of the models, but for the number of layers."""
    layers: Mapping[str, int]
    """Number of layers of the model of each arm."""
    first_fit: Optimization
    """How the models are fitted, in one pass."""
    prior: str
    """The model from elsewhere: a packaged one, a folder, or a name on the hub."""
    blocks: Annotated[int, Range(least=2)]
    """Number of blocks that are looked for in every model."""
    texts: Annotated[int, Range(least=16)]
    """Held-out texts on which layers are compared: blocks are found by half of them and measured
    on the others."""
    predicted: Count
    """Number of those texts on which early predictions are made."""
    length: Annotated[int, Range(least=2)]
    """First tokens of each text that are read."""
