"""The theory's losses and gradients against automatic differentiation."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import logsigmoid

from theory.preference_data import losses

_BETA = 0.3
_RATIOS = np.random.default_rng(0).normal(size=(2, 32)) * 3

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def _bradley_terry(w: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    return -logsigmoid(w - q)


def _dpo(w: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    return -logsigmoid(_BETA * (w - q))


def _nca(w: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    r_w, r_l = _BETA * w, _BETA * q
    return -logsigmoid(r_w) - 0.5 * logsigmoid(-r_w) - 0.5 * logsigmoid(-r_l)


def _kto(w: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    z_w, z_l = ((_BETA * side).mean().clamp(min=0).detach() for side in (w, q))
    return 1 - torch.sigmoid(_BETA * w - z_l) + 1 - torch.sigmoid(z_w - _BETA * q)


@pytest.mark.parametrize(
    ("name", "loss", "given"),
    [
        ("bradley_terry", _bradley_terry, {}),
        ("dpo", _dpo, {"beta": _BETA}),
        ("nca", _nca, {"beta": _BETA}),
        ("kto_pair", _kto, {"beta": _BETA}),
    ],
)
def test_losses_and_gradients_are_those_of_automatic_differentiation(
    name: str, loss: Loss, given: dict[str, Any]
) -> None:
    w, q = (torch.tensor(side, dtype=torch.float64, requires_grad=True) for side in _RATIOS)

    found = loss(w, q)
    by_w, by_q = torch.autograd.grad(found.sum(), (w, q))

    ours = getattr(losses, name)(*_RATIOS, **given)
    our_w, our_q = getattr(losses, f"{name}_gradient")(*_RATIOS, **given)
    assert ours == pytest.approx(found.detach().numpy(), abs=1e-10)
    assert our_w == pytest.approx(by_w.numpy(), abs=1e-10)
    assert our_q == pytest.approx(by_q.numpy(), abs=1e-10)


def test_pairs_of_rewards_have_a_gradient_that_sums_to_zero() -> None:
    w, q = (torch.tensor(side, dtype=torch.float64, requires_grad=True) for side in _RATIOS)

    by_w, by_q = torch.autograd.grad(_bradley_terry(w, q).sum(), (w, q))

    assert (by_w + by_q).abs().max() < 1e-15
    assert by_w.abs().min() > 0


def test_the_normaliser_cancels_in_dpo() -> None:
    """Scores of a whole softmax policy: what the prompt adds to every logit has no gradient."""
    logits = torch.tensor([0.3, -1.0, 0.8], dtype=torch.float64)
    shift = torch.zeros((), dtype=torch.float64, requires_grad=True)
    log = torch.log_softmax(logits + shift, dim=0)

    (slope,) = torch.autograd.grad(_dpo(log[0], log[1]), shift)

    assert abs(slope) < 1e-15
