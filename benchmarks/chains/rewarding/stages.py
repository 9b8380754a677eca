"""The reward models of a chain as stages: they learn once, beside generation 0, and then stay."""

from dataclasses import dataclass
from functools import cached_property

from benchmarks.chains.corpus_file import CorpusFile, files
from benchmarks.chains.rewarding import work
from benchmarks.chains.writing import Context, write
from benchmarks.running.bench import Bench
from benchmarks.running.stage import File, Stage
from data.randomness import Purpose
from lightning_modules.rewarding.settings import Reader, RewardSettings

SELECTING, UNSEEN = "selecting", "unseen"
"""What the two reward models of a chain are for: one chooses, the other has no say."""


@dataclass(frozen=True)
class RewardModels:
    """The two reward models of a chain."""

    bench: Bench
    context: Context
    settings: RewardSettings
    """How they learn."""
    first: Stage
    """The fit of generation 0."""

    @cached_property
    def text(self) -> Stage:
        """Text of generation 0 that both learn from."""
        recipe = self.context.recipe
        return write(
            self.bench,
            self.context,
            "reward_text",
            self.first,
            recipe.sampling,
            round(self.settings.text * recipe.human.generation_tokens),
            Purpose.REWARD_TEXT,
            0,
        )

    @cached_property
    def selecting(self) -> File:
        """The one that chooses."""
        return self._learnt("reward", self.settings.selects, 0)

    @cached_property
    def unseen(self) -> File:
        """The one that judges what was chosen."""
        return self._learnt("unseen_reward", self.settings.judges, 1)

    def _learnt(self, kind: str, reader: Reader, half: int) -> File:
        stage = self.bench.run(
            0,
            kind,
            work.learn_reward,
            reader=reader,
            half=half,
            model=self.first.file("model"),
            human=self.context.human.file("first.arrow"),
            written=CorpusFile(self.text).file,
            passes=self.settings.passes,
            optimization=self.settings.optimization(reader),
            context=self.context.recipe.model.context,
            seed=self.context.seed,
        )
        return stage.file("reward")

    def judged(self, corpus: tuple[CorpusFile, ...], sampled: Stage, generation: int) -> Stage:
        """Stage in which both read a corpus, and the text of the model that learnt it."""
        return self.bench.run(
            generation,
            "rewards",
            work.reward_texts,
            rewards={SELECTING: self.selecting, UNSEEN: self.unseen},
            corpora=files(corpus),
            sampled=CorpusFile(sampled).file,
            held_out=self.context.human.file("held_out.arrow"),
        )
