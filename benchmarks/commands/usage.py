"""What was typed wrongly on the command line, as one line with its mend."""

from typing import Any

from typer.exceptions import TyperException

from data.errors import one_line

PROGRAM = "collapse"


def was_help(error: TyperException) -> bool:
    """Whether a command was named without all that it needs, and has printed its help."""
    return type(error).__name__ == "NoArgsIsHelpError"


def told(error: TyperException) -> str:
    """What the parser of the command line says, as one line that ends with where to look.

    `no such option: --temprature; did you mean --temperature? (collapse edit --help)`

    Args:
        error: What the parser raised: an unknown or missing option, a value that is none.
    """
    said = one_line(error.message).removeprefix("Value error, ").rstrip(".")
    said = said.replace(". Did you", "; did you")
    parameter, context = getattr(error, "param", None), getattr(error, "ctx", None)
    if parameter is not None:
        said = _of(parameter, said)
    if close := getattr(error, "possibilities", None):
        said += f"; did you mean {' or '.join(sorted(close))}?"
    where = PROGRAM if context is None else context.command_path
    return f"{_begun_small(said)} ({where} --help)"


def _of(parameter: Any, said: str) -> str:
    """What is said of one option or argument, with its name; nothing is said of a missing one."""
    is_option = parameter.param_type_name == "option"
    name = max(parameter.opts, key=len) if is_option else parameter.name.upper()
    if not said:
        return f"{name} is missing; give it"
    return said if said.startswith(name) else f"{name}: {_begun_small(said)}"


def _begun_small(words: str) -> str:
    """The words as they stand within a line, where a name in capitals stays one."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]
