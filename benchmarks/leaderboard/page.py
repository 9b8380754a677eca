"""The leaderboard as one folder that opens from disk and from any static host.

The first page holds the headline, the table of all methods, the tracks and the speed; every method
has a page of its own in `methods/`, so that the first one does not grow with what is known of each.
Both are whole without JavaScript. Sorting, searching and filtering come from DataTables, which the
package itables carries: its script is written from the installed package, so that nothing is asked
of a network. A content security policy forbids every other script and every request.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import CONTROL, LOSS
from benchmarks.comparing.differences import support
from benchmarks.comparing.pictures.colours import GLYPHS, KINDS, Style, style_of
from benchmarks.comparing.templates import templates
from benchmarks.leaderboard.board import (
    ends,
    n_seeds,
    price,
    ranks_of,
    sealed_later,
    version,
    versions,
)
from benchmarks.leaderboard.drawing import (
    Point,
    by_machine,
    method_svg,
    speed_svg,
    styles,
    track_svg,
)
from benchmarks.leaderboard.headline import (
    Found,
    Study,
    as_csv,
    as_json,
    main_first,
    meanings,
    picture_svg,
    promise,
    studies,
    table,
)
from benchmarks.leaderboard.method_profiles import Setting, controls_of, profile_html, setting
from benchmarks.leaderboard.ranking import Standing, Track, Unranked
from benchmarks.leaderboard.script import bundle, script
from benchmarks.running.record import Environment, Hardware
from benchmarks.speed.history import History, read_history
from data.errors import BadInput
from data.files import PARTIAL, atomic, try_folder

GENERATOR = "collapse leaderboard"
"""Name in the page's metadata, so that the page is known again and may be replaced."""
_NO_RANK = 10**6
"""Number in place of a rank that is missing; it sorts behind every rank."""


def _code(text: str) -> Markup:
    """Words in which what stands between backticks is code, and between stars is stressed."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"\*([^*]+)\*", r"<em>\1</em>", marked))


def _broken(name: str) -> Markup:
    """A name that may be broken after its underscores."""
    return Markup(str(escape(name)).replace("_", "_<wbr>"))


def _is_single(legend: Sequence[object]) -> bool:
    """Whether a track has one method."""
    return len(legend) == 1


_TEMPLATES = templates()
_TEMPLATES.filters["code"] = _code
_TEMPLATES.filters["broken"] = _broken
_TEMPLATES.tests["single"] = _is_single
_TEMPLATES.globals |= {
    "generator": GENERATOR,
    "control": CONTROL,
    "loss": LOSS,
    "no_rank": _NO_RANK,
    "support": support,
    "version": version,
    "versions": versions,
    "price": price,
    "sealed_later": sealed_later,
    "style_of": style_of,
    "ranks_of": ranks_of,
    "ends": ends,
    "n_seeds": n_seeds,
    "method_svg": method_svg,
    "track_svg": track_svg,
}


@dataclass(frozen=True)
class File:
    """A record and the file that is copied beside the page."""

    record: Record
    path: Path
    """Path of the file that is copied."""

    @property
    def href(self) -> str:
        """Link from the page to the copy, with reserved characters quoted."""
        return quote(f"records/{self.path.parent.name}/{self.path.name}")


@dataclass(frozen=True)
class Opened:
    """What a page shows of one method."""

    id: str
    """Name of its page, and of its place in the table."""
    place: int
    """Place of its track among all tracks."""
    found: Found
    """What became of it, in the words of the headline."""
    reading: str
    """Outcome against the control as a sentence, with the number of seeds."""
    summary: str
    """Summary of the method's recipe."""
    files: tuple[File, ...]

    @property
    def href(self) -> str:
        """Link from the first page to the method's own."""
        return f"methods/{self.id}.html"

    @property
    def track(self) -> Track:
        """The track that it competes in."""
        return self.found.track

    @property
    def standing(self) -> Standing:
        """Its place and numbers there."""
        return self.found.standing

    @property
    def order(self) -> int:
        """Number to sort by: the rank, or one behind every rank where there is none."""
        return _NO_RANK if self.standing.rank is None else self.standing.rank.best


