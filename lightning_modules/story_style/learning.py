"""How models of stories learn through Lightning: both stages, and the classifier of styles."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from torch import Tensor
from torch.nn import functional
from torch.utils.data import Dataset

from lightning_modules.callbacks import LossCurve
from lightning_modules.device import Advance, Device
from lightning_modules.fitting.optimizing import Optimized
from lightning_modules.fitting.text_data import TextData, parts
from lightning_modules.settings import Optimization
from lightning_modules.story_style.batches import FillRows, StoryRows, trimmed
from lightning_modules.story_style.losses import disentangling_loss, loss_of, mean_gap_loss
from lightning_modules.story_style.model import Filler, Rewriter, StyleClassifier
from lightning_modules.story_style.settings import StoryFit, StoryLosses, StyleOf
from lightning_modules.trainer import fitting

LOSSES = ("own", "disentangling", "style", "order", "distance", "gap", "words")
"""What is kept of every step: the four losses without their weights, those that are left out as no
number; of the representations the loss as written and the part of it that is style; and the loss
of words, which only a base has."""


def text_loss(logits: Tensor, text: Tensor, pad: int) -> Tensor:
    """Mean cross-entropy of the tokens of texts in nats; filled places do not count."""
    is_text = text != pad
    return functional.cross_entropy(logits[is_text].float(), text[is_text])


def words_loss(model: Rewriter, sentences: Tensor, rows: Tensor) -> Tensor:
    """Mean cross-entropy of tokens in nats, each read off the representation of its sentence alone.

    Args:
        model: Reads them.
        sentences: Representations, shape (texts, sentences, width).
        rows: The sentences, a mark behind each, shape (texts, time); `pad` behind the last mark.
    """
    marks = rows == model.mark
    sentence = marks.cumsum(dim=1) - marks.long()
    text, place = torch.nonzero((rows != model.pad) & ~marks, as_tuple=True)
    found = model.bags(sentences)[text, sentence[text, place], rows[text, place]]
    return -found.float().mean()


class Rewriting(Optimized):
    """The first stage: reconstruction, disentangling, style of the soft output, order.

    The soft output is that of every place of the story, given the story's own words before it, in
    the next style; so one pass gives all of it.

    Args:
        model: The rewriter.
        classifier: Tells styles apart; frozen. None where no loss of style is asked for.
        losses: Their weights.
        optimization: How it is fitted.
        n_steps: Steps of the fit.
        style_of: Of what the loss of style is.
    """

    def __init__(
        self,
        model: Rewriter,
        classifier: StyleClassifier | None,
        losses: StoryLosses,
        optimization: Optimization,
        n_steps: int,
        style_of: StyleOf = "other",
    ) -> None:
        super().__init__(optimization, n_steps)
        self.model = model
        self.losses, self.style_of = losses, style_of
        self.classifier = classifier
        self.strict_loading = classifier is None
        self.last = torch.zeros(len(LOSSES))
        if classifier is not None:
            classifier.requires_grad_(requires_grad=False)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Leave the frozen classifier out; it stays as it was given."""
        kept = checkpoint["state_dict"]
        checkpoint["state_dict"] = {
            name: kept[name] for name in kept if not name.startswith("classifier.")
        }

    def training_step(self, batch: StoryRows, batch_idx: int) -> Tensor:
        """The weighted sum of the losses of one pass, in nats."""
        pad, weights = self.model.pad, self.losses
        text = trimmed(batch.text, pad)
        sentences = self.model.represent(trimmed(batch.tokens, pad))
        stories = sentences.mean(dim=1)
        rebuilt = self.model.rewritten(sentences, batch.styles, text)
        own = text_loss(rebuilt, text, pad)
        total = weights.own * own
        kept = {"own": own}
        if (apart := loss_of(weights.disentangling, stories, batch.styles)) is not None:
            kept["disentangling"] = apart
            total = total + weights.disentangling_weight * apart
        if weights.style and self.classifier is not None:
            kept["style"] = self._style(sentences, batch.styles, text, rebuilt)
            total = total + weights.style * kept["style"]
        if weights.order:
            kept["order"] = self._order(sentences, batch)
            total = total + weights.order * kept["order"]
        if weights.words:
            kept["words"] = words_loss(self.model, sentences, trimmed(batch.tokens, pad))
            total = total + weights.words * kept["words"]
        self._keep(kept, stories.detach(), batch.styles)
        return total

    def _style(self, sentences: Tensor, styles: Tensor, text: Tensor, rebuilt: Tensor) -> Tensor:
        """Cross-entropy of the style that a soft output should have: the other one, or the own.

        Args:
            sentences: Representations, shape (stories, sentences, width).
            styles: Style of each story, shape (stories,).
            text: Their tokens, shape (stories, time).
            rebuilt: Logits of the stories in their own style, shape (stories, time, tokens).
        """
        assert self.classifier is not None
        wanted, soft = styles, rebuilt
        if self.style_of == "other":
            wanted = (styles + 1) % self.classifier.readout.out_features
            soft = self.model.rewritten(sentences, wanted, text)
        said = self.classifier.of_soft(soft, text != self.model.pad)
        return functional.cross_entropy(said.float(), wanted)

    def _order(self, sentences: Tensor, batch: StoryRows) -> Tensor:
        """Mean over the story as it is and as it was shuffled."""
        as_is = torch.arange(sentences.shape[1], device=sentences.device).expand_as(batch.order)
        shuffled = self.model.represent(trimmed(batch.shuffled, self.model.pad))
        pointer = self.model.pointer
        return (pointer.loss(sentences, as_is) + pointer.loss(shuffled, batch.order)) / 2

    def _keep(self, kept: dict[str, Tensor], stories: Tensor, styles: Tensor) -> None:
        seen = {
            **kept,
            "distance": disentangling_loss(stories, styles),
            "gap": mean_gap_loss(stories, styles),
        }
        missing = torch.tensor(torch.nan, device=stories.device)
        self.last = torch.stack([seen.get(name, missing).detach().float() for name in LOSSES])


