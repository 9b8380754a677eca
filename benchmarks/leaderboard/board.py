"""The ranking as text: the long tables of docs/leaderboard.md, and tables for the terminal."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.table import Table

from benchmarks.comparing.curves import CONTROL
from benchmarks.comparing.decisions import LEVEL
from benchmarks.comparing.differences import Difference, support
from benchmarks.comparing.ranks import RankInterval
from benchmarks.leaderboard.ranking import Standing, Track, Unranked
from data.names import in_markdown

RECORDS = "../benchmarks/records"
"""The records, seen from the page."""
_PROMISE = f"at most {LEVEL:.0%}".replace("%", " %")
_HEAD = f"""# The tracks of the leaderboard

Methods that make the next corpus, ranked from the [records]({RECORDS}); written by
`collapse leaderboard --tracks docs/leaderboard.md`. [What collapses](../LEADERBOARD.md), in short;
[how to add a method](../CONTRIBUTING.md#submitting-records).

**Score**: held-out loss at the last generation minus that of `{CONTROL}` with the same seed, in
bits per byte; smaller is better. Where several recipes with the same settings have that chain, the
mean of all of them counts, for every method (the best of k would shift every score); its row names
them. In brackets the score's t interval at 95 % over n seeds, which holds **for this held-out
text**: no number of seeds shows what other documents would give. **other texts**: the interval over
seeds and documents, for other texts of this kind too, where the records keep the losses of
documents.

**Rank**: from one plus the number of methods of the same track that were shown to be better, to the
number of methods less those shown to be worse (one-sided t tests of the losses of all pairs in both
directions, paired by seed, or Welch's where two methods have fewer than two seeds in common).
Holm's correction over all of them keeps one promise for the whole track: {_PROMISE} of tracks
have any method ranked behind one that is not better, equal best ones included. It holds for normal
differences over seeds; [how it fares with others](statistics.md#ranks). Methods that were not
told apart share ranks, which does not show that they are equal. One seed gives neither interval nor
rank. Chains of another version of one's own method are a row of their own.

**distinct-2** and **tail**: share of different bigrams, and of rare held-out bigrams, in what the
last model writes; they have no better or worse side, and are to be compared with the row of human
text. Versions 2 and 3 of these measures have the same values. **human**: different human tokens
that a chain needed. **seen**: tokens that its fits read. **time**: of a chain on the machine that
its record names; no part of the score.
"""
_COLUMNS = (
    "rank", "method", "score", "other texts", "n", "distinct-2", "tail", "human", "seen", "time",
    "tier", "recipe",
)  # fmt: skip
_OTHER_TEXTS = _COLUMNS.index("other texts")
_WORDS = ("method", "tier", "recipe")


def markdown(tracks: Sequence[Track], left: Sequence[Unranked]) -> str:
    """The page of long tables, a pure function of the records."""
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
        for name in _shown(track, _COLUMNS):
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


def sealed_later(track: Track) -> str:
    """How many records of a track were sealed later than they were made; empty for none."""
    late = sum(standing.n_sealed_later for standing in (track.control, *track.standings))
    if not late:
        return ""
    return (
        f" {late} of its records were sealed later than they were made: their digests show no "
        "change from before."
    )


def versions(found: Sequence[int]) -> str:
    """Versions of a measure in words."""
    return " and ".join(f"v{one}" for one in found)


def interval(score: Difference) -> str:
    """A score with its interval, in words: `+0.0123 [+0.0100, +0.0146]`."""
    return f"{score.mean:+.4f} {ends(score)}".rstrip()


def ends(score: Difference) -> str:
    """The interval of a score: `[+0.0100, +0.0146]`; empty for one seed."""
    return "" if score.low is None else f"[{score.low:+.4f}, {score.high:+.4f}]"


def n_seeds(standing: Standing) -> int:
    """Number of different seeds behind a standing."""
    return len(set(standing.seeds))


def ranks_of(rank: RankInterval) -> str:
    """The ranks that a method can have, in words: `2`, or `2 to 5`."""
    return str(rank.best) if rank.best == rank.worst else f"{rank.best} to {rank.worst}"


def _shown(track: Track, row: tuple[str, ...]) -> tuple[str, ...]:
    """A row without the cell for other texts, where no record of the track keeps losses for it."""
    if any(standing.over_texts is not None for standing in track.standings):
        return row
    return (*row[:_OTHER_TEXTS], *row[_OTHER_TEXTS + 1 :])


def _track_markdown(track: Track) -> str:
    rows = [list(row) for row in _rows(track)]
    standings = [track.control, *track.standings]
    for row, standing in zip(rows, standings, strict=False):
        row[1] = f"`{standing.method}`"
        row[2] += " " + " ".join(
            f"[{seed}]({RECORDS}/{file})"
            for seed, file in zip(standing.seeds, standing.files, strict=True)
        )
    columns = _shown(track, _COLUMNS)
    head = [name if name != "score" else "score, records by seed" for name in columns]
    line = ["---" if name in _WORDS else "---:" for name in columns]
    body = "\n".join("| " + " | ".join(row) + " |" for row in (head, line, *rows))
    seeds = max(n_seeds(standing) for standing in standings)
    return (
        f"## {track.name}\n\n{track.allowed}{price(track)} Human text: "
        f"{in_markdown(track.source)}; {version(track)}.{sealed_later(track)}\n\n"
        f"{body}\n\n{support(seeds)}\n"
    )


def _rows(track: Track) -> list[tuple[str, ...]]:
    human = (
        "", "human text", "", "", "", f"{track.floor['distinct_2']:.3f}",
        f"{track.floor['tail_coverage']:.4f}", *[""] * 5,
    )  # fmt: skip
    mixed = len(track.diversity_versions) > 1
    rows = [
        _row(track.control, "control", mixed),
        *(
            _row(standing, "n = 1" if standing.rank is None else ranks_of(standing.rank), mixed)
            for standing in track.standings
        ),
        human,
    ]
    return [_shown(track, row) for row in rows]


def _row(standing: Standing, rank: str, with_version: bool) -> tuple[str, ...]:
    version = f" ({versions(standing.diversity_versions)})" if with_version else ""
    return (
        rank,
        standing.method,
        "0" if rank == "control" else interval(standing.score),
        "" if standing.over_texts is None else ends(standing.over_texts),
        str(n_seeds(standing)),
        f"{standing.distinct_2:.3f}{version}",
        f"{standing.tail_coverage:.4f}",
        f"{standing.human_tokens / 1e3:,.0f} k",
        f"{standing.tokens_seen / 1e3:,.0f} k",
        f"{standing.seconds:,.0f} s",
        standing.tier,
        standing.recipe,
    )