def write_page(
    chains: Sequence[tuple[Path, Record]],
    ranked: Sequence[Track],
    left: Sequence[Unranked],
    out: Path,
    *,
    history: Path,
) -> Path:
    """Write the leaderboard as one folder; return its `index.html`, which is written last.

    Args:
        chains: Records with their files, which are copied.
        ranked: The tracks that these records fill, as `ranking.rank` gives them.
        left: Those of the records that cannot be ranked, as `ranking.unranked` gives them.
        out: Folder of the page, made where it is missing. Other files in it stay.
        history: File of measured speed; where it is missing or damaged the page says so.

    Raises:
        BadInput: `out` is a file or holds a page of somebody else, or itables is not installed.
    """
    index = out / "index.html"
    _check_out(out, index)
    tracks = main_first(ranked)
    files = {record.file(Path()).as_posix(): File(record, path) for path, record in chains}
    studied = studies(tracks)
    opened = _open_all(tracks, studied, files)
    rows = table(tracks)
    contents = {
        "datatables.js": script().encode(),
        "datatables.css": bundle().with_suffix(".css").read_bytes(),
        "page.css": _static("leaderboard.css"),
        "page.js": _static("leaderboard.js"),
        "leaderboard.csv": as_csv(rows).encode(),
        "leaderboard.json": as_json(rows).encode(),
        index.name: _first_page(
            files, tracks, left, studied, opened, read_history(history)
        ).encode(),
    }
    for folder in {path.parent.name for path, _ in chains}:
        (out / "records" / folder).mkdir(parents=True, exist_ok=True)
    for path, _ in chains:  # one after the other: together they may be larger than the page
        _copy(path, out / "records" / path.parent.name / path.name)
    for one, text in _method_pages(opened, controls_of(file.record for file in files.values())):
        _write(out / one.href, text.encode())
    for name, content in contents.items():
        _write(out / name, content)
    return index


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic(target) as partial:
        partial.write_bytes(content)


def _copy(path: Path, target: Path) -> None:
    """Copy a file whole or not at all, without waiting for the disk: the original is safe.

    A copy that says the same already stays, for to replace a file takes a disk milliseconds.
    """
    content = path.read_bytes()
    if target.is_file() and not target.is_symlink() and target.read_bytes() == content:
        return
    partial = f"{target}{PARTIAL}{os.getpid()}"
    with open(partial, "wb") as file:
        file.write(content)
    os.replace(partial, target)


def _check_out(out: Path, index: Path) -> None:
    if out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file; give --html a folder")
    if index.exists() and GENERATOR not in index.read_text(encoding="utf-8", errors="replace"):
        raise BadInput(
            f"{index} was not written by `{GENERATOR}`; move it, or give --html another folder"
        )
    try_folder(out)


def _static(name: str) -> bytes:
    return (Path(__file__).parents[1] / "templates" / name).read_bytes()


def _first_page(
    files: Mapping[str, File],
    tracks: Sequence[Track],
    left: Sequence[Unranked],
    studied: Sequence[Study],
    opened: Sequence[Opened],
    history: History,
) -> str:
    """The page with all methods, as HTML."""
    return _TEMPLATES.get_template("leaderboard.html.jinja").render(
        opened=opened,
        headline=_headline(studied, opened),
        forest=Markup(picture_svg(studied)),
        meanings=meanings(),
        promise=promise(),
        tracks=[(track, _legend(track, opened)) for track in tracks],
        choices=_choices(opened),
        unranked=[(one, [files[name] for name in one.files]) for one in left],
        speed=_speed(history),
        problems=history.problems,
        n_records=len(files),
    )


def _method_pages(
    opened: Sequence[Opened], controls: Mapping[Setting, Sequence[Record]]
) -> Iterator[tuple[Opened, str]]:
    """The page of each method, as HTML, one at a time."""
    template = _TEMPLATES.get_template("leaderboard_method.html.jinja")
    meaning_of = dict(meanings())
    for one in opened:
        mine = [file.record for file in one.files]
        yield (
            one,
            template.render(
                one=one,
                meaning_of=meaning_of,
                profile=profile_html(mine, controls.get(setting(mine[0]), [])),
                environments=_environments(one.files),
            ),
        )


