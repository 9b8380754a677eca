"""What the representations of a rewriter hold: style, content and the order of sentences."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.families.story_style.model.work.fits import Measures, share, styles_of
from benchmarks.families.story_style.model.work.stories import FAMILY, Masked, read_stories
from benchmarks.families.story_style.model.work.writing import restored_rewriter
from benchmarks.families.story_style.probes import Asked, content_explained, style_accuracy
from data.randomness import stream
from lightning_modules.device import Device
from lightning_modules.story_style.model import Rewriter
from lightning_modules.story_style.settings import StoryShape, StoryWriting
from lightning_modules.story_style.writing import orders, representations

Floats = NDArray[np.float64]
DIRECTIONS = 40
"""Directions of words that are the content of a story."""
_LEAST_STORIES = 3
"""Stories that a word stands in to count as content."""
_RIDGES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Penalties of the map to content; the one is taken that serves stories best that are learnt and
were left out of its fit."""
_LEFT_OUT = 5
"""One of so many stories is left out to choose the penalty."""
_WORD = re.compile(r"[a-z]+")


def probe_rewriter(
    folder: Path,
    *,
    stories: Path,
    learnt: Path,
    erased_by: Path,
    base_stories: Path,
    probed: int,
    tokenizer: Path,
    authors: Sequence[str],
    shape: StoryShape,
    writing: StoryWriting,
    rewriter: Path,
    is_erased: bool,
    one_stage: bool,
    seed: int,
    device: Device,
) -> Mapping[str, Any]:
    """Read style, content and order off the representations of held-out stories.

    Probes learn from the stories that the rewriter learnt; that of content from stories of the base
    as well. Of two probes of style, one of all these stories and one of those that no erasure was
    fitted on, the better one counts: what either of them finds is there.

    Content is a story's place in the directions of words that stories differ in most, with the mean
    of its author taken off, so that no style is in it.

    Args:
        folder: Stays empty.
        stories: File of the held-out stories.
        learnt: File of the stories that were learnt.
        erased_by: File of those of them that an erasure is fitted on.
        base_stories: File of the stories of the base.
        probed: How many of these the probe of content learns from.
        tokenizer: Folder of the tokenizer.
        authors: Keys of the authors, whose places are the styles.
        shape: Size of the model.
        writing: How many stories are read at a time.
        rewriter: Folder of the weights.
        is_erased: Whether style is taken out of representations.
        one_stage: Whether whole stories are read, without masks.
        seed: Replicate; it draws shuffles, and stories whose sentences are drawn from all stories.
        device: Where the model reads.
    """
    asked, read, by = read_stories(stories), read_stories(learnt), read_stories(erased_by)
    others = read_stories(base_stories)[:probed]
    masked = not one_stage
    model = restored_rewriter(
        rewriter, tokenizer, shape, by, styles_of(by, authors), is_erased=is_erased,
        is_masked=masked, at_once=writing.stories_at_once, device=device,
    )  # fmt: skip

    def represented(some: Sequence[Masked]) -> Floats:
        rows = [model.tokens.sentences(one.read(is_masked=masked)) for one in some]
        return representations(model, rows, writing.stories_at_once, device.kind)

    of_learnt, of_asked = represented(read), represented(asked)
    works = {(one.author, one.work) for one in by}
    is_other = np.array([(one.author, one.work) not in works for one in read])
    measures = _style(
        of_learnt,
        of_asked,
        np.array(styles_of(read, authors)),
        np.array(styles_of(asked, authors)),
        is_other,
    )
    measures |= _content([*read, *others], asked, of_learnt, represented(others), of_asked)
    return {"measures": {**measures, **_order(model, asked, masked, writing, seed, device)}}


def _style(
    learnt: Floats, asked: Floats, styles: Any, asked_styles: Any, is_other: Any
) -> Measures:
    """What tells styles apart in mean representations, and how far apart they are for content.

    Args:
        learnt: Representations of the stories that were learnt, shape (stories, sentences, width).
        asked: Those of held-out stories.
        styles: Style of each that was learnt.
        asked_styles: Style of each held-out one.
        is_other: Whether no erasure was fitted on a story that was learnt, shape (stories,).
    """
    means = Asked(learnt.mean(axis=1), asked.mean(axis=1))
    others = Asked(means.learnt[is_other], means.asked)
    accuracies = {
        "probe/style/all": style_accuracy(means, styles, asked_styles),
        "probe/style/other": style_accuracy(others, styles[is_other], asked_styles),
    }
    gap = means.asked[asked_styles == 1].mean(axis=0) - means.asked[asked_styles == 0].mean(axis=0)
    spread = sum(means.asked[asked_styles == style].var(axis=0).sum() for style in (0, 1))
    values = {
        **accuracies,
        "probe/style": max(accuracies.values()),
        "probe/variance": float(spread),
        "probe/gap": float(gap @ gap),
        "probe/ratio": float(gap @ gap / spread),
    }
    n = len(asked_styles)
    return {name: {"value": value, "stderr": None, "n": n} for name, value in values.items()}


