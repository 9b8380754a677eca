"""Stories with their keywords masked: made, divided, written to files and read back."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.families.story_style.model.work.works import works_of
from data.errors import BadInput, readable
from data.files import write_atomic
from data.randomness import stream
from data.story_style.keywords import MASK, Lexicon, keywords, mask, words_of
from data.story_style.stories import Split, Story, cut_stories, halves, split_by_work
from data.text.tokens import load_tokenizer
from lightning_modules.story_style.tokens import StoryTokens

FAMILY = "story_style/model"
"""Begins the purposes of all draws of the study."""
HALVES = f"{FAMILY}/halves"
"""What the draw decides of which half of the works that are learnt the classifier inside the loss
of style reads; judges that it has no part in read the other half."""
_WORD = re.compile(r"[A-Za-z]{4,}")
"""What may be masked in stories of the base: words of four letters and more."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A story, and what is left of it where keywords were."""

    author: str
    work: str
    sentences: tuple[str, ...]
    """Its sentences."""
    masked: tuple[str, ...]
    """Its sentences with `MASK` in place of keywords."""
    keywords: tuple[str, ...]
    """The keywords, each once, in the order in which they are met."""

    @property
    def text(self) -> str:
        """The sentences with a space between them."""
        return " ".join(self.sentences)

    @property
    def masked_text(self) -> str:
        """The same with masks."""
        return " ".join(self.masked)

    def read(self, *, is_masked: bool) -> tuple[str, ...]:
        """The sentences that a system reads."""
        return self.masked if is_masked else self.sentences


def as_story(one: Masked) -> Story:
    """A story as judges take it."""
    return Story(author=one.author, work=one.work, sentences=one.sentences)


Masking = Callable[[Story], Masked]
"""Masks the keywords of a story."""


def write_stories(path: Path, stories: Iterable[Masked]) -> None:
    """Write stories, one a line."""
    write_atomic(
        path, "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in stories)
    )


def read_stories(path: Path) -> list[Masked]:
    """Read stories back.

    Raises:
        BadInput: The file is damaged.
    """
    with readable(path, "prepare the stories again"):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [
            Masked(
                row["author"],
                row["work"],
                tuple(row["sentences"]),
                tuple(row["masked"]),
                tuple(row["keywords"]),
            )
            for row in rows
        ]


def masked_at_random(share: float, rng: np.random.Generator) -> Masking:
    """Masks words of four letters and more at random, half of the stories of the base none.

    Args:
        share: Share of a story's words that are masked at most.
        rng: Draws the stories and the words.
    """

    def masked(story: Story) -> Masked:
        places = [
            (at, found.start(), found.end())
            for at, sentence in enumerate(story.sentences)
            for found in _WORD.finditer(sentence)
        ]
        number = min(len(places), int(share * story.n_words)) if rng.random() < 0.5 else 0
        chosen = sorted(rng.permutation(len(places))[:number])
        sentences = list(story.sentences)
        met: dict[str, None] = {}
        for place in chosen:
            at, start, end = places[place]
            met[story.sentences[at][start:end]] = None
        for place in reversed(chosen):
            at, start, end = places[place]
            sentences[at] = f"{sentences[at][:start]}{MASK}{sentences[at][end:]}"
        return Masked(story.author, story.work, story.sentences, tuple(sentences), tuple(met))

    return masked


def short_enough(
    stories: Iterable[Masked], tokens: StoryTokens, context: int
) -> tuple[list[Masked], int]:
    """Stories that a model reads whole, whatever is masked, and how many are longer.

    Args:
        stories: The stories.
        tokens: Tokens of stories.
        context: Tokens that the model reads at once.
    """
    kept, longer = [], 0
    for one in stories:
        whole = len(tokens.marked_sentences(tokens.sentences(one.sentences)))
        filled = len(tokens.with_keys(tokens.text(one.masked_text), one.keywords))
        if max(whole, filled) <= context:
            kept.append(one)
        else:
            longer += 1
    return kept, longer


def prepare_base(
    folder: Path,
    *,
    authors: Sequence[str],
    content: Sequence[str],
    sentences: int,
    words: tuple[int, int],
    masked_share: float,
    vocabulary_size: int,
    start: str | None,
    context: int,
    seed: int,
) -> Mapping[str, Any]:
    """Cut the text that all systems have read before into stories, and train the tokenizer on it.

    Args:
        folder: Receives `stories.jsonl` and `tokenizer/`.
        authors: Keys of the authors.
        content: Digests of the files that carry their works, and of the checkpoint.
        sentences: Sentences of a story.
        words: Least and greatest number of words of a story.
        masked_share: Share of a story's words that are masked at most.
        vocabulary_size: Tokens in all, where there is no checkpoint.
        start: Checkpoint whose tokenizer is taken; None trains one.
        context: Tokens that a model reads at once; longer stories are left out and counted.
        seed: Draws what is masked, and the order of the stories.

    Raises:
        BadInput: No story is short enough.
    """
    works = [work for author in authors for work in works_of(author)]
    cut = cut_stories(works, sentences=sentences, words=tuple(words))  # type: ignore[arg-type]
    if start is None:
        tokens = StoryTokens.train((one.text for one in cut), vocabulary_size)
    else:
        tokens = StoryTokens.marked(load_tokenizer(start))
    tokens.tokenizer.save_pretrained(folder / "tokenizer")
    rng = stream(seed, f"{FAMILY}/base")
    masking = masked_at_random(masked_share, rng)
    kept, longer = short_enough(
        (masking(cut[at]) for at in rng.permutation(len(cut))), tokens, context
    )
    if not kept:
        raise BadInput(
            f"none of {len(cut)} stories fits into {context} tokens; raise model.context"
        )
    write_stories(folder / "stories.jsonl", kept)
    return {"measures": {"base/stories": _count(len(kept)), "base/too_long": _count(longer)}}


