"""What rows must write and what they must not, where a document is not free."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

DRAWN = -1
"""Stands in `Form.given` where a token is drawn."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a document is told of its tokens from the first one on."""

    given: NDArray[np.int64]
    """Token that stands there whatever is drawn, or DRAWN, shape (tokens,)."""
    kinds: NDArray[np.int64]
    """Which row of the table of forbidden tokens a draw keeps to, shape (tokens,)."""


class GivenTokens:
    """The forms of all rows, on the device; a step reads no number of them.

    Args:
        n_rows: Number of rows.
        n_tokens: Number of tokens that a document has at most.
        forbidden: Tokens that are not drawn, one row for each kind of place, shape (kinds,
            vocabulary).
        device: Device of the rows.
    """

    def __init__(
        self, n_rows: int, n_tokens: int, forbidden: NDArray[np.bool_], device: torch.device
    ) -> None:
        self.forbidden = torch.from_numpy(forbidden).to(device)
        self.given = torch.full((n_rows, n_tokens), DRAWN, device=device)
        self.kinds = torch.zeros((n_rows, n_tokens), dtype=torch.int64, device=device)

    def begin(self, index: Tensor, forms: Sequence[Form | None]) -> None:
        """Give forms to these rows; a row without one is free."""
        n_tokens = self.given.shape[1]
        given = torch.full((len(forms), n_tokens), DRAWN)
        kinds = torch.zeros((len(forms), n_tokens), dtype=torch.int64)
        for row, form in enumerate(forms):
            if form is not None:
                given[row, : len(form.given)] = torch.from_numpy(form.given)
                kinds[row, : len(form.kinds)] = torch.from_numpy(form.kinds)
        self.given.index_copy_(0, index, given.to(self.given.device))
        self.kinds.index_copy_(0, index, kinds.to(self.given.device))

    def forbid(self, logits: Tensor, position: Tensor) -> None:
        """Leave out what may not be drawn.

        Args:
            logits: Logits of the next token, changed in place, shape (rows, vocabulary).
            position: Place of that token in each document, shape (rows,).
        """
        kinds = self.kinds.gather(1, position[:, None])[:, 0]
        vocabulary = self.forbidden.shape[1]
        logits[:, :vocabulary].masked_fill_(self.forbidden[kinds], -torch.inf)
        logits[:, vocabulary:] = -torch.inf

    def put(self, drawn: Tensor, position: Tensor) -> Tensor:
        """The tokens that stand there: given ones, and elsewhere those that were drawn."""
        given = self.given.gather(1, position[:, None])[:, 0]
        return torch.where(given == DRAWN, drawn, given)

    def keep(self, index: Tensor) -> None:
        """Keep these rows, in this order, and drop all others."""
        self.given, self.kinds = self.given[index], self.kinds[index]
