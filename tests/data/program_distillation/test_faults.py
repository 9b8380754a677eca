from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from data.program_distillation.checks import agree, steps_hold
from data.program_distillation.faults import KINDS, inject
from data.program_distillation.running import value_of
from data.randomness import stream

_PROGRAM = "v1 = 48/2\nv2 = 48+v1\nv3 = v2-v1"
_QUESTION = "From 48 clips and 1,500 pins, 2 are lost?"


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_a_fault_is_what_its_record_says(kind: str, seed: int) -> None:
    fault = inject(_PROGRAM, kind, _QUESTION, stream(seed, "test"))
    lines = _PROGRAM.split("\n")

    assert fault is not None
    assert fault.kind == kind
    assert fault.program != _PROGRAM
    if kind == "random_character":
        assert len(fault.program) == len(_PROGRAM)
        assert sum(a != b for a, b in zip(fault.program, _PROGRAM, strict=True)) == 1
        return
    size = 2 if kind == "steps_exchanged" else 1
    assert "\n".join(lines[fault.line : fault.line + size]) == fault.before
    put = fault.after.split("\n") if fault.after else []
    lines[fault.line : fault.line + size] = put
    assert "\n".join(lines) == fault.program


@pytest.mark.parametrize("kind", KINDS)
def test_one_stream_makes_one_fault(kind: str) -> None:
    first, again = (inject(_PROGRAM, kind, _QUESTION, stream(5, "test")) for _ in range(2))

    assert first == again


@pytest.mark.parametrize(
    ("kind", "program", "question"),
    [
        ("step_dropped", "v1 = 1+2", ""),
        ("steps_exchanged", "v1 = 1+2", ""),
        ("ordered_operands_swapped", "v1 = 1+2", ""),
        ("any_operands_swapped", "v1 = 2-2", ""),
        ("literal_replaced", "v1 = 2+2", "Are 2 and 2.0 one number?"),
        ("result_confused", "v1 = 1+2\nv2 = v1*2", ""),
        ("operator_changed", "v1 = 7", ""),
    ],
)
def test_a_program_without_a_place_gets_no_fault(kind: str, program: str, question: str) -> None:
    assert inject(program, kind, question, stream(0, "test")) is None


def test_a_number_of_the_question_takes_the_place_of_another() -> None:
    found = {
        fault.after
        for seed in range(40)
        if (fault := inject("v1 = 48/2", "literal_replaced", _QUESTION, stream(seed, "test")))
    }

    assert found == {"v1 = 48/48", "v1 = 48/1500", "v1 = 2/2", "v1 = 1500/2"}


def test_an_undefined_name_never_runs() -> None:
    for seed in range(20):
        fault = inject(_PROGRAM, "undefined_name", "", stream(seed, "test"))

        assert fault is not None
        assert value_of(fault.program) is None


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("v1 = 48/2\nv2 = v1+48\nv3 = v2-v1", True),
        ("v3 = 48", True),
        ("v3 = 24*2", False),
        ("v1 = 48/2\nv2 = 48+v1\nv3 = v2-24", False),
        ("v3 = (", False),
    ],
)
def test_programs_agree_if_they_compute_the_same(other: str, same: bool) -> None:
    assert agree(_PROGRAM, other, times=3, run=value_of, rng=stream(0, "test")) is same


def test_a_program_that_never_runs_cannot_be_compared() -> None:
    with pytest.raises(BadInput, match="under none of 100 draws"):
        agree("v1 = w", "v1 = 1", times=1, run=value_of, rng=stream(0, "test"))


@pytest.mark.parametrize(
    ("steps", "holds"),
    [
        ("v2 = 48+v1", True),
        ("v2 = 48-v1", False),
        ("v2 = 48+24", True),
        ("v2 = 48+w", False),
        ("v2 + 1", False),
        ("w = 48+v1", False),
        ("", True),
    ],
)
def test_written_steps_hold_with_the_printed_results(steps: str, holds: bool) -> None:
    results = {"v1": Fraction(24), "v2": Fraction(72)}

    assert steps_hold(steps, results, value_of) is holds
