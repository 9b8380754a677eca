import pytest
import torch
from torch import Tensor
from torch.nn import functional

from lightning_modules.fitting.likelihood import negative_log_likelihood


def _drawn(scale: float) -> tuple[Tensor, Tensor]:
    rng = torch.Generator().manual_seed(0)
    logits = scale * torch.randn(7, 11, generator=rng, dtype=torch.float32)
    return logits.requires_grad_(), torch.randint(11, (7,), generator=rng)


@pytest.mark.parametrize("scale", [0.0, 1.0, 300.0])
def test_loss_and_gradient_are_those_of_pytorch(scale: float) -> None:
    """At 300 most probabilities are 0 in fp32, and those of some targets as well."""
    logits, targets = _drawn(scale)
    weights = torch.arange(7.0)

    ours = negative_log_likelihood(logits, targets)
    (gradient,) = torch.autograd.grad(ours @ weights, logits)

    theirs = functional.cross_entropy(logits, targets, reduction="none")
    (expected,) = torch.autograd.grad(theirs @ weights, logits)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradient, expected)


def test_logits_that_are_used_twice_get_both_gradients() -> None:
    """As with the z-loss: what the first use leaves in memory is not the logits."""
    logits, targets = _drawn(1.0)

    loss = negative_log_likelihood(logits, targets).sum() + logits.logsumexp(-1).square().sum()
    (gradient,) = torch.autograd.grad(loss, logits)

    theirs = functional.cross_entropy(logits, targets, reduction="sum")
    (expected,) = torch.autograd.grad(theirs + logits.logsumexp(-1).square().sum(), logits)
    torch.testing.assert_close(gradient, expected)


def test_a_second_backward_pass_is_refused() -> None:
    logits, targets = _drawn(1.0)
    loss = negative_log_likelihood(logits, targets).sum()
    loss.backward(retain_graph=True)

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_lower_precision_is_summed_in_fp32() -> None:
    logits, targets = _drawn(1.0)
    short = logits.detach().bfloat16().requires_grad_()

    ours = negative_log_likelihood(short, targets)
    ours.sum().backward()

    assert ours.dtype == torch.float32
    torch.testing.assert_close(
        ours, functional.cross_entropy(short.float(), targets, reduction="none")
    )
    assert short.grad is not None
    (expected,) = torch.autograd.grad(
        functional.cross_entropy(short.float(), targets, reduction="sum"), short
    )
    torch.testing.assert_close(short.grad, expected)


def test_a_target_that_is_no_token_is_refused() -> None:
    logits, _ = _drawn(1.0)

    with pytest.raises(RuntimeError, match="out of bounds"):
        negative_log_likelihood(logits, torch.full((7,), -100))
