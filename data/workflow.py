"""Workflows: how the corpus of the next generation is made, one function each.

A method is a function from `Materials` to the parts of the next corpus. Its name is the workflow's
name and its docstring says what it does. One of your own stands in a recipe as `FILE.py:FUNCTION`;
docs/add_a_method.md shows one.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from data.edits.places import Counted, Law, Place, read_name
from data.executing.verification import Check, by_execution
from data.selection import Score, at_random, by_importance, by_long_tail, by_verifier

Part = TypeVar("Part")

HALF = 0.5
"""Share of its layers that a thinned prior keeps."""

Workflow = str
"""A name in `WORKFLOWS`, that of a counted edit (`data.edits.places`), or `FILE.py:FUNCTION`."""


class Materials(Protocol[Part]):
    """What a method can make the next corpus from; nothing is made before it is asked for.

    A corpus is a tuple of parts that are read one after the other. Sizes are relative to the
    human text of the chain.
    """

    @property
    def source(self) -> tuple[Part, ...]:
        """The human text of the chain."""

    @property
    def previous(self) -> tuple[Part, ...]:
        """What the last generation was trained on; `source` at the first step."""

    @property
    def pool(self) -> tuple[Part, ...]:
        """The source and all that the models of this chain wrote for earlier generations."""

    @property
    def human_share(self) -> float:
        """The recipe's share of human text in a mix."""

    @property
    def candidates(self) -> float:
        """The recipe's size of the sample that a selection chooses from."""

    def sample(self, size: float = 1.0) -> tuple[Part, ...]:
        """Text that the last model writes."""

    def edit(self, text: tuple[Part, ...], *, layers: float = 1.0) -> tuple[Part, ...]:
        """The text, token-edited with the current prior, or with a share of its layers."""

    def edit_random(self, text: tuple[Part, ...], *, like: Workflow) -> tuple[Part, ...]:
        """The text with tokens redrawn at random places.

        As many are changed as the workflow `like` changed in this generation with the same seed.
        """

    def edit_counted(self, text: tuple[Part, ...], *, place: Place, law: Law) -> tuple[Part, ...]:
        """The text with as many tokens changed as the recipe says, in a place and by a law."""

    def rewrite(self, text: tuple[Part, ...], *, like: Workflow) -> tuple[Part, ...]:
        """The text with sentences that the last model wrote anew around their content words.

        They change the share of tokens that the workflow `like` changed in this generation with
        the same seed.
        """

    def redraw(self, text: tuple[Part, ...]) -> tuple[Part, ...]:
        """The text with every flagged token written anew as what it was."""

    def reencode(self, text: tuple[Part, ...]) -> tuple[Part, ...]:
        """The text, encoded and decoded with the prior's tokenizer."""

    def fresh(self) -> tuple[Part, ...]:
        """Human text that no generation has seen."""

    def keep(self, score: Score, text: tuple[Part, ...], size: float = 1.0) -> tuple[Part, ...]:
        """The documents with the highest scores that fill the size."""

    def truncated_loss(self, text: tuple[Part, ...]) -> tuple[Part, ...]:
        """The text, marked so that the fit ignores tokens that the model is very sure of."""

    def answers(self, text: tuple[Part, ...], size: float = 1.0) -> tuple[Part, ...]:
        """Answers that the last model writes to the questions of a text."""

    def verify(self, check: Check, text: tuple[Part, ...], size: float = 1.0) -> tuple[Part, ...]:
        """The first documents that the check accepts, as many as fill the size."""

    def best_of(self, group: int, *, at_random: bool = False) -> tuple[Part, ...]:
        """Of every group of documents that the last model writes the one of highest reward.

        The reward model learnt to prefer human text to that of generation 0. At random, any one.
        """


Method = Callable[[Materials[Any]], tuple[Any, ...]]


def replace(materials: Materials[Part]) -> tuple[Part, ...]:
    """Only text sampled from the last model (pure synthetic)."""
    return materials.sample()


def accumulate(materials: Materials[Part]) -> tuple[Part, ...]:
    """Human text plus the samples of all generations."""
    return materials.pool + materials.sample()


def accumulate_subsample(materials: Materials[Part]) -> tuple[Part, ...]:
    """The same pool, subsampled to the first size (equal compute)."""
    return materials.keep(at_random, materials.pool + materials.sample())


def mix(materials: Materials[Part]) -> tuple[Part, ...]:
    """A fixed share of the human text, the rest sampled."""
    share = materials.human_share
    return materials.keep(at_random, materials.source, share) + materials.sample(1 - share)


def edit_source(materials: Materials[Part]) -> tuple[Part, ...]:
    """The human text, token-edited with the current prior."""
    return materials.edit(materials.source)


def edit_previous(materials: Materials[Part]) -> tuple[Part, ...]:
    """The last corpus, token-edited again (the paper's recursion)."""
    return materials.edit(materials.previous)


def fresh_human(materials: Materials[Part]) -> tuple[Part, ...]:
    """Control: new human text each generation."""
    return materials.fresh()


def same_human(materials: Materials[Part]) -> tuple[Part, ...]:
    """Control: the same human text again."""
    return materials.source


def edit_random(materials: Materials[Part]) -> tuple[Part, ...]:
    """Control of edit_source: as many changes, at random places of the human text."""
    return materials.edit_random(materials.source, like="edit_source")


