"""How many bits a text costs: a smoothed byte model that is fitted on other texts of its kind.

P(byte | last bytes) is interpolated over contexts of 0 to order - 1 bytes by Witten and Bell's rule
(1991): after a context seen n times with t different next bytes, a share t / (n + t) goes to the
context that is one byte shorter; below the shortest all 256 bytes and the end are alike. Every text
ends with a symbol of its own, so that the sum over all texts of their probabilities is 1.
"""

import math
from collections import Counter
from collections.abc import Iterable

_SYMBOLS = 257
_END = 256


class ByteModel:
    """A byte model of one order, fitted once.

    Args:
        texts: Texts to fit.
        order: Bytes of the longest run that is counted, with the byte that is predicted.
    """

    def __init__(self, texts: Iterable[str], order: int = 6) -> None:
        self.order = order
        self._seen: Counter[tuple[int, ...]] = Counter()
        """How often each run of 1 to `order` symbols was seen."""
        self._followed: Counter[tuple[int, ...]] = Counter()
        """How often each context was followed by a symbol."""
        self._kinds: Counter[tuple[int, ...]] = Counter()
        """By how many different symbols each context was followed."""
        for text in texts:
            symbols = (*text.encode(), _END)
            for length in range(1, order + 1):
                self._seen.update(zip(*(symbols[k:] for k in range(length)), strict=False))
        for run, count in self._seen.items():
            self._followed[run[:-1]] += count
            self._kinds[run[:-1]] += 1

    def bits(self, text: str) -> float:
        """Bits of a text under the model, its end included."""
        symbols = (*text.encode(), _END)
        return -sum(
            math.log2(self._probability(symbols[max(0, at - self.order + 1) : at], symbol))
            for at, symbol in enumerate(symbols)
        )

    def _probability(self, context: tuple[int, ...], symbol: int) -> float:
        share = 1 / _SYMBOLS
        for start in range(len(context), -1, -1):
            known = context[start:]
            kinds = self._kinds.get(known, 0)
            if not kinds:
                break
            seen = self._seen.get((*known, symbol), 0)
            share = (seen + kinds * share) / (self._followed[known] + kinds)
        return share
