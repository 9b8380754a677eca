"""Which stages an arm has, and what its record holds of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.chains.models import named_model
from benchmarks.chains.settings import HumanText
from benchmarks.chains.text.human_text import human_identity, prepare
from benchmarks.families.layer_emulators.tuning.settings import (
    CONTROLS,
    GATE,
    SPREAD,
    TuningSettings,
)
from benchmarks.families.layer_emulators.tuning.work.choosing import choose
from benchmarks.families.layer_emulators.tuning.work.connecting import connect
from benchmarks.families.layer_emulators.tuning.work.controls import CONTROLS as HELD
from benchmarks.families.layer_emulators.tuning.work.controls import control
from benchmarks.families.layer_emulators.tuning.work.pretraining import look, pretrain
from benchmarks.families.layer_emulators.tuning.work.tuner import Task
from benchmarks.families.layer_emulators.tuning.work.tuning import tune_emulators
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.record import as_metrics
from benchmarks.running.stage import File, Stage
from lightning_modules.layers.tuning.middle import middle_cost


@dataclass(frozen=True, kw_only=True)
class Whole:
    """The model whose emulators are tuned."""

    looks: Stage
    """The stage that has looked at its layers."""
    model: File | Pinned
    general: Stage
    """General text, and the tokenizer."""

    @property
    def tokenizer(self) -> File:
        """Folder of the tokenizer."""
        return self.general.file("tokenizer")


def arm_stages(study: TuningSettings, arm: str, seed: int, bench: Bench) -> list[Stage]:
    """The stages of an arm, the one that has looked at the model first."""
    whole = _whole(study, seed, bench)
    if arm == GATE:
        return [whole.looks]
    if arm != CONTROLS:
        return [whole.looks, *_tuned(study, arm, whole, seed, bench)]
    chosen, tuned = _tuned(study, SPREAD, whole, seed, bench)
    return [whole.looks, *_controlled(study, whole, chosen, tuned, seed, bench)]


def _whole(study: TuningSettings, seed: int, bench: Bench) -> Whole:
    """The model is fitted, or taken as it is."""
    if study.prior is None:
        general = _prepared(study, study.general, "general", seed, bench, None)
        fitted = _pretrained(study, general, seed, bench)
        return Whole(looks=fitted, model=fitted.file("model"), general=general)
    prior = named_model(bench, study.prior, 0)
    general = _prepared(study, study.general, "general", seed, bench, prior)
    looks = bench.run(
        0,
        "looks",
        look,
        model=prior,
        held_out=general.file("held_out.arrow"),
        tokenizer=general.file("tokenizer"),
        shape=study.shape,
        n_texts=study.chosen_by,
    )
    return Whole(looks=looks, model=prior, general=general)


def _prepared(
    study: TuningSettings,
    human: HumanText,
    kind: str,
    seed: int,
    bench: Bench,
    start: File | Pinned | None,
) -> Stage:
    """The text of a domain, by the tokenizer of a folder or by one that is trained on it."""
    return bench.run(
        0,
        kind,
        prepare,
        human=human,
        content=human_identity(human),
        vocabulary_size=study.shape.vocabulary_size,
        generations=0,
        seed=seed,
        start=start,
    )


def _pretrained(study: TuningSettings, general: Stage, seed: int, bench: Bench) -> Stage:
    return bench.run(
        0,
        "pretraining",
        pretrain,
        progress=study.general.first_tokens,
        corpus=general.file("first.arrow"),
        held_out=general.file("held_out.arrow"),
        tokenizer=general.file("tokenizer"),
        shape=study.shape,
        optimization=study.first_fit,
        n_tokens=study.general.first_tokens,
        look_every=study.look_every,
        n_texts=study.chosen_by,
        seed=seed,
    )


def _task(study: TuningSettings) -> Task:
    return Task(
        n_tokens=study.target.first_tokens,
        n_texts=study.texts,
        context=study.shape.context,
        fit=study.fit,
    )


def _tuned(
    study: TuningSettings, arm: str, whole: Whole, seed: int, bench: Bench
) -> tuple[Stage, Stage]:
    """Emulators are chosen and tuned."""
    chosen = bench.run(
        0,
        f"choice-{arm}",
        choose,
        model=whole.model,
        held_out=whole.general.file("held_out.arrow"),
        tokenizer=whole.tokenizer,
        trained=study.places_of(arm),
        n_kept=study.kept,
        n_random=study.random_sets,
        n_tried=study.tried,
        n_texts=study.chosen_by,
        length=study.shape.context,
        seed=seed,
    )
    target = _prepared(study, study.target, "target", seed, bench, whole.tokenizer)
    tuned = bench.run(
        0,
        f"tuning-{arm}",
        tune_emulators,
        model=whole.model,
        emulators=chosen.file("emulators.json"),
        trained=study.places_of(arm),
        task=_task(study),
        corpus=target.file("first.arrow"),
        held_out=target.file("held_out.arrow"),
        tokenizer=whole.tokenizer,
        seed=seed,
    )
    return chosen, tuned


def _controlled(
    study: TuningSettings,
    whole: Whole,
    chosen: Stage,
    tuned: Stage,
    seed: int,
    bench: Bench,
) -> list[Stage]:
    """Controls are tuned, and lines between tuned models are walked."""
    target = _prepared(study, study.target, "target", seed, bench, whole.tokenizer)
    places, task = study.places_of(CONTROLS), _task(study)
    held = bench.run(
        0,
        "controls",
        control,
        progress=(len(HELD) + 1) * task.fitted_tokens,
        model=whole.model,
        emulators=chosen.file("emulators.json"),
        same_layers=tuned.file("weights/same_layers.safetensors"),
        trained=places,
        task=task,
        corpus=target.file("first.arrow"),
        held_out=target.file("held_out.arrow"),
        tokenizer=whole.tokenizer,
        seed=seed,
    )
    lines = bench.run(
        0,
        "lines",
        connect,
        model=whole.model,
        emulators=chosen.file("emulators.json"),
        tuned=tuned.file("weights"),
        controls=held.file("weights"),
        trained=places,
        task=task,
        held_out=target.file("held_out.arrow"),
        tokenizer=whole.tokenizer,
        coefficients=study.coefficients,
    )
    return [held, lines]


def arm_found(study: TuningSettings, arm: str, stages: Sequence[Stage]) -> Mapping[str, Any]:
    """What the record of an arm holds; the first stage has fitted the model."""
    model, *rest = stages
    looks = model.facts["looks"]
    measures: dict[str, Any] = {
        "gate/middle_skip_cost": _number(middle_cost(looks["skip_costs"][-1])),
        "gate/general_loss": _number(looks["losses"][-1]),
    }
    tuning: dict[str, Any] = {"looks": looks if arm == GATE else None}
    for stage in rest:
        measures |= stage.facts.get("measures", {})
        tuning |= {key: stage.facts[key] for key in ("kept", "curves") if key in stage.facts}
    return {"metrics": as_metrics(measures), "tuning": tuning}


def _number(value: float) -> dict[str, Any]:
    return {"value": value, "stderr": None, "n": 1}
