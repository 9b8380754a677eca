"""The work of the study of floors: judges by view, and what systems without a model reach."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.families.story_style.floors.judges import Judge, fit_judge, fit_judges
from benchmarks.families.story_style.floors.metrics import Encoder, measure
from benchmarks.families.story_style.floors.systems import SYSTEMS, rewrite
from data.errors import BadInput
from data.measures.sentences import load_encoder
from data.randomness import stream
from data.sources.archives import Archive
from data.sources.fetching import Wheel
from data.story_style.authors import read_works
from data.story_style.keywords import Lexicon
from data.story_style.stories import Split, Story, Work, cut_stories, split_by_work
from data.story_style.views import VIEWS

_PURPOSE = "story_style/floors"
Found = dict[str, dict[str, float | int | None]]


def dealt(works: Sequence[Sequence[Work]], deal: str, rng: np.random.Generator) -> list[Work]:
    """Works of some authors as works of styles.

    Args:
        works: Works of each author.
        deal: `as they are`, or `in halves`: each author's works are dealt in two by chance, and
            the style of a half is `first` or `second`.
        rng: Deals.

    Raises:
        BadInput: There is no such way.
    """
    if deal == "as they are":
        return [one for own in works for one in own]
    if deal != "in halves":
        raise BadInput(f"unknown deal {deal!r}; use as they are or in halves")
    return [
        replace(
            own[place],
            author="first" if at % 2 else "second",
            name=f"{own[place].author}: {own[place].name}",
        )
        for own in works
        for at, place in enumerate(rng.permutation(len(own)))
    ]


def measure_pair(
    folder: Path,
    *,
    seed: int,
    authors: Sequence[str],
    deal: str,
    most: int,
    asked: int,
    encoded: int,
    carriers: Sequence[Archive | Wheel],
    model: Path | None = None,
) -> Mapping[str, Any]:
    """Fit judges of two styles, and measure systems that rewrite each style as the other.

    Args:
        folder: Receives nothing; the measures are facts of the stage.
        seed: Draws the split of works, the stories and the words.
        authors: Keys of the authors.
        deal: How their works make styles; see `dealt`.
        most: Stories of a style that judges are fitted on, at most.
        asked: Stories of a style that are rewritten, at most.
        encoded: Stories of a style whose content is compared by sentence embeddings.
        carriers: Pinned files that the works come in; they are part of the stage's address.
        model: Folder of the encoder of sentences; None leaves content out.

    Raises:
        BadInput: There are not two styles, or one has too few works.
    """
    split = _split(authors, deal, seed)
    train = at_most(split.train, most, stream(seed, _PURPOSE, "train"))
    lexicon = Lexicon.of(train)
    styles = sorted({story.author for story in train})
    if len(styles) != 2:
        raise BadInput(f"floors are of two styles, and these are {len(styles)}; give two authors")
    test = at_most(split.test, asked, stream(seed, _PURPOSE, "test"))
    found = _by_view(train, test, lexicon)
    judges = fit_judges(train, stream(seed, _PURPOSE, "halves"), lexicon)
    for name, judge in judges.items():
        found[f"accuracy/judge {name}"] = _share(judge.accuracy(test), len(test))
    encoder = None if model is None else load_encoder(model)
    rng = stream(seed, _PURPOSE, "systems")
    both = [
        _one_way([s for s in test if s.author != target], [s for s in test if s.author == target],
                 train, judges, encoder, encoded, rng)
        for target in styles
    ]  # fmt: skip
    return {"measures": {**found, **_mean_of(both)}, "tokens": 0}


def measure_many(
    folder: Path,
    *,
    seed: int,
    authors: Sequence[str],
    most: int,
    asked: int,
    carriers: Sequence[Archive | Wheel],
) -> Mapping[str, Any]:
    """Tell many authors of one genre apart, by each view.

    Args:
        folder: Receives nothing; the measures are facts of the stage.
        seed: Draws the split of works and the stories.
        authors: Keys of the authors, of three works each at least.
        most: Stories of an author that judges are fitted on, at most.
        asked: Stories of an author that are asked, at most.
        carriers: Pinned files that the works come in; they are part of the stage's address.
    """
    split = _split(authors, "as they are", seed)
    train = at_most(split.train, most, stream(seed, _PURPOSE, "train"))
    test = at_most(split.test, asked, stream(seed, _PURPOSE, "test"))
    found = _by_view(train, test, Lexicon.of(train))
    found["authors"] = _share(float(len(authors)), len(authors))
    return {"measures": found, "tokens": 0}


def _split(authors: Sequence[str], deal: str, seed: int) -> Split:
    works = dealt([read_works(one) for one in authors], deal, stream(seed, _PURPOSE, "deal"))
    return split_by_work(cut_stories(works), stream(seed, _PURPOSE, "split"))


def at_most(stories: Sequence[Story], most: int, rng: np.random.Generator) -> list[Story]:
    """At most so many stories of each author, in their order."""
    kept: list[int] = []
    for author in sorted({story.author for story in stories}):
        places = [at for at, story in enumerate(stories) if story.author == author]
        kept += rng.permutation(places)[:most].tolist()
    return [stories[at] for at in sorted(kept)]


def _by_view(train: Sequence[Story], test: Sequence[Story], lexicon: Lexicon) -> Found:
    """Accuracy of a judge of each view on held-out works."""
    return {
        f"accuracy/{view}": _share(fit_judge(train, view, lexicon).accuracy(test), len(test))
        for view in VIEWS
    }


def _share(value: float, n: int) -> dict[str, float | int | None]:
    return {"value": value, "stderr": None, "n": n}


def _one_way(
    sources: Sequence[Story],
    targets: Sequence[Story],
    pool: Sequence[Story],
    judges: Mapping[str, Judge],
    encoder: Encoder | None,
    encoded: int,
    rng: np.random.Generator,
) -> Found:
    """Measures of every system that rewrites stories of one author as those of the other."""
    made = rewrite(sources, targets, pool, judges["seen"], rng)
    texts = [story.text for story in sources]
    found: Found = {}
    for system in SYSTEMS:
        measures = measure(made[system], texts, targets[0].author, judges)
        if encoder is not None:
            few = made[system][:encoded], texts[:encoded]
            measures["content"] = measure(*few, targets[0].author, {}, encoder)["content"]
        found |= {f"{system}/{name}": value for name, value in measures.items()}
    return found


def _mean_of(both: Sequence[Found]) -> Found:
    """Mean of the measures of both directions, which have different stories."""
    return {
        name: {
            "value": float(np.mean([one[name]["value"] for one in both])),
            "stderr": _stderr([one[name]["stderr"] for one in both]),
            "n": sum(int(one[name]["n"] or 0) for one in both),
        }
        for name in both[0]
    }


def _stderr(errors: Sequence[float | int | None]) -> float | None:
    if any(error is None for error in errors):
        return None
    return float(np.sqrt(sum(float(error or 0) ** 2 for error in errors)) / len(errors))
