"""What is typed wrongly gets one line with its mend, whatever the command."""

import os
import sys
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command
from typer.models import ParameterInfo

from benchmarks import __main__
from benchmarks.commands.options import Number
from benchmarks.families.catalogue import FAMILIES
from data.errors import BadInput


def _commands(group: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """The words of every command below a group, of families too."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "list_commands"):
            yield from _commands(command, *path, name)
        else:
            yield (*path, name)


def _callbacks(app: typer.Typer) -> Iterator[Callable[..., Any]]:
    for command in app.registered_commands:
        assert command.callback is not None
        yield command.callback
    for group in app.registered_groups:
        assert group.typer_instance is not None
        yield from _callbacks(group.typer_instance)


def _plain(hint: Any) -> set[Any]:
    """The types that a type is made of."""
    return {hint}.union(*map(_plain, typing.get_args(hint)))


def _numbers() -> dict[str, tuple[ParameterInfo, ...]]:
    """What typer is told of every option and argument that takes a number."""
    apps = (__main__.app, *(app for family in FAMILIES for app in family.commands()))
    hints = {
        f"{callback.__name__} {name}": hint
        for app in apps
        for callback in _callbacks(app)
        for name, hint in typing.get_type_hints(callback, include_extras=True).items()
    }
    return {
        name: tuple(one for one in hint.__metadata__ if isinstance(one, ParameterInfo))
        for name, hint in hints.items()
        if typing.get_origin(hint) is typing.Annotated
        and {int, float} & _plain(typing.get_args(hint)[0])
    }


def _run(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["collapse", *arguments])
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


COMMANDS = list(_commands(get_command(__main__.app)))
NUMBERS = _numbers()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    "extra", [("--nonsense",), ("--nonsense=3", "x"), ("-Ω",), ("\x1b[31m--a",)]
)
def test_an_unknown_option_of_any_command_is_one_line(
    command: tuple[str, ...],
    extra: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if extra[0].startswith("\x1b"):  # an argument, of which no command takes so many
        extra *= 9

    code = _run((*command, *extra), monkeypatch)

    shown = capsys.readouterr()
    assert code == 2
    assert len(shown.err.splitlines()) == 1
    assert shown.err.startswith("error: ")
    assert "\x1b" not in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            "edit --temprature 3",
            "no such option: --temprature; did you mean --temperature? (collapse edit --help)",
        ),
        ("edti x", "no such command 'edti'; did you mean 'edit'? (collapse --help)"),
        ("data chek x", "no such command 'chek'; did you mean 'check'? (collapse data --help)"),
        ("edit", "INPUTS is missing; give it (collapse edit --help)"),
        ("edit a b", "--prior is missing; give it (collapse edit --help)"),
        ("run smoke x", "got unexpected extra argument(s) (x) (collapse run --help)"),
        ("run smoke --seed -1", "--seed is -1; it must be at least 0 and at most"),
        (
            "run smoke --seed 1.5",
            "--seed is '1.5'; it must be a whole number (collapse run --help)",
        ),
        ("gpu --minutes inf", "--minutes is inf; it must be a finite number (collapse gpu --help)"),
        ("settle smoke mix --effect nan", "--effect is nan; it must be a finite number"),
        (
            "profile a.jsonl --reference b.txt --html b.txt",
            "b.txt: is read, and would be written over; name another file",
        ),
        (
            "profile a.jsonl --reference b.txt --html c --json ./c",
            "c: is named twice, and would be written over; name another file",
        ),
        ("list zz", "WHAT: 'zz' is not one of 'families', 'recipes'"),
    ],
)
def test_a_line_names_what_is_wrong_and_where_to_look(
    arguments: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tuple(arguments.split()), monkeypatch) == 2

    said = capsys.readouterr().err
    assert said.startswith(f"error: {line}")
    assert len(said.splitlines()) == 1


def test_there_are_numbers_on_the_command_line() -> None:
    assert len(NUMBERS) > 20


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_of_any_command_is_finite_and_in_a_range(name: str) -> None:
    (option,) = NUMBERS[name]

    read = option.parser

    assert isinstance(read, Number), f"{name}: make it with benchmarks.commands.options.number"
    for odd in ("nan", "inf", "-inf", "", "1e999", "x", "9" * 5000 + "x"):
        with pytest.raises(BadInput):
            read(odd)
    if name != "settle effect":  # a difference, which may be negative
        with pytest.raises(BadInput):
            read("-1")
    assert read.name == "--" + name.split()[1].replace("_", "-")


def test_the_help_hides_nothing_of_a_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Words in brackets were taken for markup, and were not shown."""
    for callback in _callbacks(__main__.app):
        for hint in typing.get_type_hints(callback, include_extras=True).values():
            for one in getattr(hint, "__metadata__", ()):
                assert "[" not in (getattr(one, "help", None) or "")
    assert _run(("edit", "--help"), monkeypatch) == 0
    assert "2048" in capsys.readouterr().out


_ODD = os.fsdecode(b"caf\xe9")
"""A name in Latin-1, as old archives and Windows shares have some."""


@pytest.mark.parametrize(
    "arguments",
    [
        f"edit in.jsonl {_ODD} --prior prior",
        f"edit in.jsonl out --prior {_ODD}",
        f"edit in.jsonl {_ODD}/out --prior prior",
        f"replay in.parquet in.jsonl {_ODD}",
        f"replay {_ODD}.parquet in.jsonl out",
        f"synthesize in.jsonl {_ODD} --documents 1 --model prior",
        f"synthesize in.jsonl out --documents 1 --model {_ODD}",
        f"run smoke --outputs {_ODD}",
        f"run smoke --records {_ODD}",
        f"show smoke --figure {_ODD}/a.png",
        f"show smoke --markdown {_ODD}.md",
        f"settle smoke edit_source --effect 0 --outputs {_ODD}",
        f"profile in.jsonl --reference in.jsonl --json {_ODD}.json",
        f"profile in.jsonl --reference in.jsonl --html {_ODD}.html",
        f"leaderboard --markdown {_ODD}.md",
        f"leaderboard --html {_ODD}",
        f"tables --out {_ODD}",
        f"claims --json {_ODD}.json",
        f"theory --json {_ODD}.json",
        f"theory --figure {_ODD}.png",
        f"ngrams --json {_ODD}.json",
        f"calibrate --csv {_ODD}.csv",
        f"gpu --cpu --out {_ODD}",
    ],
)
def test_a_place_whose_name_is_no_text_is_refused_before_any_work(
    arguments: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prior").mkdir()
    (tmp_path / "in.parquet").touch()
    (tmp_path / "in.jsonl").write_text('{"text": "words"}\n')
    (tmp_path / _ODD).mkdir()
    (tmp_path / f"{_ODD}.parquet").touch()
    before = {*tmp_path.rglob("*")}

    code = _run(tuple(arguments.split()), monkeypatch)

    said = capsys.readouterr().err
    assert code == 2
    assert "this path is no UTF-8 text" in said
    assert len(said.splitlines()) == 1
    assert {*tmp_path.rglob("*")} == before
