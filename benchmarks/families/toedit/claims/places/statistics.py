"""What the claims about places measure on the chains of one seed, and what records must show."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import LOSS
from benchmarks.families.toedit.claims.doses import changes
from benchmarks.paper.evidence import Data


@dataclass(frozen=True, slots=True)
class AsMany:
    """The need of a comparison of places: every edited arm changes as many tokens, and not few.

    It looks at counts of tokens, never at a loss.
    """

    least: float
    """Smallest share of tokens that the edits of an arm change, over seeds and generations."""
    arms: tuple[int, ...]
    """Places of the edited arms among those of the rule."""

    @property
    def words(self) -> str:
        """What must be so, in words."""
        return f"the edited arms change equally many tokens, at least {100 * self.least:g} %"

    @property
    def data(self) -> Data:
        """The share and the arms."""
        return {"need": "as many", **asdict(self)}

    def missing(self, chosen: Sequence[Sequence[Record]]) -> str:
        """The first seed whose arms change unequal numbers, or too few; empty where none does."""
        for chains in chosen:
            edited = [chains[arm] for arm in self.arms]
            if len({changes([chain])[0] for chain in edited}) > 1:
                counts = (f"`{one.workflow}` {changes([one])[0]:,}" for one in edited)
                return f"seed {chains[0].seed} changed unequal numbers: {', '.join(counts)}"
            for chain in edited:
                changed, tokens = changes([chain])
                if changed < self.least * tokens or not tokens:
                    return (
                        f"`{chain.workflow}` of seed {chain.seed} changed {changed:,} of "
                        f"{tokens:,} tokens, fewer than {100 * self.least:g} %: no test"
                    )
        return ""


def last_losses(chains: Sequence[Record]) -> NDArray[np.float64]:
    """Held-out bits per byte of every chain at its end, shape (chains,)."""
    return np.array([chain.last.metrics[LOSS].value for chain in chains])


def band_slope(chains: Sequence[Record]) -> float:
    """Slope of the last loss over the number of the band, in bits a band, by least squares.

    The chains are those of all bands, the least likely tokens first.
    """
    losses = last_losses(chains)
    place = np.arange(len(losses)) - (len(losses) - 1) / 2
    return float(place @ losses / (place @ place))


def main_effect(chains: Sequence[Record]) -> float:
    """Mean last loss of the first half of the chains, less that of the second, in bits."""
    first, second = np.split(last_losses(chains), 2)
    return float(first.mean() - second.mean())


def interaction(chains: Sequence[Record]) -> float:
    """What the first chain ends above the second, less what the third ends above the fourth."""
    losses = last_losses(chains)
    return float(losses[0] - losses[1] - (losses[2] - losses[3]))
