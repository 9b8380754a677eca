from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from data.program_distillation.gsm8k import TRAIN, Problem
from data.program_distillation.programs import (
    numbers_in_text,
    numbers_of,
    parse,
    reassigned,
    render,
    unused_steps,
)
from data.program_distillation.running import value_of
from data.program_distillation.twins import (
    CONVERSION,
    Lost,
    Provenance,
    Twin,
    program_of,
    twin_of,
    twins_of,
)

_SOLUTION = (
    "He sold 48/2 = <<48/2=24>>24 clips in May.\n"
    "He sold 48+24 = <<48+24=72>>72 clips in both months."
)
_PROBLEM = Problem(3, "Half as many as 48?", _SOLUTION, "72")


def test_a_twin_is_one_solution_twice_with_its_provenance() -> None:
    twin = twin_of(_PROBLEM, "train")

    assert twin == Twin(
        Provenance("train", 3, TRAIN.sha256, CONVERSION),
        _PROBLEM.question,
        "v1 = 48/2\nv2 = 48+v1",
        "He sold 48/2 = 24 clips in May.\nHe sold 48+24 = 72 clips in both months.\n#### 72",
        "72",
        ("24", "72"),
    )


@pytest.mark.parametrize(
    ("solution", "program"),
    [
        ("<<3+4=7>> <<14/2=7>> <<7*7=49>>", "v1 = 3+4\nv2 = 14/2\nv3 = v2*v2"),
        ("<<.5*10=5.0>> <<5+1=6>>", "v1 = 0.5*10\nv2 = v1+1"),
        ("<<07*2=14>> <<14-014=0>>", "v1 = 7*2\nv2 = v1-v1"),
        ("<<(2+3)*4=20>> <<120-20=100>>", "v1 = (2+3)*4\nv2 = 120-v1"),
        ("<<2*3.=6>>", "v1 = 2*3.0"),
    ],
)
def test_a_number_that_a_step_gave_is_read_as_its_result(solution: str, program: str) -> None:
    assert program_of(solution) == program


@pytest.mark.parametrize(
    ("solution", "reason"),
    [
        ("no step at all", "no annotated step"),
        ("<<x+1=2>>", "a step is no arithmetic"),
        ("<<2*(3=6>>", "a step is no arithmetic"),
        ("<<2**=6>>", "a step is no arithmetic"),
    ],
)
def test_what_is_no_arithmetic_is_lost_with_its_reason(solution: str, reason: str) -> None:
    assert program_of(solution) == Lost(reason)  # type: ignore[arg-type]
    assert list(twins_of([Problem(0, "", solution, "6")], "test")) == []


def test_normal_form_is_kept_by_parsing() -> None:
    program = "v1 = 48/2\nv2 = (48+v1)*0.5"

    assert render(parse(program)) == program


@pytest.mark.parametrize("program", ["v1 = ", "print(1)", "a.b = 1", "a[0] = 1"])
def test_what_is_no_straight_line_is_refused(program: str) -> None:
    with pytest.raises(BadInput):
        parse(program)


def test_steps_that_nothing_reads_are_counted() -> None:
    assert unused_steps("v1 = 1+1\nv2 = 2+2\nv3 = v2*2") == 1
    assert unused_steps("v1 = 1+1") == 0


def test_numbers_are_put_in_the_place_of_numbers_and_not_of_names() -> None:
    values = {Fraction(1): Fraction(5), Fraction(1, 2): Fraction(7, 3)}

    assert reassigned("v1 = 1+.5\nv2 = v1*10", values) == "v1 = 5+(7/3)\nv2 = v1*10"
    assert numbers_of("v1 = 1+.5\nv2 = v1*1.0") == [1, Fraction(1, 2)]


def test_numbers_of_a_text_may_be_grouped() -> None:
    assert numbers_in_text("$1,500.50 for 3, 4 or 1,2") == [Fraction(3001, 2), 3, 4, 1, 2]


@given(st.integers(1, 999), st.integers(1, 999))
def test_a_converted_solution_gives_what_it_prints(first: int, second: int) -> None:
    total = first + second
    program = program_of(f"<<{first}+{second}={total}>> <<{total}*2={2 * total}>>")

    assert isinstance(program, str)
    assert value_of(program) == 2 * total


def test_what_does_not_run_has_no_value() -> None:
    assert [value_of(p) for p in ("v1 = 1/0", "v1 = w", "v1 = (", "for i in x:\n    y = 1")] == [
        None
    ] * 4
    assert value_of("v1 = 0.1+0.2") == Fraction(3, 10)
