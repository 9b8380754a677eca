"""Rewriting of the held-out stories: by the first stage, and by the one that fills masks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.families.story_style.model.work.fits import STYLES, share, styles_of
from benchmarks.families.story_style.model.work.stories import FAMILY, Masked, read_stories
from benchmarks.families.story_style.probes import Erasure, erase
from data.errors import readable
from data.files import write_atomic
from lightning_modules.device import Device
from lightning_modules.processes import on_lead
from lightning_modules.story_style.model import Filler, Rewriter, StyleClassifier
from lightning_modules.story_style.settings import StoryShape, StoryWriting
from lightning_modules.story_style.tokens import StoryTokens
from lightning_modules.story_style.writing import (
    Draws,
    Written,
    fill,
    representations,
    rewrite,
    scored,
)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A held-out story in the style of the other author."""

    author: str
    """Its own author."""
    target: str
    """The author in whose style it is."""
    source: str
    masked: str
    """The source without its keywords, with masks in their places."""
    keywords: tuple[str, ...]
    first: str
    """What the first stage wrote, with masks; of a system of one stage the final text."""
    own: str
    """What the first stage wrote in the story's own style."""
    final: str
    """What stands in the end: the masks of the first stage filled from the source's keywords."""


def write_rewritten(path: Path, texts: Sequence[Rewritten]) -> None:
    """Write rewritten stories, one a line."""
    lines = (json.dumps(asdict(one), ensure_ascii=False) for one in texts)
    write_atomic(path, "".join(f"{line}\n" for line in lines))


def read_rewritten(path: Path) -> list[Rewritten]:
    """Read rewritten stories back.

    Raises:
        BadInput: The file is damaged.
    """
    with readable(path, "rewrite the stories again"):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [Rewritten(**{**row, "keywords": tuple(row["keywords"])}) for row in rows]


def restored_rewriter(
    weights: Path,
    tokenizer: Path,
    shape: StoryShape,
    by: Sequence[Masked],
    styles: Sequence[int],
    *,
    is_erased: bool,
    is_masked: bool,
    at_once: int,
    device: Device,
) -> Rewriter:
    """A fitted rewriter, without style in its representations where an arm asks for it.

    The erasure is fitted on the sentences of some of the stories that were learnt, so that a probe
    of what is left can be fitted on others. Of the very stories that it was fitted on a probe finds
    means that are equal to the last digit, and errs on others more often than by chance.

    Args:
        weights: Folder of its weights.
        tokenizer: Folder of the tokenizer.
        shape: Size of the model.
        by: Stories that the erasure is fitted on.
        styles: Style of each.
        is_erased: Whether style is taken out.
        is_masked: Whether stories are read with their masks.
        at_once: Stories that are read at a time.
        device: Where it is used.
    """
    tokens = StoryTokens.load(tokenizer)
    model = Rewriter.new(shape, tokens, STYLES, 0)
    model.restore(weights)
    if is_erased:
        read = [tokens.sentences(one.read(is_masked=is_masked)) for one in by]
        found = representations(model, read, at_once, device.kind)
        labels = np.repeat(np.asarray(styles, dtype=np.int64), found.shape[1])
        set_erasure(model, erase(found.reshape(-1, found.shape[2]), labels), device)
    return model


def set_erasure(model: Rewriter, erasure: Erasure, device: Device) -> None:
    """Let a rewriter see its representations without what an erasure takes out."""
    centre, kept = (
        torch.from_numpy(one).float().to(device.kind) for one in (erasure.centre, erasure.kept)
    )
    model.erasure = centre, kept


