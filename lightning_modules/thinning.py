"""Which layers a thinned model keeps; loads without torch.

Offsite tuning (Xiao et al. 2023, arXiv 2302.04870, Section 3.3) keeps layers at equal distances.
"""

from data.errors import BadInput


def kept_layers(n_layers: int, share: float) -> tuple[int, ...]:
    """The layers that a thinned model keeps: the first, the last, and others at equal distances.

    Args:
        n_layers: Number of layers of the whole model.
        share: Share of the layers that is kept; at least one layer stays, the first.

    Raises:
        BadInput: The share is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise BadInput(f"layers is {share}; it must be above 0 and at most 1")
    n_kept = max(round(share * n_layers), 1)
    gaps, last = n_kept - 1, n_layers - 1
    # Halves are rounded up, in whole numbers.
    return tuple((2 * i * last + gaps) // (2 * gaps) if gaps else 0 for i in range(n_kept))
