"""When a fit is long enough to be compiled first; loads without torch."""

from typing import Literal

_STEPS_ON_A_CPU = 5_000
"""A shorter fit is over before compilation, half a minute, has paid for itself."""
_OPERATIONS_ON_A_GPU = 3e16
"""Two minutes of a GPU that reaches a quarter of 1e15 operations a second: compilation takes some
forty seconds, and a compiled step about two thirds of the time."""


def compilation_pays(
    kind: Literal["cpu", "cuda"], *, n_steps: int, n_tokens: int, n_parameters: int
) -> bool:
    """Whether a fit saves more time than its compilation takes.

    It depends on the fit alone, and not on what the process has compiled before, so that a fit that
    is interrupted goes on as it began.

    Args:
        kind: Kind of device as PyTorch names it.
        n_steps: Number of steps of the fit.
        n_tokens: Number of tokens of the fit.
        n_parameters: Number of weights of the model.
    """
    if kind == "cpu":
        return n_steps >= _STEPS_ON_A_CPU
    return 6 * n_parameters * n_tokens >= _OPERATIONS_ON_A_GPU
