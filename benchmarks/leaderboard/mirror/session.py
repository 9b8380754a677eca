"""The way to W&B: loaded when asked, quiet, and every failure in one line with its mend.

The only modules that know wandb are this one and its neighbours `mirror` and `live_mirror`; none
imports it before it is needed. No function here takes or gives an API key: wandb reads it from its
own places, and `one_line` takes it out of whatever wandb says.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any, Literal, TypeVar

import psutil

from data.errors import BadInput, RunFailed

PATIENCE = 60.0
"""Seconds to wait for W&B at the end of a run; WANDB_FINISH_TIMEOUT sets another number."""
RETRIES = 2
"""How often a request that fails is tried again; wandb's own 20 take a quarter of an hour."""
_LONGEST_REQUEST = 120
"""Seconds that one request may take; more than all attempts take, so that it is the attempts that
end a request."""
_AFTER_KILL = 10.0
"""Seconds for wandb to notice that its service is gone; its thread does not outlive ours."""

Found = TypeVar("Found")
Say = Callable[[str], None]
"""Shows a line to the user."""

_KEY = r"\b(?:local-|wandb_v\d_)?[0-9A-Za-z_]{40,}\b"
_REFUSED = r"\b40[13]\b|api.?key|permission denied|not logged in|relogin"
_UNTOLD = "WANDB_ERROR_REPORTING"  # wandb reports its own crashes to its makers unless this is set


class MirrorFailed(RunFailed):
    """W&B does not hold what it should; the message says what to do."""


@contextmanager
def session() -> Iterator[Any]:
    """The package `wandb`, quiet; its failures are told, and its processes ended at the end.

    Raises:
        BadInput: It is not installed, or the user can mend the failure: key or project.
        MirrorFailed: W&B or the way to it fails.
    """
    wandb = load_wandb()
    try:
        yield wandb
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        raise told from error
    finally:
        end_wandb(wandb)


def load_wandb() -> Any:
    """The package `wandb`, quiet.

    Raises:
        BadInput: It is not installed.
    """
    os.environ.setdefault(_UNTOLD, "false")
    try:
        import wandb
    except ImportError as error:
        raise BadInput(
            "W&B needs the package wandb; install the extra: pip install -e '.[wandb]'"
        ) from error
    settings = wandb.setup(wandb.Settings(silent=True, console="off")).settings
    if settings.x_graphql_retry_max is None:
        settings.x_graphql_retry_max = RETRIES
    return wandb


def end_wandb(wandb: Any) -> None:
    """End wandb's service process, and kill it if it does not end by itself.

    wandb waits for it without limit, and after a request that was given up it sometimes never ends.
    """
    limit = patience(wandb) + 10
    ending = Thread(target=wandb.teardown, daemon=True)
    ending.start()
    ending.join(limit)
    if ending.is_alive():
        for process in psutil.Process().children():
            with suppress(psutil.NoSuchProcess):  # it has just ended by itself
                if process.name() == "wandb-core":
                    process.kill()
        ending.join(_AFTER_KILL)


def mode(wandb: Any) -> Literal["online", "offline"]:
    """What WANDB_MODE and W&B's own settings ask for.

    Raises:
        BadInput: W&B is switched off there.
    """
    chosen = wandb.setup().settings.mode
    if chosen in ("offline", "dryrun"):
        return "offline"
    if chosen == "disabled":
        raise BadInput("W&B is disabled; set WANDB_MODE=online or WANDB_MODE=offline")
    return "online"


def patience(wandb: Any) -> float:
    """Seconds to wait for W&B at the end of a run."""
    return float(wandb.setup().settings.finish_timeout or PATIENCE)


def project_name(wandb: Any) -> str:
    """The project of W&B's own settings, or ours."""
    return str(wandb.setup().settings.project or "collapse-ledger")


def connect(wandb: Any) -> Any:
    """A client of the service that this user has a key for; asks for none in a terminal.

    Raises:
        BadInput: There is no key.
    """
    if not wandb.login(prompt=False, verify=False):
        raise BadInput(
            "there is no W&B API key; run wandb login, set WANDB_API_KEY, or write offline runs "
            "with WANDB_MODE=offline"
        )
    return wandb.Api(timeout=_LONGEST_REQUEST)


def within(seconds: float, work: Callable[[], Found]) -> Found:
    """Do something that wandb sets no limit to: its downloads are tried for twenty minutes.

    Raises:
        TimeoutError: It took longer; it goes on in a thread that does not outlive the process.
    """
    found: list[Found] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:
            failed.append(error)

    worker = Thread(target=run, daemon=True)
    worker.start()
    worker.join(seconds)
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return found[0]


def one_line(error: BaseException) -> str:
    """What an exception says, on one line and without an API key."""
    text = " ".join(str(error).split()) or type(error).__name__
    if key := os.environ.get("WANDB_API_KEY"):
        text = text.replace(key, "[key]")
    return re.sub(_KEY, "[key]", text)[:200]


def _told(error: Exception) -> Exception | None:
    """Message of a W&B failure in one line with its mend; None for what is not about W&B."""
    text = one_line(error)
    if isinstance(error, MirrorFailed) or not _is_of_wandb(error):
        return None
    status = _status(error)
    if status in (401, 403) or re.search(_REFUSED, text, re.IGNORECASE):
        return BadInput(
            f"W&B refuses the API key ({text}); make a new one, or ask for access to the project, "
            "and run wandb login --relogin"
        )
    if status == 404 or "ould not find" in text:
        return BadInput(f"W&B shows this API key no such project ({text}); check the name")
    if isinstance(error, TimeoutError) or "time" in text:
        return MirrorFailed(f"W&B did not answer in time ({text}); try again")
    return MirrorFailed(f"W&B failed ({text}); try again")


def _is_of_wandb(error: Exception) -> bool:
    package = type(error).__module__.partition(".")[0]
    if type(error) is ValueError:
        return str(error).startswith(("Could not find project", "ArtifactSaver"))
    return package in ("wandb", "requests", "urllib3") or isinstance(error, TimeoutError)


def _status(error: BaseException) -> int | None:
    """HTTP status that an exception of wandb, or one before it, was raised for."""
    response = getattr(error, "response", None)
    status = getattr(response, "http_status", None) or getattr(response, "status_code", None)
    if status or error.__cause__ is None:
        return status or None
    return _status(error.__cause__)
