"""Where the files of a chain lie, by the stages that its record names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.chains.record import Record
from benchmarks.running.stage import read_manifest
from data.errors import BadInput


@dataclass(frozen=True)
class MadeFiles:
    """The files of one generation of a chain."""

    generation: int
    checkpoint: Path
    """Folder of the model, as transformers writes it, with its tokenizer."""
    corpus: tuple[Path, ...]
    """Arrow files of the corpus that the model learned, in the order in which it was read."""
    tokenizer: Path
    """Folder of the chain's tokenizer."""


def made_files(record: Record, generation: int, outputs: Path) -> MadeFiles:
    """The files of one generation of a chain on record.

    Args:
        record: Record of the chain.
        generation: Index of the generation.
        outputs: Folder of stages and checkpoints.

    Raises:
        BadInput: The chain has no such generation, or its files are not below `outputs`.
    """
    if generation >= len(record.generations):
        last = len(record.generations) - 1
        raise BadInput(f"{record.name} has generations 0 to {last}, and no {generation}")
    stages = outputs / "stages"
    fit = _folder(stages, record.generations[generation].stages["fit"].digest, record)
    given: dict[str, Any] = read_manifest(fit)["arguments"]
    return MadeFiles(
        generation,
        fit / "model",
        tuple(_file(stages, one, record) for one in given["corpora"]),
        _file(stages, given["tokenizer"], record),
    )


def _file(stages: Path, address: dict[str, str], record: Record) -> Path:
    return _folder(stages, address["stage"], record) / address["file"]


def _folder(stages: Path, digest: str, record: Record) -> Path:
    """The folder of a stage by its address.

    Raises:
        BadInput: It is not there.
    """
    for path in stages.glob(f"*-{digest}"):
        if path.is_dir():
            return path
    raise BadInput(
        f"{stages} has no stage {digest}: the files of {record.name} are not on this machine, or "
        "other code made them; make them: collapse run "
        f"{record.recipe['name']} --seed {record.seed}"
    )
