"""Whether what a plan needs is at hand, and a refusal that names all of it that is missing."""

from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import try_to_load_from_cache

from data.errors import BadInput


def is_here(model: str, file: str = "config.json") -> bool:
    """Whether a model is a folder, or a file of it lies in the hub's cache; asks no network."""
    return Path(model).is_dir() or isinstance(try_to_load_from_cache(model, file), str)


def refuse(study: str, reasons: Sequence[str], plan: str) -> None:
    """Refuse a study for what it needs and is not here, if anything is missing.

    Args:
        study: Name of the study.
        reasons: What is missing, each with how it is had.
        plan: Name of the plan that says all that it needs.

    Raises:
        BadInput: Something is missing; the message says all of it.
    """
    if reasons:
        raise BadInput(
            f"{study} cannot run here: {'; '.join(reasons)}; see the plan: "
            f"collapse run {plan} --dry-run"
        )
