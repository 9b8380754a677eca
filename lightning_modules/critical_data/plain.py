"""The decoder of one layer as one would write it: the reference for the structured form."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from lightning_modules.critical_data.settings import OneLayerShape


class PlainOneLayer(nn.Module):
    """One model that computes every position of `a b =` and reads the answer off the last one.

    Args:
        shape: Size of the model.
        weights: Weights of one model by name, as `OneLayerShape.parts` shapes them.
    """

    def __init__(self, shape: OneLayerShape, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.shape = shape
        self.weights = nn.ParameterDict(
            {name: nn.Parameter(value.clone()) for name, value in weights.items()}
        )

    def forward(self, pairs: Tensor) -> Tensor:
        """The logits of the answers, shape (n, symbols).

        Args:
            pairs: First and second symbol of every question, shape (n, 2).
        """
        w = self.weights
        symbols, n = w["symbol"][pairs], len(pairs)
        constants = w["constant"].expand(n, -1, -1)
        stream = torch.cat([symbols, constants], dim=1) + w["position"]
        stream = stream + self._attended(stream) @ w["output"]
        hidden = functional.relu(stream @ w["up"] + w["up_bias"])
        stream = stream + hidden @ w["down"] + w["down_bias"]
        logits: Tensor = (stream @ w["answer"])[:, -1]
        return logits

    def _attended(self, stream: Tensor) -> Tensor:
        """Causal attention of all positions to those before them, shape (n, tokens, width)."""
        n, tokens, width = stream.shape
        heads = (n, tokens, self.shape.heads, width // self.shape.heads)
        query, key, value = (
            (stream @ self.weights[name]).view(heads).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        scores = query @ key.transpose(2, 3) / math.sqrt(heads[-1])
        later = torch.ones(tokens, tokens, dtype=torch.bool, device=stream.device).triu(1)
        weights = scores.masked_fill(later, -torch.inf).softmax(dim=-1)
        mixed: Tensor = (weights @ value).transpose(1, 2).reshape(n, tokens, width)
        return mixed
