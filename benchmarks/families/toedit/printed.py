"""What the printed numbers say by themselves: correlations, gains and their standard errors."""

from collections.abc import Sequence
from statistics import median

from scipy import stats

from benchmarks.families.toedit.audit import PUBLISHED
from benchmarks.paper.accuracies import gain_of
from benchmarks.paper.evidence import Evidence, Judgement
from benchmarks.paper.published import PublishedTable

SHARES = (0, 25, 50, 75, 100)
"""Shares of synthetic text in the corpora, in per cent."""


def gain(name: str, before: str, after: str) -> str:
    """Mean difference of two rows of accuracies, and its standard error where it is known.

    The error is that of two independent evaluations; items in common would make it smaller, seeds
    of training, which nobody printed, larger.
    """
    table = PUBLISHED.tables[name]
    tasks = [column for column in table.columns if column != "Avg"]
    rows = table.row(before, tasks), table.row(after, tasks)
    found = gain_of(rows[0], rows[1], PUBLISHED.items_of)
    text = f"{found.mean:+.2f} points, {found.up} of {found.tasks} tasks up"
    if found.stderr is None:
        return f"{text}; the sizes of some evaluation sets are unknown, so no standard error"
    return f"{text}; standard error {found.stderr:.2f} over items, 1 run each"


def correlation(names: Sequence[str]) -> str:
    """Rank correlation of every series of five printed numbers with the share of synthetic text."""
    parts = []
    for name in names:
        table = PUBLISHED.tables[name]
        rhos = [float(stats.spearmanr(SHARES, series).statistic) for series in _series(table)]
        parts.append(
            f"{table.heading}: positive in {sum(rho > 0 for rho in rhos)} of {len(rhos)} series, "
            f"median {median(rhos):+.1f}"
        )
        if "Avg" in table.columns:
            means = [float(table.find(f"{share}%", "Avg").value) for share in SHARES]
            parts[-1] += f", of the average {stats.spearmanr(SHARES, means).statistic:+.1f}"
    return "; ".join(parts)


def _series(table: PublishedTable) -> list[list[float]]:
    shares = [f"{share}%" for share in SHARES]
    if table.name in ("9", "11"):
        return [
            [float(table.find(share, column).value) for share in shares]
            for column in table.columns
            if "stderr" not in column and column != "Avg"
        ]
    suffix = ", epoch 5" if table.name == "13-17" else ""
    rows = [
        row
        for row in table.rows
        if not row.startswith("Avg") and "tokens" not in row and row != "epochs"
    ]
    return [[float(table.find(row, s + suffix).value) for s in shares] for row in rows]


def dsir_against_pure() -> str:
    """Table 14: is the perplexity after selection still above that of the 75 % mixture?"""
    table = PUBLISHED.tables["14"]
    sets = [row for row in table.rows if "tokens" not in row and row != "epochs"]
    parts = []
    for column in ("DSIR 1M", "DSIR 10M"):
        ratios = [table.find(r, column).value / table.find(r, "100%").value for r in sets]
        worse = sum(table.find(r, column).value > table.find(r, "75%").value for r in sets)
        parts.append(
            f"{column}: above the 75 % mixture on {worse} of {len(sets)} sets, "
            f"{float(min(ratios)):.2f} to {float(max(ratios)):.2f} times pure synthetic"
        )
    return "; ".join(parts)


def ends_of_u(shares: Sequence[float]) -> float:
    """Smaller of the first and last interval minus the mean of those between, in points."""
    inner = shares[1:-1]
    return min(shares[0], shares[-1]) - sum(inner) / len(inner)


def printed_u() -> str:
    """How far the ends of Table 6 stand above its middle."""
    table = PUBLISHED.tables["6"]
    shares = [float(table.find(row, "share").value) for row in table.rows[:10]]
    return f"{ends_of_u(shares):+.1f} points in Table 6"


def printed_below_0_6() -> str:
    """Share of Table 6's tokens below 0.6."""
    table = PUBLISHED.tables["6"]
    share = sum(table.find(row, "share").value for row in table.rows[:6])
    return f"Table 6, another corpus: {float(share):.1f} %"


def thresholds(evidence: Evidence) -> Judgement:
    """Table 5: is the average at P >= 0.99 the best that any version prints?"""
    table = PUBLISHED.tables["5"]
    averages = [table.find(row, "Avg") for row in table.rows]
    best = max(averages, key=lambda cell: cell.value)
    stated = table.find("P >= 0.99", "Avg")
    text = f"{stated.row}: {stated.printed}; best: {best.row}, {best.printed} ({best.version})"
    if best.value > stated.value:
        return Judgement("inconsistent as printed", text, "arithmetic")
    return Judgement("not attempted", text)
