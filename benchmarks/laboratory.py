"""Turns the steps of a chain into stages: what each one depends on, and what goes on record."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pytorch_lightning.loggers import Logger

from benchmarks import corpus_work, human_text, work
from benchmarks.chain import run_chain
from benchmarks.materials import Part, StageMaterials
from benchmarks.progress import Progress
from benchmarks.recipe import Recipe, Start
from benchmarks.record import (
    CorpusFacts,
    Generation,
    HealthFacts,
    Human,
    Identities,
    Metric,
    stage_facts,
)
from benchmarks.stage import Stage, Stages
from benchmarks.starting import Origin, find_identities, find_origin
from benchmarks.task_work import refuse_evaluated_human_text, score_model
from benchmarks.written import judged, written_part
from data.health import Health, breaches
from data.packaged_prior import PACKAGED_PRIORS
from data.randomness import Purpose
from data.workflow import Workflow
from lightning_modules.adapters import adapters_identity
from lightning_modules.processes import on_lead, process_count
from lightning_modules.settings import SamplingRule
from lightning_modules.trainer import Device, is_logged

Loggers = Callable[[int], list[Logger]]
"""Gives the loggers of the training curve of one generation."""


class Laboratory:
    """Runs the stages of one recipe and seed, and remembers them for the record."""

    def __init__(
        self,
        recipe: Recipe,
        seed: int,
        *,
        stages: Stages,
        device: Device,
        progress: Progress,
        loggers: Loggers,
    ) -> None:
        self.recipe = recipe
        self.seed = seed
        self.stages = stages
        self.device = device
        self.progress = progress
        self.loggers = loggers
        self.used: dict[tuple[int, str], Stage] = {}
        self.written: dict[int, Part] = {}
        """What the models of this chain wrote, by the generation that it is for."""
        self.fresh: set[int] = set()
        """Generations for which the method asked for human text that none has seen."""
        self._paired: dict[Workflow, list[Generation]] = {}

    @property
    def generations(self) -> int:
        """Index of the last generation."""
        return self.recipe.generations

    @property
    def start(self) -> Start:
        """Weights that later generations begin with."""
        return self.recipe.start

    @property
    def first(self) -> tuple[Part, ...]:
        """The human text of generation 0."""
        return (Part(self.human, "first"),)

    @property
    def source(self) -> tuple[Part, ...]:
        """The human text that later generations keep or edit."""
        return (Part(self.human, "source"),)

    def materials(
        self, model: Stage, previous: tuple[Part, ...], *, generation: int
    ) -> StageMaterials:
        """What the next corpus can be made from."""
        return StageMaterials(self, model, previous, generation)

    @cached_property
    def origin(self) -> Origin:
        """What the chain starts from."""
        return find_origin(self)

    @cached_property
    def identities(self) -> Identities | None:
        """Content of the text, checkpoint or base that the recipe names."""
        return find_identities(self)

    @cached_property
    def human(self) -> Stage:
        """Divided human text and the tokenizer."""
        settings = {
            "human": self.recipe.human,
            "content": human_text.human_identity(self.recipe.human),
            "vocabulary_size": self.recipe.model.vocabulary_size,
            "generations": self.recipe.generations,
            "seed": self.seed,
        }
        return self.run(
            0,
            "prepare",
            human_text.prepare,
            settings=settings,
            inputs={"origin": self.origin.stage},
            also=self.origin.identity,
            paths={"start": self.origin.model},
        )

    def fit(self, corpus: Sequence[Part], *, start: Stage | None, generation: int) -> Stage:
        """A model trained on the corpus, in one pass, after a look at its health.

        Raises:
            EvaluatedText: The human text holds what the recipe evaluates.
            Unhealthy: The corpus breaks a limit of a recipe that stops.
        """
        if generation == 0:
            refuse_evaluated_human_text(self)
        self.corpus_facts(corpus, generation)
        human = self.recipe.human
        size = human.generation_tokens if generation else human.first_tokens
        limits = [size if part.limit is None else part.limit for part in corpus]
        (truncate_above,) = {part.truncate_above for part in corpus}
        loggers = self.loggers(generation)
        optimization = self.recipe.fit if generation else self.recipe.first_fit
        origin = self.origin if start is None else Origin(start.path / "model", start)
        stage = self.run(
            generation,
            "fit",
            work.fit,
            settings={
                "shape": self.recipe.model,
                "optimization": optimization,
                "part_tokens": limits,
                "truncate_above": truncate_above,
                "seed": self.seed,
                "generation": generation,
            },
            inputs={"human": self.human, "start": origin.stage},
            also=origin.identity | adapters_identity(optimization.lora),
            corpora=corpus,
            paths={
                "tokenizer": self.human.path / "tokenizer",
                "start": origin.model,
                "loggers": loggers,
            },
            n_tokens=sum(limits),
        )
        if stage.reused:  # its curve was not drawn by this run
            losses = np.load(stage.path / "loss.npy") if loggers else ()
            for step, loss in enumerate(losses):
                if is_logged(step, len(losses)):
                    for logger in loggers:
                        logger.log_metrics({"train/loss": float(loss)}, step)
        return stage

    def written_part(self, n_tokens: int, generation: int) -> Part:
        """Text of another model that the recipe names."""
        return written_part(self, n_tokens, generation)

    def twin(self, workflow: Workflow) -> list[Generation]:
        """The chain of another workflow with the same seed, run or found finished."""
        if workflow not in self._paired:
            other = Laboratory(
                self.recipe,
                self.seed,
                stages=self.stages.beside(workflow),
                device=self.device,
                progress=self.progress,
                loggers=lambda generation: [],
            )
            self._paired[workflow] = run_chain(other, workflow)
        return self._paired[workflow]

    def measure(self, model: Stage, corpus: Sequence[Part], *, generation: int) -> Generation:
        """Evaluate a model and describe what it was trained on."""
        evaluation = self.recipe.evaluation
        rule = replace(
            self.recipe.sampling,
            max_tokens=evaluation.document_tokens,
            min_tokens=min(self.recipe.sampling.min_tokens, evaluation.document_tokens),
            prompt_tokens=0,
        )
        sampled = self.sample(
            "write",
            model,
            self.asking(rule),
            evaluation.sample_tokens,
            Purpose.EVALUATION_SAMPLE,
            generation,
            prompts="held_out",
        )
        evaluated = self.run(
            generation,
            "evaluate",
            work.evaluate,
            settings={"evaluation": self.recipe.evaluation, "context": self.recipe.model.context},
            inputs={
                "human": self.human,
                "model": model,
                "sampled": sampled,
                "origin": self.origin.stage if self.origin.general else None,
            },
            paths={
                "general": self.origin.general,
                "model": model.path / "model",
                "held_out": self.human.path / "held_out.arrow",
                "human": self.human.path / "first.arrow",
                "sampled": Part(sampled).path,
            },
            n_tokens=self.human.facts["parts"]["held_out"]["tokens"],
        )
        downstream = score_model(self, model, generation)
        n_fresh = sum(asked <= generation for asked in self.fresh)
        general = 0 if self.recipe.base is None else self.recipe.base.tokens
        return Generation(
            generation=generation,
            corpus=self.corpus_facts(corpus, generation),
            steps=model.facts["steps"],
            tokens_seen=model.facts["tokens"],
            human_tokens_used=general
            + self.recipe.human.first_tokens
            + n_fresh * self.recipe.human.generation_tokens,
            final_loss=model.facts["final_loss"],
            metrics={key: Metric(**value) for key, value in evaluated.facts["metrics"].items()},
            written=sampled.facts["documents"],
            written_cut_off=sampled.facts["cut_off"],
            downstream=downstream,
            stages={
                kind: stage_facts(stage)
                for (at, kind), stage in sorted(self.used.items())
                if at == generation
            },
        )

    def human_facts(self) -> Human:
        """The human text, for the record."""
        floor = human_text.human_floor(
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

    def corpus_facts(self, corpus: Sequence[Part], generation: int) -> CorpusFacts:
        """What a generation is trained on, and how healthy it is."""
        checked = self.run(
            generation,
            "health",
            corpus_work.check_health,
            settings={},
            inputs={"human": self.human},
            corpora=corpus,
            paths={
                "human": self.human.path / "source.arrow",
                "held_out": self.human.path / "held_out.arrow",
            },
        )
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
            text=judged(self, corpus, generation),
        )

    def sample(
        self,
        kind: str,
        model: Stage,
        rule: SamplingRule,
        n_tokens: int,
        purpose: Purpose,
        generation: int,
        *,
        prompts: str = "source",
    ) -> Stage:
        """Documents that a model writes, after the prompts of a part of the human text, if any."""
        first = self.human.facts["parts"]["first"]
        return self.run(
            generation,
            kind,
            work.sample,
            settings={
                "rule": rule,
                "context": self.recipe.model.context,
                "n_tokens": n_tokens,
                "mean_length": min(first["tokens"] / first["documents"], rule.max_tokens),
                "seed": self.seed,
                "purpose": purpose,
                "generation": generation,
            },
            inputs={"model": model, "prompts": self.human if rule.prompt_tokens else None},
            paths={
                "model": model.path / "model",
                "prompts": self.human.path / f"{prompts}.arrow" if rule.prompt_tokens else None,
            },
            n_tokens=n_tokens,
        )

    def asking(self, rule: SamplingRule) -> SamplingRule:
        """The rule, with room for a prompt where the human text has prompts."""
        if not self.human.facts["has_prompts"]:
            return rule
        return replace(rule, prompt_tokens=self.recipe.model.context // 2)

    def _advance(self, n_tokens: int) -> None:
        """Show progress; the other processes are as far as this one."""
        self.progress.advance(n_tokens * process_count())

    def prior(self, model: Stage, generation: int) -> tuple[Stage | None, Path]:
        """The prior of the edits: its stage, if it is one, and its checkpoint."""
        name = self.recipe.prior
        if name == "self":
            return model, model.path / "model"
        if name in PACKAGED_PRIORS:
            settings = {"sha256": PACKAGED_PRIORS[name].sha256}
            stage = self.run(generation, "prior", work.convert_prior, settings=settings)
            return stage, stage.path / "model"
        return None, Path(name)

    def run(
        self,
        generation: int,
        kind: str,
        do: Callable[..., dict[str, Any]],
        *,
        settings: dict[str, Any],
        inputs: dict[str, Stage | None] | None = None,
        also: dict[str, str] | None = None,
        corpora: Sequence[Part] = (),
        paths: dict[str, Any] | None = None,
        n_tokens: int = 0,
    ) -> Stage:
        """Run `do(folder, **settings, **paths)` as a stage.

        `paths` follow from `inputs`, or from `also`: what identifies them in the address.
        """
        arguments = {**settings, **(paths or {})}
        if corpora:
            arguments["corpora"] = [part.path for part in corpora]
        if n_tokens:
            arguments |= {"device": self.device, "advance": self._advance}
        address = {key: _plain(value) for key, value in settings.items()} | (also or {})
        if n_tokens:
            address["precision"] = self.device.precision
        address["parts"] = [part.name for part in corpora]
        stages = {f"corpus_{index}": part.stage for index, part in enumerate(corpora)}
        stages |= {role: stage for role, stage in (inputs or {}).items() if stage is not None}
        label = f"generation {generation}"
        with self.progress.stage(f"{label} {kind}", n_tokens):
            self.used[generation, kind] = self.stages.run(
                label,
                kind,
                settings=address,
                inputs=stages,
                work=lambda folder: _together(do, bool(n_tokens), folder, arguments),
            )
        return self.used[generation, kind]


def _together(
    do: Callable[..., dict[str, Any]], heavy: bool, folder: Path, arguments: dict[str, Any]
) -> dict[str, Any]:
    """Do the work in all processes if it is heavy, and otherwise in the first for all."""
    return do(folder, **arguments) if heavy else on_lead(lambda: do(folder, **arguments))


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
