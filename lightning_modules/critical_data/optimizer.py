"""AdamW over many models in one tensor, each with a learning rate and a decay of its own."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


class StackedAdamW(torch.optim.Optimizer):
    """AdamW (Loshchilov and Hutter 2019) for weights of shape (runs, ..).

    It is `torch.optim.AdamW` for each run by itself. Runs that are not `active` keep their weights,
    whatever their gradient is, a number or none.

    Args:
        weights: Weights of all runs, runs first.
        rates: Learning rate of each run, shape (runs,).
        decays: Weight decay of each run, shape (runs,).
        betas: What stays of the running mean of gradients, and of their squares, at a step.
        epsilon: What is added to the root of the mean square.
    """

    def __init__(
        self,
        weights: torch.nn.Parameter,
        *,
        rates: Tensor,
        decays: Tensor,
        betas: tuple[float, float],
        epsilon: float,
    ) -> None:
        super().__init__([weights], {"betas": betas, "eps": epsilon})
        self.rates = rates
        self.decays = decays
        self.active: Tensor | None = None
        """Indices of the runs that a step changes; None for all."""

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Make one step of every active run; the closure, if any, computes the gradient first."""
        result = None
        if closure is not None:
            with torch.enable_grad():
                result = closure()
        (group,) = self.param_groups
        (weights,) = group["params"]
        state = self.state[weights]
        if not state:
            state["step"] = torch.zeros(())
            state["mean"], state["square"] = torch.zeros_like(weights), torch.zeros_like(weights)
        state["step"] += 1
        self._apply(weights, state["mean"], state["square"], int(state["step"]), group)
        return result

    def _apply(
        self, weights: Tensor, mean: Tensor, square: Tensor, step: int, group: dict[str, Any]
    ) -> None:
        assert weights.grad is not None, "a backward pass comes first"
        whole = (weights, weights.grad, mean, square, self.rates, self.decays)
        active = self.active
        chosen = whole if active is None else tuple(each[active] for each in whole)
        w, gradient, m, s, rates, decays = chosen
        first, second = group["betas"]
        rates = rates[:, None].to(w.dtype)
        w.mul_(1 - rates * decays[:, None].to(w.dtype))
        m.lerp_(gradient, 1 - first)
        s.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        root = s.sqrt().div_(math.sqrt(1 - second**step)).add_(group["eps"])
        w.sub_((m / root).mul_(rates / (1 - first**step)))
        if self.active is not None:
            for kept, new in ((weights, w), (mean, m), (square, s)):
                kept.index_copy_(0, self.active, new)
