"""The headline: what becomes of every method, study by study, in one table and one picture.

The words and their promise are those of `comparing.outcomes`; the scores are those of the tracks.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from benchmarks.comparing.curves import CONTROL
from benchmarks.comparing.decisions import LEVEL
from benchmarks.comparing.outcomes.words import (
    EXCESS,
    GROWTH,
    LEAST_SEEDS,
    WORDS,
    WRONG_OF_SKEWED,
    Outcome,
    outcomes,
)
from benchmarks.comparing.pictures.colours import OTHER, kind_of, style_of
from benchmarks.comparing.pictures.forest import WIDTH, Group, Row, draw_forest, height
from benchmarks.comparing.pictures.themed_svg import as_svg, drawing
from benchmarks.leaderboard.ranking import Standing, Track


@dataclass(frozen=True)
class Found:
    """What became of one method of a study."""

    track: Track
    standing: Standing
    outcome: Outcome


@dataclass(frozen=True)
class Study:
    """Comparable chains of several methods, and of their control."""

    id: str
    """Name that tells it from all others; `Track.study`."""
    name: str
    """Name of its recipe; where several are comparable, of that with most workflows."""
    generations: int
    """Number of generations after the first."""
    n_seeds: int
    """Largest number of seeds of a method."""
    found: tuple[Found, ...]
    """Every method, largest excess first."""

    @property
    def rows(self) -> Mapping[str, Found]:
        """Every method by name; of several recipes that have it, what has the largest excess."""
        rows: dict[str, Found] = {}
        for one in self.found:
            rows.setdefault(one.standing.method, one)
        return rows

    @property
    def programs(self) -> bool:
        """Whether its chains write programs and not text."""
        return self.found[0].track.programs

    @property
    def shows_growth(self) -> bool:
        """Whether it has generations enough for any word but `undecided`."""
        return self.generations > 1

    @property
    def size(self) -> str:
        """Generations and seeds, in words."""
        generations = "generation" if self.generations == 1 else "generations"
        seeds = "seed" if self.n_seeds == 1 else "seeds"
        return f"{self.generations} {generations}, {self.n_seeds} {seeds}"


def studies(tracks: Sequence[Track]) -> list[Study]:
    """All studies, the main one first: that of most generations, then seeds, then methods.

    Studies of text come before those of chains that write programs. The methods of a study are
    decided together, and every study by itself: else a word would change because somebody ran
    another study.
    """
    by_study: dict[str, list[Track]] = {}
    for track in tracks:
        by_study.setdefault(track.study, []).append(track)
    return sorted(
        map(_study, by_study.values()),
        key=lambda one: (
            one.programs, -one.generations, -one.n_seeds, -len(one.found), one.name
        ),
    )  # fmt: skip


def _study(tracks: Sequence[Track]) -> Study:
    """The methods of all tracks of a study, whose outcomes are corrected together."""
    pairs = [(track, standing) for track in tracks for standing in track.standings]
    keys = [(standing.method, standing.excess_by_seed) for _, standing in pairs]
    tested = list(dict.fromkeys(keys))  # chains that several recipes have are tested once
    found = outcomes([np.array(excess) for _, excess in tested])
    decided = dict(zip(tested, found, strict=True))
    mine = [Found(*pair, decided[key]) for pair, key in zip(pairs, keys, strict=True)]
    return Study(
        id=mine[0].track.study,
        name=min(one.track.recipe for one in mine),
        generations=len(mine[0].standing.excess.mean) - 1,
        n_seeds=max(one.standing.score.n for one in mine),
        found=tuple(sorted(mine, key=lambda one: (-one.outcome.excess.mean, one.standing.method))),
    )


def main_first(tracks: Sequence[Track]) -> list[Track]:
    """The tracks in the order of their studies, and within a study as they came."""
    order = [study.id for study in studies(tracks)]
    return sorted(tracks, key=lambda track: order.index(track.study))


def by_method(found: Sequence[Study]) -> dict[str, list[Found | None]]:
    """Rows of a table of methods by studies: of each method what was found in every study.

    The order is that of the first study that has the method, so the main one's comes first.
    """
    rows = [study.rows for study in found]
    return {name: [mine.get(name) for mine in rows] for name in dict.fromkeys(chain(*rows))}


def promise() -> str:
    """What the words suppose, and how often a table of them may be wrong."""
    level, skewed = (f"{100 * share:g} %" for share in (LEVEL, WRONG_OF_SKEWED))
    return (
        f"*Excess*: held-out loss at the last generation less that of `{CONTROL}`, paired by seed, "
        f"in bits per byte, with its 95 % interval; more than {EXCESS.above:g} counts as a rise. "
        "*Growth*: its slope over the second half of the generations; more than "
        f"{GROWTH.above:g} a generation counts as going on. Both are tested in both directions and "
        "corrected over the methods of each study (Holm), and no study changes the words of "
        f"another: at most {level} of studies hold any wrong word, if differences over seeds are "
        f"normal; where they are skewed up to {skewed} do. One generation shows no growth, fewer "
        f"than {LEAST_SEEDS} seeds nothing: no test is made, and the word is undecided."
    )


def meanings() -> list[tuple[str, str]]:
    """Every word and what it says."""
    return list(WORDS.items())


def groups(found: Sequence[Study]) -> list[Group]:
    """Rows of the forest plot: studies of text, whose losses have one scale.

    A method has one row.
    """
    return [
        Group(
            f"{study.name}: {study.size}",
            tuple(
                Row(
                    one.standing.method,
                    style_of(one.standing.workflow, _others(study)),
                    one.outcome.excess,
                    one.outcome.label if study.shows_growth else "",
                )
                for one in study.rows.values()
            ),
        )
        for study in found
        if not study.programs
    ]


def _others(study: Study) -> tuple[str, ...]:
    names = (one.standing.workflow for one in study.found)
    return tuple(name for name in names if kind_of(name) is OTHER)


def picture(found: Sequence[Study]) -> Figure:
    """The forest plot of all studies, for a file."""
    rows = groups(found)
    with mpl.rc_context({"font.size": 8.5, "font.family": "sans-serif"}):
        figure = Figure(figsize=(WIDTH, height(rows)), layout="constrained")
        _draw(figure, rows)
    return figure


def draw_picture(found: Sequence[Study], path: Path) -> None:
    """Write the forest plot; PNG, PDF or SVG by suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture(found).savefig(path, dpi=200)


