"""When a fit is long enough to be compiled first; loads without torch."""

from typing import Literal

_SECONDS_ON_A_CPU = 37.0
"""Seconds of the processor that the first compilation of four layers takes. From PyTorch's cache on
disk, every further process takes four; see docs/scale.md."""
_SAVED_PER_STEP = 0.013
"""Seconds of the processor that a compiled step saves, of the 0.07 of a step of the size below."""
_OPERATIONS_PER_STEP = 2.8e9
"""Operations of the step that was measured: 512 tokens, 920,000 weights. A smaller step saves less;
of a larger one no more is counted, for most of it are products that compilation leaves alone."""
_OPERATIONS_ON_A_GPU = 3e16
"""Two minutes of a GPU that reaches a quarter of 1e15 operations a second: compilation takes some
forty seconds, and a compiled step about two thirds of the time."""


def compilation_pays(
    kind: Literal["cpu", "cuda"], *, n_steps: int, n_tokens: int, n_parameters: int
) -> bool:
    """Whether a fit saves more time than its compilation takes.

    It depends on the fit alone, and not on what this or another process has compiled before: a
    compiled fit rounds otherwise, so that a fit that is interrupted would not go on as it began,
    and a chain would not come out as it did before the cache was filled.

    Args:
        kind: Kind of device as PyTorch names it.
        n_steps: Number of steps of the fit.
        n_tokens: Number of tokens of the fit.
        n_parameters: Number of weights of the model.
    """
    operations = 6 * n_parameters * n_tokens
    if kind == "cpu":
        saved = _SAVED_PER_STEP * min(n_steps, operations / _OPERATIONS_PER_STEP)
        return saved >= _SECONDS_ON_A_CPU
    return operations >= _OPERATIONS_ON_A_GPU
