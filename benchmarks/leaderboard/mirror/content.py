"""What the W&B runs of a record and of the leaderboard hold; pure functions of records."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.chains.record import Record
from benchmarks.downstream.record import DownstreamFacts
from benchmarks.leaderboard import ranking
from benchmarks.leaderboard.board import n_seeds
from benchmarks.leaderboard.ranking import Standing, Track
from benchmarks.running.digests import canonical_json
from data.workflow import label

LEADERBOARD = "leaderboard"
"""Id, name and job type of the run that holds the table."""

_COLUMNS = (
    "track", "rank", "rank_at_worst", "method", "recipe", "tier", "excess", "excess_low",
    "excess_high", "other_texts_low", "other_texts_high", "n", "distinct_2", "tail_coverage",
    "human_tokens", "tokens_seen", "seconds", "metric_versions",
)  # fmt: skip


class Leaderboard(NamedTuple):
    """The ranking as a plain table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the table, which changes with any cell."""
        return hashlib.sha256(canonical_json([self.columns, self.rows]).encode()).hexdigest()


def leaderboard_of(records: Sequence[Record]) -> Leaderboard:
    """A row per method and track, the control of each track first."""
    rows = [
        _row(track, standing)
        for track in ranking.rank(records)
        for standing in (track.control, *track.standings)
    ]
    return Leaderboard(_COLUMNS, tuple(rows))


def _row(track: Track, standing: Standing) -> tuple[Any, ...]:
    score, rank, other = standing.score, standing.rank, standing.over_texts
    return (
        track.name,
        None if rank is None else rank.best,
        None if rank is None else rank.worst,
        standing.method,
        standing.recipe,
        standing.tier,
        score.mean,
        score.low,
        score.high,
        None if other is None else other.low,
        None if other is None else other.high,
        n_seeds(standing),
        standing.distinct_2,
        standing.tail_coverage,
        standing.human_tokens,
        standing.tokens_seen,
        standing.seconds,
        f"{track.loss_version}.{'+'.join(map(str, standing.diversity_versions))}",
    )


def group_of(record: Record) -> str:
    """The group that all runs of a recipe share, the live ones too."""
    return f"{record.recipe['name']}-{record.digest}"


def name_of(record: Record) -> str:
    """Display name of a record's run: workflow and seed."""
    return f"{label(record.workflow)}-seed{record.seed}"


def tags_of(record: Record) -> list[str]:
    """Recipe, workflow and tier; W&B takes 64 characters of each."""
    tags = (record.recipe["name"], label(record.workflow), record.recipe["tier"])
    return list(dict.fromkeys(str(tag)[:64] for tag in tags))


def artifact_name(record: Record) -> str:
    """One artifact per chain; a record that was made again is its next version."""
    return re.sub(r"[^\w.-]", "_", f"{group_of(record)}-{name_of(record)}")[:128]


def config_of(record: Record, digest: str) -> dict[str, Any]:
    """All of a record but generations and documents, and the SHA-256 of its file."""
    left_out = {"generations", "evaluated"}
    return {**record.model_dump(exclude=left_out), "record_sha256": digest}


def history_of(record: Record) -> list[dict[str, float]]:
    """One point per generation, in order: every metric, and what the fit used.

    Metrics of the corpus are named `corpus/..`, accuracies on tasks `downstream/..`.
    """
    return [
        {
            "generation": generation.generation,
            **{name: metric.value for name, metric in generation.metrics.items()},
            **{name: metric.value for name, metric in (generation.corpus.text or {}).items()},
            **_accuracies(generation.downstream),
            "fit/final_loss": generation.final_loss,
            "fit/steps": generation.steps,
            "fit/tokens_seen": generation.tokens_seen,
            "fit/human_tokens_used": generation.human_tokens_used,
        }
        for generation in record.generations
    ]


def _accuracies(downstream: DownstreamFacts | None) -> dict[str, float]:
    scores = {} if downstream is None else downstream.scores
    return {f"downstream/{name}": score.value for name, score in scores.items()}


def summary_of(record: Record) -> dict[str, float]:
    """The last point, and the human floor beside it."""
    floor = {f"human_floor/{name}": metric.value for name, metric in record.human.floor.items()}
    return {**history_of(record)[-1], **floor, "seconds": record.seconds}
