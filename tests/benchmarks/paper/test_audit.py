from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.families.toedit.audit import AUDIT, PUBLISHED
from benchmarks.paper.audit import (
    Check,
    binomial_stderr,
    mean_check,
    possible_counts,
    rounded,
    stands_for,
)
from benchmarks.paper.published import Cell


def _cell(printed: str, column: str = "Avg") -> Cell:
    return Cell("Table 2", "row", column, printed, "%", "v3")


def _inconsistent(kind: str) -> set[tuple[str, str, str]]:
    return {
        finding.cell.key
        for finding in AUDIT.checks()
        if finding.kind == kind and finding.status == "inconsistent as printed"
    }


def test_a_printed_number_stands_for_what_rounds_or_is_cut_to_it() -> None:
    interval = stands_for(_cell("52.59"))

    assert (interval.low, interval.high) == (Fraction("52.585"), Fraction("52.60"))


@pytest.mark.parametrize(
    ("target", "status"),
    [("2.0", "follows"), ("2.1", "within rounding"), ("2.2", "inconsistent as printed")],
)
def test_a_mean_is_judged_with_the_rounding_of_its_parts(target: str, status: str) -> None:
    parts = [_cell("1.0", "a"), _cell("3.0", "b")]

    assert mean_check(_cell(target), parts, "mean").status == status


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=9))
def test_no_true_mean_is_called_inconsistent(ten_thousandths: list[int]) -> None:
    numbers = [Fraction(n, 10_000) for n in ten_thousandths]
    cells = [_cell(rounded(number, 2)) for number in numbers]
    mean = sum(numbers, Fraction(0)) / len(numbers)

    assert mean_check(_cell(rounded(mean, 2)), cells, "").status != "inconsistent as printed"


@given(st.integers(1, 5000), st.data())
def test_no_true_share_of_items_is_called_impossible(n_items: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, n_items))

    assert right in possible_counts(_cell(rounded(Fraction(100 * right, n_items), 2)), n_items)


def test_the_means_that_do_not_follow_are_these() -> None:
    shares = ("0%", "25%", "50%", "75%", "100%")
    halves = ("Avg (first 11)", "Avg (last 11)")
    code = ("OSS-Instruct-75K", "Evol-Instruct-110K")
    models = ("Llama-3-8B", "Llama-3-8B + ToEdit")

    assert _inconsistent("mean") == (
        {("Table 1", half, share) for half in halves for share in shares}
        | {("Table 4", f"{data}: {model}", "Avg") for data in code for model in models}
        | {("Table 3", "Biomedicine: OLMo-1B", "Avg")}
    )


def test_the_first_version_prints_the_true_means_of_table_1() -> None:
    found = [f for f in AUDIT.checks() if f.cell.row == "Avg (all 22)"]

    assert [finding.status for finding in found] == ["follows"] * 5


def test_the_impossible_accuracies_are_two_cells_that_would_fit_exchanged() -> None:
    found = [f for f in AUDIT.checks() if f.kind == "share of items" and f.status != "follows"]

    assert [f.cell.key for f in found] == [
        ("Table 3", "Math: OLMo-1B", "GPQA"),
        ("Table 3", "Math: OLMo-1B + CPT", "GPQA"),
    ]
    assert "the row's MMLU, 26.56, would be possible here" in found[0].how
    assert "the row's MMLU, 27.23, would be possible here" in found[1].how


def test_the_total_size_of_table_18_does_not_follow() -> None:
    (found,) = [f for f in AUDIT.checks() if f.cell.key == ("Table 18", "total", "size")]

    assert (found.status, found.recomputed) == ("inconsistent as printed", "11499")


def test_a_changed_cell_of_a_consistent_row_is_found() -> None:
    table = PUBLISHED.tables["9"]
    typo = replace(table.find("50%", "ARC-e"), printed="40.44")
    cells = tuple(typo if cell.key == typo.key else cell for cell in table.cells)

    wrong = [f for f in AUDIT.checks([replace(table, cells=cells)]) if f.status.startswith("incon")]

    assert [(f.cell.row, f.cell.column) for f in wrong] == [("50%", "Avg")]


def test_rows_that_two_tables_print_agree() -> None:
    repeated = [f for f in AUDIT.checks() if f.kind == "repeated"]

    assert len(repeated) == 15
    assert {f.status for f in repeated} == {"follows"}


def test_a_standard_error_is_that_of_its_accuracy() -> None:
    printed = PUBLISHED.tables["11"].find("0%", "PIQA stderr")

    assert rounded(Fraction(binomial_stderr(56.69, 1838)), 3) == printed.printed


def test_rounding_takes_halves_away_from_zero() -> None:
    assert [rounded(Fraction(x), 1) for x in ("0.25", "-0.25", "-0.04", "3")] == [
        "0.3",
        "-0.3",
        "0.0",
        "3.0",
    ]


def test_a_finding_says_both_numbers() -> None:
    finding: Check = next(f for f in AUDIT.checks() if f.status == "inconsistent as printed")

    assert (finding.cell.printed, finding.recomputed) == ("20.99", "20.43")
