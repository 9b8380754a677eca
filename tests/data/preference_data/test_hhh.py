"""Human pairs out of a source distribution that is read and never installed."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from benchmarks.families.preference_data.printed.human_pairs import (
    COLUMNS,
    human_frame,
    human_lines,
)
from data.errors import BadInput
from data.preference_data import hhh
from data.sources.fetching import cache_folder

_ROWS = [
    {"input": "May I?", "target_scores": {"Yes.": 0, "No, it harms.": 1}},
    {"input": "Why?", "target_scores": {"I do not know.": 1, "So.": 0}},
]


def _archive(folder: Path, parts: tuple[str, ...] = hhh.PARTS, rows: Any = _ROWS) -> Path:
    path = folder / hhh.FILE
    with tarfile.open(path, "w:gz") as archive:
        for part in parts:
            content = json.dumps({"examples": rows}).encode()
            member = tarfile.TarInfo(hhh._MEMBER.format(part=part))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_pairs_say_which_answer_people_preferred_and_where_they_are_from(tmp_path: Path) -> None:
    pairs = hhh.read_archive(_archive(tmp_path))

    assert len(pairs) == 8
    assert (pairs[0].chosen, pairs[0].rejected, pairs[0].first) == ("No, it harms.", "Yes.", False)
    assert (pairs[1].first, pairs[1].source) == (True, "hhh:harmless:1")
    assert {one.part for one in pairs} == set(hhh.PARTS)


def test_other_files_and_pairs_without_a_preference_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not there; put the source distribution"):
        hhh.read_hhh(tmp_path / hhh.FILE)
    with pytest.raises(BadInput, match="get the file again"):
        hhh.read_hhh(_archive(tmp_path))
    with pytest.raises(BadInput, match="has no part 'other'"):
        hhh.read_archive(_archive(tmp_path, hhh.PARTS[:3]))
    equal = [{"input": "Why?", "target_scores": {"a": 1, "b": 1}}]
    with pytest.raises(BadInput, match="pair 1: not one of two answers is preferred"):
        hhh.read_archive(_archive(tmp_path, rows=equal))
    with pytest.raises(BadInput, match="no pair"):
        hhh.human_leaks([], [])


def test_what_length_and_place_tell_is_counted() -> None:
    found = hhh.human_leaks([(5, 3), (4, 4), (1, 9), (7, 2)], [True, False, True, True])

    assert (found.longer, found.first) == (2.5 / 4, 0.75)
    assert found.standard_error(0.5) == pytest.approx(0.25)


def test_the_page_counts_every_pair_of_the_set() -> None:
    frame = human_frame()

    assert tuple(human_lines()[0]) == COLUMNS
    assert frame["pairs"].tolist() == ["58", "59", "61", "43", "221"]
    assert set(frame["the first answer is preferred"]) == {"1.000"}
    assert frame["the longer answer is preferred"].tolist()[-1] == "0.633"


@pytest.mark.skipif(
    not (cache_folder() / hhh.FILE).is_file(), reason="the source distribution is not at hand"
)
def test_the_numbers_are_those_of_the_file() -> None:
    lines = [
        (one.part, int(one.first), len(one.chosen), len(one.rejected)) for one in hhh.read_hhh()
    ]

    assert lines == [
        (line["part"], *(int(line[name]) for name in COLUMNS[2:])) for line in human_lines()
    ]
