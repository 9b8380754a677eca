"""What runs inside a stage: one arm is tuned to one task at every rate, put back, and scored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.downstream.lm_eval_tasks import evaluate_tasks
from benchmarks.families.layer_emulators.paper.choices import Choice
from benchmarks.families.layer_emulators.paper.examples import Example, packed, read_examples
from benchmarks.families.layer_emulators.tuning.work.choosing import RULE
from benchmarks.families.layer_emulators.tuning.work.tuner import Tuner
from data.checkpoints.loading import load_model
from data.errors import BadInput
from data.files import discard
from data.randomness import stream
from data.text.tokens import encode, load_tokenizer
from lightning_modules.device import Advance, Device
from lightning_modules.fitting.answer_data import AnswerWindows
from lightning_modules.fitting.text_data import batches
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.layout import Layout
from lightning_modules.layers.selection.measures import Measures
from lightning_modules.layers.surgery import Emulator, emulator_of, plug_in
from lightning_modules.layers.tuning.fitting import Lessons
from lightning_modules.settings import Optimization

Measure = dict[str, float | int | None]


def tune_task(
    folder: Path,
    *,
    model: Path,
    tasks: Sequence[str],
    file: Path | None,
    choice: Choice,
    places: Mapping[str, Sequence[int]],
    kept: int,
    rates: Sequence[float],
    epochs: int,
    fit: Optimization,
    context: int,
    chosen_by: int,
    limit: int | None,
    seed: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Choose an emulator by a task's examples, tune it at every rate, and score what comes of it.

    Args:
        folder: Folder of the stage.
        model: The full model, with its tokenizer.
        tasks: The task, alone.
        file: Examples of one's own; None asks lm-eval.
        choice: How the arm makes its emulator.
        places: Layers that are trained, by the name that the choice has for them.
        kept: Layers of an emulator.
        rates: Learning rates.
        epochs: Passes over the examples.
        fit: How is tuned, but for the rate.
        context: Tokens of a window.
        chosen_by: Examples that layers are measured on.
        limit: Items of the task that are asked; None or 0 asks all.
        seed: Replicate; it keys the order of the examples.
        device: Device that the fits run on.
        advance: Told how many more tokens were trained on.
    """
    (task,) = tasks
    words = load_tokenizer(model)
    examples = read_examples(task, file)
    full = load_model(model, dtype=torch.float32).to(device.kind)  # type: ignore[arg-type]
    layout = layout_of(full, choice, places, kept, _texts(words, examples[:chosen_by], context))
    rng = stream(seed, "layer_emulators/paper/order", task)
    working = folder / "working"
    working.mkdir(exist_ok=True)
    lessons = lessons_of(examples, words, fit, context, epochs, rng)
    tuner = Tuner(lessons=lessons, texts=[], folder=working, device=device, advance=advance)
    score = partial(_score, words, task, limit or None)
    measures: dict[str, Measure] = {}
    for name, one in (("full", full), ("emulator", emulator_of(full, layout).model)):
        measures[f"{task}/{name}/zero_shot"] = tuner.once(f"{name}-zero", partial(score, one))
    for rate in rates:
        found = tuner.once(f"{rate:g}", partial(_at_rate, tuner, full, layout, rate, score))
        measures |= {f"{task}/{rate:g}/{name}": one for name, one in found.items()}
    discard(working)
    tokens = len(lessons.order) * fit.windows_per_step * context * len(rates)
    return {"measures": measures, "kept": list(layout.kept), "tokens": tokens}


def layout_of(
    full: PreTrainedModel,
    choice: Choice,
    places: Mapping[str, Sequence[int]],
    kept: int,
    texts: Sequence[Sequence[int]],
) -> Layout:
    """The layers of an arm's emulator.

    Args:
        full: The full model.
        choice: How the arm makes its emulator.
        places: Layers that are trained, by name.
        kept: Layers of an emulator, trained ones included.
        texts: Tokens of texts that a rule measures layers on.
    """
    n_layers = len(blocks(full))
    every = tuple(range(n_layers))
    trained = every if choice.places == "all" else tuple(places[choice.places])
    if not choice.rule:
        return Layout(n_layers=n_layers, kept=every, trainable=trained)
    frozen = RULE[choice.rule](Measures(full, texts), trained, kept - len(trained))
    chosen = tuple(sorted({*trained, *frozen}))
    return Layout(n_layers=n_layers, kept=chosen, trainable=trained, sharing=choice.sharing)


def lessons_of(
    examples: Sequence[Example],
    words: PreTrainedTokenizerFast,
    fit: Optimization,
    context: int,
    epochs: int,
    rng: np.random.Generator,
) -> Lessons:
    """Some passes over all examples, each in another order; answers alone are learnt.

    Args:
        examples: Prompts with answers.
        words: Tokenizer of the model.
        fit: Size of a step.
        context: Tokens of a window.
        epochs: Passes.
        rng: Decides the orders.

    Raises:
        BadInput: The examples are fewer than one step takes.
    """
    rows = packed(examples, words, context)
    if len(rows) < fit.windows_per_step:
        raise BadInput(
            f"{len(rows)} examples are fewer than one step of {fit.windows_per_step}; lower "
            "fit.windows_per_step"
        )
    order = [
        [number * len(rows) + at for at in step]  # each pass weighs the windows of its own steps
        for number in range(epochs)
        for step in batches(len(rows), fit.windows_per_step, rng)
    ]
    windows = AnswerWindows([rows] * epochs)
    windows.weigh(order, fit.parts_per_step)
    data: Dataset[Any] = windows
    return Lessons(windows=data, order=order, optimization=fit)


def _texts(
    words: PreTrainedTokenizerFast, examples: Sequence[Example], context: int
) -> list[list[int]]:
    """Tokens of whole examples, which a rule reads."""
    encoded = encode(words, [one.prompt + one.answer for one in examples])
    return [[words.eos_token_id, *ids][:context] for ids in encoded]


def _at_rate(
    tuner: Tuner, full: PreTrainedModel, layout: Layout, rate: float, score: Any
) -> dict[str, Measure]:
    """Tune a fresh emulator at one rate, and score it and the model with what it tuned."""
    emulator: Emulator = emulator_of(full, layout)
    fit = replace(tuner.lessons.optimization, learning_rate=rate)
    tuner.tune(emulator.model, replace(tuner.lessons, optimization=fit))
    return {"tuned": score(emulator.model), "plug_in": score(plug_in(full, emulator))}


def _score(
    words: PreTrainedTokenizerFast, task: str, limit: int | None, model: PreTrainedModel
) -> Measure:
    """Accuracy of a model by lm-eval, in per cent; of answers written out, the exact matches."""
    scores = evaluate_tasks(model, words, [task], limit=limit).scores
    found = {key.split("/")[1]: score for key, score in scores.items()}
    one = found["acc"] if "acc" in found else found["exact_match"]
    error = None if one.stderr is None else 100 * one.stderr
    return {"value": 100 * one.value, "stderr": error, "n": one.n}
