"""The fits of the study: both bases, the classifier, the rewriter and the filler."""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.families.story_style.model.work.stories import FAMILY, Masked, read_stories
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
from lightning_modules.story_style.settings import StoryFit, StoryLosses, StoryShape
from lightning_modules.story_style.tokens import StoryTokens
from lightning_modules.story_style.writing import scored

Measures = dict[str, dict[str, float | int | None]]
STYLES = 2
"""Styles of a study; text of the base has one of its own beside them."""
_LAST = 10
"""Steps at the end of a fit whose mean loss is on record."""


def fit_base(
    folder: Path,
    *,
    stories: Path,
    tokenizer: Path,
    shape: StoryShape,
    settings: StoryFit,
    seed: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Teach a rewriter to give masked stories back, from the representations of their sentences.

    Args:
        folder: Receives `model/`.
        stories: File of the stories.
        tokenizer: Folder of the tokenizer.
        shape: Size of the model.
        settings: Steps and optimiser.
        seed: Draws the weights and the order.
        device: Where it is fitted.
        advance: Told how many more tokens were read.
    """
    tokens, read = StoryTokens.load(tokenizer), read_stories(stories)
    model = Rewriter.new(shape, tokens, STYLES, seed)
    losses = StoryLosses(own=1.0, disentangling="none", style=0.0, order=0.0)
    shown = _shown(read, [STYLES] * len(read), tokens, shape, settings, seed, "base", masked=True)
    curve = _learn(
        folder,
        Rewriting(model, None, losses, settings.fit, settings.steps),
        shown,
        settings,
        device,
        advance,
    )
    on_lead(lambda: model.save(folder / "model"))
    return {"measures": _ends("base/loss", curve)}


def fit_base_filler(
    folder: Path,
    *,
    stories: Path,
    tokenizer: Path,
    shape: StoryShape,
    settings: StoryFit,
    seed: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Teach a filler to fill masks from keywords; see `fit_base`."""
    tokens, read = StoryTokens.load(tokenizer), read_stories(stories)
    model = Filler.new(shape, tokens, seed)
    curve = _filled(
        folder, model, read, [0] * len(read), shape, settings, seed, "base_filler", device, advance
    )
    return {"measures": _ends("base_filler/loss", curve)}


def fit_filler(
    folder: Path,
    *,
    stories: Path,
    tokenizer: Path,
    authors: Sequence[str],
    shape: StoryShape,
    settings: StoryFit,
    base: Path | None,
    seed: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Go on from the base of the second stage with two authors' stories; see `fit_rewriter`."""
    tokens, read = StoryTokens.load(tokenizer), read_stories(stories)
    model = Filler.new(shape, tokens, seed)
    if base is not None:
        model.restore(base)
    styles = styles_of(read, authors)
    curve = _filled(folder, model, read, styles, shape, settings, seed, "filler", device, advance)
    return {"measures": _ends("filler/loss", curve)}


def fit_classifier(
    folder: Path,
    *,
    stories: Path,
    held_out: Path,
    tokenizer: Path,
    authors: Sequence[str],
    shape: StoryShape,
    settings: StoryFit,
    base: Path | None,
    seed: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Teach a classifier, which begins as the encoder of the base, to tell masked stories apart.

    Args:
        folder: Receives `model/`.
        stories: File of the stories that are learnt.
        held_out: File of stories that it is asked.
        tokenizer: Folder of the tokenizer.
        authors: Keys of the authors, whose places are the styles.
        shape: Size of the model.
        settings: Steps and optimiser.
        base: Folder of the base's weights; None where there is no base.
        seed: Draws the order.
        device: Where it is fitted.
        advance: Told how many more tokens were read.
    """
    tokens, read = StoryTokens.load(tokenizer), read_stories(stories)
    begun = Rewriter.new(shape, tokens, STYLES, seed)
    if base is not None:
        begun.restore(base)
    model = StyleClassifier(begun.seq2seq, tokens, STYLES)
    shown = _shown(
        read, styles_of(read, authors), tokens, shape, settings, seed, "classifier", masked=True
    )
    curve = _learn(
        folder, Classifying(model, settings.fit, settings.steps), shown, settings, device, advance
    )
    on_lead(lambda: model.save(folder / "model"))
    asked = read_stories(held_out)
    said = scored(model, [tokens.text(one.masked_text) for one in asked], tokens.pad, device.kind)
    right = said.argmax(axis=1) == np.array(styles_of(asked, authors))
    return {"measures": {**_ends("classifier/loss", curve), "classifier/accuracy": share(right)}}


def fit_rewriter(
    folder: Path,
    *,
    stories: Path,
    tokenizer: Path,
    authors: Sequence[str],
    shape: StoryShape,
    losses: StoryLosses,
    masked: bool,
    settings: StoryFit,
    base: Path | None,
    classifier: Path,
    seed: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Go on from the base with the losses of one arm.

    Args:
        folder: Receives `model/`.
        stories: File of the stories that are learnt.
        tokenizer: Folder of the tokenizer.
        authors: Keys of the authors, whose places are the styles.
        shape: Size of the model.
        losses: Weights of the losses.
        masked: Whether stories are read with their masks.
        settings: Steps and optimiser.
        base: Folder of the base's weights; None where there is no base.
        classifier: Folder of the frozen classifier's weights.
        seed: Draws the order of stories and the shuffles.
        device: Where it is fitted.
        advance: Told how many more tokens were read.
    """
    tokens, read = StoryTokens.load(tokenizer), read_stories(stories)
    model = Rewriter.new(shape, tokens, STYLES, seed)
    if base is not None:
        model.restore(base)
    judge = StyleClassifier.new(shape, tokens, STYLES, seed)
    judge.restore(classifier)
    shown = _shown(
        read, styles_of(read, authors), tokens, shape, settings, seed, "rewriter", masked=masked
    )
    kept = LossParts()
    module = Rewriting(model, judge, losses, settings.fit, settings.steps)
    curve = _learn(folder, module, shown, settings, device, advance, kept)
    on_lead(lambda: model.save(folder / "model"))
    digest = {"value": float(weights_checksum(model)), "stderr": None, "n": 1}
    return {
        "measures": {**_ends("loss/all", curve), **_parts(kept.read()), "weights/crc32": digest}
    }


def weights_checksum(model: torch.nn.Module) -> int:
    """CRC-32 of all weights: two models with the same weights, bit by bit, have the same."""
    checksum = 0
    for weight in model.state_dict().values():
        checksum = zlib.crc32(weight.detach().cpu().contiguous().numpy().tobytes(), checksum)
    return checksum


def styles_of(stories: Sequence[Masked], authors: Sequence[str]) -> list[int]:
    """Style of each story: the place of its author."""
    return [authors.index(one.author) for one in stories]


def _shown(
    stories: Sequence[Masked],
    styles: Sequence[int],
    tokens: StoryTokens,
    shape: StoryShape,
    settings: StoryFit,
    seed: int,
    purpose: str,
    *,
    masked: bool,
) -> ShownStories:
    rng = stream(seed, f"{FAMILY}/order", purpose)
    order = drawn_order(styles, settings.steps, settings.fit.windows_per_step, rng)
    read = [tokens.sentences(one.read(is_masked=masked)) for one in stories]
    return ShownStories(read, styles, tokens, shape.context, order, rng)


def _filled(
    folder: Path,
    model: Filler,
    stories: Sequence[Masked],
    styles: Sequence[int],
    shape: StoryShape,
    settings: StoryFit,
    seed: int,
    purpose: str,
    device: Device,
    advance: Advance,
) -> list[float]:
    """Fit a filler on stories with keywords, and save it."""
    tokens = model.tokens
    with_keys = [at for at, one in enumerate(stories) if one.keywords]
    chosen = [stories[at] for at in with_keys]
    order = drawn_order(
        [styles[at] for at in with_keys],
        settings.steps,
        settings.fit.windows_per_step,
        stream(seed, f"{FAMILY}/order", purpose),
    )
    shown = ShownFills(
        [tokens.with_keys(tokens.text(one.masked_text), one.keywords) for one in chosen],
        [tokens.text(one.text) for one in chosen],
        tokens,
        shape.context,
        order,
    )
    module = Filling(model, settings.fit, settings.steps)
    curve = _learn(folder, module, shown, settings, device, advance)
    on_lead(lambda: model.save(folder / "model"))
    return curve


def _learn(
    folder: Path,
    module: Any,
    shown: Any,
    settings: StoryFit,
    device: Device,
    advance: Advance,
    beside: LossParts | None = None,
) -> list[float]:
    """Fit in a folder for what a fit leaves behind, which is then gone."""
    working = folder / "working"
    on_lead(lambda: working.mkdir(exist_ok=True))
    curve = learn(
        module, shown, settings, folder=working, device=device, advance=advance, beside=beside
    )
    module.to("cpu")
    on_lead(lambda: discard(working))
    return curve


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