def _headline(
    studied: Sequence[Study], opened: Sequence[Opened]
) -> list[tuple[Study, list[Opened]]]:
    """Every study with its methods, as the headline shows them."""
    by_place = {_key(one.found): one for one in opened}
    return [(study, [by_place[_key(one)] for one in study.found]) for study in studied]


def _key(found: Found) -> tuple[str, ...]:
    """What tells a method of a track from all others: its records."""
    return found.standing.files


def _open_all(
    tracks: Sequence[Track], studied: Sequence[Study], files: Mapping[str, File]
) -> list[Opened]:
    outcomes = {_key(one): one for study in studied for one in study.found}
    opened: dict[str, Opened] = {}  # by names that differ where a disk tells no large letters
    for place, track in enumerate(tracks):
        for standing in track.standings:
            short = _slug(f"{standing.method}-{standing.recipe}")
            free = (short, f"{short}-{track.id}", f"{short}-{track.id}-{len(opened)}")
            name = next(name for name in free if name.lower() not in opened)
            mine = tuple(files[file] for file in standing.files)
            opened[name.lower()] = Opened(
                id=name,
                place=place,
                found=outcomes[standing.files],
                reading=_read(standing),
                summary=str(mine[0].record.recipe["summary"]),
                files=mine,
            )
    return list(opened.values())


def _read(standing: Standing) -> str:
    """How it compares with the control, as a sentence."""
    n = standing.score.n
    if standing.score.is_significant is None:
        return "n = 1: one seed has no interval and no rank; this is no finding."
    if not standing.score.is_significant:
        return f"Undecided: the interval holds 0, so n = {n} seeds do not tell it from {CONTROL}."
    word = "Worse" if standing.score.mean > 0 else "Better"
    return f"{word} than {CONTROL} by more than the spread over n = {n} seeds."


def _slug(text: str) -> str:
    """Letters, digits, hyphens and underscores, for a fragment and a file."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in text)


def _environments(
    files: Sequence[File],
) -> tuple[tuple[tuple[int, ...], Environment, Hardware], ...]:
    def where(file: File) -> tuple[str, str]:
        record = file.record
        return record.environment.model_dump_json(), record.hardware.model_dump_json()

    groups = [list(group) for _, group in groupby(sorted(files, key=where), key=where)]
    return tuple(
        (
            tuple(file.record.seed for file in group),
            group[0].record.environment,
            group[0].record.hardware,
        )
        for group in groups
    )


def _legend(track: Track, opened: Sequence[Opened]) -> list[tuple[Style, Opened]]:
    """How each method is drawn, in the order of the figure."""
    mine = [one for one in opened if one.track.id == track.id]
    return list(zip(styles(track), mine, strict=True))


def _choices(opened: Sequence[Opened]) -> dict[str, list[tuple[str, str]]]:
    """Options of each filter, as value and text."""
    return {
        "track": list(dict.fromkeys((one.track.id, one.track.name) for one in opened)),
        "recipe": sorted({(one.standing.recipe,) * 2 for one in opened}),
        "method": sorted({(one.standing.method,) * 2 for one in opened}),
        "verdict": [(word, word) for word, _ in meanings()],
        "tier": sorted({(one.standing.tier,) * 2 for one in opened}),
    }


def _speed(history: History) -> list[dict[str, Any]]:
    """Each thing that was ever measured, with its figure and its runs, latest last."""
    by_name: dict[str, list[Point]] = {}
    for run in history.runs:
        for measured in run.ratios:
            by_name.setdefault(measured.name, []).append((run, measured))
    return [
        {
            "name": name,
            "points": points,
            "figure": speed_svg(name, points),
            "machines": [
                (GLYPHS[i % len(GLYPHS)], KINDS[i % len(KINDS)], device, threads, len(mine))
                for i, ((_, device, threads), mine) in enumerate(by_machine(points).items())
            ],
        }
        for name, points in by_name.items()
    ]
