import lzma
from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import BadInput
from data.program_distillation import gsm8k
from data.program_distillation.gsm8k import (
    SOLUTIONS,
    TEACHERS,
    TEST,
    TRAIN,
    load_problems,
    load_taught,
    split_answer,
    unpacked,
)


def test_both_parts_are_whole_and_every_row_has_an_answer() -> None:
    for part, file in gsm8k.PARTS.items():
        problems = load_problems(part)

        assert [problem.row for problem in problems] == list(range(file.rows))
        assert all(problem.question and problem.answer for problem in problems)


def test_the_files_are_as_long_as_they_were_published() -> None:
    assert [len(unpacked(file)) for file in (TRAIN, TEST, SOLUTIONS)] == [4166206, 749738, 2563513]


def test_the_licence_lies_beside_the_files() -> None:
    licence = TRAIN.path.with_name("LICENSE").read_text(encoding="utf-8")

    assert licence.startswith("MIT License")
    assert "Copyright (c) 2021 OpenAI" in licence


def test_four_teachers_answered_every_test_question() -> None:
    taught = list(load_taught())
    right = {name: sum(s.is_correct for s in taught if s.teacher == name) for name in TEACHERS}

    assert len(taught) == 4 * TEST.rows
    assert list(right.values()) == [286, 515, 458, 742]
    assert [s.question for s in taught[::4]] == [p.question for p in load_problems("test")]


@pytest.mark.parametrize("content", [lzma.compress(b"{}\n"), b"no xz", lzma.compress(b"x")[:20]])
def test_a_changed_file_is_refused(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gsm8k, "_FOLDER", tmp_path)
    TEST.path.write_bytes(content)

    with pytest.raises(BadInput, match=r"test\.jsonl\.xz: .*restore it"):
        load_problems("test")


def test_a_pinned_file_that_is_no_json_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(
        TEST, sha256="ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    )
    monkeypatch.setattr(gsm8k, "_FOLDER", tmp_path)
    monkeypatch.setitem(gsm8k.PARTS, "test", broken)
    broken.path.write_bytes(lzma.compress(b"a"))

    with pytest.raises(BadInput, match="cannot be read"):
        load_problems("test")


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(BadInput, match="no part 'dev'; use one of train, test"):
        load_problems("dev")


def test_an_answer_stands_behind_its_mark() -> None:
    assert split_answer("6 eggs\n#### 6") == ("6 eggs", "6")
    assert split_answer("6 eggs") == ("6 eggs", "")