def picture_svg(found: Sequence[Study]) -> str:
    """The forest plot of all studies as part of a page."""
    rows = groups(found)
    with drawing(WIDTH, height(rows)) as figure:
        _draw(figure, rows)
        return as_svg(figure, "Excess of every method over new human text, study by study")


def _draw(figure: Figure, rows: Sequence[Group]) -> None:
    margin = EXCESS.above or 0.0
    unit = f"excess over {CONTROL}, bits per byte (dotted: {margin:g})"
    draw_forest(figure, rows, margin=margin, unit=unit)


def as_json(rows: Sequence[dict[str, Any]]) -> str:
    """The rows of `table` as JSON."""
    return json.dumps(rows, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """The rows of `table` as CSV; a cell that would hold several names has spaces between them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else ["method"])
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"records": " ".join(row["records"])})
    return text.getvalue()


def table(tracks: Sequence[Track]) -> list[dict[str, Any]]:
    """Every method with all its numbers, one flat row for each, as CSV and JSON have them."""
    return [_flat(study, one) for study in studies(tracks) for one in study.found]


def _flat(study: Study, one: Found) -> dict[str, Any]:
    s, growth = one.standing, one.outcome.growth
    rank = (None, None) if s.rank is None else (s.rank.best, s.rank.worst)
    return {
        "study": study.name,
        "generations": study.generations,
        "method": s.method,
        "verdict": one.outcome.word,
        "shown": one.outcome.shown,
        "why": one.outcome.why,
        "excess": s.score.mean,
        "excess_low": s.score.low,
        "excess_high": s.score.high,
        "seeds": s.score.n,
        "growth": None if growth is None else growth.mean,
        "growth_low": None if growth is None else growth.low,
        "growth_high": None if growth is None else growth.high,
        "track": one.track.name,
        "rank_best": rank[0],
        "rank_worst": rank[1],
        "other_texts_low": None if s.over_texts is None else s.over_texts.low,
        "other_texts_high": None if s.over_texts is None else s.over_texts.high,
        "distinct_2": s.distinct_2,
        "tail_coverage": s.tail_coverage,
        "human_distinct_2": one.track.floor["distinct_2"],
        "human_tail_coverage": one.track.floor["tail_coverage"],
        "human_tokens": s.human_tokens,
        "tokens_seen": s.tokens_seen,
        "seconds": s.seconds,
        "tier": s.tier,
        "recipe": s.recipe,
        "control_loss": one.track.control.curve.mean[-1],
        "loss_version": one.track.loss_version,
        "records": list(s.files),
    }
