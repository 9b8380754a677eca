"""Whether what a plan needs is at hand, before anything is loaded or trained."""

import importlib.util

from huggingface_hub import try_to_load_from_cache

from benchmarks.families.layer_emulators.paper.plans import PLANS
from data.errors import BadInput

WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
"""Files of which a model has one; a pickle of weights is not read."""


def missing(name: str) -> list[str]:
    """What a plan needs and is not here, in words.

    Args:
        name: Name of the plan.
    """
    plan = PLANS[name]
    found = []
    if not any(_cached(plan.model, file, "model") for file in WEIGHTS):
        found.append(f"{plan.model} is not in the hub's cache as safetensors")
    data = dict.fromkeys(task.data for task in plan.asked)
    found += [
        f"{one} is not in the hub's cache"
        for one in data
        if not _cached(one, "README.md", "dataset")
    ]
    if importlib.util.find_spec("lm_eval") is None:
        found.append("lm-eval is not installed")
    return found


def _cached(repository: str, file: str, kind: str) -> bool:
    return isinstance(try_to_load_from_cache(repository, file, repo_type=kind), str)


def check(name: str) -> None:
    """Make sure that a plan can run here.

    Raises:
        BadInput: It cannot; the message says all that is missing.
    """
    if reasons := missing(name):
        raise BadInput(f"{name} cannot run here: {'; '.join(reasons)}; see its plan with --dry-run")
