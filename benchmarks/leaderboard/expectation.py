"""What a workflow must leave in a record, found by running its function on symbols.

The function of a workflow (`data.workflow`) makes corpora from materials. Here the materials are
symbols that remember what they were made of, so that one definition decides what is run and what a
record of it must look like.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from benchmarks.recipe import Recipe
from data.packaged_prior import PACKAGED_PRIORS
from data.selection import Score
from data.workflow import METHODS, Workflow

Human = Literal["all", "none", "some", "any"]
_ALWAYS = frozenset({"fit", "evaluate", "health", "write"})


@dataclass(frozen=True)
class Symbol:
    """A corpus that was never made."""

    human: Human
    sampled: bool = False
    edited: bool = False
    limit: int | None = None
    text: str | None = None
    """Which human text it is, where it is one as it was."""
    of: Literal["source", "previous"] | None = None
    """What it is an edit of, where it is one."""
    by_rule: bool = True
    """Whether the rule chose what is flagged, where it is an edit."""


_SOURCE = Symbol("all", text="source")


@dataclass(frozen=True)
class Expected:
    """Of one generation."""

    stages: frozenset[str]
    human: Human
    """Whether all, none or some of the tokens are human, as they were or edited; any: by chance."""
    edited: bool
    sampled: bool
    parts: int
    windows: int
    """Of training text, at most."""
    text: str | None
    """Which human text the corpus is, where it is one as it was."""
    edits: Literal["source", "previous"] | None
    """What was edited, where that is one of the two."""
    by_rule: bool
    """Whether the edit rule chose what was flagged."""


@dataclass
class SymbolicMaterials:
    """`data.workflow.Materials` of symbols."""

    recipe: Recipe
    generation: int
    previous: tuple[Symbol, ...]
    written: tuple[Symbol, ...]
    """What the models of the chain wrote for earlier generations."""
    stages: set[str] = field(default_factory=set)
    now_written: tuple[Symbol, ...] = ()

    @property
    def source(self) -> tuple[Symbol, ...]:
        """The human text of the chain."""
        return (_SOURCE,)

    @property
    def pool(self) -> tuple[Symbol, ...]:
        """The source and what was written before."""
        return (*self.source, *self.written)

    @property
    def human_share(self) -> float:
        """Of a mix."""
        return self.recipe.human_share

    @property
    def candidates(self) -> float:
        """Size of the sample that a selection chooses from."""
        return self.recipe.candidates

    def sample(self, size: float = 1.0) -> tuple[Symbol, ...]:
        """Text that the last model writes."""
        self.stages.add("sample")
        self.now_written = (Symbol("none", sampled=True, limit=self._tokens(size)),)
        return self.now_written

    def edit(self, text: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        """The text, token-edited."""
        return self._through_prior("edit", text)

    def edit_random(self, text: tuple[Symbol, ...], *, like: Workflow) -> tuple[Symbol, ...]:
        """The text, edited at random places."""
        return tuple(replace(one, by_rule=False) for one in self._through_prior("edit", text))

    def redraw(self, text: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        """The text with every flagged token written anew."""
        return self._through_prior("edit", text)

    def reencode(self, text: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        """The text, encoded and decoded."""
        return self._through_prior("reencode", text)

    def fresh(self) -> tuple[Symbol, ...]:
        """Human text that no generation has seen."""
        return (Symbol("all", text=f"fresh_{self.generation}"),)

    def keep(self, score: Score, text: tuple[Symbol, ...], size: float = 1.0) -> tuple[Symbol, ...]:
        """The documents with the highest scores."""
        self.stages.add("select")
        human = _human(text)
        chosen = "any" if human == "some" else human
        return (Symbol(chosen, limit=self._tokens(size)),)

    def truncated_loss(self, text: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        """The text; the loss leaves no trace in what is expected."""
        return text

    def _through_prior(self, stage: str, text: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        self.stages.add(stage)
        if self.recipe.prior in PACKAGED_PRIORS:
            self.stages.add("prior")
        return (
            Symbol(
                "all", edited=stage == "edit", of="source" if text == (_SOURCE,) else "previous"
            ),
        )

    def _tokens(self, size: float) -> int:
        return round(size * self.recipe.human.generation_tokens)


def expect(recipe: Recipe, workflow: Workflow) -> list[Expected]:
    """What each generation of a chain must look like, from 0.

    Raises:
        KeyError: The workflow is a user's own; its code is not run to check a record.
    """
    corpus: tuple[Symbol, ...] = (Symbol("all", limit=recipe.human.first_tokens),)
    found = [_expected(recipe, corpus, frozenset({"prepare"}))]
    corpus = (_SOURCE,)
    written: tuple[Symbol, ...] = ()
    for generation in range(1, recipe.generations + 1):
        materials = SymbolicMaterials(recipe, generation, corpus, written)
        corpus = METHODS[workflow](materials)
        found.append(_expected(recipe, corpus, frozenset(materials.stages)))
        written = (*written, *materials.now_written)
    return found


def _expected(recipe: Recipe, corpus: Sequence[Symbol], stages: frozenset[str]) -> Expected:
    size = recipe.human.generation_tokens
    limits = [size if part.limit is None else part.limit for part in corpus]
    return Expected(
        stages=_ALWAYS | stages,
        human=_human(corpus),
        edited=any(part.edited for part in corpus),
        sampled=any(part.sampled for part in corpus),
        parts=len(corpus),
        windows=sum(limit // recipe.model.context for limit in limits),
        text=corpus[0].text if len(corpus) == 1 else None,
        edits=corpus[0].of if len(corpus) == 1 and corpus[0].edited else None,
        by_rule=all(part.by_rule for part in corpus),
    )


def _human(corpus: Sequence[Symbol]) -> Human:
    kinds = {part.human for part in corpus}
    if "any" in kinds:
        return "any"
    return kinds.pop() if len(kinds) == 1 else "some"
