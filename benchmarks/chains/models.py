"""Models that a recipe names: a packaged one, a folder, or a name on the hub."""

from pathlib import Path

from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.packaged import convert_prior
from benchmarks.running.stage import File, Stage
from data.files import folder_identity
from data.sources.packaged_prior import PACKAGED_PRIORS


def packaged_model(bench: Bench, name: str, generation: int) -> Stage:
    """A packaged model, unpacked in a stage that every chain shares."""
    return bench.run(generation, "prior", convert_prior, sha256=PACKAGED_PRIORS[name].sha256)


def named_model(bench: Bench, name: str, generation: int) -> File | Pinned:
    """The checkpoint of a model by its name.

    Args:
        bench: Bench that unpacks a packaged model in a stage.
        name: A packaged model, a folder, whose content identifies it, or a name on the hub.
        generation: Index of the generation that uses the model.
    """
    if name in PACKAGED_PRIORS:
        return packaged_model(bench, name, generation).file("model")
    return Pinned(Path(name), folder_identity(name))
