"""A stand-in for W&B that finds its way into tests, with records pushed to it or without."""

import base64
import contextlib
import hashlib
import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.record import Record
from benchmarks.leaderboard.mirror.mirror import push
from benchmarks.running.record import content_digest
from tests.support.places import RECORDS
from tests.support.wandb_stand_in import Plant, StandIn, own_wandb, serving

_RECORDS = RECORDS / "smoke-470bad5f"
FILES = [
    _RECORDS / f"{name}.json" for name in ("fresh_human-seed0", "replace-seed0", "replace-seed1")
]


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    """No test of this folder waits for long, whatever wandb does."""

    def stop(*args: object) -> None:
        raise TimeoutError("this test took more than two minutes")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[StandIn]:
    """A stand-in that the client finds and has a key for."""
    with serving(tmp_path) as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A stand-in that three records were pushed to; only for tests that change nothing there."""
    folder = tmp_path_factory.mktemp("pushed")
    with serving(folder) as stand_in:
        push(FILES, project="p", folder=folder / "outputs", say=lambda line: None)
        yield stand_in


@pytest.fixture
def plant(pushed: StandIn) -> Iterator[Plant]:
    """Puts another file in the place of a pushed record, or beside it, for one test."""
    runs, artifacts = dict(pushed.runs), dict(pushed.artifacts)

    def put(
        change: Callable[[dict[str, Any]], dict[str, Any]],
        *,
        keep_id: bool = False,
        beside: bool = False,
    ) -> bytes:
        old = next(a for a in artifacts.values() if a.kind == "record")
        ((name, before),) = old.files.items()
        changed = change(json.loads(before)) | {"content": None}
        with contextlib.suppress(ValueError):  # sealed anew, where it is a record
            changed["content"] = content_digest(Record.model_validate(changed))
        content = json.dumps(changed).encode()
        run_id = old.run if keep_id else hashlib.sha256(content).hexdigest()[:32]
        manifest = json.loads(old.manifest)
        digest = base64.b64encode(hashlib.md5(content).digest()).decode()
        manifest["contents"][name] |= {
            "digest": digest, "size": len(content), "birthArtifactID": "planted",
        }  # fmt: skip
        if not beside:
            del pushed.runs[old.run], pushed.artifacts[old.id]
        pushed.runs[run_id] = replace(runs[old.run], id=run_id)
        pushed.artifacts["planted"] = replace(
            old, id="planted", run=run_id, files={name: content},
            manifest=json.dumps(manifest).encode(),
        )  # fmt: skip
        return content

    yield put
    pushed.runs, pushed.artifacts = runs, artifacts


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[None]:
    """No service and no key."""
    with own_wandb(tmp_path, MODE="offline"):
        yield


@pytest.fixture
def files() -> list[Path]:
    """Three committed records: two chains of one seed and one of another."""
    return list(FILES)
