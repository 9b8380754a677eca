"""The stages of a chain of one arm: what is fitted, edited and measured, in their order."""

from collections.abc import Sequence
from functools import cached_property

from benchmarks.chains.corpus_file import CorpusFile
from benchmarks.chains.models import named_model
from benchmarks.chains.text.human_text import human_identity, prepare
from benchmarks.chains.work.fit import fit
from benchmarks.families.layer_emulators.edited_chain.settings import (
    FRESH_HUMAN,
    EditedChainSettings,
)
from benchmarks.families.layer_emulators.edited_chain.work import LAYERS, choose, edit, measure
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.stage import File, Stage


class ChainStages:
    """A chain of one arm and seed; what does not depend on the arm is one stage for all arms.

    Args:
        study: Settings of the chain.
        arm: Whose text is edited, or not.
        seed: Replicate; it keys text, weights, order and draws.
        bench: Runs the stages.
    """

    def __init__(self, study: EditedChainSettings, arm: str, seed: int, bench: Bench) -> None:
        self.study, self.arm, self.seed, self.bench = study, arm, seed, bench
        self.text: CorpusFile = CorpusFile(self.human, "source")
        """What the next generation is trained on, once it has been edited."""

    @cached_property
    def human(self) -> Stage:
        """Stage that divides the human text and trains the tokenizer."""
        return self.bench.run(
            0,
            "prepare",
            prepare,
            human=self.study.human,
            content=human_identity(self.study.human),
            vocabulary_size=self.study.shape.vocabulary_size,
            generations=self.study.rounds,
            seed=self.seed,
        )

    @cached_property
    def prior(self) -> File | Pinned:
        """The checkpoint of the whole prior."""
        return named_model(self.bench, self.study.prior, 0)

    @cached_property
    def first(self) -> Stage:
        """The model of generation 0, from whose weights every other one begins."""
        return self._fit(CorpusFile(self.human, "first"), 0)

    @cached_property
    def chosen(self) -> Stage | None:
        """Stage that chooses the layers of the arm's editor; None where none is to be chosen."""
        study, editor = self.study, self.study.editors.get(self.arm)
        if editor is None or editor.kept is None:
            return None
        return self.bench.run(
            0,
            "choose",
            choose,
            human=self.human.file("first.arrow"),
            texts=study.calibration_texts,
            tokens=study.calibration_tokens,
            model=self.prior,
            layer_rule=editor.rule,
            kept=editor.kept,
            seed=self.seed,
        )

    def beginning(self) -> Sequence[Stage]:
        """Generation 0, what it is measured at, and the choice of the arm's layers."""
        chosen = () if self.chosen is None else (self.chosen,)
        return [self.first, self._measure(self.first, 0), *chosen]

    def round(self, generation: int) -> Sequence[Stage]:
        """Edit the text once more, fit a model on it and measure it."""
        done = []
        if self.arm in self.study.editors:
            done.append(self._edit(generation))
            self.text = CorpusFile(done[0])
        elif self.arm == FRESH_HUMAN:
            self.text = CorpusFile(self.human, f"fresh_{generation}")
        model = self._fit(self.text, generation)
        return [*done, model, self._measure(model, generation)]

    def _edit(self, generation: int) -> Stage:
        study = self.study
        return self.bench.run(
            generation,
            f"edit_{generation}",
            edit,
            progress=study.human.generation_tokens,
            corpus=self.text.file,
            model=self.prior,
            layers=None if self.chosen is None else self.chosen.file(LAYERS),
            context=study.context,
            rule=study.edit_rule,
            seed=self.seed,
            generation=generation,
        )

    def _fit(self, corpus: CorpusFile, generation: int) -> Stage:
        study = self.study
        size = study.human.generation_tokens if generation else study.human.first_tokens
        return self.bench.run(
            generation,
            f"fit_{generation}",
            fit,
            progress=size,
            corpora=[corpus.file],
            tokenizer=self.human.file("tokenizer"),
            start=self.first.file("model") if generation else None,
            shape=study.shape,
            optimization=study.fit if generation else study.first_fit,
            part_tokens=[size],
            truncate_above=None,
            seed=self.seed,
            generation=generation,
        )

    def _measure(self, model: Stage, generation: int) -> Stage:
        return self.bench.run(
            generation,
            f"measure_{generation}",
            measure,
            model=model.file("model"),
            held_out=self.human.file("held_out.arrow"),
            context=self.study.shape.context,
            generation=generation,
        )
