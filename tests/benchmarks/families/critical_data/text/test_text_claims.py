"""What decides the claims about text, and what is shown: planted records that go either way."""

import math
from collections.abc import Sequence

import pytest

from benchmarks.families.critical_data.audit import AUDIT
from benchmarks.families.critical_data.claims import CLAIMS
from benchmarks.families.critical_data.recipes import critical_data
from benchmarks.families.critical_data.record import CriticalRecord, OneRun
from benchmarks.families.critical_data.text import statistics as of
from benchmarks.families.critical_data.text.claims import TEXT_CLAIMS
from benchmarks.families.critical_data.text.pages import text_page
from benchmarks.families.critical_data.text.picture import text_picture
from benchmarks.families.critical_data.text.record import FamilyRecord, TextRun
from benchmarks.families.critical_data.text.shown import page_values, scales_frame, sizes_frame
from benchmarks.families.critical_data.text.study import critical_data_cpu_text
from benchmarks.paper.claims import Entry, judge_all
from tests.support.pictures import stumbles
from tests.support.records import unchecked_record

_SIZES = critical_data_cpu_text().texts["sizes"].sizes
_SMOOTH = tuple(0.52 + 0.025 * doubling for doubling in range(8))
_STEP = (0.52,) * 5 + (0.7,) * 3
_ADDITION = (0.05, 0.06, 0.1, 0.3, 0.9, 0.95, 0.95, 0.96, 0.96)


def _run(
    size: int,
    test: Sequence[float],
    *,
    looks: Sequence[int] = (0, 100, 3000),
    memorised: int | None = 100,
    scale: float = 1.0,
    decay: float = 0.01,
    linear: float | None = None,
) -> TextRun:
    reached = [look for look, share in zip(looks, test, strict=True) if share >= 0.65]
    return TextRun(
        size=size,
        decay=decay,
        scale=scale,
        budget=looks[-1],
        memorised=memorised,
        generalised=reached[0] if reached else None,
        tested=2651,
        commonest=0.51,
        linear=linear,
        looks=tuple(looks),
        train=tuple(1.0 if memorised is not None and k >= memorised else 0.5 for k in looks),
        test=tuple(test),
        norm=(60.0,) * len(looks),
    )


def _record(arm: str, runs: Sequence[TextRun], seed: int = 0) -> FamilyRecord:
    return unchecked_record(FamilyRecord, critical_data_cpu_text(), arm, seed, texts=tuple(runs))


def _sizes(shares: Sequence[float] = _SMOOTH, seed: int = 0) -> FamilyRecord:
    shift = 0.002 * seed
    runs = [
        _run(n, (0.5, share, share + shift), linear=share)
        for n, share in zip(_SIZES, shares, strict=True)
    ]
    return _record("sizes", runs, seed)


def _addition(seed: int = 0) -> CriticalRecord:
    study = critical_data()
    sizes = study.sweeps["sizes"].sizes
    runs = [
        OneRun(
            size=size,
            decay=1.0,
            scale=1.0,
            budget=3000,
            steps=3000,
            memorised=50,
            generalised=3000 if share >= 0.95 else None,
            floor=None,
            tested=240,
            apart=100,
            looks=(3000,),
            train=(1.0,),
            test=(share,),
            test_apart=(share,),
            test_mirrored=(share,),
            norm=(20.0,),
        )
        for size, share in zip(sizes, (*_ADDITION[:-1], 0.96 - 0.004 * seed), strict=True)
    ]
    return unchecked_record(CriticalRecord, study, "sizes", seed, runs=tuple(runs))


def _late(gains: tuple[float, float], seed: int = 0) -> FamilyRecord:
    looks, jitter = (0, 1000, 16_000), 0.003 * (seed % 3)
    runs = [
        _run(
            1600,
            (0.5, 0.5, 0.5 + gain + jitter),
            looks=looks,
            memorised=1000,
            scale=scale,
            decay=0.1,
        )
        for scale, gain in zip((1.0, 4.0), gains, strict=True)
    ]
    return _record("late", runs, seed)


def _published(share: float, seed: int = 0) -> FamilyRecord:
    runs = [_run(n, (0.5, share, share + 0.002 * (seed % 3)), scale=10.0) for n in (400, 800)]
    return _record("published", runs, seed)


def _scrambled(share: float, seed: int = 0) -> FamilyRecord:
    return _record("scrambled", [_run(800, (0.5, share, share + 0.002 * (seed % 3)))], seed)


def test_the_largest_part_of_a_rise_within_one_doubling() -> None:
    assert of.largest_doubling(_SIZES, _SMOOTH) == pytest.approx(1 / 7)
    assert of.largest_doubling(_SIZES, _STEP) == pytest.approx(1)
    assert of.largest_doubling((144, 288, 480), (0.0, 0.1, 1.0)) == pytest.approx(0.9)
    assert math.isnan(of.largest_doubling(_SIZES, _SMOOTH[::-1]))


def test_a_rise_over_several_sizes_within_a_doubling_counts_whole() -> None:
    assert of.largest_doubling((100, 150, 200, 400), (0.0, 0.5, 0.9, 1.0)) == pytest.approx(0.9)


