"""Puts on record what a prior says of replacements that another law has drawn."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader

from data.editing import divergence
from data.edits.laws import Integers, TokenLaw
from data.prior import Prior, log_probabilities
from lightning_modules.editing.token_scoring import WindowBatch, WindowBatches, as_it_is, on_device


class Replacements(NamedTuple):
    """Tokens that a law has put in the place of others, in the order of the text."""

    places: Integers
    """Places among all tokens of the text, ascending, shape (n,)."""
    states: Integers
    """State of the law in each place, shape (n,)."""
    observed: Integers
    drawn: Integers


class LawScorer(pl.LightningModule):
    """Looks up replacements in the prior's distribution, and compares the law with it.

    Args:
        prior: Model that says how likely each token is in each place.
        law: What the replacements were drawn from.
        replacements: The replacements.
    """

    def __init__(self, prior: Prior, law: TokenLaw, replacements: Replacements) -> None:
        super().__init__()
        self.model = prior.model
        self.law = law
        self.replacements = replacements
        self.drawn_probability = np.full(len(replacements.places), np.nan)
        self.divergence = np.full(len(replacements.places), np.nan)

    def transfer_batch_to_device(
        self, batch: WindowBatch, device: torch.device, dataloader_idx: int
    ) -> WindowBatch:
        """Move the tokens; targets and places stay on the host."""
        return on_device(batch, device)

    def predict_step(self, batch: WindowBatch, batch_idx: int) -> int:
        """Look up the replacements of one batch; their number."""
        asked = self.replacements
        is_asked = np.isin(batch.places, asked.places)
        if not is_asked.any():
            return 0
        targets = batch.targets.clone()
        targets[batch.targets] = torch.from_numpy(is_asked)
        rows = np.searchsorted(asked.places, batch.places[is_asked])
        found = log_probabilities(self.model, batch.tokens, targets).double().exp().cpu().numpy()
        self.drawn_probability[rows] = found[np.arange(len(rows)), asked.drawn[rows]]
        law = self.law.rows(asked.states[rows], asked.observed[rows])
        self.divergence[rows] = divergence(law, found[:, : law.shape[1]])
        return len(rows)


def score_replacements(
    prior: Prior,
    documents: Sequence[NDArray[np.int64]],
    before: Sequence[NDArray[np.int64]],
    law: TokenLaw,
    replacements: Replacements,
    trainer: pl.Trainer,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability of each replacement under the prior, and KL(law || prior) in its place, in bits.

    The text before each place is that of before the edit.

    Args:
        prior: Model that says how likely each token is in each place.
        documents: Token ids of each document as it stood.
        before: Token ids of what stands before each document and is only read.
        law: What the replacements were drawn from.
        replacements: The replacements; none is the first token of a text without a prefix.
        trainer: Trainer that runs the prediction.
    """
    batches = WindowBatches(documents, context=prior.context, prefix=prior.prefix, before=before)
    scorer = LawScorer(prior, law, replacements)
    loader = DataLoader(batches, batch_size=None, collate_fn=as_it_is)
    trainer.predict(scorer, loader, return_predictions=False)
    return scorer.drawn_probability, scorer.divergence
