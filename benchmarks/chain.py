"""THE loop over generations: fit, evaluate, then make the next corpus."""

from typing import Literal, Protocol, TypeVar

from benchmarks.own_code import load_function
from data.workflow import METHODS, Materials, Method, Workflow

Part = TypeVar("Part")
Model = TypeVar("Model")
Measured = TypeVar("Measured", covariant=True)


class Family(Protocol[Part, Model, Measured]):
    """A family of models on one human text with one seed: what a chain needs of it."""

    @property
    def generations(self) -> int:
        """Index of the last generation."""

    @property
    def start(self) -> Literal["generation_0", "last", "scratch"]:
        """Weights that later generations begin with."""

    @property
    def first(self) -> tuple[Part, ...]:
        """The human text of generation 0."""

    @property
    def source(self) -> tuple[Part, ...]:
        """The human text that later generations keep or edit."""

    def fit(self, corpus: tuple[Part, ...], *, start: Model | None, generation: int) -> Model:
        """A model trained on the corpus."""

    def measure(self, model: Model, corpus: tuple[Part, ...], *, generation: int) -> Measured:
        """What is recorded of a model and of what it was trained on."""

    def materials(
        self, model: Model, previous: tuple[Part, ...], *, generation: int
    ) -> Materials[Part]:
        """What the next corpus can be made from."""


def run_chain(family: Family[Part, Model, Measured], workflow: Workflow) -> list[Measured]:
    """Run one chain of one seed.

    Generation 0 is fitted on human text and is the same for all workflows. Every later generation
    is fitted on the corpus that the workflow makes of the last one.

    Returns:
        What was measured of each generation, from 0.
    """
    make_corpus = find_method(workflow)
    corpus = family.first
    first = last = family.fit(corpus, start=None, generation=0)
    measured = [family.measure(last, corpus, generation=0)]

    corpus = family.source
    for generation in range(1, family.generations + 1):
        corpus = make_corpus(family.materials(last, corpus, generation=generation))
        start = {"generation_0": first, "last": last, "scratch": None}[family.start]
        last = family.fit(corpus, start=start, generation=generation)
        measured.append(family.measure(last, corpus, generation=generation))
    return measured


def find_method(workflow: Workflow) -> Method:
    """The function behind a workflow's name."""
    return METHODS[workflow] if workflow in METHODS else load_function(workflow)
