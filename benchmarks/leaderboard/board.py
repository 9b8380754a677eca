"""The ranking as text: LEADERBOARD.md, and tables for the terminal."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.table import Table

from benchmarks.comparing.curves import CONTROL
from benchmarks.comparing.differences import Difference, support
from benchmarks.leaderboard.ranking import Standing, Track, Unranked

RECORDS = "benchmarks/records"
_HEAD = f"""# Leaderboard

Methods that make the next corpus, ranked from the [records]({RECORDS}); written by
`collapse leaderboard --markdown LEADERBOARD.md`. [How to add one](CONTRIBUTING.md).

**Score**: held-out loss at the last generation minus that of `{CONTROL}` with the same seed,
in bits per byte; smaller is better. Of several `{CONTROL}` chains with one seed and the same
settings the best one counts, for every method; its row names their recipes. In brackets the score's
t interval at 95 % over n seeds. **Rank**: one plus the number of methods of the same track that are
significantly better (t tests of the losses of all pairs, corrected by Benjamini and Hochberg, 5 %):
paired by seed, or Welch's test where two methods have fewer than two seeds in common. Methods that
do not differ share a rank, but a shared rank does not show that they are equal. One seed gives
neither interval nor rank. Chains of another version of one's own method are a row of their own.

**distinct-2** and **tail**: share of different bigrams, and of rare held-out bigrams, in what the
last model writes; they have no better or worse side, and are to be compared with the row of human
text. Versions 2 and 3 of these measures have the same values. **human**: different human tokens
that a chain needed. **seen**: tokens that its fits read. **time**: of a chain on the machine that
its record names; no part of the score.
"""
_COLUMNS = (
    "rank", "method", "score", "n", "distinct-2", "tail", "human", "seen", "time", "tier", "recipe",
)  # fmt: skip
_WORDS = ("method", "tier", "recipe")


def markdown(tracks: Sequence[Track], left: Sequence[Unranked]) -> str:
    """LEADERBOARD.md, a pure function of the records."""
    parts = [_HEAD, *(_track_markdown(track) for track in tracks)]
    if left:
        parts.append(
            "\n".join(["## Not ranked\n", *(f"- {line}" for line in left_lines(left)), ""])
        )
    return "\n".join(parts)


def tables(tracks: Sequence[Track]) -> Iterator[Table]:
    """One table per track, for the terminal."""
    for track in tracks:
        table = Table(
            title=f"{track.name} ({version(track)})", caption=f"{track.allowed}{price(track)}"
        )
        for name in _COLUMNS:
            table.add_column(
                name,
                justify="left" if name in _WORDS else "right",
                no_wrap=name != "recipe",
            )
        for row in _rows(track):
            table.add_row(*row)
        yield table


def left_lines(left: Sequence[Unranked]) -> list[str]:
    """One line per recipe and reason that cannot be ranked."""
    ordered = sorted(left, key=lambda one: (one.recipe, one.reason, one.method))
    return [
        f"{recipe}: {', '.join(f'{one.method} (n = {len(one.seeds)})' for one in mine)}: {reason}"
        for (recipe, reason), mine in groupby(ordered, key=lambda one: (one.recipe, one.reason))
    ]


def version(track: Track) -> str:
    """The versions of a track's measures, and whether that of the loss is today's."""
    old = "" if track.is_current else " (old)"
    diversity = versions(track.diversity_versions)
    return f"loss v{track.loss_version}{old}, diversity {diversity}"


def price(track: Track) -> str:
    """What the method of a track costs beside the training, as a sentence; empty for most."""
    return f" Price: {track.price}." if track.price else ""


def versions(found: Sequence[int]) -> str:
    """Versions of a measure in words."""
    return " and ".join(f"v{one}" for one in found)


def interval(score: Difference) -> str:
    """A score with its interval, in words: `+0.0123 [+0.0100, +0.0146]`."""
    if score.low is None:
        return f"{score.mean:+.4f}"
    return f"{score.mean:+.4f} [{score.low:+.4f}, {score.high:+.4f}]"


def _track_markdown(track: Track) -> str:
    rows = [list(row) for row in _rows(track)]
    standings = [track.control, *track.standings]
    for row, standing in zip(rows, standings, strict=False):
        row[1] = f"`{standing.method}`"
        row[2] += " " + " ".join(
            f"[{seed}]({RECORDS}/{file})"
            for seed, file in zip(standing.seeds, standing.files, strict=True)
        )
    head = [name if name != "score" else "score, records by seed" for name in _COLUMNS]
    line = ["---" if name in _WORDS else "---:" for name in _COLUMNS]
    body = "\n".join("| " + " | ".join(row) + " |" for row in (head, line, *rows))
    seeds = max(len(standing.seeds) for standing in standings)
    return (
        f"## {track.name}\n\n{track.allowed}{price(track)} Human text: {track.source}; "
        f"{version(track)}.\n\n"
        f"{body}\n\n{support(seeds)}\n"
    )


def _rows(track: Track) -> list[tuple[str, ...]]:
    human = (
        "", "human text", "", "", f"{track.floor['distinct_2']:.3f}",
        f"{track.floor['tail_coverage']:.4f}", *[""] * 5,
    )  # fmt: skip
    mixed = len(track.diversity_versions) > 1
    return [
        _row(track.control, "control", mixed),
        *(
            _row(standing, "n = 1" if standing.rank is None else str(standing.rank), mixed)
            for standing in track.standings
        ),
        human,
    ]


def _row(standing: Standing, rank: str, with_version: bool) -> tuple[str, ...]:
    version = f" ({versions(standing.diversity_versions)})" if with_version else ""
    return (
        rank,
        standing.method,
        "0" if rank == "control" else interval(standing.score),
        str(len(standing.seeds)),
        f"{standing.distinct_2:.3f}{version}",
        f"{standing.tail_coverage:.4f}",
        f"{standing.human_tokens / 1e3:,.0f} k",
        f"{standing.tokens_seen / 1e3:,.0f} k",
        f"{standing.seconds:,.0f} s",
        standing.tier,
        standing.recipe,
    )
