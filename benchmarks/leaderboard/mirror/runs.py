"""Writes W&B runs and finds those that are there, in a project or in a folder of offline runs."""

import shutil
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.chains.record import Record
from benchmarks.leaderboard.mirror.content import (
    LEADERBOARD,
    Leaderboard,
    artifact_name,
    config_of,
    group_of,
    history_of,
    name_of,
    summary_of,
    tags_of,
)
from benchmarks.leaderboard.mirror.session import connect, patience
from data.files import file_digest, write_atomic

JOB_TYPE = "record"
"""Job type of a record's run and type of its artifact."""
GENERATION = "generation"
"""Axis of every metric of a chain."""
_DONE = "pushed"
"""File in the folder of an offline run that is complete; holds the digest of its content."""
_ENDED = ("finished", "failed", "crashed", "killed")
"""States that a run does not leave by itself; one that is not listed yet may still come."""
_LOOKS = 5
"""How often to ask whether what was sent is there, a second apart."""


def run_id(digest: str) -> str:
    """The id of a record's run, from the SHA-256 of the record file."""
    return digest[:32]


@dataclass(frozen=True)
class Target:
    """Project and folder that W&B runs are written to."""

    wandb: Any
    project: str
    entity: str | None
    """User or team that owns the project; None for that of the API key."""
    folder: Path
    """Folder that receives wandb's files."""
    offline: bool


def write_record_run(target: Target, record: Record, file: Path) -> None:
    """Write the run of a record; online, return when the service has it all."""
    digest = file_digest(file)
    with _run(
        target,
        id=run_id(digest),
        name=name_of(record),
        group=group_of(record),
        job_type=JOB_TYPE,
        tags=tags_of(record),
        config=config_of(record, digest),
    ) as run:
        points = history_of(record)
        define_axes(run, points)
        for step, point in enumerate(points):
            run.log(point, step=step)
        run.summary.update(summary_of(record))
        folder = Path(run.dir).parent
        copy = shutil.copy(file, folder)  # the file may change before an offline run is uploaded
        artifact = target.wandb.Artifact(artifact_name(record), type=JOB_TYPE)
        name = record.file(Path()).as_posix()
        artifact.add_file(str(copy), name=name, policy="immutable", skip_cache=True)
        logged = run.log_artifact(artifact)
        if not target.offline:
            logged.wait(timeout=int(patience(target.wandb)))
    if target.offline:
        _mark(folder, digest)


def define_axes(run: Any, points: Sequence[Mapping[str, float]]) -> None:
    """Draw every metric of these points over generations, where W&B draws nothing it is not told.

    Args:
        run: Run of wandb.
        points: History, one point per generation, as of `history_of`.
    """
    run.define_metric(GENERATION, hidden=True)
    rooms = {name.split("/")[0] for point in points for name in point if "/" in name}
    for room in sorted(rooms):
        run.define_metric(f"{room}/*", step_metric=GENERATION)


def write_leaderboard_run(target: Target, board: Leaderboard) -> None:
    """Write the run that holds the leaderboard as a table, over an earlier one."""
    with _run(
        target,
        id=LEADERBOARD,
        name=LEADERBOARD,
        job_type=LEADERBOARD,
        config={"digest": board.digest},
    ) as run:
        table = target.wandb.Table(columns=list(board.columns), data=[list(r) for r in board.rows])
        run.log({LEADERBOARD: table})
        folder = Path(run.dir).parent
    if target.offline:
        _mark(folder, board.digest)


@contextmanager
def _run(target: Target, **described: Any) -> Iterator[Any]:
    """A run that says nothing of the machine it is pushed from; failed if its block fails."""
    wandb = target.wandb
    for kind in ("run", "offline-run"):  # of one that broke off or is out of date
        for remains in target.folder.glob(f"wandb/{kind}-*-{described['id']}"):
            shutil.rmtree(remains)
    run = wandb.init(
        project=target.project,
        entity=target.entity,
        dir=str(target.folder),
        mode="offline" if target.offline else "online",
        reinit="create_new",
        settings=wandb.Settings(
            console="off",
            silent=True,
            host="",
            program="collapse leaderboard",
            disable_code=True,
            disable_git=True,
            save_code=False,
            x_disable_meta=True,
            x_disable_stats=True,
            x_save_requirements=False,
            finish_timeout=patience(wandb),
            finish_timeout_raises=True,
        ),
        **described,
    )
    try:
        yield run
    except Exception:
        with suppress(TimeoutError):  # the first failure is the one to tell
            run.finish(exit_code=1)
        raise
    run.finish()


def states(api: Any, path: str) -> dict[str, str]:
    """State of every run of a project by its id; none where the project is not there yet."""
    try:
        return {run.id: run.state for run in api.runs(path, lazy=True, per_page=200)}
    except ValueError as error:
        if "Could not find project" not in str(error):
            raise
        return {}


def finished(wandb: Any, path: str, wanted: Collection[str]) -> set[str]:
    """Those runs that are finished; the service may take a moment to say so."""
    found: set[str] = set()
    for look in range(_LOOKS if wanted else 0):
        if look:
            time.sleep(1)
        now = states(connect(wandb), path)
        found = {one for one in wanted if now.get(one) == "finished"}
        if all(now.get(one) in _ENDED for one in wanted):
            break
    return found


def offline_runs(folder: Path) -> Mapping[str, str]:
    """Digest of the content of every complete offline run by its id."""
    marks = folder.glob(f"wandb/offline-run-*/{_DONE}")
    return {mark.parent.name.rsplit("-", 1)[1]: mark.read_text(encoding="ascii") for mark in marks}


def _mark(folder: Path, digest: str) -> None:
    write_atomic(folder / _DONE, digest)
