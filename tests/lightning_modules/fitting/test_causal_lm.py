import math
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from transformers import PreTrainedModel

from lightning_modules.fitting.causal_lm import (
    CausalLM,
    build_model,
    compiles,
    cross_entropy,
    next_token_loss,
)
from lightning_modules.settings import ModelShape, Optimization
from tests.support.processes.forked import python

pytestmark = pytest.mark.long

_OPTIMIZATION = Optimization(learning_rate=1e-2, warmup_steps=2, windows_per_step=4)


def test_weights_are_a_function_of_the_seed(shape: ModelShape) -> None:
    def flat(seed: int) -> torch.Tensor:
        return torch.cat([p.flatten() for p in build_model(shape, seed).parameters()])

    assert torch.equal(flat(0), flat(0))
    assert not torch.equal(flat(0), flat(1))


def test_building_a_model_leaves_the_global_generator_alone(shape: ModelShape) -> None:
    state = torch.get_rng_state()

    build_model(shape, 0)

    assert torch.equal(torch.get_rng_state(), state)


def test_the_loss_is_that_of_the_library(model: PreTrainedModel) -> None:
    module = CausalLM(model, _OPTIMIZATION, n_steps=10)
    batch = torch.randint(0, 300, (2, 33), generator=torch.Generator().manual_seed(0))

    ours = module.training_step(batch, 0)

    logits = model(input_ids=batch[:, :-1]).logits
    expected = -logits.log_softmax(-1).gather(2, batch[:, 1:, None]).mean()
    torch.testing.assert_close(ours, expected)


def test_only_matrices_decay(model: PreTrainedModel) -> None:
    decayed, kept = (
        CausalLM(model, _OPTIMIZATION, 10).configure_optimizers()["optimizer"].param_groups
    )  # type: ignore[index,call-overload]

    assert all(p.dim() >= 2 for p in decayed["params"])
    assert all(p.dim() == 1 for p in kept["params"])
    assert (decayed["weight_decay"], kept["weight_decay"]) == (0.1, 0.0)


def test_heads_must_divide_the_width() -> None:
    with pytest.raises(ValueError, match="width 30 is not a multiple of heads 4"):
        ModelShape(layers=1, width=30, heads=4, feed_forward=8, context=8, vocabulary_size=300)


def test_a_truncated_loss_leaves_out_tokens_that_are_likelier_than_the_limit() -> None:
    """Two tokens of probability 0.9 and 0.5: a limit of 0.8 leaves -log 0.5."""
    logits = torch.log(torch.tensor([[0.9, 0.1], [0.5, 0.5]]))
    targets = torch.tensor([0, 1])

    whole, cut = (float(cross_entropy(logits, targets, limit)) for limit in (None, 0.8))

    assert whole == pytest.approx(-(math.log(0.9) + math.log(0.5)) / 2)
    assert cut == pytest.approx(-math.log(0.5))


def test_a_loss_that_counts_no_token_is_zero() -> None:
    logits = torch.log(torch.tensor([[0.9, 0.1]]))

    assert float(cross_entropy(logits, torch.tensor([0]), 0.5)) == 0.0


def test_the_z_loss_is_the_mean_square_of_the_log_normaliser(model: PreTrainedModel) -> None:
    batch = torch.randint(0, 300, (2, 9), generator=torch.Generator().manual_seed(0))
    logits = model(input_ids=batch[:, :-1]).logits

    added = next_token_loss(model, batch, 0.5) - next_token_loss(model, batch, 0.0)

    torch.testing.assert_close(added, 0.5 * logits.logsumexp(-1).square().mean())


class _Output(NamedTuple):
    logits: torch.Tensor


class _Table(torch.nn.Module):
    """A model of one operation, which compiles in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.table = torch.nn.Embedding(9, 9)

    def forward(self, input_ids: torch.Tensor, use_cache: bool) -> _Output:
        return _Output(self.table(input_ids))


def test_a_compiled_loss_is_the_loss() -> None:
    model, batch = _Table(), torch.arange(8).reshape(2, 4)

    compiled = torch.compile(next_token_loss)(model, batch, 0.0)

    assert compiles("cpu")
    plain = next_token_loss(model, batch, 0.0)
    torch.testing.assert_close(compiled, plain)
    gradients = [torch.autograd.grad(loss, model.table.weight)[0] for loss in (compiled, plain)]
    torch.testing.assert_close(*gradients)


def test_without_a_compiler_training_goes_on_without_compilation(tmp_path: Path) -> None:
    script = (
        "import warnings; warnings.simplefilter('always')\n"
        "from torch._inductor import config\n"
        "config.cpp.cxx, config.force_disable_caches = (None, 'no-such-compiler'), True\n"
        "from lightning_modules.fitting.causal_lm import compiles; print(compiles('cpu'))"
    )

    outcome = python("-c", script, folder=tmp_path)

    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.split() == ["False"]
    lines = outcome.stderr.splitlines()
    (told,) = [line for line in lines if "torch.compile does not work here" in line]
    assert "No working C++ compiler" in told
    assert "TORCHDYNAMO_VERBOSE" not in outcome.stderr
