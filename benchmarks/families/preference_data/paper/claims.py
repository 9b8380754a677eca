"""Claims that only the published experiment decides: released models on released pairs."""

from collections.abc import Sequence

from benchmarks.comparing.decisions import ABOVE_0, Region
from benchmarks.families.preference_data.paper.study import preference_data_paper_judges
from benchmarks.families.preference_data.printed.steps import by_items
from benchmarks.families.preference_data.record import PreferenceRecord
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import from_arms

ROW = "FsfairX-LLaMA3-RM"
"""Row of Table 4 that the study repeats."""
SAME = 0.005
"""Share of pairs that another precision may turn: the model and the pairs are the same ones."""
TEN = tuple(range(10))
"""Seeds, which change nothing: replicates that are all equal show something in such numbers."""


def accuracy(records: Sequence[PreferenceRecord]) -> float:
    """Share of the released pairs that the model has right."""
    (record,) = records
    return record.metrics["all/accuracy"].value


def over_length(records: Sequence[PreferenceRecord]) -> float:
    """The same less what taking the longer answer has right."""
    (record,) = records
    return accuracy(records) - record.metrics["all/longer"].value


def printed_range() -> tuple[float, float]:
    """Where an accuracy over all pairs lies that is the printed one but for its arithmetic."""
    share = by_items(ROW) / 100
    return share - SAME, share + SAME


_LOW, _HIGH = printed_range()
CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="um.paper_judge",
        where="Table 4",
        statement=f"{ROW} judges the released pairs as often rightly as Table 4 says",
        statistic="share of all pairs whose chosen answer has the larger reward, ties half",
        rule=from_arms(
            preference_data_paper_judges,
            ("fsfairx",),
            accuracy,
            Region(above=round(_LOW, 4), below=round(_HIGH, 4)),
            seeds=TEN,
        ),
        note="(the printed kinds weighed by their sizes; model and pairs being the same, half a "
        "point is left to another precision)",
        command=command("preference_data_paper"),
        caveat="the paper's own reward model is one to name by --set, if its weights are had",
    ),
    PaperClaim(
        id="um.paper_length",
        where="Table 4",
        statement=f"{ROW} judges the released pairs better than their lengths do",
        statistic="share of pairs that it has right less that of taking the longer answer",
        rule=from_arms(preference_data_paper_judges, ("fsfairx",), over_length, ABOVE_0, seeds=TEN),
        command=command("preference_data_paper"),
        caveat="the paper prints no such baseline",
    ),
)
"""Claims that records of the paper tier decide."""
