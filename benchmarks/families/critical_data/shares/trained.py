"""Chains of transformers with shares of fresh human text, each step a stage of the house's chain.

Chains of one seed and size share their human text, tokenizer and generation 0, for what decides a
stage's address is the same in all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.chains.chain import run_chain
from benchmarks.chains.corpus_file import CorpusFile
from benchmarks.chains.materials import StageMaterials
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.staged_chain import StagedChain
from benchmarks.families.critical_data.shares.words import count_words
from benchmarks.running.bench import Bench
from benchmarks.running.record import Metric
from benchmarks.running.stage import Stage
from data.measures.health import Health, breaches
from data.workflow import Workflow

_LOSS = "held_out/bits_per_byte/none"
Chains = Mapping[str, tuple[Recipe, Workflow]]
"""What is run of one size and seed, by its name: a recipe of chains, and one of its workflows."""


@dataclass(frozen=True)
class FreshStageMaterials(StageMaterials):
    """What a mix is made of where its human text is new in every generation."""

    @property
    def source(self) -> tuple[CorpusFile, ...]:
        """Human text that no generation has seen, in place of the chain's own."""
        self.history.fresh.add(self.generation)
        return (CorpusFile(self.context.human, f"fresh_{self.generation}"),)


class MeasuredChain(StagedChain):
    """A chain of which the held-out loss alone is kept, and the health of what was learnt."""

    def corpus_facts(self, corpus: tuple[CorpusFile, ...], generation: int) -> Any:
        """Look at the health of a corpus; its stage keeps what was seen."""
        return self.checked_stage(corpus, generation)

    def measure(self, model: Stage, corpus: tuple[CorpusFile, ...], *, generation: int) -> Any:
        """Measure a model on held-out text, in a stage that keeps the loss."""
        return self.evaluated_stage(model, self._written_to_measure(model, generation), generation)


class FreshShareChain(MeasuredChain):
    """A chain whose mix takes its human text from what no generation has seen."""

    def materials(
        self, model: Stage, previous: tuple[CorpusFile, ...], *, generation: int
    ) -> FreshStageMaterials:
        """What the next corpus can be made from."""
        return FreshStageMaterials(
            self.context, self.bench, model, previous, generation, self.history, self.twin
        )


def chain_stages(chains: Chains, seed: int, bench: Bench) -> list[Stage]:
    """Run the chains of one size and seed, one after the other.

    The bench is told of every stage of every chain, as `NAME/gG/KIND`; one that several chains
    share stands under the first.

    Args:
        chains: What is run, by its name.
        seed: Replicate; it divides the text, and keys weights, batches and what models write.
        bench: Runs the stages.

    Returns:
        The stage that counts the held-out words; then of every chain, generation by generation, the
        one that looked at what was learnt and the one that measured what was learnt.
    """
    kept: list[Stage] = []
    told: set[str] = set()
    for name, (recipe, workflow) in chains.items():
        beside = bench.beside(name)
        chain = _chain(recipe, workflow, seed, beside)
        kept = kept or [bench.run(0, "words", count_words, corpus=_held_out(chain))]
        measured = run_chain(chain, workflow)
        for generation, stage in enumerate(measured):
            kept += [beside.used[generation, "health"], stage]
        for (generation, work), stage in sorted(beside.used.items()):
            if stage.digest not in told:
                bench.used[generation, f"{name}/g{generation}/{work}"] = stage
            told.add(stage.digest)
    return kept


def _chain(recipe: Recipe, workflow: Workflow, seed: int, bench: Bench) -> MeasuredChain:
    kind = FreshShareChain if workflow == "mix" else MeasuredChain
    return kind(recipe, seed, bench)


def _held_out(chain: StagedChain) -> Any:
    return chain.human.file("held_out.arrow")


def chain_metrics(
    chains: Chains, horizons: Sequence[int], stages: Sequence[Stage]
) -> dict[str, Metric]:
    """The loss of every chain after some generations, and how many limits of health were broken.

    Args:
        chains: What was run, by its name.
        horizons: Generations whose losses are kept.
        stages: What `chain_stages` has returned.
    """
    counted, *rest = stages
    metrics: dict[str, Metric] = {}
    for name, (recipe, _) in chains.items():
        length = 2 * (recipe.generations + 1)
        mine, rest = rest[:length], rest[length:]
        for horizon in horizons:
            health, measured = mine[2 * horizon : 2 * horizon + 2]
            metrics[f"{name}/g{horizon}/bits_per_word"] = _per_word(measured, counted)
            broken = breaches(Health(**health.facts["health"]), recipe.health)
            metrics[f"{name}/g{horizon}/limits_broken"] = Metric(
                value=len(broken), stderr=None, n=health.facts["health"]["documents"], version=1
            )
    return metrics


def _per_word(measured: Stage, counted: Stage) -> Metric:
    """The loss in bits per word of the held-out text, as n-gram models count words."""
    loss = measured.facts["metrics"][_LOSS]
    bytes_per_word = counted.facts["bytes"] / counted.facts["words"]
    stderr = loss["stderr"]
    return Metric(
        value=loss["value"] * bytes_per_word,
        stderr=None if stderr is None else stderr * bytes_per_word,
        n=loss["n"],
        version=loss["version"],
    )
