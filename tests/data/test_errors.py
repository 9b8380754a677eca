"""A damaged file is one line that names the place and the mend; our own defects stay defects."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import BadInput, one_line, readable
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
