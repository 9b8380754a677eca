"""Judging of rewritten stories: by style, by content, and beside texts that no model wrote.

Judges are fitted on stories that were learnt and on nothing that a system wrote. One reads the
works that the classifier inside the loss of style has read, the others the other half of them.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.families.story_style.floors.judges import Judge, fit_judges
from benchmarks.families.story_style.floors.metrics import measure, released_bleu, tokens
from benchmarks.families.story_style.floors.systems import SYSTEMS, rewrite
from benchmarks.families.story_style.model.work.fits import Measures, share
from benchmarks.families.story_style.model.work.stories import (
    FAMILY,
    HALVES,
    Masked,
    as_story,
    read_stories,
)
from benchmarks.families.story_style.model.work.writing import Rewritten, read_rewritten
from data.randomness import stream
from data.story_style.keywords import MASK, Lexicon, words_of
from data.story_style.stories import Story

PLACED = "placed"
"""Name of what fills masks without a model: the keywords, one a mask in their order."""
SAYS = "unseen"
"""The judge whose answers decide: of words, fitted on works that the classifier has not read."""


def judge_rewritten(
    folder: Path,
    *,
    rewritten: Path,
    learnt: Path,
    held_out: Path,
    authors: Sequence[str],
    kept: int,
    seed: int,
) -> Mapping[str, Any]:
    """Judge what a system wrote, and floors beside it; keep some stories word by word.

    Args:
        folder: Stays empty.
        rewritten: File of rewritten stories.
        learnt: File of the stories that were learnt, which judges learn from too.
        held_out: File of the held-out stories.
        authors: Keys of the authors, whose places are the styles.
        kept: Rewritten stories of each author that are kept.
        seed: Replicate; it draws the floors.
    """
    read, asked, texts = read_stories(learnt), read_stories(held_out), read_rewritten(rewritten)
    train = [as_story(one) for one in read]
    judges = fit_judges(train, stream(seed, HALVES), Lexicon.of(train))
    outputs = {
        "first": [without_masks(one.first) for one in texts],
        "final": [without_masks(one.final) for one in texts],
        PLACED: [placed(one.first, one.keywords) for one in texts],
        **floor_texts(texts, asked, train, judges["seen"], seed),
    }
    measures: Measures = {}
    for name, some in outputs.items():
        measures |= {f"{name}/{key}": one for key, one in _judged(some, texts, judges).items()}
    for name, judge in judges.items():
        told = [_tells(judge, [one.text], one.author)[0] for one in asked]
        measures[f"human/a-Acc/{name}"] = share(np.array(told))
    masked = [without_masks(one.masked) for one in texts]
    own = [without_masks(one.own) for one in texts]
    for name, some in (("copy of masked", outputs["first"]), ("own/copy of masked", own)):
        measures[name] = mean([_bleu(*pair) for pair in zip(some, masked, strict=True)])
    measures |= _filled(texts, outputs["first"], outputs["final"], judges[SAYS])
    return {"measures": measures, "examples": examples(texts, asked, authors, kept)}


def without_masks(text: str) -> str:
    """A text whose masks are left out, with single spaces between words."""
    return " ".join(text.replace(MASK, " ").split())


def _judged(
    texts: Sequence[str], sources: Sequence[Rewritten], judges: Mapping[str, Judge]
) -> Measures:
    """All metrics of texts in place of rewritten ones, both directions with equal weight."""
    directions = []
    for target in sorted({one.target for one in sources}):
        at = [place for place, one in enumerate(sources) if one.target == target]
        directions.append(
            measure([texts[k] for k in at], [sources[k].source for k in at], target, judges)
        )
    return {key: _both([one[key] for one in directions]) for key in directions[0]}


def _both(parts: Sequence[Mapping[str, float | int | None]]) -> dict[str, float | int | None]:
    """Mean of directions, each with its own stories."""
    errors = [one["stderr"] for one in parts]
    known = [float(one) for one in errors if one is not None]
    return {
        "value": float(np.mean([one["value"] or 0.0 for one in parts])),
        "stderr": float(np.linalg.norm(known) / len(parts)) if len(known) == len(parts) else None,
        "n": sum(int(one["n"] or 0) for one in parts),
    }


def _tells(judge: Judge, texts: Sequence[str], author: str) -> list[bool]:
    """Whether a judge takes each text for one of an author."""
    place = judge.authors.index(author)
    return [bool(one) for one in judge.probabilities(texts).argmax(axis=1) == place]


def _bleu(text: str, source: str) -> float:
    return released_bleu(tokens(text), tokens(source), 1)


def floor_texts(
    texts: Sequence[Rewritten],
    held_out: Sequence[Masked],
    learnt: Sequence[Story],
    judge: Judge,
    seed: int,
) -> dict[str, list[str]]:
    """For every rewritten story what each system without a model puts in its place.

    Args:
        texts: Rewritten stories.
        held_out: Held-out stories, from which those of the target author are drawn; no judge has
            read them.
        learnt: Stories of both authors, from which words are drawn.
        judge: Whose strongest words are taken: one that a method may see.
        seed: Draws texts and words.

    Returns:
        By name of the system, in the order of `texts`.
    """
    found: dict[str, list[str]] = {name: [""] * len(texts) for name in SYSTEMS}
    for target in sorted({one.target for one in texts}):
        at = [place for place, one in enumerate(texts) if one.target == target]
        wanted = {texts[place].source for place in at}
        by_text = {one.text: as_story(one) for one in held_out if one.text in wanted}
        made = rewrite(
            [by_text[texts[place].source] for place in at],
            [as_story(one) for one in held_out if one.author == target],
            learnt,
            judge,
            stream(seed, f"{FAMILY}/floors", target),
        )
        for name, some in made.items():
            for place, text in zip(at, some, strict=True):
                found[name][place] = text
    return found


def placed(text: str, keywords: Sequence[str]) -> str:
    """A text whose masks are filled with keywords, one a mask in their order.

    Masks that are left over go; keywords that are left over stand behind the text.
    """
    parts = text.split(MASK)
    filled = parts[0]
    left = list(keywords)
    for part in parts[1:]:
        filled += (left.pop(0) if left else " ") + part
    return " ".join([filled, *left] if left else [filled]).replace("  ", " ").strip()


def _filled(
    texts: Sequence[Rewritten], first: Sequence[str], final: Sequence[str], judge: Judge
) -> Measures:
    """What filling changes, of stories that the judge gives one style before and after.

    Of these a-Acc is the same in both stages, by construction.
    """
    said = [judge.probabilities(some).argmax(axis=1) for some in (first, final)]
    alike = np.flatnonzero(said[0] == said[1])
    measures: Measures = {"fill/alike": share(said[0] == said[1])}
    changes: dict[str, Callable[[int], float]] = {
        "BLEU-1": lambda at: (
            _bleu(final[at], texts[at].source) - _bleu(first[at], texts[at].source)
        ),
        "recall": lambda at: (
            recall(final[at], texts[at].keywords) - recall(first[at], texts[at].keywords)
        ),
    }
    for name, change in changes.items():
        if len(alike):
            measures[f"fill/{name}"] = mean([change(int(at)) for at in alike])
    for name, some in (("first", first), ("final", final)):
        measures[f"{name}/recall"] = mean(
            [recall(one, story.keywords) for one, story in zip(some, texts, strict=True)]
        )
    return measures


def recall(text: str, keywords: Sequence[str]) -> float:
    """Share of keywords that a text has; 1 where there are none."""
    words = {word.lower() for word in words_of(text)}
    return float(np.mean([one.lower() in words for one in keywords])) if keywords else 1.0


def examples(
    texts: Sequence[Rewritten], asked: Sequence[Masked], authors: Sequence[str], kept: int
) -> list[dict[str, Any]]:
    """The first stories of each author as they became, each beside a text of the target author."""
    found = []
    for author in authors:
        own = [one for one in texts if one.author == author][:kept]
        others = [one.text for one in asked if one.author != author]
        found += [
            {
                "author": one.author,
                "target": one.target,
                "source": one.source,
                "keywords": list(one.keywords),
                "first": one.first,
                "final": one.final,
                "own": others[at % len(others)],
            }
            for at, one in enumerate(own)
        ]
    return found


def mean(values: Sequence[float]) -> dict[str, float | int | None]:
    """A mean over stories, with its standard error."""
    n = len(values)
    spread = float(np.std(values, ddof=1) / np.sqrt(n)) if n > 1 else None
    return {"value": float(np.mean(values)), "stderr": spread, "n": n}
