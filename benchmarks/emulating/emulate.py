"""Makes an emulator of a model: chooses layers, measures what the others were worth, writes it."""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from transformers import AutoConfig, PreTrainedModel

from benchmarks.emulating.report import Loss, Report
from benchmarks.emulating.request import Dtype, EmulateRequest, refuse_taken
from benchmarks.running.packaged import prior_folder
from data.checkpoints.files import found
from data.checkpoints.hub import only_here
from data.checkpoints.loading import load_model
from data.errors import RunFailed
from data.files import PARTIAL, discard, write_atomic
from data.prior import Prior, load_prior, weights_digest
from data.randomness import stream
from lightning_modules.device import Device
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.checkpoint import refuse_undescribed, save_emulator
from lightning_modules.layers.layout import Layout, check_count
from lightning_modules.layers.selection.measures import Measures
from lightning_modules.layers.selection.passes import Passes
from lightning_modules.layers.selection.rules import select
from lightning_modules.layers.surgery import Emulator, emulator_of

Tell = Callable[[str, int], None]
"""Told of a part of the work that begins, and how many steps it has; of a step with no name."""

_ROUNDING = 1e-3
"""How far logits of one model may lie apart at most, relative to the largest: memory that lies
otherwise is added up otherwise."""


def emulate(request: EmulateRequest, output: Path, *, device: Device, tell: Tell) -> Report:
    """Write an emulator of a model into a folder that appears whole or not at all.

    Args:
        request: The model, how many layers stay, by which rule, measured on what.
        output: Folder to make.
        device: Device that measures.
        tell: Told of what begins and of every step.

    Raises:
        BadInput: The place is taken, the model has no layers that can be left out or too few, or
            the text is none or too short.
        RunFailed: What was written is not what was measured.
    """
    refuse_taken(output)
    began = time.monotonic()
    tell("reading the model", 0)
    prior = _load(request.model, request.dtype, device)
    seen, others = request.split(prior)
    measures = Measures(prior.model, seen)
    check_count(measures.n_layers, request.keep)
    _measure(measures, request.rule, tell)
    rng = stream(request.seed, "emulate/layers")
    chosen = select(request.rule, measures, request.keep, rng=rng)
    layout = Layout(n_layers=measures.n_layers, kept=chosen.kept, sharing=request.sharing)
    emulator = emulator_of(prior.model, layout)
    refuse_undescribed(emulator.model)
    tell("measuring what it lost", 2)
    calibration = measures.full, measures.losses(chosen.kept, request.sharing)
    tell("", 1)
    passes = Passes(prior.model, others)
    held_out = passes.full, passes.losses(chosen.kept, request.sharing)
    tell("", 1)
    report = Report(
        request=request,
        weights=weights_digest(prior.model),
        n_layers=measures.n_layers,
        kept=chosen.kept,
        parameters=_parameters(emulator.model),
        parameters_written=_parameters(emulator.model) + _written_again(emulator),
        parameters_whole=_parameters(prior.model),
        calibration=Loss.of(*calibration, seen),
        held_out=Loss.of(*held_out, others),
        token_passes=chosen.cost.token_passes,
        seconds=time.monotonic() - began,
    )
    tell("writing", 0)
    _write(emulator, prior, report, output, probe=others[0])
    return report


def _load(name: str, dtype: Dtype, device: Device) -> Prior:
    """The whole model, where it is to be measured."""
    place = prior_folder(name)
    as_asked = _own_dtype(place) if dtype == "auto" else getattr(torch, dtype)
    prior = load_prior(place, context=None, prefix=None, dtype=as_asked)
    prior.model.to(device.kind)  # type: ignore[arg-type]
    return prior


def _own_dtype(place: str) -> torch.dtype:
    """The type of numbers that a checkpoint says of its weights; fp32 where it says none."""
    with found(place):
        config = AutoConfig.from_pretrained(
            place, trust_remote_code=False, local_files_only=only_here(place)
        )
    own = getattr(config, "dtype", None)
    return own if isinstance(own, torch.dtype) else torch.float32


def _measure(measures: Measures, rule: str, tell: Tell) -> None:
    """Measure, step by step, what a rule is going to ask for."""
    longest = {"skip_cost": 1, "intervals": measures.longest}.get(rule, 0)
    n = measures.n_layers
    steps = [
        (*range(start), *range(start + length, n))
        for length in range(1, min(longest, n - 1) + 1)
        for start in range(n - length + 1)
    ]
    if steps:
        tell("measuring layers", len(steps))
    for kept in steps:
        measures.losses(kept)
        tell("", 1)


def _parameters(model: PreTrainedModel) -> int:
    return sum({p.data_ptr(): p.numel() for p in model.parameters()}.values())


def _written_again(emulator: Emulator) -> int:
    """Weights that a file holds more than once: those of a layer at every place but its first."""
    seen: set[int] = set()
    again = 0
    for layer in blocks(emulator.model):
        for weight in layer.parameters():
            again += weight.numel() if weight.data_ptr() in seen else 0
            seen.add(weight.data_ptr())
    return again


def _write(
    emulator: Emulator, prior: Prior, report: Report, output: Path, *, probe: Sequence[int]
) -> None:
    """Write model, tokenizer and report; read the model back and compare it on a text."""
    with _whole(output) as folder:
        save_emulator(emulator, folder, source=report.request.model)
        prior.tokenizer.save_pretrained(folder)
        facts = json.dumps(report.as_json(), indent=1, allow_nan=False)
        write_atomic(folder / "report.json", facts + "\n")
        write_atomic(folder / "README.md", report.card(output.name))
        _refuse_other(load_model(folder, dtype=emulator.model.dtype), emulator.model, probe)


@contextmanager
def _whole(output: Path) -> Iterator[Path]:
    """A folder beside the place, which moves there once it is complete."""
    partial = output.with_name(f"{output.name}{PARTIAL}{os.getpid()}")
    partial.mkdir(parents=True)
    try:
        yield partial
        refuse_taken(output)
        partial.rename(output)
    finally:
        if partial.exists():
            discard(partial)


@torch.inference_mode()
def _refuse_other(read: PreTrainedModel, meant: PreTrainedModel, probe: Sequence[int]) -> None:
    """Refuse a checkpoint that is read as another model than the one that was measured.

    Raises:
        RunFailed: The two give a text other logits.
    """
    text = torch.tensor([probe])
    ours, theirs = (
        model(input_ids=text.to(model.device), use_cache=False).logits.float().cpu()
        for model in (meant, read.to(meant.device))  # type: ignore[arg-type]
    )
    apart = float((ours - theirs).abs().max())
    if not apart <= _ROUNDING * float(ours.abs().max()):
        raise RunFailed(
            f"{type(meant).__name__}: read back, the emulator is another model (logits differ by "
            f"{apart:.2g}); this architecture cannot be emulated yet"
        )
