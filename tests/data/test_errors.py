"""A damaged file is one line that names the place and the mend; our own defects stay defects."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from data.errors import (
    BadInput,
    Count,
    Mass,
    Positive,
    Share,
    at_least,
    in_range,
    one_line,
    readable,
)
from data.text.tokens import load_tokenizer


@pytest.mark.parametrize(
    "parse",
    [
        lambda: json.loads("{"),
        lambda: b"\xff".decode(),
        lambda: json.loads("{}")["request"],
        lambda: dict(json.loads("3")),
    ],
)
def test_what_a_parser_says_becomes_one_line(parse: Callable[[], object]) -> None:
    with (
        pytest.raises(BadInput, match=r"^summary\.json: cannot be read .*; delete it$") as raised,
        readable("summary.json", "delete it"),
    ):
        parse()

    assert "\n" not in str(raised.value)


def test_a_message_of_ours_stays_as_it_is() -> None:
    with pytest.raises(BadInput, match=r"^line 3 is empty$"), readable("a.json", "delete it"):
        raise BadInput("line 3 is empty")


def test_a_defect_of_ours_is_no_bad_input() -> None:
    with pytest.raises(ZeroDivisionError), readable("a.json", "delete it"):
        _ = 1 // 0


@pytest.mark.parametrize("content", ["{", "{}", '{"model": 3}'])
def test_a_broken_tokenizer_is_named_with_its_folder(tmp_path: Path, content: str) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    (tmp_path / "tokenizer.json").write_text(content)
    (tmp_path / "tokenizer_config.json").write_text(
        '{"tokenizer_class": "PreTrainedTokenizerFast"}'
    )

    with pytest.raises(BadInput, match=str(tmp_path)):
        load_tokenizer(tmp_path)


def test_one_line_has_no_end_of_line_and_nothing_unseen() -> None:
    shown = one_line("a\r\n  b\x1b[31m c\u200bd\u202e e\udce9 \u0430ll caf\u00e9")

    assert shown == r"a b\x1b[31m c\u200bd\u202e e\udce9 " + "\u0430ll caf\u00e9"


@dataclass(frozen=True, kw_only=True)
class _Settings:
    """One setting of each kind."""

    plain: float = 0.5
    share: Share = 0.5
    rate: Positive | None = None
    steps: Count = 1
    pair: tuple[Mass, Mass] = (0.5, 1.0)
    switch: bool = True
    name: str = ""

    def __post_init__(self) -> None:
        in_range(self, "part.")


_SHARE = "it must be at least 0 and at most 1"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["plain", "share", "rate", "pair"])
def test_a_setting_that_is_no_number_is_refused_whatever_its_type(name: str, value: float) -> None:
    given: Any = (0.5, value) if name == "pair" else value

    with pytest.raises(BadInput, match=rf"^part\.{name} is {value}; it must be a finite number$"):
        _Settings(**{name: given})
    with pytest.raises(ValidationError, match="it must be a finite number"):
        TypeAdapter(_Settings).validate_python({name: given})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"share": 1.01}, f"part.share is 1.01; {_SHARE}"),
        ({"share": -1}, f"part.share is -1; {_SHARE}"),
        ({"rate": 0.0}, "part.rate is 0.0; it must be above 0"),
        ({"steps": 0}, "part.steps is 0; it must be at least 1"),
        ({"steps": 1.5}, "part.steps is 1.5; it must be a whole number"),
        ({"steps": True}, "part.steps is True; it must be a whole number"),
        ({"pair": (0.5, 0.0)}, "part.pair is 0.0; it must be above 0 and at most 1"),
    ],
)
def test_a_setting_out_of_its_types_range_is_named(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput) as raised:
        _Settings(**settings)

    assert str(raised.value) == said


def test_the_ends_of_a_range_belong_to_it_as_it_says() -> None:
    _Settings(share=0, steps=1, rate=1e-300, pair=(1, 1))
    _Settings(share=1.0, rate=None, switch=False)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_at_least_a_number_is_a_number(value: float) -> None:
    with pytest.raises(BadInput, match="it must be at least 1"):
        at_least(1, {"budget": value})