def edit_random_previous(materials: Materials[Part]) -> tuple[Part, ...]:
    """Control of edit_previous: as many changes, at random places of the last corpus."""
    return materials.edit_random(materials.previous, like="edit_previous")


def rewrite_source(materials: Materials[Part]) -> tuple[Part, ...]:
    """The human text, its content words kept in sentences that the last model writes anew."""
    return materials.rewrite(materials.source, like="edit_source")


def rewrite_previous(materials: Materials[Part]) -> tuple[Part, ...]:
    """The last corpus, its content words kept in sentences that the last model writes anew."""
    return materials.rewrite(materials.previous, like="edit_previous")


def redraw(materials: Materials[Part]) -> tuple[Part, ...]:
    """Null arm: flagged tokens of the human text redrawn, and the observed token always wins."""
    return materials.redraw(materials.source)


def reencode(materials: Materials[Part]) -> tuple[Part, ...]:
    """Null arm: the human text, encoded and decoded, nothing else."""
    return materials.reencode(materials.source)


def importance(materials: Materials[Part]) -> tuple[Part, ...]:
    """Samples resampled towards human text by hashed n-grams (DSIR)."""
    return materials.keep(by_importance, materials.sample(materials.candidates))


def verified(materials: Materials[Part]) -> tuple[Part, ...]:
    """Samples that a verifier, an n-gram model of human text, finds likeliest."""
    return materials.keep(by_verifier, materials.sample(materials.candidates))


def long_tail(materials: Materials[Part]) -> tuple[Part, ...]:
    """Samples with the largest share of rare human bigrams."""
    return materials.keep(by_long_tail, materials.sample(materials.candidates))


def truncated_loss(materials: Materials[Part]) -> tuple[Part, ...]:
    """Sampled text, and a loss that ignores tokens of which the model is very sure."""
    return materials.truncated_loss(materials.sample())


def edit_thinned(materials: Materials[Part]) -> tuple[Part, ...]:
    """The human text, token-edited with every other layer of the current prior."""
    return materials.edit(materials.source, layers=HALF)


def executed(materials: Materials[Part]) -> tuple[Part, ...]:
    """Answers to the last corpus' questions that are right when they are executed."""
    return _right_answers(materials, materials.previous)


def executed_source(materials: Materials[Part]) -> tuple[Part, ...]:
    """Right answers to the human text's questions, each asked anew for every generation."""
    return _right_answers(materials, materials.source)


def executed_accumulate(materials: Materials[Part]) -> tuple[Part, ...]:
    """Human text plus the right answers of all generations, each to questions of the pool."""
    return materials.previous + _right_answers(materials, materials.previous)


def best_of_2(materials: Materials[Part]) -> tuple[Part, ...]:
    """The better one of every two samples, by a reward model that stays as it is."""
    return materials.best_of(2)


def best_of_8(materials: Materials[Part]) -> tuple[Part, ...]:
    """The best one of every eight samples, by a reward model that stays as it is."""
    return materials.best_of(8)


def random_of_8(materials: Materials[Part]) -> tuple[Part, ...]:
    """Control of best_of_8: one of every eight samples, at random."""
    return materials.best_of(8, at_random=True)


def _right_answers(materials: Materials[Part], questions: tuple[Part, ...]) -> tuple[Part, ...]:
    written = materials.answers(questions, materials.candidates)
    return materials.verify(by_execution, written)


METHODS: dict[Workflow, Method] = {
    method.__name__: method
    for method in (
        replace,
        accumulate,
        accumulate_subsample,
        mix,
        edit_source,
        edit_previous,
        fresh_human,
        same_human,
        edit_random,
        edit_random_previous,
        redraw,
        reencode,
        importance,
        verified,
        long_tail,
        truncated_loss,
        edit_thinned,
        executed,
        executed_source,
        executed_accumulate,
        best_of_2,
        best_of_8,
        random_of_8,
        rewrite_source,
        rewrite_previous,
    )
}
WORKFLOWS: tuple[Workflow, ...] = tuple(METHODS)
NEED_LAYERS: tuple[Workflow, ...] = ("edit_thinned",)
"""Methods that only models with layers can follow."""
NEED_QUESTIONS: tuple[Workflow, ...] = (
    "executed",
    "executed_source",
    "executed_accumulate",
)
"""Methods that only chains of answers to questions can follow."""
NEED_REWARDS: tuple[Workflow, ...] = ("best_of_2", "best_of_8", "random_of_8")
"""Methods that only chains with reward models can follow, whose text has no questions."""
NEED_SENTENCES: tuple[Workflow, ...] = ("rewrite_source", "rewrite_previous")
"""Methods that only models of text with sentences can follow."""
MEANING: dict[Workflow, str] = {
    name: (method.__doc__ or "").rstrip(".") for name, method in METHODS.items()
}


def known_method(workflow: Workflow) -> Method | None:
    """The method of the project that a name stands for; None for one of a user's own."""
    if workflow in METHODS:
        return METHODS[workflow]
    counted = read_name(workflow)
    return None if counted is None else partial(_counted, counted=counted)


def _counted(materials: Materials[Part], *, counted: Counted) -> tuple[Part, ...]:
    text = materials.source if counted.text == "source" else materials.previous
    return materials.edit_counted(text, place=counted.place, law=counted.law)


def label(workflow: Workflow) -> str:
    """Name of a workflow in tables and file names: of a method of your own, the function."""
    return workflow.rpartition(":")[2]