def _content(
    learnt: Sequence[Masked],
    asked: Sequence[Masked],
    of_learnt: Floats,
    of_others: Floats,
    of_asked: Floats,
) -> Measures:
    words = content_of([one.text for one in learnt], [one.text for one in asked])
    learnt_content = within([one.author for one in learnt], words[0])
    asked_content = within([one.author for one in asked], words[1])
    means = Asked(np.concatenate([of_learnt, of_others]).mean(axis=1), of_asked.mean(axis=1))
    value = content_explained(
        means, learnt_content, asked_content, penalty=best_penalty(means.learnt, learnt_content)
    )
    return {"probe/content": {"value": value, "stderr": None, "n": len(asked)}}


def best_penalty(learnt: Floats, content: Floats) -> float:
    """The penalty under which every fifth story is explained best by the others.

    Args:
        learnt: Representations, shape (stories, width).
        content: Their content, shape (stories, directions).
    """
    out = np.arange(len(learnt)) % _LEFT_OUT == 0
    found = Asked(learnt[~out], learnt[out])
    gains = [content_explained(found, content[~out], content[out], penalty=one) for one in _RIDGES]
    return _RIDGES[int(np.argmax(gains))]


def content_of(learnt: Sequence[str], asked: Sequence[str]) -> tuple[Floats, Floats]:
    """Places of texts in the directions in which the words of texts differ most.

    Words are weighed by TF-IDF, texts have length 1, and directions are the leading ones of those
    that are learnt.

    Args:
        learnt: Texts that decide words, weights and directions.
        asked: Other texts.

    Returns:
        Shapes (learnt, directions) and (asked, directions).
    """
    counts = [Counter(_WORD.findall(text.lower())) for text in learnt]
    there = Counter(word for count in counts for word in count)
    words = {
        word: at for at, word in enumerate(sorted(w for w in there if there[w] >= _LEAST_STORIES))
    }
    rarity = np.array([np.log(len(learnt) / there[word]) for word in words])
    table = _weighed(counts, words, rarity)
    mean = table.mean(axis=0)
    _, _, directions = np.linalg.svd(table - mean, full_matrices=False)
    chosen = directions[:DIRECTIONS].T
    others = _weighed([Counter(_WORD.findall(text.lower())) for text in asked], words, rarity)
    return (table - mean) @ chosen, (others - mean) @ chosen


def _weighed(counts: Sequence[Counter[str]], words: Mapping[str, int], rarity: Floats) -> Floats:
    table = np.zeros((len(counts), len(words)))
    for row, count in enumerate(counts):
        for word, number in count.items():
            if word in words:
                table[row, words[word]] = 1 + np.log(number)
    table *= rarity
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return np.asarray(table / np.where(lengths > 0, lengths, 1.0))


def within(authors: Sequence[str], content: Floats) -> Floats:
    """Content less the mean of its author, same shape."""
    kinds = np.array(authors)
    found = content.copy()
    for kind in np.unique(kinds):
        found[kinds == kind] -= content[kinds == kind].mean(axis=0)
    return found


def _order(
    model: Rewriter,
    asked: Sequence[Masked],
    masked: bool,
    writing: StoryWriting,
    seed: int,
    device: Device,
) -> Measures:
    """Places that the pointer has right: of stories as they are, shuffled, and of mixed works."""
    rng = stream(seed, f"{FAMILY}/pointer")
    whole = [one.read(is_masked=masked) for one in asked]
    mixed = mixed_stories(asked, whole, rng)
    n = len(whole[0])
    kept = np.tile(np.arange(n), (len(whole), 1))
    shuffles = rng.permuted(kept, axis=1)
    found: Measures = {}
    for name, texts, shuffled in (
        ("as_is", whole, kept),
        ("shuffled", whole, shuffles),
        ("mixed", mixed, shuffles),
    ):
        rows = [
            model.tokens.sentences([one[at] for at in order])
            for one, order in zip(texts, shuffled, strict=True)
        ]
        said = orders(model, rows, writing.stories_at_once, device.kind)
        right = said == np.argsort(shuffled, axis=1)
        each = right.mean(axis=1)
        found[f"order/{name}"] = {
            "value": float(each.mean()),
            "stderr": float(each.std(ddof=1) / np.sqrt(len(each))),
            "n": len(each),
        }
        found[f"order/{name}/whole"] = share(right.all(axis=1))
    return found


def mixed_stories(
    stories: Sequence[Masked], texts: Sequence[Sequence[str]], rng: np.random.Generator
) -> list[list[str]]:
    """Stories each of whose sentences is drawn from all stories, by chance some from the same one.

    The n-th sentence stays an n-th sentence, so that what remains is all but what hangs together.

    Args:
        stories: The stories.
        texts: Their sentences.
        rng: Draws which sentence goes where.
    """
    columns = [rng.permutation(len(stories)) for _ in texts[0]]
    return [
        [texts[column[row]][at] for at, column in enumerate(columns)] for row in range(len(stories))
    ]
