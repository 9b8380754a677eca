"""The one way in which a model is loaded: all of its weights, all of them numbers, and causal.

A library fills weights that it does not find with random ones and says so in a table; a model that
sees the future, or one that is no number, gives scores like any other. None of them goes on here.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.utils import logging

from data.checkpoints.files import found, refuse_damaged
from data.checkpoints.hub import only_here
from data.errors import BadInput

_NAMED = 3
"""Number of tensors that a message names; it counts the others."""
_PROBE = 8
"""Number of tokens of the probe of causality."""
_CLEAR = 0.02
"""How far the logits before a changed token may move at most, relative to those at it; below that,
derivatives tell sight of the future from rounding."""


def load_model(
    name: str | Path, *, dtype: torch.dtype, gguf_file: str | None = None
) -> PreTrainedModel:
    """Load a causal language model from a folder, or by its hub name, in evaluation mode.

    Weights are read once to see that they are numbers, and twice to score a few tokens. No code of
    a checkpoint is run, and no pickle read.

    Args:
        name: Folder of the model, or its hub name.
        dtype: Type of the weights.
        gguf_file: File of the folder that holds quantised weights, in place of safetensors.

    Raises:
        BadInput: There is no such model; it has other tensors than its configuration says, by name;
            a weight is no number; or a score depends on what comes after it.
    """
    if gguf_file is None and Path(name).is_dir():
        refuse_damaged(Path(name))
    source: dict[str, Any] = (
        {"use_safetensors": True} if gguf_file is None else {"gguf_file": gguf_file}
    )
    with found(name):
        here = only_here(name)
        with _no_tables():
            loaded: Any = AutoModelForCausalLM.from_pretrained(
                name,
                dtype=dtype,
                trust_remote_code=False,
                local_files_only=here,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are refused below, by name
                **source,
            )
        model, told = loaded
        model.eval()
        refuse_half_loaded(name, told)
        _refuse_adapters(name, model)
        refuse_broken_weights(name, model)
        refuse_sight_of_the_future(name, model)
    whole: PreTrainedModel = model
    return whole


@contextmanager
def _no_tables() -> Iterator[None]:
    """Keep transformers from printing its report and its bars; what they say is an error here."""
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(50)  # critical
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def refuse_half_loaded(name: str | Path, told: Mapping[str, Any]) -> None:
    """Refuse a model that has other tensors than its configuration says.

    Args:
        name: Name of the model, for the message.
        told: What transformers tells of a load (`output_loading_info`).

    Raises:
        BadInput: A tensor is missing, unexpected, or of another shape, by name.
    """
    kinds = {
        "lacks": told["missing_keys"],
        "has too many": told["unexpected_keys"],
        "has of another shape": [_reshaped(*entry) for entry in told["mismatched_keys"]],
        "has damaged": told["error_msgs"],
    }
    if said := [f"{verb} {_names(tensors)}" for verb, tensors in kinds.items() if tensors]:
        raise BadInput(
            f"{name}: the weights are not those that config.json describes: the checkpoint "
            f"{'; it '.join(said)}; save the whole model again, or give the config that belongs "
            "to it"
        )


def _reshaped(tensor: str, held: Iterable[int], wanted: Iterable[int]) -> str:
    return f"{tensor} ({'x'.join(map(str, held))} in place of {'x'.join(map(str, wanted))})"


def _names(tensors: Iterable[str]) -> str:
    first, *_ = names = sorted(str(tensor).splitlines()[0] for tensor in tensors)
    if len(names) == 1:
        return first
    others = f", and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + others


def _refuse_adapters(name: str | Path, model: PreTrainedModel) -> None:
    """Refuse adapters that transformers has put into a model, of the hub for example."""
    if getattr(model, "_hf_peft_config_loaded", False):
        raise BadInput(
            f"{name}: holds adapters beside a model; merge them into it and save the whole model"
        )


def refuse_broken_weights(name: str | Path, model: PreTrainedModel) -> None:
    """Refuse a model with weights that are NaN or infinite.

    Each tensor is read once, and nothing of its size is made.

    Raises:
        BadInput: There are such weights, by the name of their tensor.
    """
    broken = [tensor for tensor, weight in model.state_dict().items() if not _is_finite(weight)]
    if broken:
        raise BadInput(
            f"{name}: weights are NaN or infinite as {_type(model)}, in "
            f"{_names(broken)}; the model is broken, or its weights need another type of numbers"
        )


def _is_finite(weight: Tensor) -> bool:
    if not weight.is_floating_point() or weight.itemsize < 2 or weight.numel() == 0:
        return True
    return all(math.isfinite(extreme) for extreme in weight.aminmax())


def refuse_sight_of_the_future(name: str | Path, model: PreTrainedModel) -> None:
    """Let a model read two texts that differ in their last token, and compare what it says before.

    Raises:
        BadInput: Logits before the last token depend on it: attention is not causal. Or they are no
            numbers, though all weights are.
    """
    vocabulary = model.get_output_embeddings().weight.shape[0]
    longest = getattr(model.config, "max_position_embeddings", None) or _PROBE
    text = torch.arange(min(_PROBE, longest), device=model.device)[None] % vocabulary
    other = text.clone()
    other[0, -1] = (text[0, -1] + 1 + vocabulary // 2) % vocabulary
    with torch.inference_mode():
        logits, others = (
            model(input_ids=tokens, use_cache=False).logits[0].float() for tokens in (text, other)
        )
    if not bool(logits.isfinite().all()):
        raise BadInput(
            f"{name}: gives scores that are NaN or infinite as {_type(model)}, though its weights "
            "are numbers; give another type of numbers, or another model"
        )
    moved = (logits - others).abs().amax(dim=-1)
    is_clear = bool((moved[:-1] > _CLEAR * moved[-1]).any())
    if is_clear or (bool(moved[:-1].any()) and _feels_the_future(model, text)):
        raise BadInput(
            f"{name}: {type(model).__name__} sees the future: what it says of a token changes with "
            "a token after it, so its probabilities are none of the next token; give a causal "
            "language model"
        )


def _feels_the_future(model: PreTrainedModel, text: Tensor) -> bool:
    """Whether logits before the last token have a derivative by the last token's embedding.

    Where attention is causal the derivative is exactly 0 in every type of numbers. The logits
    themselves need not be the same to the last bit: a mixture of experts multiplies a token in
    company of others, and rounds otherwise in other company.
    """
    held: list[Tensor] = []

    def hold(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        held.append(output.detach().requires_grad_())
        return held[-1]

    hook = model.get_input_embeddings().register_forward_hook(hold)
    try:
        with torch.enable_grad():
            before = model(input_ids=text, use_cache=False).logits[0, :-1].float()
            # The square: all logits of a position together may not change at all.
            (slope,) = torch.autograd.grad(before.square().sum(), held[0])
    finally:
        hook.remove()
    return bool(slope[0, -1].any())


def _type(model: PreTrainedModel) -> str:
    return str(model.dtype).removeprefix("torch.")
