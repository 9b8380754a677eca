"""The command line: `collapse`, the same as `python -m benchmarks`."""

import os
import sys
import time
from importlib import metadata
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_group

from benchmarks.commands import (
    data,
    edit,
    gpu,
    leaderboard,
    listing,
    paper,
    profile,
    run,
    speed,
    theory,
    usage,
    verify,
)
from benchmarks.commands.models import emulate
from benchmarks.commands.results import files, reproduce, show
from benchmarks.commands.text import decontaminate
from benchmarks.running.torchrun import end_on_signals
from data.errors import BadInput, RunFailed, one_line
from data.files import is_input, told
from lightning_modules.ending import end_with_parent
from lightning_modules.library_warnings import listen

FAMILY_FOLDERS = Path(__file__).parent / "families"
"""Holds a folder of each family; one that brings commands defines them in its `commands.py`."""


class Commands(TyperGroup):
    """The suite's commands, and those of families, which are loaded when they are asked for."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name: one of the suite, or else one of a family."""
        return super().get_command(ctx, cmd_name) or self._of_families().get(cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, for the help; families without commands are not loaded."""
        bring_any = any(FAMILY_FOLDERS.glob("*/commands.py"))
        return [*super().list_commands(ctx), *(self._of_families() if bring_any else ())]

    def _of_families(self) -> dict[str, Any]:
        from benchmarks.families.catalogue import FAMILIES

        groups = (get_group(one) for family in FAMILIES for one in family.commands())
        return {name: command for group in groups for name, command in group.commands.items()}


app = typer.Typer(
    cls=Commands,
    help="Do models that train on model-written text collapse? Chains, records, theory checks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
PANELS = {
    "Run": (run, reproduce),
    "Results": (show, listing, leaderboard, paper, theory, files),
    "Your own text": (edit, profile, verify, decontaminate),
    "Your own model": (emulate,),
    "This machine": (speed, gpu),
}
"""Modules of commands by the heading that the help shows them under."""
for panel, modules in PANELS.items():
    for module in modules:
        for command in module.app.registered_commands:
            command.rich_help_panel = panel
        app.add_typer(module.app)
app.add_typer(data.app, name="data", rich_help_panel="Your own text")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"collapse-ledger {metadata.version('collapse-ledger')}")
        raise typer.Exit


@app.callback(epilog="First: collapse list, collapse show smoke; then: collapse run smoke")
def _collapse(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Do models that train on model-written text collapse? Chains, records, theory checks."""


FAILED, BAD_INPUT = 1, 2
SECONDS_TO_HEAR = 2.0
"""Seconds that one of several processes waits before it says why it failed. All are told to end one
after the other, and a process that another has left fails before it is told."""


def main() -> None:
    """Run a command; turn errors that a user can mend into one line and an exit code."""
    # Threads that wait by spinning for long make training 40 times slower as soon as anything else
    # runs on these cores. Read when torch is loaded, hence torch is imported inside the commands.
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    for stream in (sys.stdout, sys.stderr):  # a name of a file may be no text
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    end_on_signals()
    listen()
    if "TORCHELASTIC_RUN_ID" in os.environ:  # started by torchrun, ours or a user's
        end_with_parent()
    try:
        sys.exit(app(prog_name=usage.PROGRAM, standalone_mode=False))
    except TyperException as error:
        if not usage.was_help(error):
            _end(error, usage.told(error), error.exit_code)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(FAILED)
    except BadInput as error:
        _end(error, str(error), BAD_INPUT)
    except RunFailed as error:
        _end(error, str(error), FAILED)
    except OSError as error:
        _end(error, told(error), BAD_INPUT if is_input(error) else FAILED)
    except Exception:
        if "TORCHELASTIC_RUN_ID" in os.environ:
            time.sleep(SECONDS_TO_HEAR)
        raise


def _end(error: Exception, message: str, code: int) -> None:
    """Print one line and exit; with COLLAPSE_TRACEBACK set, raise the error instead."""
    if "COLLAPSE_TRACEBACK" in os.environ:
        raise error
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    errors.print("[bold red]error:[/]", escape(one_line(message)))
    sys.exit(code)


if __name__ == "__main__":
    main()
