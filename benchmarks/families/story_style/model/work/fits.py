"""The fits of the study: both bases, the classifier, the rewriter and the filler."""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.families.story_style.model.work.stories import FAMILY, Masked, read_stories
from data.errors import BadInput
from data.files import discard
from data.randomness import stream
from lightning_modules.device import Advance, Device
from lightning_modules.processes import on_lead
from lightning_modules.story_style.batches import ShownFills, ShownStories, drawn_order
from lightning_modules.story_style.learning import (
    LOSSES,
    Classifying,
    Filling,
    LossParts,
    Rewriting,
    learn,
)
from lightning_modules.story_style.model import Filler, Rewriter, StyleClassifier
from lightning_modules.story_style.settings import (
    StoryFit,
    StoryLosses,
    StoryShape,
    StyleOf,
)
from lightning_modules.story_style.tokens import StoryTokens
from lightning_modules.story_style.writing import scored

M = TypeVar("M", Rewriter, Filler)
Measures = dict[str, dict[str, float | int | None]]
STYLES = 2
"""Styles of a study; text of the base has one of its own beside them."""
_LAST = 10
"""Steps at the end of a fit whose mean loss is on record."""


class Given(TypedDict):
    """What every fit is given, beside the place where it runs."""

    name: str
    """What is fitted; it keys the order of stories, and names the losses on record."""
    stories: Path
    """File of the stories that are learnt."""
    tokenizer: Path
    """Folder of the tokenizer."""
    authors: Sequence[str]
    """Keys of the authors, whose places are the styles; none where the stories are of the base."""
    shape: StoryShape
    """Size of the model."""
    settings: StoryFit
    """Steps and optimiser."""
    base: Path | None
    """Folder of the weights that the model begins with; None for those that the seed draws."""
    seed: int
    """Replicate; it draws the first weights, the order of stories and their shuffles."""


def fit_rewriter(
    folder: Path,
    *,
    losses: StoryLosses,
    masked: bool,
    classifier: Path | None,
    style_of: StyleOf = "other",
    device: Device,
    advance: Advance,
    **given: Unpack[Given],
) -> Mapping[str, Any]:
    """Teach a rewriter by some losses: its base, or what one arm adds to that.

    Args:
        folder: Receives `model/`.
        losses: Weights of the losses.
        masked: Whether stories are read with their masks.
        classifier: Folder of the frozen classifier's weights; None for a base, which learns no
            style and of which the total loss alone is on record.
        style_of: Of what the loss of style is.
        device: Where it is fitted.
        advance: Told how many more tokens were read.
        given: What every fit is given.
    """
    fit = _Fit(folder, given, device, advance)
    model = fit.begun(Rewriter.new(given["shape"], fit.tokens, STYLES, given["seed"]))
    judge, settings = None, given["settings"]
    if classifier is not None:
        judge = StyleClassifier.new(given["shape"], fit.tokens, STYLES, given["seed"])
        judge.restore(classifier)
    kept = LossParts()
    module = Rewriting(model, judge, losses, settings.fit, settings.steps, style_of)
    curve = fit.learn(module, fit.shown(is_masked=masked), kept)
    if classifier is None:
        return {"measures": _ends(f"{given['name']}/loss", curve)}
    digest = {"value": float(weights_checksum(model)), "stderr": None, "n": 1}
    return {
        "measures": {**_ends("loss/all", curve), **_parts(kept.read()), "weights/crc32": digest}
    }


def fit_filler(
    folder: Path, *, device: Device, advance: Advance, **given: Unpack[Given]
) -> Mapping[str, Any]:
    """Teach a filler to fill masks from keywords, by the stories that have some.

    Args:
        folder: Receives `model/`.
        device: Where it is fitted.
        advance: Told how many more tokens were read.
        given: What every fit is given.
    """
    fit = _Fit(folder, given, device, advance)
    model = fit.begun(Filler.new(given["shape"], fit.tokens, given["seed"]))
    module = Filling(model, given["settings"].fit, given["settings"].steps)
    return {"measures": _ends(f"{given['name']}/loss", fit.learn(module, fit.fills()))}


def fit_classifier(
    folder: Path, *, held_out: Path, device: Device, advance: Advance, **given: Unpack[Given]
) -> Mapping[str, Any]:
    """Teach a classifier, which begins as the encoder of the base, to tell masked stories apart.

    Args:
        folder: Receives `model/`.
        held_out: File of stories that it is asked.
        device: Where it is fitted.
        advance: Told how many more tokens were read.
        given: What every fit is given.
    """
    fit = _Fit(folder, given, device, advance)
    begun = fit.begun(Rewriter.new(given["shape"], fit.tokens, STYLES, given["seed"]))
    model = StyleClassifier(begun.seq2seq, fit.tokens, STYLES)
    module = Classifying(model, given["settings"].fit, given["settings"].steps)
    measures = _ends(f"{given['name']}/loss", fit.learn(module, fit.shown(is_masked=True)))
    asked, tokens = read_stories(held_out), fit.tokens
    said = scored(model, [tokens.text(one.masked_text) for one in asked], tokens.pad, device.kind)
    right = said.argmax(axis=1) == np.array(styles_of(asked, given["authors"]))
    return {"measures": {**measures, f"{given['name']}/accuracy": share(right)}}


