"""Values are shown so that people can read them, and classes are lost in their order."""

from fractions import Fraction

import pytest

from data.errors import BadInput
from data.executing.execute import Executor, executor, judged, why
from data.executing.limits import Limits
from data.executing.outcome import Layer, OutcomeClass, lost, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (18, "18"),
        (-3, "-3"),
        (Fraction(37), "37"),
        (Fraction(-40), "-40"),
        (Fraction(0), "0"),
        (Fraction(5, 2), "2.5"),
        (Fraction(-1, 80), "-0.0125"),
        (Fraction(7, 3), "7/3"),
        (Fraction(1, 3 * 2**9), "1/1536"),
        (0.1 + 0.2, "0.30000000000000004"),
        (float("nan"), "nan"),
        (None, "none"),
        ("a\nb", "'a\\nb'"),
        (10**100, f"{'1' + '0' * 29}...{'0' * 30} (101 characters)"),
    ],
)
def test_a_value_is_shown_in_one_line(
    value: int | Fraction | float | str | None, text: str
) -> None:
    assert shown(value) == text


def test_a_number_that_python_will_not_write_is_shown_all_the_same() -> None:
    assert shown(7**40_000).endswith("characters)")
    assert "/" in shown(Fraction(1, 3**9_000))


def test_classes_are_lost_in_their_order() -> None:
    counts = {OutcomeClass.RIGHT: 5, OutcomeClass.SYNTAX: 2, OutcomeClass.WRONG_VALUE: 3}

    found = list(lost(counts))

    assert found[0] == (OutcomeClass.REFUSED, 0, 10)
    assert found[1] == (OutcomeClass.SYNTAX, 2, 8)
    assert found[-1] == (OutcomeClass.WRONG_VALUE, 3, 5)
    assert {kind for kind, _, _ in found} == set(OutcomeClass) - {OutcomeClass.RIGHT}


def test_a_program_is_held_against_an_answer() -> None:
    run = Executor()

    right, wrong = run.verify("x = 18", 18), run.verify("x = 17.6", 18)

    assert (right.kind, right.is_right, right.released) == (OutcomeClass.RIGHT, True, True)
    assert (wrong.kind, wrong.is_right, wrong.released) == (OutcomeClass.WRONG_VALUE, False, True)
    assert (right.value, right.layer, right.steps) == (18, Layer.EXACT, 2)
    assert why(wrong) == "is 17.6, where 18 is the answer"
    assert why(right) == ""


def test_one_execution_is_held_against_several_answers() -> None:
    done = Executor().execute("x = 1 / 3")

    assert [judged(done, Fraction(1, n)).is_right for n in (2, 3)] == [False, True]


def test_what_did_not_end_is_right_for_no_scorer() -> None:
    outcome = Executor().verify("x = 18\ny = z", 18)

    assert (outcome.kind, outcome.released) == (OutcomeClass.UNDEFINED_NAME, False)
    assert outcome.value is None


def test_without_the_sandbox_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pydantic_monty", None)
    with executor() as run:
        outcome = run.verify("for i in range(3):\n    x = i", 2)

    assert outcome.kind is OutcomeClass.OUTSIDE
    assert "collapse-ledger[executor]" in outcome.reason
    assert "\n" not in outcome.reason
    assert not run.has_sandbox


def test_a_sandbox_that_is_left_out_is_not_advertised() -> None:
    with executor(sandbox=False) as run:
        outcome = run.verify("while True:\n    pass", 2)

    assert (outcome.kind, outcome.reason) == (OutcomeClass.OUTSIDE, "has a loop")


@pytest.mark.parametrize(
    "settings", [{"steps": 0}, {"seconds": float("inf")}, {"bits": 10**9}, {"nesting": 1000},
                 {"operators": 2000}, {"megabytes": 1}],
)  # fmt: skip
def test_a_limit_has_a_range(settings: dict[str, int]) -> None:
    with pytest.raises(BadInput, match=next(iter(settings))):
        Limits(**settings)  # type: ignore[arg-type]
