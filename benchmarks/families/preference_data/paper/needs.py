"""What released models and pairs are needed, and a refusal that names all of it that is missing."""

from collections.abc import Mapping
from pathlib import Path

from huggingface_hub import try_to_load_from_cache

from benchmarks.paper.common.needs import is_here, refuse
from data.sources.fetching import cache_folder

PLAN = "preference_data_paper"
"""Name under which the plan is shown and started."""
DATA_SET = "TsinghuaC3I/UltraMedical-Preference"
"""The released preferences on the hub, MIT; their test part is the medical benchmark."""
TEST = "data/test.json"
"""File of the test part in that data set."""


def pairs_file() -> Path:
    """Where the released pairs are: put there by hand, or in the hub's cache."""
    mine = cache_folder() / "preference_data" / "test.json"
    if mine.is_file():
        return mine
    cached = try_to_load_from_cache(DATA_SET, TEST, repo_type="dataset")
    return Path(cached) if isinstance(cached, str) else mine


def check(name: str, models: Mapping[str, str]) -> None:
    """Refuse a study whose models or pairs are not all at hand.

    Args:
        name: Name of the study.
        models: Folders of its reward models, or their names on the hub, by arm.

    Raises:
        BadInput: Some are missing; the message says of each how it is had.
    """
    reasons = [
        f"{model} is no folder, and not in the hub's cache"
        for model in models.values()
        if not is_here(model)
    ]
    if not (pairs := pairs_file()).is_file():
        reasons.append(f"{pairs} is missing, and {DATA_SET} is not in the hub's cache")
    refuse(name, reasons, PLAN)
