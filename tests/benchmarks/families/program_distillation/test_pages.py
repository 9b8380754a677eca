from pathlib import Path

from benchmarks.families.catalogue import read_all
from benchmarks.families.program_distillation.chain.found import chains_of
from benchmarks.families.program_distillation.chain.page import TAIL
from benchmarks.families.program_distillation.family import FAMILY
from benchmarks.families.program_distillation.figure import FUNNEL, RECALL, draw_all
from benchmarks.families.program_distillation.pages import pages as own_pages
from benchmarks.families.program_distillation.precision import PRECISION
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.families.program_distillation.students.page import STUDENTS_PICTURE
from benchmarks.families.program_distillation.students.shown import arms_of
from benchmarks.families.program_distillation.summaries import of_arm
from benchmarks.paper.pages import ledger, pages
from tests.support.places import RECORDS, ROOT


def test_the_committed_pages_are_those_of_the_committed_records() -> None:
    folder = ROOT / "docs" / "program_distillation"
    committed_records = read_all(RECORDS)
    fresh = pages(FAMILY, committed_records)

    stale = [n for n, text in fresh.items() if (folder / n).read_text(encoding="utf-8") != text]
    committed = {path.name for path in folder.iterdir()} - set(fresh)
    there = {
        FUNNEL: of_arm(committed_records, "twins"),
        RECALL: of_arm(committed_records, "faults"),
        PRECISION: of_arm(committed_records, "faults"),
        STUDENTS_PICTURE: arms_of(committed_records),
        TAIL: chains_of(committed_records),
    }
    drawn = {f"{name}{end}" for name, found in there.items() if found for end in (".png", ".pdf")}
    assert stale == [], "run: collapse tables program_distillation --out docs/program_distillation"
    assert committed == drawn


def test_pictures_are_drawn_from_records_alone(
    records: list[DistillationRecord], tmp_path: Path
) -> None:
    assert draw_all([], tmp_path / "none") == []

    files = draw_all(records, tmp_path / "all")

    assert [path.name for path in files] == [
        "funnel.png", "funnel.pdf", "precision.png", "precision.pdf", "recall.png", "recall.pdf",
    ]  # fmt: skip
    assert all(path.stat().st_size > 5000 for path in files)


def test_the_page_shows_what_the_records_hold(records: list[DistillationRecord]) -> None:
    text = own_pages(records, ledger(FAMILY, records))["README.md"]

    assert "No record yet" not in text
    assert "execution rejects at least 99.0 %" in text
    assert "| train  | 93.0 %" in text
    assert "| 6B, tuned " in text
    assert "70 programs are given to the executor" in text
    assert "| time          | 4          | endless loop, " in text


def test_without_records_the_page_says_what_makes_them() -> None:
    text = FAMILY.pages(())["README.md"]

    assert "No record yet: `collapse run program_distillation --seed 0" in text
    assert "## Faults" not in text