class Filling(Optimized):
    """The second stage: the whole text from the masked one and its keywords."""

    def __init__(self, model: Filler, optimization: Optimization, n_steps: int) -> None:
        super().__init__(optimization, n_steps)
        self.model = model

    def training_step(self, batch: FillRows, batch_idx: int) -> Tensor:
        """Mean cross-entropy of the whole text, in nats."""
        pad = self.model.pad
        text = trimmed(batch.text, pad)
        return text_loss(self.model.filled(trimmed(batch.tokens, pad), text), text, pad)


class Classifying(Optimized):
    """A classifier of styles, which learns from stories with their masks."""

    def __init__(self, model: StyleClassifier, optimization: Optimization, n_steps: int) -> None:
        super().__init__(optimization, n_steps)
        self.model = model

    def training_step(self, batch: StoryRows, batch_idx: int) -> Tensor:
        """Mean cross-entropy of the styles, in nats."""
        logits = self.model.of_tokens(trimmed(batch.text, self.model.pad))
        return functional.cross_entropy(logits.float(), batch.styles)


@dataclass
class LossParts(Callback):
    """Keeps the losses of every step of the first stage, across interruptions."""

    values: list[list[float]] = field(default_factory=list)
    """One list a step, in the order of `LOSSES`; no number where a loss is left out."""
    _unread: list[Tensor] = field(default_factory=list)

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, *args: Any
    ) -> None:
        """Keep those of one more step; on a GPU they stay there until all are read."""
        last: Any = module.last
        self._unread.append(last)

    def read(self) -> list[list[float]]:
        """The losses of every step so far."""
        if self._unread:
            self.values += torch.stack(self._unread).tolist()
            self._unread.clear()
        return self.values

    def state_dict(self) -> dict[str, Any]:
        """Plain numbers."""
        return {"values": self.read()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what an interrupted fit had seen."""
        self.values = [list(one) for one in state["values"]]


def learn(
    module: Optimized,
    shown: Dataset[Any],
    settings: StoryFit,
    *,
    folder: Path,
    device: Device,
    advance: Advance,
    beside: LossParts | None = None,
) -> list[float]:
    """Fit a module on texts as they are shown, step after step; return the loss of every step.

    Args:
        module: What is fitted, in training mode from now on.
        shown: Texts in the order in which they are seen, as many as all steps take.
        settings: Number of steps, and the optimiser.
        folder: Receives the checkpoint, and is gone on from.
        device: Where it is fitted.
        advance: Told how many more tokens were read.
        beside: Keeps the losses of the first stage.
    """
    per_step = settings.fit.windows_per_step
    order = [list(range(at * per_step, (at + 1) * per_step)) for at in range(settings.steps)]
    curve, checkpoint = LossCurve(), folder / "last.ckpt"
    trainer = fitting(
        device,
        advance,
        folder=folder,
        n_steps=settings.steps,
        optimization=settings.fit,
        curve=curve,
        loggers=[],
        beside=[] if beside is None else [beside],
    )
    module.train()
    trainer.fit(
        module,
        TextData(shown, parts(order, settings.fit.windows_at_once)),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    return curve.values()
