"""LEADERBOARD.md: the headline, then every track in short; the long tables are a page of docs."""

from collections.abc import Iterator, Sequence

from benchmarks.comparing.curves import CONTROL
from benchmarks.comparing.decisions import LEVEL
from benchmarks.leaderboard.board import interval, n_seeds, ranks_of
from benchmarks.leaderboard.headline import (
    Found,
    Study,
    by_method,
    main_first,
    meanings,
    promise,
    studies,
)
from benchmarks.leaderboard.ranking import Standing, Track, Unranked

PICTURE = "docs/figures/leaderboard.png"
LONG_PAGE = "docs/leaderboard.md"
_RATES = "docs/statistics.md#words-of-the-headline"
_PROMISE = f"at most {LEVEL:.0%}".replace("%", " %")
_HEAD = f"""# Leaderboard

Which way of making the next corpus keeps a chain of language models from getting worse? Written by
`collapse leaderboard --markdown LEADERBOARD.md` from the [records](benchmarks/records);
[how to add a method](CONTRIBUTING.md#submitting-records).

## What collapses

![Excess of every method over new human text, study by study]({PICTURE})
"""
_TRACKS = f"""## Tracks

Methods that may use the same compete in a track. **Rank**: from one plus the number of methods that
were shown to be better, to the number of methods less those shown to be worse; {_PROMISE} of
tracks have any method ranked behind one that is not better. A shared rank does not show that two
are equal. **Score**: the excess over `{CONTROL}` with its 95 % interval for this held-out text.
[The long tables]({LONG_PAGE}) have what each track allows, intervals for other texts, diversity
beside that of human text, cost, and every record.
"""


def summary(tracks: Sequence[Track], left: Sequence[Unranked]) -> str:
    """LEADERBOARD.md, a pure function of the records."""
    found = studies(tracks)
    parts = [_HEAD, headline_table(found, with_intervals=True), "", *_words(), "", *_short(found)]
    parts += [_TRACKS, *_tracks(main_first(tracks))]
    if left:
        recipes = len({one.recipe for one in left})
        parts.append(f"Chains of {recipes} recipes are [not ranked]({LONG_PAGE}#not-ranked).\n")
    return "\n".join(parts)


def headline_table(found: Sequence[Study], *, with_intervals: bool) -> str:
    """Method by study, for studies of more than one generation, in Markdown.

    Args:
        found: All studies, the main one first.
        with_intervals: Whether each excess has its interval.
    """
    shown = [study for study in found if study.shows_growth]
    names = [f"{study.name}<br>{study.size}" for study in shown]
    control = [f"`{CONTROL}`", *["0"] * len(shown)]
    rows = [
        [f"`{method}`", *(_cell(one, with_intervals) for one in cells)]
        for method, cells in by_method(shown).items()
    ]
    return "\n".join(_lines(["method", *names], [*rows, control]))


def _cell(one: Found | None, with_interval: bool) -> str:
    if one is None:
        return ""
    word = one.outcome.label
    mark = f"**{word}**" if word == "collapses" else word
    excess = one.outcome.excess
    ends = "" if excess.low is None else f" [{excess.low:+.3f}, {excess.high:+.3f}]"
    return f"{mark} {excess.mean:+.3f}{ends if with_interval else ''}"


def _words() -> list[str]:
    meant = [f"- **{word}**: {meaning}." for word, meaning in meanings()]
    return [*meant, "", f"{promise()} [How often they are right]({_RATES})."]


def _short(found: Sequence[Study]) -> list[str]:
    """Studies of one generation, which show no growth, folded away."""
    short = [study for study in found if not study.shows_growth]
    if not short:
        return []
    lines = _lines(
        ["study", "method", "excess"],
        [
            [study.name, f"`{one.standing.method}`", interval(one.outcome.excess)]
            for study in short
            for one in study.found
        ],
    )
    return _folded(f"{len(short)} studies of one generation, which shows no growth", lines)


def _tracks(tracks: Sequence[Track]) -> Iterator[str]:
    for track in tracks:
        if len(track.standings) > 1:
            yield from (f"### {track.name}", "", *_lines(_RANKED, _ranked(track)), "")
    alone = [track for track in tracks if len(track.standings) == 1]
    if alone:
        rows = [[track.name, *row[1:]] for track in alone for row in _ranked(track)]
        yield from _folded(
            f"{len(alone)} tracks of one method", _lines(["track", *_RANKED[1:]], rows)
        )


_RANKED = ["rank", "method", "score", "n"]


def _ranked(track: Track) -> list[list[str]]:
    return [
        [_rank(one), f"`{one.method}`", interval(one.score), str(n_seeds(one))]
        for one in track.standings
    ]


def _rank(standing: Standing) -> str:
    return "n = 1" if standing.rank is None else ranks_of(standing.rank)


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "", *lines, "", "</details>", ""]


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    body = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(row) + " |" for row in body]
