"""Which stages an arm has, and what its record holds of them."""

from collections.abc import Mapping, Sequence
from typing import Any

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
from benchmarks.families.layer_emulators.tuning.work.pretraining import pretrain
from benchmarks.families.layer_emulators.tuning.work.tuner import Task
from benchmarks.families.layer_emulators.tuning.work.tuning import tune_emulators
from benchmarks.running.bench import Bench
from benchmarks.running.record import Metric
from benchmarks.running.stage import Stage
from lightning_modules.layers.tuning.middle import middle_cost


def arm_stages(study: TuningSettings, arm: str, seed: int, bench: Bench) -> list[Stage]:
    """The stages of an arm, the one that fits the model first."""
    general = _prepared(study, study.general, "general", seed, bench)
    model = _pretrained(study, general, seed, bench)
    if arm == GATE:
        return [model]
    if arm != CONTROLS:
        return [model, *_tuned(study, arm, general, model, seed, bench)]
    chosen, tuned = _tuned(study, SPREAD, general, model, seed, bench)
    return [model, *_controlled(study, general, model, chosen, tuned, seed, bench)]


def _prepared(
    study: TuningSettings,
    human: HumanText,
    kind: str,
    seed: int,
    bench: Bench,
    general: Stage | None = None,
) -> Stage:
    """The text of a domain; the tokenizer is that of the general text."""
    return bench.run(
        0,
        kind,
        prepare,
        human=human,
        content=human_identity(human),
        vocabulary_size=study.shape.vocabulary_size,
        generations=0,
        seed=seed,
        start=None if general is None else general.file("tokenizer"),
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
    study: TuningSettings, arm: str, general: Stage, model: Stage, seed: int, bench: Bench
) -> tuple[Stage, Stage]:
    """Emulators are chosen and tuned."""
    chosen = bench.run(
        0,
        f"choice-{arm}",
        choose,
        model=model.file("model"),
        held_out=general.file("held_out.arrow"),
        tokenizer=general.file("tokenizer"),
        trained=study.places_of(arm),
        n_kept=study.kept,
        n_random=study.random_sets,
        n_tried=study.tried,
        n_texts=study.chosen_by,
        length=study.shape.context,
        seed=seed,
    )
    target = _prepared(study, study.target, "target", seed, bench, general)
    tuned = bench.run(
        0,
        f"tuning-{arm}",
        tune_emulators,
        model=model.file("model"),
        emulators=chosen.file("emulators.json"),
        trained=study.places_of(arm),
        task=_task(study),
        corpus=target.file("first.arrow"),
        held_out=target.file("held_out.arrow"),
        tokenizer=general.file("tokenizer"),
        seed=seed,
    )
    return chosen, tuned


def _controlled(
    study: TuningSettings,
    general: Stage,
    model: Stage,
    chosen: Stage,
    tuned: Stage,
    seed: int,
    bench: Bench,
) -> list[Stage]:
    """Controls are tuned, and lines between tuned models are walked."""
    target = _prepared(study, study.target, "target", seed, bench, general)
    places, task = study.places_of(CONTROLS), _task(study)
    held = bench.run(
        0,
        "controls",
        control,
        progress=(len(HELD) + 1) * task.fitted_tokens,
        model=model.file("model"),
        emulators=chosen.file("emulators.json"),
        same_layers=tuned.file("weights/same_layers.safetensors"),
        trained=places,
        task=task,
        corpus=target.file("first.arrow"),
        held_out=target.file("held_out.arrow"),
        tokenizer=general.file("tokenizer"),
        seed=seed,
    )
    lines = bench.run(
        0,
        "lines",
        connect,
        model=model.file("model"),
        emulators=chosen.file("emulators.json"),
        tuned=tuned.file("weights"),
        controls=held.file("weights"),
        trained=places,
        task=task,
        held_out=target.file("held_out.arrow"),
        tokenizer=general.file("tokenizer"),
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
    metrics = {key: Metric(**measure, version=1) for key, measure in measures.items()}
    return {"metrics": metrics, "tuning": tuning}


def _number(value: float) -> dict[str, Any]:
    return {"value": value, "stderr": None, "n": 1}
