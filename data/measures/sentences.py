"""An encoder of sentences: a bidirectional model whose states are averaged over a text's tokens."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, PreTrainedModel, PreTrainedTokenizerFast

from data.checkpoints.other import load_other
from data.text.tokens import load_tokenizer

_BATCH = 64
_POSITIONS = "embeddings.position_ids"
"""Numbers 0, 1, 2, ... that old checkpoints of BERT hold beside their weights."""


class SentenceEncoder:
    """Encodes texts as points of unit length (Reimers and Gurevych 2019, mean pooling).

    Args:
        model: Model that gives a state for each token.
        tokenizer: Its tokenizer.
        longest: Tokens of a text that are read.
    """

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, longest: int = 256
    ) -> None:
        self.model, self.tokenizer, self.longest = model, tokenizer, longest

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Texts as points, shape (texts, width); batches do not change them but for rounding."""
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        return np.concatenate([self._points(list(batch)) for batch in batches])

    def _points(self, texts: list[str]) -> NDArray[np.float64]:
        read: Any = self.tokenizer(
            texts, padding=True, truncation=True, max_length=self.longest, return_tensors="pt"
        ).to(self.model.device)
        states = self.model(**read).last_hidden_state.float()
        real = read["attention_mask"][..., None]
        means = (states * real).sum(1) / real.sum(1)
        return torch.nn.functional.normalize(means, dim=1).double().cpu().numpy()


def load_encoder(folder: Path) -> SentenceEncoder:
    """Load an encoder from a folder, in safetensors only and in fp32.

    Raises:
        BadInput: There is none, or it lacks weights, or a weight is no number.
    """
    model = load_other(AutoModel, folder, needless={_POSITIONS})
    return SentenceEncoder(model, load_tokenizer(folder))
