"""Names of models that are no folders: a hub is asked once, and not waited for.

Libraries try again and again to reach a hub that does not answer, for a minute and more.
"""

import threading
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue

from data.checkpoints.files import MEND
from data.errors import BadInput
from data.files import check_path

SECONDS = 3.0
"""Seconds in which a hub has to answer."""


def only_here(name: str | Path) -> bool:
    """Whether a model is to be read from this machine alone: a folder, or what a cache holds of it.

    Raises:
        BadInput: The name is no folder, nor that of a model that a cache holds or a hub answers
            for, or no text.
    """
    check_path(Path(name))
    return Path(name).is_dir() or _only_in_cache(str(name))


@cache
def _only_in_cache(name: str) -> bool:
    import huggingface_hub  # a third of a second to load
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    if Path(name).exists():
        raise BadInput(f"{name}: is a file; {MEND}")
    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise BadInput(f"{name}: no such folder, nor a name that a hub has; {MEND}") from error
    is_cached = isinstance(huggingface_hub.try_to_load_from_cache(name, "config.json"), str)
    reason = "HF_HUB_OFFLINE is set" if huggingface_hub.is_offline_mode() else _unanswered(name)
    if reason is None or is_cached:
        return reason is not None
    raise BadInput(
        f"{name}: no such folder, the hub's cache holds no model of this name, and {reason}; {MEND}"
    )


def _unanswered(name: str) -> str | None:
    """Why a hub does not answer for a model; None where it does.

    A name server that is not there cannot be told to hurry: it is asked by a thread of its own.

    Raises:
        BadInput: The hub answers that it has no model of this name, or none for this user.
    """
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import RepositoryNotFoundError

    answers = SimpleQueue[Exception | None]()

    def ask() -> None:
        try:
            HfApi(endpoint=constants.ENDPOINT).model_info(name, timeout=SECONDS)
        except Exception as error:  # whatever it is, it is no answer
            answers.put(error)
        else:
            answers.put(None)

    threading.Thread(target=ask, daemon=True).start()
    try:
        error = answers.get(timeout=SECONDS)
    except Empty:
        return f"the hub did not answer within {SECONDS:g} seconds"
    if isinstance(error, RepositoryNotFoundError):
        raise BadInput(
            f"{name}: no such folder, and the hub has no model of this name, or none for you; "
            f"{MEND}"
        ) from error
    return None if error is None else f"the hub cannot be reached ({type(error).__name__})"
