"""A name that is no folder is answered for within seconds, whatever a hub does."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import constants

from data.checkpoints import hub
from data.checkpoints.hub import SECONDS, only_here
from data.errors import BadInput
from data.prior import load_prior


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    hub._only_in_cache.cache_clear()


@pytest.fixture
def silent() -> Iterator[str]:
    """Address of a server that takes calls and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_hub_that_never_answers_is_waited_for_seconds_alone(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", silent)
    started = time.perf_counter()

    with pytest.raises(BadInput, match="the hub") as raised:
        load_prior("nobody/nothing", context=None, prefix=None)

    assert time.perf_counter() - started < SECONDS + 1
    assert str(raised.value).startswith("nobody/nothing: no such folder, ")
    assert "\n" not in str(raised.value)


def test_a_hub_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{port}")

    with pytest.raises(BadInput, match=r"the hub cannot be reached \(ConnectError\)"):
        only_here("nobody/nothing")


def test_without_network_a_name_has_to_be_in_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)

    with pytest.raises(BadInput, match="HF_HUB_OFFLINE is set"):
        only_here("nobody/nothing")


def test_what_the_cache_holds_needs_no_hub(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", silent)
    monkeypatch.setattr(hub, "SECONDS", 0.1)
    monkeypatch.setattr(
        huggingface_hub, "try_to_load_from_cache", lambda name, file: "/cache/config.json"
    )

    assert only_here("somebody/something")


@pytest.mark.parametrize(
    "name", ["no/such/folder", "./nothing", "/nowhere/at/all", "a b", "..", ""]
)
def test_a_name_that_no_hub_can_have_is_a_folder_that_is_not_there(name: str) -> None:
    with pytest.raises(BadInput, match=r"no such folder|no config\.json"):
        load_prior(name, context=None, prefix=None)


def test_a_file_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").touch()

    with pytest.raises(BadInput, match="is a file; give a folder"):
        load_prior(tmp_path / "model.safetensors", context=None, prefix=None)
