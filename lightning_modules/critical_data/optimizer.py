"""AdamW over many models in one tensor, each with a learning rate and a decay of its own."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


class StackedAdamW(torch.optim.Optimizer):
    """AdamW (Loshchilov and Hutter 2019) for weights of shape (runs, ..).

    It is `torch.optim.AdamW` for each run by itself, in a dozen operations for all of them. Runs
    that are not `active` keep their weights, whatever their gradient is, a number or none.

    Args:
        weights: Weights of all runs, runs first.
        rates: Learning rate of each run, shape (runs,), where the weights are.
        decays: Weight decay of each run, shape (runs,), where the weights are.
        betas: What stays of the running mean of gradients, and of their squares, at a step.
        epsilon: What is added to the root of the mean square.
        counts_there: Whether steps are counted where the weights are, so that no number is read
            from there and a step can be recorded; the corrections of the means are then computed
            there, too.
    """

    def __init__(
        self,
        weights: torch.nn.Parameter,
        *,
        rates: Tensor,
        decays: Tensor,
        betas: tuple[float, float],
        epsilon: float,
        counts_there: bool = False,
    ) -> None:
        super().__init__([weights], {"betas": betas, "eps": epsilon})
        self.counts_there = counts_there
        self.rates = rates
        self.decays = decays
        self.active: Tensor | None = None
        """Indices of the runs that a step changes; None for all."""
        self.whole_step: Callable[[], None] | None = None
        """Makes forward pass, backward pass and update in one, where a step has been recorded."""

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Make one step of every active run; the closure, if any, computes the gradient first."""
        result = None
        if closure is not None:
            with torch.enable_grad():
                result = closure()
        if self.whole_step is not None:
            with torch.enable_grad():
                self.whole_step()
            return result
        (weights,) = self.param_groups[0]["params"]
        mean, square = self.moments()
        count = self.counted()
        assert weights.grad is not None, "a backward pass comes first"
        whole = (weights, weights.grad, mean, square, self.rates, self.decays)
        active = self.active
        chosen = whole if active is None else tuple(each[active] for each in whole)
        w, gradient, m, s, rates, decays = chosen
        self.update(w, gradient, m, s, rates, decays, count)
        if active is not None:
            for kept, new in ((weights, w), (mean, m), (square, s)):
                kept.index_copy_(0, active, new)
        return result

    def moments(self) -> tuple[Tensor, Tensor]:
        """Running means of the gradients of all runs and of their squares, shaped as weights."""
        state = self._state()
        return state["mean"], state["square"]

    def counted(self) -> int | Tensor:
        """Count one more step; the number of all, as a tensor where it is counted there."""
        state = self._state()
        state["step"] += 1  # in place where it is a tensor
        count: int | Tensor = state["step"]
        return count

    def update(
        self,
        w: Tensor,
        gradient: Tensor,
        m: Tensor,
        s: Tensor,
        rates: Tensor,
        decays: Tensor,
        count: int | Tensor,
    ) -> None:
        """Change weights and means of some runs in place, by one step of AdamW.

        Args:
            w: Their weights.
            gradient: Their gradients.
            m: Running means of their gradients.
            s: Running means of the squares.
            rates: Their learning rates, shape (runs,).
            decays: Their weight decays, shape (runs,).
            count: Number of steps with this one.
        """
        group = self.param_groups[0]
        first, second = group["betas"]
        rates = rates[:, None].to(w.dtype)
        w.mul_(1 - rates * decays[:, None].to(w.dtype))
        m.lerp_(gradient, 1 - first)
        s.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        of_mean, of_root = _corrections(first, second, count)
        root = s.sqrt().div_(of_root).add_(group["eps"])
        w.sub_((m / root).mul_(rates / of_mean))

    def _state(self) -> dict[str, Any]:
        (group,) = self.param_groups
        (weights,) = group["params"]
        state: dict[str, Any] = self.state[weights]
        if not state:
            state["step"] = 0
            state["mean"], state["square"] = torch.zeros_like(weights), torch.zeros_like(weights)
        if self.counts_there != isinstance(state["step"], Tensor):  # at first, and once loaded
            number = float(state["step"])
            there = torch.tensor(number, device=weights.device)
            state["step"] = there if self.counts_there else int(number)
        return state


def _corrections(
    first: float, second: float, count: int | Tensor
) -> tuple[float | Tensor, float | Tensor]:
    """What the running mean is divided by for its start from 0, and the root of that of squares."""
    if isinstance(count, int):
        return 1 - first**count, math.sqrt(1 - second**count)
    steps = count.double()
    return 1 - first**steps, (1 - second**steps).sqrt()