def rewrite_stories(
    folder: Path,
    *,
    stories: Path,
    erased_by: Path,
    tokenizer: Path,
    authors: Sequence[str],
    shape: StoryShape,
    writing: StoryWriting,
    rewriter: Path,
    filler: Path,
    classifier: Path,
    other_classifier: Path,
    is_erased: bool,
    one_stage: bool,
    seed: int,
    device: Device,
) -> Mapping[str, Any]:
    """Rewrite every held-out story in the style of the other author.

    Draws are keyed by story and stage and not by arm: what differs between arms is the model.

    Args:
        folder: Receives `rewritten.jsonl`.
        stories: File of the held-out stories.
        erased_by: File of the stories that an erasure is fitted on.
        tokenizer: Folder of the tokenizer.
        authors: Keys of the authors, whose places are the styles.
        shape: Size of both models.
        writing: How tokens are drawn.
        rewriter: Folder of the first stage's weights.
        filler: Folder of the second stage's weights.
        classifier: Folder of the weights of the classifier inside the loss of style.
        other_classifier: Folder of those of one like it, which has read other works.
        is_erased: Whether style is taken out of representations.
        one_stage: Whether whole stories are rewritten, and nothing is filled.
        seed: Replicate.
        device: Where models write.
    """
    asked, by = read_stories(stories), read_stories(erased_by)
    model = restored_rewriter(
        rewriter, tokenizer, shape, by, styles_of(by, authors), is_erased=is_erased,
        is_masked=not one_stage, at_once=writing.stories_at_once, device=device,
    )  # fmt: skip
    found: list[Rewritten] = []
    cut: list[bool] = []
    for style, author in enumerate(authors):
        own = [one for one in asked if one.author == author]
        target = (style + 1) % len(authors)
        first, final, are_cut = _both_stages(
            model, own, target, shape, writing, filler, one_stage, seed, device
        )
        same = _first_stage(model, own, style, writing, one_stage, seed, device)
        cut += are_cut
        found += [
            Rewritten(
                author=author,
                target=authors[target],
                source=one.text,
                masked=one.masked_text,
                keywords=one.keywords,
                first=begun,
                own=model.tokens.decode(back.tokens),
                final=done,
            )
            for one, begun, back, done in zip(own, first, same, final, strict=True)
        ]
    on_lead(lambda: write_rewritten(folder / "rewritten.jsonl", found))
    rows = [(model.tokens.text(one.first) or [model.tokens.mask])[: shape.context] for one in found]
    targets = np.array([authors.index(one.target) for one in found])
    measures = {"written/cut": share(np.array(cut))}
    for name, weights in (("loss", classifier), ("like it", other_classifier)):
        judge = StyleClassifier.new(shape, model.tokens, STYLES, 0)
        judge.restore(weights)
        said = scored(judge, rows, model.tokens.pad, device.kind).argmax(axis=1)
        measures[f"first/a-Acc/{name}"] = share(said == targets)
    return {"measures": measures}


def _both_stages(
    model: Rewriter,
    stories: Sequence[Masked],
    style: int,
    shape: StoryShape,
    writing: StoryWriting,
    filler: Path,
    one_stage: bool,
    seed: int,
    device: Device,
) -> tuple[list[str], list[str], list[bool]]:
    """What both stages wrote, and which texts were cut off."""
    tokens = model.tokens
    begun = _first_stage(model, stories, style, writing, one_stage, seed, device)
    first = [tokens.decode(one.tokens) for one in begun]
    if one_stage:
        return first, first, [one.is_cut for one in begun]
    second = Filler.new(shape, tokens, 0)
    second.restore(filler)
    rows = [
        _room(tokens.with_keys(list(one.tokens), story.keywords), shape.context, tokens.mask)
        for one, story in zip(begun, stories, strict=True)
    ]
    done = fill(second, rows, writing, _draws(seed, f"second/{style}"), device.kind)
    ends = [_is_cut(one, other) for one, other in zip(begun, done, strict=True)]
    return first, [tokens.decode(one.tokens) for one in done], ends


def _first_stage(
    model: Rewriter,
    stories: Sequence[Masked],
    style: int,
    writing: StoryWriting,
    one_stage: bool,
    seed: int,
    device: Device,
) -> list[Written]:
    """What the first stage writes in one style; draws are those of the author and not the style."""
    tokens, author = model.tokens, stories[0].author
    read = [tokens.sentences(one.read(is_masked=not one_stage)) for one in stories]
    return rewrite(model, read, style, writing, _draws(seed, f"first/{author}"), device.kind)


def _is_cut(first: Written, second: Written) -> bool:
    return first.is_cut or second.is_cut


def _room(row: list[int], context: int, mask: int) -> list[int]:
    """A row as long as the filler reads; what is longer loses its last keywords.

    Where the first stage wrote nothing and there is no keyword, all of the text is a mask.
    """
    return row[:context] or [mask]


def _draws(seed: int, purpose: str) -> Draws:
    return Draws(seed=seed, purpose=f"{FAMILY}/written/{purpose}")
