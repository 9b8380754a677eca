"""A chain whose steps are stages: what each one is given, and what goes on record."""

from dataclasses import asdict, replace
from functools import cached_property

import numpy as np

from benchmarks.chains.chain import run_chain
from benchmarks.chains.corpus_file import CorpusFile, files
from benchmarks.chains.materials import History, StageMaterials
from benchmarks.chains.models import named_model
from benchmarks.chains.recipe import Recipe, Start
from benchmarks.chains.record import (
    CorpusFacts,
    EvaluatedText,
    Generation,
    HealthFacts,
    Human,
    Identities,
)
from benchmarks.chains.rewarding.stages import RewardModels
from benchmarks.chains.settings import Judging
from benchmarks.chains.starting import Origin, find_identities, find_origin
from benchmarks.chains.text.evaluated import document_bits, evaluated_texts
from benchmarks.chains.text.human_text import human_floor, human_identity, prepare
from benchmarks.chains.text.judging import judge_corpus
from benchmarks.chains.work.corpora import check_health
from benchmarks.chains.work.evaluate import evaluate
from benchmarks.chains.work.execute import execute_answers
from benchmarks.chains.work.fit import fit
from benchmarks.chains.writing import Context, asking, write
from benchmarks.downstream.record import DownstreamFacts
from benchmarks.downstream.stages import refuse_evaluated_human_text, scored_stage, scores_of
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.record import Metric, stage_facts
from benchmarks.running.stage import Stage
from data.measures.health import Health, breaches
from data.randomness import Purpose
from data.workflow import Workflow
from lightning_modules.callbacks import is_logged
from lightning_modules.fitting.adapters import adapters_identity


