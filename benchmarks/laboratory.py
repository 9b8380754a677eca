"""Turns the steps of a chain into stages: what each one depends on, and what goes on record."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, is_dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pytorch_lightning.loggers import Logger

from benchmarks import human_text, work
from benchmarks.progress import Progress
from benchmarks.recipe import Recipe
from benchmarks.record import CorpusFacts, Generation, Human, Metric, StageFacts
from benchmarks.stage import Stage, Stages
from data.corpus import Corpus, join
from data.health import examine
from data.packaged_prior import PACKAGED_PRIORS
from data.randomness import Purpose
from data.workflow import Workflow
from lightning_modules.processes import on_lead, process_count
from lightning_modules.sampling import SamplingRule
from lightning_modules.trainer import Device

Loggers = Callable[[int], list[Logger]]
"""Gives the loggers of the training curve of one generation."""


@dataclass(frozen=True)
class Part:
    """A corpus inside a finished stage."""

    stage: Stage
    name: str = "corpus"

    @property
    def path(self) -> Path:
        """Its file."""
        return self.stage.path / f"{self.name}.arrow"

    @property
    def facts(self) -> dict[str, Any]:
        """Its documents and tokens, and how it was made."""
        facts = self.stage.facts
        return dict(facts["parts"][self.name] if "parts" in facts else facts)

    @property
    def human_tokens(self) -> int:
        """Tokens of human text, as it was or edited; 0 for text sampled from a model."""
        return 0 if "cut_off" in self.facts else int(self.facts["tokens"])


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
        return self._run(0, "prepare", human_text.prepare, settings=settings)

    def fit(self, corpus: Sequence[Part], *, start: Stage | None, generation: int) -> Stage:
        """A model trained on the corpus, in one pass."""
        human = self.recipe.human
        size = human.generation_tokens if generation else human.first_tokens
        loggers = self.loggers(generation)
        stage = self._run(
            generation,
            "fit",
            work.fit,
            settings={
                "shape": self.recipe.model,
                "optimization": self.recipe.fit if generation else self.recipe.first_fit,
                "part_tokens": size,
                "seed": self.seed,
                "generation": generation,
            },
            inputs={"human": self.human, "start": start},
            corpora=corpus,
            paths={
                "tokenizer": self.human.path / "tokenizer",
                "start": None if start is None else start.path / "model",
                "loggers": loggers,
            },
            n_tokens=size * len(corpus),
        )
        if stage.reused:  # its curve was not drawn by this run
            for step, loss in enumerate(np.load(stage.path / "loss.npy")):
                for logger in loggers:
                    logger.log_metrics({"train/loss": float(loss)}, step)
        return stage

    def sample(self, model: Stage, generation: int) -> Part:
        """A corpus that the model writes, as large as the human one."""
        size = self.recipe.human.generation_tokens
        rule = self.recipe.sampling
        return Part(self._sample("sample", model, rule, size, Purpose.SAMPLE, generation))

    def edit(self, corpus: Sequence[Part], model: Stage, generation: int) -> Part:
        """The corpus, token-edited with the current model or with the recipe's own prior."""
        prior, path = self._prior(model, generation)
        stage = self._run(
            generation,
            "edit",
            work.edit,
            settings={
                "rule": self.recipe.edit_rule,
                "context": self.recipe.prior_context,
                "prefix": self.recipe.prior == "self",
                "seed": self.seed,
                "generation": generation,
            },
            inputs={"human": self.human, "prior": prior},
            also={} if prior else {"prior": work.folder_identity(self.recipe.prior)},
            corpora=corpus,
            paths={"prior": path, "tokenizer": self.human.path / "tokenizer"},
            n_tokens=sum(part.facts["tokens"] for part in corpus),
        )
        return Part(stage)

    def measure(
        self, model: Stage, corpus: Sequence[Part], workflow: Workflow, *, generation: int
    ) -> Generation:
        """Evaluate a model and describe what it was trained on."""
        evaluation = self.recipe.evaluation
        rule = replace(
            self.recipe.sampling,
            max_tokens=evaluation.document_tokens,
            min_tokens=min(self.recipe.sampling.min_tokens, evaluation.document_tokens),
            prompt_tokens=0,
        )
        sampled = self._sample(
            "write", model, rule, evaluation.sample_tokens, Purpose.EVALUATION_SAMPLE, generation
        )
        evaluated = self._run(
            generation,
            "evaluate",
            work.evaluate,
            settings={"evaluation": self.recipe.evaluation, "context": self.recipe.model.context},
            inputs={"human": self.human, "model": model, "sampled": sampled},
            paths={
                "model": model.path / "model",
                "held_out": self.human.path / "held_out.arrow",
                "sampled": Part(sampled).path,
            },
            n_tokens=self.human.facts["parts"]["held_out"]["tokens"],
        )
        fresh = generation * self.recipe.human.generation_tokens
        return Generation(
            generation=generation,
            corpus=_corpus_facts(corpus),
            steps=model.facts["steps"],
            tokens_seen=model.facts["tokens"],
            human_tokens_used=self.recipe.human.first_tokens
            + (fresh if workflow == "fresh_human" else 0),
            final_loss=model.facts["final_loss"],
            metrics={key: Metric(**value) for key, value in evaluated.facts["metrics"].items()},
            written=sampled.facts["documents"],
            written_cut_off=sampled.facts["cut_off"],
            stages={
                kind: _stage_facts(stage)
                for (at, kind), stage in sorted(self.used.items())
                if at == generation
            },
        )

    def human_facts(self) -> Human:
        """The human text, for the record."""
        floor = human_text.human_floor(
            fresh=self.human.path / "fresh_1.arrow",
            held_out=self.human.path / "held_out.arrow",
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

    def _sample(
        self,
        kind: str,
        model: Stage,
        rule: SamplingRule,
        n_tokens: int,
        purpose: Purpose,
        generation: int,
    ) -> Stage:
        first = self.human.facts["parts"]["first"]
        return self._run(
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
                "prompts": self.human.path / "source.arrow" if rule.prompt_tokens else None,
            },
            n_tokens=n_tokens,
        )

    def _advance(self, n_tokens: int) -> None:
        """Show progress; the other processes are as far as this one."""
        self.progress.advance(n_tokens * process_count())

    def _prior(self, model: Stage, generation: int) -> tuple[Stage | None, Path]:
        name = self.recipe.prior
        if name == "self":
            return model, model.path / "model"
        if name in PACKAGED_PRIORS:
            settings = {"sha256": PACKAGED_PRIORS[name].sha256}
            stage = self._run(generation, "prior", work.convert_prior, settings=settings)
            return stage, stage.path / "model"
        return None, Path(name)

    def _run(
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


def _stage_facts(stage: Stage) -> StageFacts:
    seconds = stage.manifest["seconds"]
    tokens = int(stage.facts.get("tokens", 0))
    return StageFacts(
        digest=stage.digest,
        seconds=seconds,
        tokens=tokens,
        tokens_per_second=None if stage.manifest["resumed"] else tokens / seconds,
        peak_memory_bytes=stage.manifest["peak_memory_bytes"],
    )


def _corpus_facts(corpus: Sequence[Part]) -> CorpusFacts:
    joined = join([Corpus.open(part.path) for part in corpus])
    health = examine(joined)
    cut_off = [part.facts["cut_off"] for part in corpus if "cut_off" in part.facts]
    return CorpusFacts(
        documents=len(joined),
        tokens=sum(part.facts["tokens"] for part in corpus),
        human_tokens=sum(part.human_tokens for part in corpus),
        fingerprint=joined.fingerprint,
        empty=health.empty,
        duplicate=health.duplicate,
        mean_bytes=health.mean_bytes,
        edit=next((part.facts["edit"] for part in corpus if "edit" in part.facts), None),
        cut_off=sum(cut_off) if cut_off else None,
    )
