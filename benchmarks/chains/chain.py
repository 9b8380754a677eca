"""THE loop over generations: fit, evaluate, then make the next corpus."""

from typing import Literal, Protocol, TypeVar

from benchmarks.running.own_code import load_function
from data.workflow import Materials, Method, Workflow, known_method

Part = TypeVar("Part")
Model = TypeVar("Model")
Measured = TypeVar("Measured", covariant=True)


class Chain(Protocol[Part, Model, Measured]):
    """The models of one human text and one seed, whatever they are: what the loop needs of them."""

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


def run_chain(chain: Chain[Part, Model, Measured], workflow: Workflow) -> list[Measured]:
    """Run one chain of one seed.

    Generation 0 is fitted on human text and is the same for all workflows. Every later generation
    is fitted on the corpus that the workflow makes of the last one.

    Returns:
        What was measured of each generation, from 0.
    """
    make_corpus = find_method(workflow)
    corpus = chain.first
    first = last = chain.fit(corpus, start=None, generation=0)
    measured = [chain.measure(last, corpus, generation=0)]

    corpus = chain.source
    for generation in range(1, chain.generations + 1):
        corpus = make_corpus(chain.materials(last, corpus, generation=generation))
        start = {"generation_0": first, "last": last, "scratch": None}[chain.start]
        last = chain.fit(corpus, start=start, generation=generation)
        measured.append(chain.measure(last, corpus, generation=generation))
    return measured


def find_method(workflow: Workflow) -> Method:
    """The function behind a workflow's name."""
    return known_method(workflow) or load_function(workflow)