def prepare_pair(
    folder: Path,
    *,
    authors: tuple[str, str],
    content: Sequence[str],
    sentences: int,
    words: tuple[int, int],
    masked_share: float,
    context: int,
    tokenizer: Path,
    test_stories: int,
    seed: int,
) -> Mapping[str, Any]:
    """Divide the stories of two authors by work, and mask their keywords.

    Keywords are chosen by the stories that are learnt alone.

    Args:
        folder: Receives `train.jsonl`, `validation.jsonl`, `test.jsonl`, and of the first the
            stories of two halves of its works: `seen.jsonl`, which the classifier inside the loss
            of style reads and an erasure is fitted on, and `unseen.jsonl`.
        authors: Keys of both.
        content: Digests of the files that carry their works.
        sentences: Sentences of a story.
        words: Least and greatest number of words of a story.
        masked_share: Share of a story's words that are masked at most.
        context: Tokens that a model reads at once; longer stories are left out and counted.
        tokenizer: Folder of the tokenizer.
        test_stories: Stories of each author that are rewritten, at most.
        seed: Replicate; it draws which works are held out.

    Raises:
        BadInput: A part that is learnt or asked has no story of an author that fits, or an author
            has too few works.
    """
    tokens = StoryTokens.load(tokenizer)
    works = [work for author in authors for work in works_of(author)]
    cut = cut_stories(works, sentences=sentences, words=tuple(words))  # type: ignore[arg-type]
    split = split_by_work(cut, stream(seed, f"{FAMILY}/split"))
    masking = masked_by_keywords(split, masked_share)
    counts: dict[str, Any] = {}
    for name in ("train", "validation", "test"):
        some, longer = short_enough(map(masking, getattr(split, name)), tokens, context)
        if name != "validation":
            _check_both(some, authors, name, context)
        if name == "train":
            seen, _ = halves(map(as_story, some), stream(seed, HALVES))
            known = {(one.author, one.work) for one in seen}
            for half, is_seen in (("seen", True), ("unseen", False)):
                own = (one for one in some if ((one.author, one.work) in known) is is_seen)
                write_stories(folder / f"{half}.jsonl", own)
        if name == "test":
            some = _first_of_each(some, authors, test_stories, seed)
        write_stories(folder / f"{name}.jsonl", some)
        counts[f"stories/{name}"] = _count(len(some))
        counts[f"stories/{name}/too_long"] = _count(longer)
        for author in authors:
            counts[f"stories/{name}/{author}"] = _count(sum(one.author == author for one in some))
        masks = sum(one.masked_text.count(MASK) for one in some)
        total = sum(len(one.text.split()) for one in some)
        counts[f"stories/{name}/masked"] = {
            "value": masks / max(total, 1),
            "stderr": None,
            "n": max(total, 1),
        }
    return {"measures": counts}


def _check_both(stories: Sequence[Masked], authors: Sequence[str], part: str, context: int) -> None:
    """Refuse a part without a story of each author, which nothing can be learnt from or asked of.

    Raises:
        BadInput: An author has none; the message says where.
    """
    for author in authors:
        if not any(one.author == author for one in stories):
            raise BadInput(
                f"no story of {author} in the part {part} fits into {context} tokens; raise "
                "model.context or take shorter stories"
            )


def _first_of_each(
    stories: Sequence[Masked], authors: Sequence[str], most: int, seed: int
) -> list[Masked]:
    """As many stories of each author, drawn, the first author's first."""
    kept: list[Masked] = []
    for author in authors:
        own = [one for one in stories if one.author == author]
        order = stream(seed, f"{FAMILY}/test", author).permutation(len(own))
        kept += [own[at] for at in order[:most]]
    return kept


def masked_by_keywords(split: Split, share: float) -> Masking:
    """Masks the keywords of the stories of two authors, names left as they are.

    Args:
        split: The stories; those that are learnt decide which words are keywords.
        share: Share of a story's words that are masked at most.
    """
    lexicon = Lexicon.of(split.train)

    def masked(story: Story) -> Masked:
        chosen = frozenset(keywords(story.text, lexicon, story.author, share=share))
        met = dict.fromkeys(word.lower() for word in words_of(story.text))
        return Masked(
            story.author,
            story.work,
            story.sentences,
            tuple(mask(sentence, chosen) for sentence in story.sentences),
            tuple(word for word in met if word in chosen),
        )

    return masked


def _count(number: int) -> dict[str, float | int | None]:
    return {"value": float(number), "stderr": None, "n": max(number, 1)}
