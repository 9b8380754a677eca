"""A causal language model in training: its loss on the next token, and what it is built of."""

import warnings
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.fsdp import FSDPModule, fully_shard
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PretrainedConfig,
    PreTrainedModel,
)

from data.attention import one_text_per_row
from data.errors import BadInput, RunFailed
from lightning_modules.fitting.answer_data import AnswerBatch, answer_loss
from lightning_modules.fitting.likelihood import negative_log_likelihood
from lightning_modules.fitting.optimizing import Optimized
from lightning_modules.settings import ModelShape, Optimization


class NonFiniteLoss(RunFailed):
    """The loss of a step is NaN or infinite."""


def build_model(shape: ModelShape, seed: int) -> PreTrainedModel:
    """A model with fresh weights, a pure function of the arguments."""
    config = LlamaConfig(
        vocab_size=shape.vocabulary_size,
        hidden_size=shape.width,
        intermediate_size=shape.feed_forward,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=shape.context,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=0,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlamaForCausalLM(config)


def check_shape(name: str, config: PretrainedConfig, shape: ModelShape) -> None:
    """Compare the size of a checkpoint with what is said of it.

    Args:
        name: Name of the checkpoint, for the message.
        config: Configuration of the checkpoint.
        shape: Size by the recipe; the context may be shorter than what the checkpoint was built
            for.

    Raises:
        BadInput: The sizes differ.
    """
    sizes = (
        ("layers", "num_hidden_layers", shape.layers),
        ("width", "hidden_size", shape.width),
        ("heads", "num_attention_heads", shape.heads),
        ("feed_forward", "intermediate_size", shape.feed_forward),
        ("vocabulary_size", "vocab_size", shape.vocabulary_size),
    )
    for setting, attribute, stated in sizes:
        size = getattr(config, attribute, None)
        if size is not None and size != stated:
            raise BadInput(
                f"{name}: model.{setting} of the recipe is {stated:,}, the checkpoint has {size:,}"
            )
    longest = getattr(config, "max_position_embeddings", None)
    if longest is not None and shape.context > longest:
        raise BadInput(
            f"{name}: model.context of the recipe is {shape.context:,}, the checkpoint was built "
            f"for {longest:,}"
        )


def cross_entropy(logits: Tensor, targets: Tensor, truncate_above: float | None) -> Tensor:
    """Mean negative log-likelihood, over the tokens that are not more likely than the limit.

    Args:
        logits: Logits of every token of the vocabulary, shape (tokens, vocabulary).
        targets: Token ids that are to be predicted, shape (tokens,).
        truncate_above: Probability above which a token does not count; None counts every token.
            When all are above, the loss is 0. The mean is over the counted tokens of one pass; a
            step of several is a mean of such means.
    """
    each = negative_log_likelihood(logits, targets)
    if truncate_above is None:
        return each.mean()
    counted = (-each.detach()).exp() <= truncate_above
    return (each * counted).sum() / counted.sum().clamp(min=1)


def next_token_loss(
    model: nn.Module, batch: Tensor, z_loss: float, truncate_above: float | None = None
) -> Tensor:
    """Mean negative log-likelihood of the next token in nats, and the z-loss if it is on.

    Args:
        model: Language model that gives logits.
        batch: Windows of tokens, shape (batch, context + 1).
        z_loss: Weight of the mean squared log-normaliser.
        truncate_above: Probability above which a token does not count; see `cross_entropy`.
    """
    logits = model(input_ids=batch[:, :-1], use_cache=False).logits.flatten(0, 1).float()
    loss = cross_entropy(logits, batch[:, 1:].flatten(), truncate_above)
    return loss + z_loss * logits.logsumexp(dim=-1).square().mean() if z_loss else loss


@cache
def compiles(device: str) -> bool:
    """Whether `torch.compile` works on this device, forward and backward; a warning says why not.

    It is one line: without a C++ compiler, fits go on as they do where none is compiled.

    Args:
        device: Kind of device as PyTorch names it, `cpu` or `cuda`.
    """
    probe = torch.compile(lambda x: (x + 1).sin().sum())
    try:
        probe(torch.zeros(2, device=device, requires_grad=True)).backward()
    except Exception as error:  # every back end has errors of its own
        reason = " ".join(str(error).split("\n\n")[0].split()) or type(error).__name__
        warnings.warn(
            f"torch.compile does not work here, training runs without it: {reason}", stacklevel=2
        )
        return False
    return True


class CausalLM(Optimized):
    """Trains a causal language model on windows of tokens, shape (batch, context + 1).

    Of windows with labels (`AnswerBatch`) it learns the labels alone. Weights that are frozen are
    in no checkpoint: they come from where they came from.

    With `truncate_above` the loss ignores tokens to which the model gives more than this
    probability (truncated cross-entropy, Shabgahi et al. 2025).
    """

    def __init__(
        self,
        model: PreTrainedModel,
        optimization: Optimization,
        n_steps: int,
        *,
        truncate_above: float | None = None,
        compiled: bool = False,
    ) -> None:
        super().__init__(optimization, n_steps)
        self.truncate_above = truncate_above
        self.model = model
        self.loss = torch.compile(next_token_loss) if compiled else next_token_loss
        # Without the frozen weights a checkpoint has not every weight.
        self.strict_loading = all(parameter.requires_grad for parameter in model.parameters())

    def configure_model(self) -> None:
        """Shard parameters, gradients and optimizer states, if the trainer's strategy has a mesh.

        Layer by layer (FSDP2), so that one layer's weights are whole at a time.
        """
        if self.device_mesh is None or isinstance(self.model, FSDPModule):
            return
        mesh = self.device_mesh["data_parallel"]
        layers: Any = getattr(self.model.base_model, "layers", None)
        if layers is None:
            raise BadInput(
                f"{type(self.model).__name__} has no list `layers` to divide; leave out --sharded"
            )
        for layer in layers:
            fully_shard(layer, mesh=mesh)
        fully_shard(self.model, mesh=mesh)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Leave frozen weights out of the checkpoint; they stay as they were loaded."""
        if self.strict_loading:
            return
        named = self.named_parameters(remove_duplicate=False)
        frozen = {name for name, parameter in named if not parameter.requires_grad}
        weights = checkpoint["state_dict"]
        checkpoint["state_dict"] = {name: weights[name] for name in weights if name not in frozen}

    def training_step(self, batch: Tensor | AnswerBatch, batch_idx: int) -> Tensor:
        """The loss of one forward pass."""
        if isinstance(batch, AnswerBatch):
            loss = answer_loss(self.model, batch, self.optimization.z_loss)
        else:
            with one_text_per_row(self.model):
                loss = self.loss(self.model, batch, self.optimization.z_loss, self.truncate_above)
        return loss
