"""The pages of the family: what was found, and where the paper contradicts itself."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.comparing.differences import paired
from benchmarks.families.critical_data.audit import INCONSISTENCIES
from benchmarks.families.critical_data.estimates import Threshold, median_steps
from benchmarks.families.critical_data.findings import CONTROLS, opening, surprises
from benchmarks.families.critical_data.lazy.statistics import (
    HALF,
    best_right,
    lazy_apart,
    share_needed,
)
from benchmarks.families.critical_data.record import CriticalRecord
from benchmarks.families.critical_data.shares.shown import (
    Records,
    excess_frame,
    models_frame,
    ratio_by_theory,
    share_records,
    shares_frame,
    transformer_records,
)
from benchmarks.families.critical_data.summaries import (
    P,
    exponent_range,
    lazy_records,
    moduli_brackets,
    of_arm,
    pooled_threshold,
    runs_by_size,
    sizes_records,
    widths_brackets,
    widths_records,
    widths_setting,
)
from benchmarks.families.critical_data.text.pages import PAGE as TEXT
from benchmarks.families.critical_data.text.pages import text_page
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.running.record import Envelope

_PACKAGE = "benchmarks.families.critical_data"


def pages(records: Sequence[Envelope], ledger: Sequence[Entry]) -> dict[str, str]:
    """The family's own pages, by file name; the first takes the place of the index.

    Args:
        records: Records of any family.
        ledger: Every claim of the family with what the records say of it.
    """
    mine = [record for record in records if isinstance(record, CriticalRecord)]
    render = templates("markdown", _PACKAGE).get_template
    sizes = sizes_records(mine)
    claims: Mapping[str, Entry] = {entry.claim.id: entry for entry in ledger}
    shares, transformers = share_records(records), transformer_records(records)
    shown: dict[str, Any] = {
        "command": command("critical_data"),
        "sentences": opening(claims, _numbers(sizes)) if sizes else [],
        "claims": claims,
        "sizes": as_markdown(sizes_frame(sizes)) if sizes else "",
        "has_scales": bool(of_arm(mine, "critical_data_cpu", "scales")),
        "shares": as_markdown(shares_frame(shares)) if shares else "",
        "n_shares": len(shares),
        "models": as_markdown(models_frame(shares, transformers)) if transformers else "",
        "by_theory": _by_theory(shares, transformers),
        "excess": as_markdown(excess_frame(transformers)) if transformers else "",
        "n_transformers": max(map(len, transformers.values()), default=0),
        "surprises": surprises(claims),
        "controls": CONTROLS,
        "moduli": as_markdown(moduli_frame(mine)) if len(moduli_brackets(mine)) > 1 else "",
        "gap": _widest_gap(mine),
        "widths": as_markdown(widths_frame(mine)) if widths_brackets(mine) else "",
        "widths_setting": widths_setting(),
        "lazy": as_markdown(lazy_frame(mine)) if lazy_records(mine) else "",
    }
    return {
        "README.md": render("opening.md.jinja").render(**shown),
        TEXT: text_page(records, claims),
        "inconsistencies.md": render("inconsistencies.md.jinja").render(
            rows=as_markdown(inconsistencies_frame(_found(sizes)))
        ),
    }


def _by_theory(bigrams: Records, transformers: Mapping[str, Records]) -> str:
    """How much more text the larger transformers need than bigrams by the theory alone."""
    if not (bigrams and transformers):
        return ""
    return f"{ratio_by_theory(bigrams, list(transformers.values())[-1]):.1f}"


def _numbers(records: Sequence[CriticalRecord]) -> dict[str, str]:
    """The numbers of the opening, in words."""
    found, chance = pooled_threshold(records), 2 * P
    return {
        "size": threshold_words(found),
        "of_floor": f"{found.size / chance:.1f}" if found.size else "an unknown number of",
    }


def threshold_words(found: Threshold) -> str:
    """A critical size with its interval and budget: `407 examples [385, 431] at 3,000 steps`."""
    ends = ["…" if end is None else f"{end:.0f}" for end in (found.low, found.high)]
    if found.size is None:
        return f"outside the grid ([{ends[0]}, {ends[1]}] at {found.budget:,} steps)"
    return f"{found.size:.0f} examples [{ends[0]}, {ends[1]}] at {found.budget:,} steps"


def sizes_frame(records: Sequence[CriticalRecord]) -> pd.DataFrame:
    """Of each size: how many seeds generalised, the steps, and the accuracies at the end."""
    lines = []
    for size, runs in sorted(runs_by_size(records).items()):
        budget = runs[0].budget
        learnt, right = (
            median_steps([getattr(run, event) for run in runs], budget=budget)
            for event in ("memorised", "generalised")
        )
        apart = [run.test_apart[-1] for run in runs if run.test_apart[-1] is not None]
        mirrored = [run.test_mirrored[-1] for run in runs if run.test_mirrored[-1] is not None]
        lines.append(
            {
                "n": str(size),
                "memorised after": _steps(learnt.median, budget),
                "generalised": f"{right.reached} of {right.runs}",
                "after": _steps(right.median, budget),
                "right at the end": _mean([run.test[-1] for run in runs]),
                "where b + a was learnt": _mean(mirrored),
                "where it was not": _mean(apart),
            }
        )
    return pd.DataFrame(lines)


def _steps(median: float | None, budget: int) -> str:
    return f"more than {budget:,}" if median is None else f"{median:,.0f}"


def _mean(values: Sequence[float]) -> str:
    return f"{np.mean(values):.2f}" if values else "—"


def moduli_frame(records: Sequence[CriticalRecord]) -> pd.DataFrame:
    """Critical size by modulus with its interval over seeds, in three units."""
    lines = []
    for p, seeds in sorted(moduli_brackets(records).items()):
        known = np.log([one.size for one in seeds if one.size is not None])
        one = paired(known)
        low, high = ("…" if end is None else f"{np.exp(end):.0f}" for end in (one.low, one.high))
        middle = float(np.exp(one.mean))
        lines.append(
            {
                "p": str(p),
                "critical size": f"{middle:.0f} [{low}, {high}]",
                "seeds": f"{len(known)} of {len(seeds)}",
                "bounded by": _bounds([one.ends for one in seeds if one.size is not None]),
                "of all questions": f"{middle / p**2:.2f}",
                "over p ln p": f"{middle / (p * np.log(p)):.2f}",
                "over p^(5/3)": f"{middle / p ** (5 / 3):.2f}",
            }
        )
    return pd.DataFrame(lines)


def _bounds(ends: Sequence[tuple[float, float]]) -> str:
    """The sizes that bound the critical sizes of all seeds."""
    return f"{min(low for low, _ in ends):.0f} and {max(high for _, high in ends):.0f}"


def _widest_gap(records: Sequence[CriticalRecord]) -> str:
    """The widest gap between sizes that bound a seed, and the exponents it allows, in words."""
    gaps = {
        (one.ends[1] / one.ends[0], p, one.ends)
        for p, seeds in moduli_brackets(records).items()
        for one in seeds
        if one.size is not None
    }
    if len({p for _, p, _ in gaps}) < 2:
        return ""
    factor, p, (low, high) = max(gaps)
    gap = f"a factor of {factor:.2f}, from {low:,.0f} to {high:,.0f} at p = {p}"
    least, most = exponent_range(moduli_brackets(records))
    return f"{gap}; anywhere between them, the exponent lies from {least:.2f} to {most:.2f}"


def widths_frame(records: Sequence[CriticalRecord]) -> pd.DataFrame:
    """Of each width: how many seeds generalised at every size, and the mean critical size."""
    lines = []
    for width, mine in widths_records(records).items():
        by_size = sorted(runs_by_size(mine).items())
        reached = {
            f"n = {size}": f"{sum(run.generalised is not None for run in runs)} of {len(runs)}"
            for size, runs in by_size
        }
        lines.append({"width": str(width), **reached})
    return pd.DataFrame(lines)


def lazy_frame(records: Sequence[CriticalRecord]) -> pd.DataFrame:
    """Of each lazy student: the share of the table at which half of the rest is right."""
    lines = []
    for arm, mine in lazy_records(records).items():
        student = mine[0].recipe["students"][arm]
        needed = np.array([share_needed(record) for record in mine])
        known = needed[np.isfinite(needed)]
        lines.append(
            {
                "p": str(student["modulus"]),
                "embeddings": student["embedding"],
                "half of the others right at": f"{100 * known.mean():.0f} % of the table"
                if len(known)
                else "none that was tried",
                "seeds": f"{len(known)} of {len(needed)}",
                **{
                    f"right at {100 * share:.0f} %": _mean([best_right(one, share) for one in mine])
                    for share in (0.2, HALF, 0.8)
                },
                "where b + a was not learnt": _mean([lazy_apart([one]) for one in mine]),
            }
        )
    return pd.DataFrame(lines)


def _found(records: Sequence[CriticalRecord]) -> Mapping[str, str]:
    """Numbers of the records of the sizes that stand beside the paper's contradictions."""
    if not records:
        return defaultdict(lambda: "(no record yet)")
    by_size, critical = runs_by_size(records), pooled_threshold(records)
    sizes = sorted(by_size)
    below = max((n for n in sizes if n < (critical.low or math.inf)), default=sizes[0])
    near = min(sizes, key=lambda n: abs(math.log(n / (critical.size or sizes[-1]))))
    steps = [
        run.memorised for runs in by_size.values() for run in runs if run.memorised is not None
    ]
    apart = [run.test_apart[-1] for run in by_size[below] if run.test_apart[-1] is not None]
    done = sum(run.generalised is not None for run in by_size[near])
    return {
        "below_n": str(below),
        "below": _mean([run.test[-1] for run in by_size[below]]),
        "apart": _mean(apart),
        "chance": f"{1 / P:.2f}",
        "fastest": str(min(steps)),
        "slowest": str(max(steps)),
        "least_n": str(sizes[0]),
        "most_n": str(sizes[-1]),
        "near": f"{done} of {len(by_size[near])}",
        "near_n": str(near),
    }


def inconsistencies_frame(numbers: Mapping[str, str]) -> pd.DataFrame:
    """The places in which the paper contradicts itself or its code.

    Args:
        numbers: Numbers of records, in words, by the names that the rows have for them.
    """
    return pd.DataFrame(
        [
            {
                "": str(number),
                "about": one.subject,
                "one place": one.one,
                "another": one.other,
                "what follows": one.ours.format_map(numbers),
            }
            for number, one in enumerate(INCONSISTENCIES, start=1)
        ]
    )
