"""THE loop over generations: fit, evaluate, then sample or edit the next corpus."""

from benchmarks.laboratory import Laboratory, Part
from benchmarks.record import Generation
from data.workflow import Workflow, next_corpus


def run_chain(laboratory: Laboratory, workflow: Workflow) -> list[Generation]:
    """Run one chain of one seed; every step is a stage that is done once and then found again.

    Generation 0 is fitted on human text and is the same for all workflows. Every later generation
    is fitted on the corpus that the workflow makes of the last one.

    Returns:
        What was measured of each generation, from 0.
    """
    human = laboratory.human
    corpus: tuple[Part, ...] = (Part(human, "first"),)
    first = last = laboratory.fit(corpus, start=None, generation=0)
    measured = [laboratory.measure(last, corpus, workflow, generation=0)]

    source: tuple[Part, ...] = (Part(human, "source"),)
    corpus = source
    for generation in range(1, laboratory.recipe.generations + 1):
        corpus = next_corpus(
            workflow,
            source=source,
            previous=corpus,
            sample=lambda: (laboratory.sample(last, generation),),  # noqa: B023 - called at once
            edit=lambda text: (laboratory.edit(text, last, generation),),  # noqa: B023
            fresh=lambda: (Part(human, f"fresh_{generation}"),),  # noqa: B023
        )
        start = {"generation_0": first, "last": last, "scratch": None}[laboratory.recipe.start]
        last = laboratory.fit(corpus, start=start, generation=generation)
        measured.append(laboratory.measure(last, corpus, workflow, generation=generation))
    return measured
