"""Numbers that decide claims about the published students, from the record of one."""

from collections.abc import Mapping, Sequence

from benchmarks.families.program_distillation.audit import PUBLISHED, large_model, trained_right
from benchmarks.families.program_distillation.record import DistillationRecord

Records = Sequence[DistillationRecord]
SETS: Mapping[str, str] = {
    "GSM8K": "gsm8k",
    "SVAMP": "svamp",
    "ASDiv": "asdiv",
    "MultiArith": "multiarith",
}
"""Test sets as the published files and as the records name them."""
_WAY = "beam_2/released_right"
"""The narrowest plain beam by the released scorer, which is what the published files were made
with."""
_ERRORS = 2.0
"""Standard errors of a share of so many questions, within which two of them agree."""


def on_gsm8k(records: Records) -> float:
    """Share of GSM8K's test questions that the released scorer counts as solved."""
    return _right(records, "gsm8k")


def over_large_model(records: Records) -> float:
    """The least, over sets, of the student's share solved less that of LLaMA-13B as published."""
    return min(
        _right(records, ours) - float(large_model(published)) for published, ours in SETS.items()
    )


def _right(records: Records, name: str) -> float:
    (record,) = records
    return record.metrics[f"{name}/{_WAY}"].value


def printed_range() -> tuple[float, float]:
    """Where the published share of the largest student lies, whatever number it is a share of.

    Two standard errors of such a share to either side, for it is that of one fit.
    """
    shares = [float(share) for share in trained_right()]
    n = PUBLISHED.items_of["GSM8K"]
    error = _ERRORS * (max(shares) * (1 - max(shares)) / n) ** 0.5
    return min(shares) - error, max(shares) + error