class StagedChain:
    """The models of one recipe and seed, each step of theirs a stage of a bench.

    Args:
        recipe: Recipe of the chain.
        seed: Replicate of the chain; it keys the random draws.
        bench: Runs the stages, and remembers them for the record.
    """

    def __init__(self, recipe: Recipe, seed: int, bench: Bench) -> None:
        self.recipe = recipe
        self.seed = seed
        self.bench = bench
        self.history = History()
        self._searched: Stage | None = None
        self._rewards: RewardModels | None = None
        self._twins: dict[Workflow, list[Generation]] = {}

    @property
    def generations(self) -> int:
        """Index of the last generation."""
        return self.recipe.generations

    @property
    def start(self) -> Start:
        """Weights that later generations begin with."""
        return self.recipe.start

    @property
    def first(self) -> tuple[CorpusFile, ...]:
        """The human text of generation 0."""
        return (CorpusFile(self.human, "first"),)

    @property
    def source(self) -> tuple[CorpusFile, ...]:
        """The human text that later generations keep or edit."""
        return (CorpusFile(self.human, "source"),)

    @cached_property
    def origin(self) -> Origin:
        """The model that the first fit of the chain begins with."""
        return find_origin(self.bench, self.recipe)

    @cached_property
    def identities(self) -> Identities | None:
        """Content of the text, checkpoint or base that the recipe names."""
        return find_identities(self.recipe, self.origin)

    @cached_property
    def human(self) -> Stage:
        """Stage that divided the human text and trained the tokenizer."""
        return self.bench.run(
            0,
            "prepare",
            prepare,
            human=self.recipe.human,
            content=human_identity(self.recipe.human),
            vocabulary_size=self.recipe.model.vocabulary_size,
            generations=self.recipe.generations,
            seed=self.seed,
            start=self.origin.model,
        )

    @cached_property
    def evaluated(self) -> dict[str, EvaluatedText]:
        """The documents that every model of the chain is measured on."""
        texts = {"held_out": self.human.path / "held_out.arrow"}
        if (general := self.origin.general) is not None:
            texts["general"] = general.path
        return evaluated_texts(texts)

    @cached_property
    def context(self) -> Context:
        """Recipe, seed and texts, which stay the same in all of the chain."""
        named = self.identities
        synthetic = None if named is None else named.synthetic
        return Context(self.recipe, self.seed, self.human, synthetic)

    def materials(
        self, model: Stage, previous: tuple[CorpusFile, ...], *, generation: int
    ) -> StageMaterials:
        """What the next corpus can be made from."""
        return StageMaterials(
            self.context, self.bench, model, previous, generation, self.history, self.twin,
            self._rewards,
        )  # fmt: skip

    def twin(self, workflow: Workflow) -> list[Generation]:
        """The chain of another workflow with the same seed, run or found finished."""
        if workflow not in self._twins:
            other = type(self)(self.recipe, self.seed, self.bench.beside(workflow))
            self._twins[workflow] = run_chain(other, workflow)
        return self._twins[workflow]

    def fit(self, corpus: tuple[CorpusFile, ...], *, start: Stage | None, generation: int) -> Stage:
        """A model trained on the corpus, in one pass, after a look at its health.

        Raises:
            EvaluatedText: The human text holds what the recipe evaluates.
            Unhealthy: The corpus breaks a limit of a recipe that stops.
        """
        recipe = self.recipe
        if generation == 0:
            self._searched = refuse_evaluated_human_text(
                self.bench, recipe.downstream, self.human, recipe.human.source
            )
        self.corpus_facts(corpus, generation)
        size = recipe.human.generation_tokens if generation else recipe.human.first_tokens
        limits = [size if part.limit is None else part.limit for part in corpus]
        (truncate_above,) = {part.truncate_above for part in corpus}
        optimization = recipe.fit if generation else recipe.first_fit
        stage = self.bench.run(
            generation,
            "fit",
            fit,
            progress=sum(limits),
            corpora=files(corpus),
            tokenizer=self.human.file("tokenizer"),
            start=self.origin.model if start is None else start.file("model"),
            shape=recipe.model,
            optimization=Pinned(
                optimization, {**asdict(optimization), **adapters_identity(optimization.lora)}
            ),
            part_tokens=limits,
            truncate_above=truncate_above,
            seed=self.seed,
            generation=generation,
        )
        if stage.reused:
            self._draw_curve(stage, generation)
        if generation == 0 and recipe.rewarding is not None:
            self._rewards = RewardModels(self.bench, self.context, recipe.rewarding, stage)
        return stage

    def _draw_curve(self, stage: Stage, generation: int) -> None:
        """Show the curve of a fit that an earlier run made."""
        loggers = self.bench.loggers(generation)
        losses = np.load(stage.path / "loss.npy") if loggers else ()
        for step, loss in enumerate(losses):
            if is_logged(step, len(losses)):
                for logger in loggers:
                    logger.log_metrics({"train/loss": float(loss)}, step)

    def measure(
        self, model: Stage, corpus: tuple[CorpusFile, ...], *, generation: int
    ) -> Generation:
        """Evaluate a model and describe what it was trained on."""
        sampled = self._written_to_measure(model, generation)
        evaluated = self.evaluated_stage(model, sampled, generation)
        return Generation(
            generation=generation,
            corpus=self.corpus_facts(corpus, generation),
            steps=model.facts["steps"],
            tokens_seen=model.facts["tokens"],
            human_tokens_used=self._human_tokens_used(generation),
            final_loss=model.facts["final_loss"],
            metrics={key: Metric(**value) for key, value in evaluated.facts["metrics"].items()},
            written=sampled.facts["documents"],
            written_cut_off=sampled.facts["cut_off"],
            document_bits=document_bits(evaluated.path, self.evaluated),
            downstream=self._scores(model, generation),
            answers=self._executed(corpus, sampled, generation),
            rewards=self._rewarded(corpus, sampled, generation),
            stages={
                kind: stage_facts(stage)
                for (at, kind), stage in sorted(self.bench.used.items())
                if at == generation
            },
        )

    def evaluated_stage(self, model: Stage, sampled: Stage, generation: int) -> Stage:
        """Stage that measures a model on held-out text, and the text that it wrote."""
        return self.bench.run(
            generation,
            "evaluate",
            evaluate,
            progress=self.human.facts["parts"]["held_out"]["tokens"],
            model=model.file("model"),
            held_out=self.human.file("held_out.arrow"),
            human=self.human.file("first.arrow"),
            sampled=CorpusFile(sampled).file,
            general=self.origin.general,
            context=self.recipe.model.context,
            evaluation=self.recipe.evaluation,
        )

    def _written_to_measure(self, model: Stage, generation: int) -> Stage:
        """Text that a model writes for the diversity measures, after held-out prompts."""
        evaluation, sampling = self.recipe.evaluation, self.recipe.sampling
        rule = replace(
            sampling,
            max_tokens=evaluation.document_tokens,
            min_tokens=min(sampling.min_tokens, evaluation.document_tokens),
            prompt_tokens=0,
        )
        return write(
            self.bench,
            self.context,
            "write",
            model,
            asking(self.context, rule),
            evaluation.sample_tokens,
            Purpose.EVALUATION_SAMPLE,
            generation,
            prompts="held_out",
        )

    def _human_tokens_used(self, generation: int) -> int:
        """Different human tokens that the chain has needed up to a generation."""
        human = self.recipe.human
        n_fresh = sum(asked <= generation for asked in self.history.fresh)
        general = 0 if self.recipe.base is None else self.recipe.base.tokens
        return general + human.first_tokens + n_fresh * human.generation_tokens

    def scoring_stage(self, model: Stage, generation: int) -> Stage | None:
        """Stage that scores a model on downstream tasks; None where the recipe asks for none."""
        recipe = self.recipe
        is_last = generation == recipe.generations
        if self._searched is None or not (is_last or recipe.downstream_at == "every generation"):
            return None
        return scored_stage(
            self.bench,
            recipe.downstream,
            model.file("model"),
            generation,
            limit=recipe.downstream_limit,
            shots=recipe.downstream_shots,
            context=recipe.model.context,
        )

    def _scores(self, model: Stage, generation: int) -> DownstreamFacts | None:
        """Scores on downstream tasks, if the recipe asks for them of this generation."""
        stage = self.scoring_stage(model, generation)
        if stage is None or self._searched is None:
            return None
        recipe = self.recipe
        return scores_of(
            stage, self._searched, limit=recipe.downstream_limit, shots=recipe.downstream_shots
        )

    def corpus_facts(self, corpus: tuple[CorpusFile, ...], generation: int) -> CorpusFacts:
        """What a generation is trained on, and how healthy it is."""
        checked = self.checked_stage(corpus, generation)
        health = Health(**checked.facts["health"])
        cut_off = [part.facts["cut_off"] for part in corpus if "cut_off" in part.facts]
        return CorpusFacts(
            documents=health.documents,
            tokens=sum(part.facts["tokens"] for part in corpus),
            human_tokens=sum(part.human_tokens for part in corpus),
            fingerprint=checked.facts["fingerprint"],
            health=HealthFacts(**asdict(health)),
            breaches=breaches(health, self.recipe.health),
            edit=next((part.facts["edit"] for part in corpus if "edit" in part.facts), None),
            cut_off=sum(cut_off) if cut_off else None,
            verified=next(
                (part.facts["verified"] for part in corpus[::-1] if "verified" in part.facts), None
            ),
            best_of=next(
                (part.facts["best_of"] for part in corpus if "best_of" in part.facts), None
            ),
            rewrite=next(
                (part.facts["rewrite"] for part in corpus if "rewrite" in part.facts), None
            ),
            text=self._judged(corpus, generation),
        )

    def checked_stage(self, corpus: tuple[CorpusFile, ...], generation: int) -> Stage:
        """Stage that looks at the health of a corpus."""
        return self.bench.run(
            generation,
            "health",
            check_health,
            corpora=files(corpus),
            human=self.human.file("source.arrow"),
            held_out=self.human.file("held_out.arrow"),
        )

    def judged_stage(
        self, corpus: tuple[CorpusFile, ...], judging: Judging, generation: int
    ) -> Stage:
        """Stage in which a fixed model reads a corpus."""
        return self.bench.run(
            generation,
            "judge",
            judge_corpus,
            progress=judging.documents * judging.tokens,
            corpora=files(corpus),
            model=named_model(self.bench, judging.model, generation),
            judging=judging,
        )

    def _judged(self, corpus: tuple[CorpusFile, ...], generation: int) -> dict[str, Metric] | None:
        """What the recipe's judge finds in a corpus, if there is one."""
        judging = self.recipe.judging
        if judging is None:
            return None
        stage = self.judged_stage(corpus, judging, generation)
        return {key: Metric(**value) for key, value in stage.facts["text"].items()}

    def executed_stage(
        self, corpus: tuple[CorpusFile, ...], sampled: Stage, generation: int
    ) -> Stage:
        """Stage that executes what a corpus and a model answer, and counts what is right."""
        return self.bench.run(
            generation,
            "execute",
            execute_answers,
            corpora=files(corpus),
            sampled=CorpusFile(sampled).file,
            human=self.human.file("first.arrow"),
            held_out=self.human.file("held_out.arrow"),
        )

    def _executed(
        self, corpus: tuple[CorpusFile, ...], sampled: Stage, generation: int
    ) -> dict[str, Metric] | None:
        """Shares of right answers, if the recipe's answers are programs."""
        if not self.recipe.executes:
            return None
        stage = self.executed_stage(corpus, sampled, generation)
        return {key: Metric(**value) for key, value in stage.facts["answers"].items()}

    def rewarded_stage(
        self, corpus: tuple[CorpusFile, ...], sampled: Stage, generation: int
    ) -> Stage | None:
        """Stage in which the reward models read a corpus and a model's text, if there are some."""
        rewards = self._rewards
        return None if rewards is None else rewards.judged(corpus, sampled, generation)

    def _rewarded(
        self, corpus: tuple[CorpusFile, ...], sampled: Stage, generation: int
    ) -> dict[str, Metric] | None:
        """What the reward models think, if the recipe has some."""
        stage = self.rewarded_stage(corpus, sampled, generation)
        if stage is None:
            return None
        return {key: Metric(**value) for key, value in stage.facts["rewards"].items()}

    def human_facts(self) -> Human:
        """The human text, for the record."""
        floor = human_floor(
            fresh=self.human.path / "fresh_1.arrow",
            held_out=self.human.path / "held_out.arrow",
            human=self.human.path / "first.arrow",
            tokenizer=self.human.path / "tokenizer",
            evaluation=self.recipe.evaluation,
        )
        facts = {
            key: self.human.facts[key] for key in Human.model_fields.keys() - {"source", "floor"}
        }
        return Human(
            source=self.recipe.human.source,
            floor={key: Metric(**asdict(value)) for key, value in floor.items()},
            **facts,
        )
