"""A pointer network that finds the order of sentences by their representations."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class Pointer(nn.Module):
    """Points at one sentence after the other, each once (Vinyals et al. 2015).

    A recurrent cell reads the representations of the sentences that were pointed at, and begins
    with their mean; what it holds is compared with every sentence.

    Args:
        width: Width of a representation.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.cell = nn.GRU(width, width, batch_first=True)
        self.first = nn.Parameter(torch.zeros(width))
        self.sought = nn.Linear(width, width, bias=False)
        self.offered = nn.Linear(width, width, bias=False)

    def forward(self, sentences: Tensor, order: Tensor) -> Tensor:
        """Scores of every place at every step, given the right places before it.

        Args:
            sentences: Representations in the order in which they were read, shape (stories,
                sentences, width).
            order: Place, among those read, of the first sentence of the story, of the second and
                so on, shape (stories, sentences).

        Returns:
            Shape (stories, steps, places); minus infinity at places already pointed at.
        """
        read = sentences.gather(1, order[:, :-1, None].expand(-1, -1, sentences.shape[2]))
        begin = self.first.expand(len(sentences), 1, -1)
        states, _ = self.cell(torch.cat([begin, read], dim=1), sentences.mean(dim=1)[None])
        pointed = functional.one_hot(order, order.shape[1])
        return self._scores(states, sentences, (pointed.cumsum(dim=1) - pointed).bool())

    def _scores(self, states: Tensor, sentences: Tensor, taken: Tensor) -> Tensor:
        raw = self.sought(states) @ self.offered(sentences).transpose(1, 2)
        scores: Tensor = (raw / math.sqrt(sentences.shape[2])).masked_fill(taken, -torch.inf)
        return scores

    def loss(self, sentences: Tensor, order: Tensor) -> Tensor:
        """Cross-entropy of the right order in nats, mean over places and stories."""
        scores = self(sentences, order).float()
        return functional.cross_entropy(scores.flatten(0, 1), order.flatten())

    @torch.no_grad()
    def points(self, sentences: Tensor) -> Tensor:
        """The order that is found, step by step the likeliest place, shape (stories, sentences)."""
        n = sentences.shape[1]
        taken = torch.zeros(sentences.shape[:2], dtype=torch.bool, device=sentences.device)
        state, read = sentences.mean(dim=1)[None], self.first.expand(len(sentences), 1, -1)
        found = []
        for _ in range(n):
            out, state = self.cell(read, state)
            place = self._scores(out, sentences, taken[:, None])[:, 0].argmax(dim=1)
            taken = taken | functional.one_hot(place, n).bool()
            read = sentences[torch.arange(len(sentences), device=place.device), place][:, None]
            found.append(place)
        return torch.stack(found, dim=1)
