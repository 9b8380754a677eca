"""What sweeps take at most on a GPU that nobody has yet run them on: arithmetic, and no measure."""

from collections.abc import Iterable

from benchmarks.families.critical_data.sweeps.settings import Sweep

CARD = "H200"
_FLOPS = 40e12
"""Operations in fp32 per second that are counted on: of the 67e12 that the maker states, the share
that products with so short rows may reach."""
_BYTES = 4.2e12
"""Bytes per second that a copy in its memory moves; measured, see docs/gpu.md."""
_LAUNCH = 1.5e-3
"""Seconds of a step of any size: some 150 kernels that are launched from Python."""
_PASSES = 8
"""Times that a row of activations is written or read in a step, forward and back."""
_MIXED = 20
"""The same of the rows that attention mixes, each head by itself."""


def flops(sweep: Sweep) -> float:
    """Operations of one step for one question: six for each weight that it meets."""
    width = sweep.width
    return 6.0 * (width * width + 2 * width * 4 * width + width * sweep.modulus)


def moved(sweep: Sweep) -> float:
    """Bytes that move in the device's memory in one step for one question."""
    wide = _PASSES * (4 * sweep.width + sweep.modulus)
    return 4.0 * (wide + _MIXED * sweep.width)


def seconds(sweep: Sweep, seeds: int) -> float:
    """Seconds of all batches of so many seeds at once, if no model is done before its budget.

    Rows are filled up to the largest size of their batch. A paced sweep counts with its whole cap.
    """
    sizes = [size for size, _, _ in sweep.variants]
    batches = [sizes[at : at + sweep.at_once] for at in range(0, len(sizes), sweep.at_once)]
    total = 0.0
    for batch in batches:
        questions = seeds * len(batch) * max(batch)
        busy = questions * (flops(sweep) / _FLOPS + moved(sweep) / _BYTES)
        total += sweep.steps * max(busy, _LAUNCH)
    return total


def in_words(sweeps: Iterable[Sweep], blocks: int, seeds: int) -> str:
    """What several sweeps take at most, each for so many blocks of seeds.

    Args:
        sweeps: What is trained.
        blocks: Number of blocks.
        seeds: Seeds of a block, which train at once.
    """
    minutes = blocks * sum(seconds(sweep, seeds) for sweep in sweeps) / 60
    return (
        f"at most {minutes:,.1f} minutes of one {CARD}, {seeds} seeds at once, if no model is done "
        "before its budget; reckoned from operations and bytes, not measured"
    )
