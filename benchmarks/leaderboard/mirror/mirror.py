"""Mirrors records to a W&B project, and rebuilds record files from one.

A run per record, whose id is the first half of the SHA-256 of the record file: the same file is the
same run wherever and how often it is pushed, and what is pulled is checked against the id. A run is
there when it is finished, and it finishes after its artifact is stored; one that broke off is
written again under its id.
"""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.chains.record import Record, read_record
from benchmarks.leaderboard.mirror.content import LEADERBOARD, Leaderboard, leaderboard_of, name_of
from benchmarks.leaderboard.mirror.files import download, place
from benchmarks.leaderboard.mirror.runs import (
    Target,
    finished,
    offline_runs,
    run_id,
    states,
    write_leaderboard_run,
    write_record_run,
)
from benchmarks.leaderboard.mirror.session import (
    MirrorFailed,
    Say,
    connect,
    mode,
    patience,
    project_name,
    session,
)
from data.errors import BadInput
from data.files import file_digest

DEFAULT_FOLDER = Path("outputs/wandb")

_Files = dict[str, tuple[Path, Record]]
"""Record files by the id of their run."""


def push(
    files: Iterable[Path],
    *,
    project: str | None = None,
    entity: str | None = None,
    folder: Path = DEFAULT_FOLDER,
    say: Say,
) -> None:
    """Mirror record files to a W&B project, or write offline runs where WANDB_MODE says so.

    Args:
        files: Paths of the record files.
        project: Name of the W&B project, which is made if it is not there; None for that of
            WANDB_PROJECT, or `collapse-ledger`.
        entity: User or team; None for that of WANDB_ENTITY, or of the API key.
        folder: Folder that receives wandb's files; offline runs lie in it until `wandb sync`
            uploads them.
        say: Shows a line to the user.

    Raises:
        BadInput: A file is no record, wandb is not installed, or W&B refuses key or project.
        MirrorFailed: W&B does not hold all of it; what it holds stays, so push again.
    """
    paths = list(files)
    if not paths:
        raise BadInput("there is no record to push; make one: collapse run smoke")
    chosen = {run_id(file_digest(path)): (path, read_record(path)) for path in paths}
    board = leaderboard_of([record for _, record in chosen.values()])
    with session() as wandb:
        project = project or project_name(wandb)
        entity = entity or wandb.setup().settings.entity
        target = Target(
            wandb=wandb,
            project=project,
            entity=entity,
            folder=folder / (entity or "default") / project,
            offline=mode(wandb) == "offline",
        )
        target.folder.mkdir(parents=True, exist_ok=True)
        if target.offline:
            _push_offline(target, chosen, board, say)
        else:
            _push_online(target, chosen, board, say)


def _push_online(target: Target, chosen: _Files, board: Leaderboard, say: Say) -> None:
    api = connect(target.wandb)
    path = f"{target.entity or api.default_entity}/{target.project}"
    there = {one for one, state in states(api, path).items() if state == "finished"}
    missing = [one for one in chosen if one not in there]
    for number, one in enumerate(missing, 1):
        file, record = chosen[one]
        write_record_run(target, record, file)
        say(f"[{number}/{len(missing)}] {record.file(Path()).parent.name} {name_of(record)}")
    sent = set(missing)
    if LEADERBOARD not in there or _board_there(api, path) != board.digest:
        write_leaderboard_run(target, board)
        sent.add(LEADERBOARD)
    if lost := sent - finished(target.wandb, path, sent):
        raise MirrorFailed(
            f"W&B {path} lacks {len(lost)} of {len(sent)} runs; push again to complete them"
        )
    board_line = "leaderboard pushed" if LEADERBOARD in sent else "leaderboard was there"
    say(
        f"W&B {path}: {len(missing)} records pushed, {len(chosen) - len(missing)} were there, "
        f"{board_line}"
    )


def _board_there(api: object, path: str) -> object:
    return api.run(f"{path}/{LEADERBOARD}").config.get("digest")  # type: ignore[attr-defined]


def _push_offline(target: Target, chosen: _Files, board: Leaderboard, say: Say) -> None:
    there = offline_runs(target.folder)
    missing = [one for one in chosen if one not in there]
    for one in missing:
        file, record = chosen[one]
        write_record_run(target, record, file)
    if there.get(LEADERBOARD) != board.digest:
        write_leaderboard_run(target, board)
    say(
        f"{len(missing)} offline runs written, {len(chosen) - len(missing)} were there; upload "
        f"them with: wandb sync {target.folder / 'wandb'}"
    )


def pull(source: str, folder: Path, *, say: Say) -> int:
    """Rebuild record files from the artifacts of a W&B project, byte for byte.

    Args:
        source: The W&B project, as ENTITY/PROJECT.
        folder: Folder of records; a file that is there already stays as it is.
        say: Shows a line for each file and for each run that was left, with the reason.

    Returns:
        How many runs were left.

    Raises:
        BadInput: The source is malformed or not there, or W&B refuses the key.
        MirrorFailed: W&B or the way to it fails; no file is half-written.
    """
    if len(parts := source.split("/")) != 2 or not all(parts):
        raise BadInput(f"{source!r} names no W&B project; write ENTITY/PROJECT")
    with session() as wandb:
        if mode(wandb) == "offline":
            raise BadInput("W&B is set to offline; pull with WANDB_MODE=online")
        found, left = download(connect(wandb), source, patience(wandb), say)
    return left + place(found, folder, say)
