"""What one system of the study is, and what all of them share; loads without torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.running.study import Study
from data.errors import BadInput, Count, NotNegative, Share, in_range
from lightning_modules.story_style.settings import (
    STYLES_OF,
    StoryFit,
    StoryLosses,
    StoryShape,
    StoryWriting,
    StyleOf,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """How one system rewrites: an arm of the study."""

    losses: StoryLosses = field(default_factory=StoryLosses)
    """Losses of its first stage."""
    is_erased: bool = False
    """Whether style is taken out of its representations in closed form once it is fitted."""
    one_stage: bool = False
    """Whether it rewrites whole stories at once, without masks and without the stage that fills
    them."""


@dataclass(frozen=True, kw_only=True)
class ModelSettings(Study):
    """Systems that rewrite stories of two authors, each in the style of the other."""

    systems: Mapping[str, System]
    """The system of each arm."""
    authors: tuple[str, str]
    """Keys of the two authors, or files of one work a line."""
    base_authors: tuple[str, ...]
    """Keys of the authors whose text all systems of all seeds have read before."""
    sentences: Count = 5
    """Sentences of a story."""
    words: tuple[int, int]
    """Least and greatest number of words of a story."""
    masked_share: Share = 0.2
    """Share of a story's words that are masked as keywords at most."""
    model: StoryShape
    base: StoryFit | None
    """How the base of the first stage learns to give masked stories back, once for all seeds; None
    for none."""
    base_words: NotNegative = 1.0
    """Weight of the loss of words in the base of the first stage."""
    base_filling: StoryFit | None
    """How the base of the second stage learns to fill masks, once for all seeds; None for none."""
    classifier: StoryFit
    """How the classifier inside the loss of style learns, once for each seed."""
    rewriting: StoryFit
    """How the first stage learns the two authors, once for each seed and arm."""
    style_of: StyleOf = "other"
    """Of what the loss of style is, in all systems that have one."""
    filling: StoryFit
    """How the second stage learns the two authors, once for each seed."""
    writing: StoryWriting = field(default_factory=StoryWriting)
    test_stories: Count
    """Held-out stories of each author that are rewritten, at most."""
    probed_stories: Count
    """Stories of the base that the probe of content learns from, beside those that are learnt."""
    kept: Count = 2
    """Rewritten stories of each author that stand in the record, word by word."""

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: An arm has no system, an author is twice there, or a number is out of its
                range.
        """
        in_range(self)
        if set(self.arms) != set(self.systems):
            odd = sorted(set(self.arms) ^ set(self.systems))
            raise BadInput(f"arm {odd[0]!r} has no system, or is none; name each in both")
        named = (*self.authors, *self.base_authors)
        if len(set(named)) != len(named):
            twice = sorted(one for one in set(named) if named.count(one) > 1)
            raise BadInput(
                f"author {twice[0]!r} is named twice; no text is learnt from and held out"
            )
        if self.style_of not in STYLES_OF:
            raise BadInput(f"style_of is {self.style_of!r}; use one of {', '.join(STYLES_OF)}")
        if self.sentences < 2:
            raise BadInput("sentences is 1; a story of one sentence has no order")