class _Fit:
    """One fit: what is learnt, in which order, and where what is fitted is saved."""

    def __init__(self, folder: Path, given: Given, device: Device, advance: Advance) -> None:
        self.folder, self.given, self.device, self.advance = folder, given, device, advance
        self.tokens = StoryTokens.load(given["tokenizer"])
        self.stories = read_stories(given["stories"])
        self.styles = [STYLES] * len(self.stories)
        if given["authors"]:
            self.styles = styles_of(self.stories, given["authors"])
        self.rng = stream(given["seed"], f"{FAMILY}/order", given["name"])

    def begun(self, model: M) -> M:
        """A model with the weights that it begins with."""
        if self.given["base"] is not None:
            model.restore(self.given["base"])
        return model

    def _order(self, styles: Sequence[int]) -> NDArray[np.int64]:
        settings = self.given["settings"]
        return drawn_order(styles, settings.steps, settings.fit.windows_per_step, self.rng)

    def shown(self, *, is_masked: bool) -> ShownStories:
        """The stories as the first stage and the classifier are shown them."""
        read = [self.tokens.sentences(one.read(is_masked=is_masked)) for one in self.stories]
        order, context = self._order(self.styles), self.given["shape"].context
        return ShownStories(read, self.styles, self.tokens, context, order, self.rng)

    def fills(self) -> ShownFills:
        """The stories with keywords as the second stage is shown them.

        Raises:
            BadInput: No story has any.
        """
        tokens = self.tokens
        if not any(one.keywords for one in self.stories):
            raise BadInput(
                f"no story of {self.given['stories'].name} has a keyword, and there is nothing to "
                "fill; raise masked_share or give longer stories"
            )
        chosen = [
            (one, style)
            for one, style in zip(self.stories, self.styles, strict=True)
            if one.keywords
        ]
        return ShownFills(
            [tokens.with_keys(tokens.text(one.masked_text), one.keywords) for one, _ in chosen],
            [tokens.text(one.text) for one, _ in chosen],
            tokens,
            self.given["shape"].context,
            self._order([style for _, style in chosen]),
        )

    def learn(
        self,
        module: Rewriting | Filling | Classifying,
        shown: ShownStories | ShownFills,
        beside: LossParts | None = None,
    ) -> list[float]:
        """Fit in a folder for what a fit leaves behind, which is then gone, and save the model."""
        working = self.folder / "working"
        on_lead(lambda: working.mkdir(exist_ok=True))
        curve = learn(
            module,
            shown,
            self.given["settings"],
            folder=working,
            device=self.device,
            advance=self.advance,
            beside=beside,
        )
        module.to("cpu")
        on_lead(lambda: discard(working))
        on_lead(lambda: module.model.save(self.folder / "model"))
        return curve


def weights_checksum(model: torch.nn.Module) -> int:
    """CRC-32 of all weights: two models with the same weights, bit by bit, have the same."""
    checksum = 0
    for weight in model.state_dict().values():
        checksum = zlib.crc32(weight.detach().cpu().contiguous().numpy().tobytes(), checksum)
    return checksum


def styles_of(stories: Sequence[Masked], authors: Sequence[str]) -> list[int]:
    """Style of each story: the place of its author."""
    return [authors.index(one.author) for one in stories]


def _ends(name: str, curve: Sequence[float]) -> Measures:
    """First and last losses of a fit, in nats."""
    found = {"first": curve[0], "last": float(np.mean(curve[-_LAST:]))}
    return {
        f"{name}/{key}": {"value": value, "stderr": None, "n": len(curve)}
        for key, value in found.items()
    }


def _parts(values: Sequence[Sequence[float]]) -> Measures:
    """Each loss at the beginning and at the end, without its weight; none that is left out."""
    table = np.array(values)
    found: Measures = {}
    for name, column in zip(LOSSES, table.T, strict=True):
        if np.isfinite(column).all():
            found |= _ends(f"loss/{name}", list(column))
    return found


def share(right: Any) -> dict[str, float | int | None]:
    """A share of things, with its standard error."""
    n, value = len(right), float(np.mean(right))
    return {"value": value, "stderr": float(np.sqrt(value * (1 - value) / max(n - 1, 1))), "n": n}
