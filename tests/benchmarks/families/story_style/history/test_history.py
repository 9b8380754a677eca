"""The authors' evaluation files: what they hold, and verdicts that other numbers would turn."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.families.story_style.history import audit, shown
from benchmarks.families.story_style.history.claims import (
    judge_bleu,
    judge_counts,
    judge_drops,
    judge_floor,
    judge_lengths,
    judge_trade,
)
from benchmarks.families.story_style.history.rows import EARLIER, Point, cells, front, points
from benchmarks.paper.evidence import Evidence
from benchmarks.paper.published import HISTORY

NOTHING = Evidence(())


def test_every_number_says_that_it_is_from_the_history() -> None:
    assert {cell.version for cell in cells()} == {HISTORY}
    assert len({cell.key for cell in cells()}) == len(cells()) == 211
    assert len(points()) == 26


def test_the_sets_contradict_each_other() -> None:
    changes = [float(one.change) for one in audit.drops()]

    assert [round(change, 3) for change in changes] == [-0.74, -0.825, 0.497, 0.376, -0.21]
    assert judge_drops(NOTHING).verdict == "not reproduced"


def test_sets_that_agree_would_reproduce_it(monkeypatch: pytest.MonkeyPatch) -> None:
    agreeing = tuple(one for one in audit.drops() if one.change < 0)
    monkeypatch.setattr(audit, "drops", lambda: agreeing)

    assert judge_drops(NOTHING).verdict == "reproduced"


def test_near_copies_have_an_r_acc_near_one_half(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge_floor(NOTHING).verdict == "reproduced"

    low = tuple(replace(one, relative=Fraction(1, 10)) for one in audit.unchanged())
    monkeypatch.setattr(audit, "unchanged", lambda: low)
    assert judge_floor(NOTHING).verdict == "not reproduced"


def test_style_and_overlap_trade_unless_runs_have_both(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge_trade(NOTHING).verdict == "reproduced"

    both = [Point(EARLIER, str(k), None, Fraction(k), Fraction(k)) for k in range(3)]
    found = audit.trade(tuple(both))
    monkeypatch.setattr(audit, "trade", lambda: found)
    assert judge_trade(NOTHING).verdict == "not reproduced"


def test_outputs_are_longer_than_their_source() -> None:
    assert judge_lengths(NOTHING).verdict == "not reproduced"
    assert judge_lengths(NOTHING).observed.startswith("14 of 22")


def test_a_share_that_no_count_gives_is_found() -> None:
    cell = next(cell for cell in audit.shares() if cell.table == "EN")

    assert judge_counts(NOTHING).verdict == "reproduced"
    assert not audit.is_count(replace(cell, printed=".525"))


def test_recorded_and_recomputed_bleu_are_compared_to_their_last_digit() -> None:
    first, second = audit.recorded()[0]

    assert judge_bleu(NOTHING).verdict == "reproduced"
    assert not audit.agree(replace(first, printed=".3702"), second)


def test_what_is_worse_in_both_is_not_on_the_front() -> None:
    best, worse, other = (
        Point("ZH", "", 0, Fraction(a), Fraction(b)) for a, b in ((2, 2), (1, 1), (1, 3))
    )

    assert front((best, worse, other)) == (best, other)


def test_the_picture_is_drawn_without_a_record(tmp_path: Path) -> None:
    png, pdf = shown.draw((), tmp_path)

    assert png.read_bytes().startswith(b"\x89PNG")
    assert pdf.read_bytes().startswith(b"%PDF")