def test_numbers_of_a_seed() -> None:
    assert of.smoother_than_arithmetic([_sizes(), _addition()]) < -0.5  # type: ignore[list-item]
    assert of.smoother_than_arithmetic([_sizes(_STEP), _addition()]) > 0  # type: ignore[list-item]
    assert of.slowest_memorised([_sizes()]) == 100
    never = [_run(50, (0.5, 0.5, 0.5), memorised=None), _run(100, (0.5, 0.5, 0.5))]
    assert of.slowest_memorised([_record("sizes", never)]) == 3000
    assert of.known_by_heart([_record("published", never)]) == 0.5
    assert math.isnan(of.known_by_heart([_record("published", never[:1])]))
    assert of.gain_at(1.0)([_late((-0.01, 0.1))]) == pytest.approx(-0.01)
    assert of.gain_at(4.0)([_late((-0.01, 0.1))]) == pytest.approx(0.1)
    assert math.isnan(of.gain_after(never[0]))


def _verdicts(records: Sequence[FamilyRecord | CriticalRecord]) -> dict[str, Entry]:
    chosen = [claim for claim in CLAIMS if claim.id.startswith("cds.text_")]
    return {one.claim.id: one for one in judge_all(chosen, records, AUDIT)}


def _seeds(good: bool) -> list[FamilyRecord | CriticalRecord]:
    found: list[FamilyRecord | CriticalRecord] = []
    for seed in range(8):
        found += [
            _sizes(_SMOOTH if good else _STEP, seed),
            _late((-0.01, 0.1) if good else (0.1, -0.01), seed),
            _published(0.5 if good else 0.6, seed),
            _scrambled(0.5 if good else 0.6, seed),
        ]
        found += [_addition(seed)] if seed < 3 else []
    return found


def test_every_claim_can_go_either_way() -> None:
    good, bad = _verdicts(_seeds(True)), _verdicts(_seeds(False))

    assert {name: one.judgement.verdict for name, one in good.items()} == dict.fromkeys(
        good, "reproduced"
    )
    others = {name: one.judgement.verdict for name, one in bad.items()}
    assert others.pop("cds.text_memorise") == "reproduced"  # they were all learnt by heart
    assert set(others.values()) == {"not reproduced"}
    slow = [
        _record("sizes", [_run(n, (0.5, 0.5, 0.5), memorised=None) for n in _SIZES], seed)
        for seed in range(8)
    ]
    assert _verdicts(slow)["cds.text_memorise"].judgement.verdict != "reproduced"


def test_claims_on_text_that_is_in_no_package_say_why_they_are_not_attempted() -> None:
    claims = {claim.id: claim for claim in TEXT_CLAIMS}

    assert "task846" in claims["cds.instruction"].caveat
    assert "no registry" in claims["cds.instruction"].caveat
    assert all("no registry" in claims[f"cds.text_{name}"].caveat for name in ("smooth", "grok"))


def test_tables_say_what_was_not_reached_and_with_what_budget() -> None:
    never = [
        _record("sizes", [_run(50, (0.5, 0.5, 0.5), memorised=None)], seed) for seed in range(3)
    ]

    (row,) = sizes_frame(never).to_dict("records")
    assert row["memorised after"] == row["after"] == "more than 3,000"
    assert row["generalised"] == "0 of 3"
    assert row["a linear kernel"] == "—"
    plain, scaled = scales_frame([_late((-0.01, 0.1))]).to_dict("records")
    assert scaled["decay alone undoes alpha after"] == "13,862"
    assert scaled["of it gained since"] == "+0.100"
    assert plain["of it gained since"] == "-0.010"
    (lost,) = scales_frame(
        [_record("published", [_run(400, (0.5,) * 3, memorised=None, scale=10)])]
    ).to_dict("records")
    assert lost["of it gained since"] == "—"
    assert lost["decay alone undoes alpha after"] == "230,257"


def test_the_page_says_where_its_text_is_from_with_and_without_records() -> None:
    ledger = _verdicts([])

    empty, full = (text_page(records, ledger) for records in ([], _seeds(True)))

    for page in (empty, full):
        assert "no registry of packages" in page
        assert "IMDB" in page
    assert "No record yet: `collapse run critical_data_cpu_text" in empty
    assert "text.png" in full
    assert "With scrambled labels 0.502 are right" in full
    assert "With scrambled labels" not in text_page([_sizes()], ledger)
    assert "10,603 different ones" in empty
    assert page_values(_seeds(True))["steepest"] == "0.14"


def test_the_picture_shows_text_and_arithmetic_on_one_axis() -> None:
    records = _seeds(True)
    sizes = [r for r in records if isinstance(r, FamilyRecord) and r.arm == "sizes"]
    late = [r for r in records if isinstance(r, FamilyRecord) and r.arm == "late"]
    addition = [r for r in records if not isinstance(r, FamilyRecord)]

    figure = text_picture(sizes, late, addition)

    assert stumbles(figure, width=900) == []
    labels = [line.get_label() for line in figure.axes[0].lines]
    assert "film snippets, 8 seeds" in labels
    assert "addition modulo 31, 3 seeds" in labels
    assert len(text_picture(sizes, [], []).axes) == 1
