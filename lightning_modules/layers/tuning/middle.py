"""What the middle layers of a model are worth, as one number; loads without torch."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def middle_cost(costs: Sequence[float] | NDArray[np.float64]) -> float:
    """Median rise of the loss over the middle layers, which are all but the first and the last.

    Args:
        costs: Rise of the loss when each layer is left out, in nats per token; three or more.
    """
    return float(np.median(np.asarray(costs)[1:-1]))
