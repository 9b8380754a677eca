"""Runs a command of the project in the process of the test."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from benchmarks import __main__


class Done(NamedTuple):
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


Collapse = Callable[..., Done]
"""Takes the arguments of a command, and returns how it ended."""


def in_this_process(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Collapse:
    """What runs `collapse COMMAND` with the arguments that it is given.

    Args:
        command: Name of the command.
        monkeypatch: Gives the command its arguments.
        capsys: Has what it prints.
    """

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["collapse", command, *arguments])
        with pytest.raises(SystemExit) as ended:
            __main__.main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return run
