"""What is computed once for equal settings."""

import pytest

from benchmarks.running.digests import by_content
from data.errors import BadInput


def test_equal_settings_are_computed_once_and_none_is_taken_for_another() -> None:
    asked = []

    def kinds(settings: dict[str, object]) -> list[str]:
        asked.append(settings)
        return [type(value).__name__ for value in settings.values()]

    remembered = by_content(kinds)
    assert remembered({"steps": 1, "names": ["a"]}) == ["int", "list"]
    assert remembered({"steps": 1, "names": ["a"]}) == ["int", "list"]
    assert len(asked) == 1
    assert remembered({"steps": 1.0, "names": ["a"]}) == ["float", "list"]
    assert remembered({"steps": True, "names": ["a"]}) == ["bool", "list"]


def test_what_is_refused_is_refused_again() -> None:
    def refuse(settings: dict[str, object]) -> None:
        raise BadInput(f"{settings} will not do")

    remembered = by_content(refuse)
    for _ in range(2):
        with pytest.raises(BadInput, match="will not do"):
            remembered({"steps": 1})
