"""What a workflow must leave in a record, found by running its function on symbols.

The function of a workflow (`data.workflow`) makes corpora from materials. Here the materials are
symbols that remember what they were made of, so that one definition decides what is run and what a
record of it must look like.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from benchmarks.chains.recipe import Recipe
from data.edits.places import Law, Place
from data.executing.verification import Check
from data.selection import Score
from data.sources.packaged_prior import PACKAGED_PRIORS
from data.workflow import Workflow, known_method

Human = Literal["all", "none", "some", "any"]
Settings = frozenset[str]
"""Names of settings of a recipe, and of the parts of them in `setting`."""

_TEXT = frozenset({"human", "generations", "base", "checkpoint"})
_FIRST_FIT = _TEXT | {"model", "first_fit"}


@dataclass(frozen=True)
class Symbol:
    """A corpus that was never made: only what can be said of it without making it."""

    human: Human
    sampled: bool = False
    edited: bool = False
    rewritten: bool = False
    limit: int | None = None
    text: str | None = None
    """Which human text the corpus is, where it is one as it was."""
    of: Literal["source", "previous"] | None = None
    """Which corpus it is an edit or a rewriting of, where it is one."""
    by_rule: bool = True
    """Whether the rule chose what is flagged, where it is an edit."""
    n_changed: int | None = None
    """How many tokens are changed, where it is an edit and that is a setting."""
    settings: Settings = _TEXT
    """Settings of the recipe that the corpus depends on."""


_SOURCE = Symbol("all", text="source")


@dataclass(frozen=True)
class Expected:
    """What the record of one generation must show."""

    stages: frozenset[str]
    human: Human
    """Whether all, none or some of the tokens are human, as they were or edited; any: by chance."""
    human_tokens: int | None
    """How many tokens are human, where a part of the corpus is human text that was chosen."""
    edited: bool
    rewritten: bool
    sampled: bool
    parts: int
    windows: int
    """Number of windows of training text: no fit uses more, but of answers to prompts, which have
    prompts besides."""
    text: str | None
    """Which human text the corpus is, where it is one as it was."""
    edits: Literal["source", "previous"] | None
    """What was edited or rewritten, where that is one of the two."""
    by_rule: bool
    """Whether the edit rule chose what was flagged."""
    n_changed: int | None
    """How many tokens were changed, where that is a setting."""
    settings: Mapping[str, Settings]
    """What each kind of stage depends on; a stage without settings of the recipe is left out."""


@dataclass
class SymbolicMaterials:
    """Symbols in place of corpora, with the methods of `data.workflow.Materials`."""

    recipe: Recipe
    generation: int
    previous: tuple[Symbol, ...]
    written: tuple[Symbol, ...]
    """Symbols of what was written for earlier generations."""
    model: Settings
    """Settings of the recipe that the last model depends on."""
    stages: dict[str, Settings] = field(default_factory=dict)
    """Kinds of stages that the method ran, with the settings that each depends on."""
    asked: set[str] = field(default_factory=set)
    """Shares that the method has looked at."""
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
        """Share of human text in the corpus of a mix."""
        self.asked.add("human_share")
        return self.recipe.human_share

    @property
    def candidates(self) -> float:
        """Size of the sample that a selection chooses from."""
        self.asked.add("candidates")
        return self.recipe.candidates

    def sample(self, size: float = 1.0) -> tuple[Symbol, ...]:
        """Text that the last model writes, or another one in its place."""
        is_own = self.recipe.synthetic == "self"
        if is_own:
            settings = self._run("sample", self.model | {"sampling"})
        else:
            settings = self._run("written", _TEXT | {"synthetic", "synthetic_field"})
            if self.recipe.downstream:
                self.stages["overlap"] = settings | {"downstream"}
        part = Symbol("none", sampled=is_own, limit=self._tokens(size), settings=settings)
        self.now_written = (part,)
        return self.now_written

    def edit(self, text: tuple[Symbol, ...], *, layers: float = 1.0) -> tuple[Symbol, ...]:
        """The text, token-edited, perhaps by a prior without some of its layers."""
        if layers != 1.0:
            self._through_prior("thin", (), frozenset({"prior_context"}))
        return self._edit(text)

    def edit_random(self, text: tuple[Symbol, ...], *, like: Workflow) -> tuple[Symbol, ...]:
        """The text, edited at random places."""
        return tuple(replace(one, by_rule=False) for one in self._edit(text))

    def edit_counted(
        self, text: tuple[Symbol, ...], *, place: Place, law: Law
    ) -> tuple[Symbol, ...]:
        """The text with a number of tokens changed, from scores that a stage of their own keeps."""
        self._through_prior("score", text, frozenset({"edit_rule", "prior_context"}))
        edited = self._edit(text)
        self.stages["edit"] |= {"changed_tokens"}
        settings = self.stages["edit"]
        n = self.recipe.changed_tokens
        return tuple(replace(one, by_rule=False, n_changed=n, settings=settings) for one in edited)

    def rewrite(self, text: tuple[Symbol, ...], *, like: Workflow) -> tuple[Symbol, ...]:
        """The text with sentences rewritten, which follow an edit and the rule of writing."""
        names = frozenset({"edit_rule", "prior_context", "sampling"})
        settings = self._through_prior("rewrite", text, names)
        return (Symbol("all", rewritten=True, of=_of(text), settings=settings),)

    def redraw(self, text: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        """The text with every flagged token written anew."""
        return self._edit(text)

    def reencode(self, text: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        """The text, encoded and decoded with the prior's tokenizer."""
        return (Symbol("all", settings=self._through_prior("reencode", text, frozenset())),)

    def fresh(self) -> tuple[Symbol, ...]:
        """Human text that no generation has seen."""
        return (Symbol("all", text=f"fresh_{self.generation}"),)

    def keep(self, score: Score, text: tuple[Symbol, ...], size: float = 1.0) -> tuple[Symbol, ...]:
        """The documents with the highest scores."""
        settings = self._run("select", _union(text))
        human = _human(text)
        chosen = "any" if human == "some" else human
        return (Symbol(chosen, limit=self._tokens(size), settings=settings),)

    def truncated_loss(self, text: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        """The text, which now depends on where its loss is cut."""
        return tuple(replace(one, settings=one.settings | {"truncate_above"}) for one in text)

    def answers(self, text: tuple[Symbol, ...], size: float = 1.0) -> tuple[Symbol, ...]:
        """Answers to the questions of a text."""
        asked = self._run("questions", _union(text))
        settings = self._run("sample", asked | self.model | {"sampling"})
        part = Symbol("none", sampled=True, limit=self._tokens(size), settings=settings)
        self.now_written = (part,)
        return self.now_written

    def verify(
        self, check: Check, text: tuple[Symbol, ...], size: float = 1.0
    ) -> tuple[Symbol, ...]:
        """The documents that a check accepts."""
        settings = self._run("verify", _union(text))
        return (Symbol("none", limit=self._tokens(size), settings=settings),)

    def best_of(self, group: int, *, at_random: bool = False) -> tuple[Symbol, ...]:
        """One of every group of documents that the last model writes."""
        learnt = _FIRST_FIT | {"sampling", "rewarding"}
        settings = self._run("best_of", learnt | self.model)
        part = Symbol("none", sampled=True, limit=self._tokens(1.0), settings=settings)
        self.now_written = (part,)
        return self.now_written

    def _edit(self, text: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
        settings = self._through_prior("edit", text, frozenset({"edit_rule", "prior_context"}))
        return (Symbol("all", edited=True, of=_of(text), settings=settings),)

    def _through_prior(self, stage: str, text: tuple[Symbol, ...], settings: Settings) -> Settings:
        if self.recipe.prior in PACKAGED_PRIORS:
            self.stages["prior"] = frozenset()
        model = self.model if self.recipe.prior == "self" else frozenset()
        return self._run(stage, _union(text) | model | settings | {"prior"})

    def _run(self, stage: str, settings: Settings) -> Settings:
        self.stages[stage] = settings | self.asked
        return self.stages[stage]

    def _tokens(self, size: float) -> int:
        return round(size * self.recipe.human.generation_tokens)


def expect(recipe: Recipe, workflow: Workflow) -> list[Expected]:
    """What each generation of a chain must look like, from 0.

    Raises:
        KeyError: The workflow is a user's own; its code is not run to check a record.
    """
    method = known_method(workflow)
    if method is None:
        raise KeyError(workflow)
    corpus: tuple[Symbol, ...] = (Symbol("all", limit=recipe.human.first_tokens),)
    model = _FIRST_FIT
    found = [_expected(recipe, 0, corpus, _preparing(recipe), model)]
    corpus = (_SOURCE,)
    written: tuple[Symbol, ...] = ()
    for generation in range(1, recipe.generations + 1):
        materials = SymbolicMaterials(recipe, generation, corpus, written, model)
        corpus = method(materials)
        model = _union(corpus) | _beginning(recipe, generation, model) | {"fit"}
        found.append(_expected(recipe, generation, corpus, materials.stages, model))
        written = (*written, *materials.now_written)
    return found


def first_settings(recipe: Recipe) -> Mapping[str, Settings]:
    """What the stages of generation 0 depend on, whatever the workflow."""
    corpus = (Symbol("all", limit=recipe.human.first_tokens),)
    return _expected(recipe, 0, corpus, _preparing(recipe), _FIRST_FIT).settings


def _preparing(recipe: Recipe) -> dict[str, Settings]:
    """The stages of generation 0 alone."""
    stages: dict[str, Settings] = {"prepare": _TEXT}
    if recipe.base is not None:
        stages |= {"base_text": frozenset({"base_text"}), "base": frozenset({"base", "model"})}
        stages["base_overlap"] = _TEXT | {"base_text", "downstream"}
    if recipe.checkpoint in PACKAGED_PRIORS:
        stages["prior"] = frozenset()
    if recipe.downstream:
        stages["overlap"] = _TEXT | {"downstream"}
    return stages


def _beginning(recipe: Recipe, generation: int, last: Settings) -> Settings:
    """Settings that a later model depends on through the weights that it begins with."""
    if recipe.start == "scratch":
        return _TEXT | {"model", "start"}
    first = _FIRST_FIT | ({"start"} if generation > 1 else frozenset())
    return first | last if recipe.start == "last" else first


def _expected(
    recipe: Recipe,
    generation: int,
    corpus: Sequence[Symbol],
    stages: Mapping[str, Settings],
    model: Settings,
) -> Expected:
    size = recipe.human.generation_tokens
    limits = [size if part.limit is None else part.limit for part in corpus]
    whole = {
        **stages,
        "fit": model,
        "write": model | {"writing"},
        "evaluate": model | {"writing", "evaluation"},
        "health": _union(corpus) - {"truncate_above"},
        **dict(_measuring(recipe, generation, _union(corpus) - {"truncate_above"}, model)),
    }
    return Expected(
        stages=frozenset(whole),
        human=_human(corpus),
        human_tokens=_chosen_human(corpus),
        edited=any(part.edited for part in corpus),
        rewritten=any(part.rewritten for part in corpus),
        sampled=any(part.sampled for part in corpus),
        parts=len(corpus),
        windows=sum(limit // recipe.model.context for limit in limits),
        text=corpus[0].text if len(corpus) == 1 else None,
        edits=corpus[0].of if len(corpus) == 1 else None,
        by_rule=all(part.by_rule for part in corpus),
        n_changed=corpus[0].n_changed if len(corpus) == 1 else None,
        settings=whole,
    )


def _measuring(
    recipe: Recipe, generation: int, corpus: Settings, model: Settings
) -> Iterator[tuple[str, Settings]]:
    """The stages of a judge and of tasks."""
    if recipe.judging is not None:
        yield "judge", corpus | {"judging"}
        if recipe.judging.model in PACKAGED_PRIORS:
            yield "prior", frozenset()
    if recipe.executes:
        yield "execute", corpus | model | {"writing", "executes"}
    if recipe.rewarding is not None:
        learnt = _FIRST_FIT | {"sampling", "rewarding"}
        yield "rewards", corpus | model | learnt | {"writing"}
        if generation == 0:
            yield from ((kind, learnt) for kind in ("reward_text", "reward", "unseen_reward"))
    is_asked = generation == recipe.generations or recipe.downstream_at == "every generation"
    if recipe.downstream and is_asked:
        yield "downstream", model | {"downstream", "downstream_limit", "downstream_shots"}


def _of(text: tuple[Symbol, ...]) -> Literal["source", "previous"]:
    return "source" if text == (_SOURCE,) else "previous"


def _union(text: Sequence[Symbol]) -> Settings:
    return frozenset().union(*(part.settings for part in text))


def _human(corpus: Sequence[Symbol]) -> Human:
    kinds = {part.human for part in corpus}
    if "any" in kinds:
        return "any"
    return kinds.pop() if len(kinds) == 1 else "some"


def _chosen_human(corpus: Sequence[Symbol]) -> int | None:
    limits = [part.limit for part in corpus if part.human == "all"]
    is_known = all(part.human != "any" for part in corpus)
    return sum(filter(None, limits)) if limits and is_known and None not in limits else None
