"""Models of every architecture, and a text."""

import pytest
import torch
from transformers import PreTrainedModel

from tests.support.layers.decoders import CONFIGS, build


@pytest.fixture(scope="session", params=sorted(CONFIGS))
def model(request: pytest.FixtureRequest) -> PreTrainedModel:
    """A model of each architecture in turn; no test changes it."""
    return build(request.param)


@pytest.fixture(scope="session")
def llama() -> PreTrainedModel:
    """A model of one architecture, where it does not matter which."""
    return build("llama")


@pytest.fixture
def text() -> torch.Tensor:
    """One text of twelve tokens."""
    return torch.arange(12)[None] * 7 % 50
