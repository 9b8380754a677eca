"""What the answers of a collapse profile promise, in words that stand wherever they are printed."""

from collections.abc import Mapping, Sequence

from benchmarks.comparing.decisions import LEVEL
from benchmarks.profile.answers import Profile

SKEWED: Mapping[int, float] = {3: 0.08, 5: 0.09, 10: 0.08}
"""Largest share of wrong answers where the noise between chains is skewed, by number of chains; of
`benchmarks/calibration.csv`."""
OUTLYING: Mapping[int, float] = {3: 0.53, 5: 0.59, 10: 0.36}
"""The same where one chain in ten lies far from the others."""


def promise(profiles: Sequence[Profile]) -> str:
    """How often answers printed together are wrong, and which ones stand together."""
    first = profiles[0]
    n = min((a.n for a in first.assessments if a.n), default=0)
    wrong = f"{LEVEL * first.together:.2g}"
    return (
        f"Each answer is wrong in at most {_percent(LEVEL)} of studies where replicates differ by "
        f"normal noise{_outside(n)}. Of {first.together} answers given together {wrong} on "
        "average may so be wrong; those with * stand when all are corrected together (Holm). All "
        "hold for the texts, tokenizer and base that the replicates share."
    )


def _outside(n: int) -> str:
    """What is measured outside of the promise, for the nearest smaller number of chains."""
    measured = [size for size in SKEWED if size <= n]
    if not measured:
        return ""
    size = max(measured)
    skewed, outlying = _percent(SKEWED[size]), _percent(OUTLYING[size])
    return (
        f"; of {size} with skewed noise in up to {skewed}, and where one in ten lies far from the "
        f"others in up to {outlying} (docs/profile.md)"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
