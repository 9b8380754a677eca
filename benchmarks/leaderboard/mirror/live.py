"""Training curves in W&B while chains run, in the group of the records of their recipe.

Metrics have the names that they have in pushed records. A chain that goes on where it was goes on
in its own run: W&B's `resume` keeps what is there, and no point is logged twice.

Nothing that happens to W&B stops or changes a chain: a failure is told in one line, and at the end
the run says which chains W&B does not have whole.
"""

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from pytorch_lightning.loggers import Logger

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record
from benchmarks.leaderboard.mirror.content import history_of, summary_of
from benchmarks.leaderboard.mirror.runs import define_axes, finished
from benchmarks.leaderboard.mirror.session import (
    Say,
    connect,
    end_wandb,
    load_wandb,
    one_line,
    patience,
    project_name,
    within,
)
from data.files import write_atomic
from data.workflow import Workflow, label

WandbMode = Literal["off", "offline", "online"]
JOB_TYPE = "chain"
STEP = "train/step"
"""Axis of the training loss: steps of the whole chain, generation after generation."""
_RETRIES = 20
"""How often a request is tried again while a chain runs, as wandb has it: the connection may be
gone for minutes."""


@contextmanager
def mirroring(
    recipe: Recipe, *, mode: WandbMode, folder: Path, say: Say
) -> Iterator["LiveMirror | None"]:
    """The mirror of the chains of a recipe, closed at the end whatever happens; None if off."""
    if mode == "off":
        yield None
        return
    mirror = LiveMirror(recipe, mode=mode, folder=folder, say=say)
    try:
        yield mirror
    finally:
        mirror.close()


class LiveMirror:
    """One W&B run per chain: the training curve of every generation, then the chain's metrics.

    Args:
        recipe: Recipe of the chains.
        mode: Whether runs are uploaded as they grow, or written for `wandb sync`.
        folder: Folder that receives wandb's files.
        say: Shows a line to the user.

    Raises:
        BadInput: wandb is not installed.
    """

    def __init__(
        self, recipe: Recipe, *, mode: Literal["offline", "online"], folder: Path, say: Say
    ) -> None:
        self.incomplete: list[str] = []
        """Chains that W&B does not have whole."""
        self._wandb = load_wandb()
        self._recipe = recipe
        self._mode = mode
        self._folder = folder
        self._say = say
        self._chain = ""
        self._run: Any = None
        self._ends: dict[int, int] = {}
        self._failed: list[Any] = []

    def begin(self, workflow: Workflow, seed: int) -> None:
        """Begin the run of a chain."""
        self._chain = f"{label(workflow)}-seed{seed}"
        self._run = None
        self._ends = {}
        self._apart(lambda: self._begin(workflow, seed))

    def loggers(self, generation: int) -> list[Logger]:
        """The training curve of one generation; none where W&B has failed."""
        if self._run is None:
            return []
        return [_Curve(partial(self._log_training, generation))]

    def finish(self, record: Record) -> None:
        """Log every metric of every generation, end the run, and see that W&B has it."""
        self._apart(lambda: self._finish(record))

    def close(self) -> None:
        """End what is left of runs that failed, and wandb's processes; within a limit."""
        left = [*self._failed, *([] if self._run is None else [self._run])]
        with suppress(Exception):  # each of them has been told
            within(patience(self._wandb), lambda: [run.finish(exit_code=1) for run in left])
        end_wandb(self._wandb)

    def _begin(self, workflow: Workflow, seed: int) -> None:
        wandb = self._wandb
        if self._mode == "online":
            connect(wandb)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._run = wandb.init(
            project=project_name(wandb),
            name=self._chain,
            group=f"{self._recipe.name}-{self._recipe.digest}",
            id=self._own_id(),
            resume="allow" if self._mode == "online" else None,
            job_type=JOB_TYPE,
            tags=[self._recipe.name[:64], label(workflow)[:64], self._recipe.tier],
            config={"recipe": self._recipe.as_dict(), "workflow": workflow, "seed": seed},
            dir=str(self._folder),
            mode=self._mode,
            reinit="create_new",
            settings=wandb.Settings(
                console="off",
                silent=True,
                x_graphql_retry_max=_RETRIES,
                finish_timeout=patience(wandb),
                finish_timeout_raises=True,
            ),
        )
        self._run.define_metric(STEP, hidden=True)
        self._run.define_metric("train/*", step_metric=STEP)

    def _own_id(self) -> str:
        """The id of the chain's run: the same for as long as the folder is there."""
        path = self._folder / "ids" / f"{self._recipe.name}-{self._recipe.digest}-{self._chain}"
        if not path.is_file():
            path.parent.mkdir(exist_ok=True)
            write_atomic(path, uuid4().hex)
        return path.read_text(encoding="ascii")

    def _log_training(self, generation: int, step: int, metrics: dict[str, float]) -> None:
        """One point of the chain's curve, which goes on from generation to generation."""
        before = self._ends.get(generation - 1, 0)
        at = before + step
        self._ends[generation] = max(self._ends.get(generation, 0), at + 1)
        point = {**metrics, STEP: float(at), "train/generation": float(generation)}
        if self._run is not None:
            self._apart(lambda: self._log(point, at))

    def _log(self, point: dict[str, float], at: int) -> None:
        """Log a point, unless the run that is gone on with has it already."""
        if at >= self._run.starting_step:
            self._run.log(point, step=at)

    def _finish(self, record: Record) -> None:
        run = self._run
        if run is None:
            return
        points, end = history_of(record), max(self._ends.values(), default=0)
        define_axes(run, points)
        for number, point in enumerate(points):
            self._log(point, end + number)
        run.summary.update(summary_of(record))
        run.config.update(record.model_dump(exclude={"generations"}), allow_val_change=True)
        run.finish()
        self._run = None
        if self._mode == "offline":
            return
        if not finished(self._wandb, f"{run.entity}/{run.project}", {run.id}):
            raise TimeoutError("it has not received the end of the run")

    def _apart(self, work: Callable[[], None]) -> None:
        """Do something with W&B; whatever fails there is told and ends the mirror of this chain."""
        try:
            work()
        except Exception as error:
            files = ""
            if self._run is not None:
                self._failed.append(self._run)
                files = f"; upload it later: wandb sync {Path(self._run.dir).parent}"
            self._say(
                f"W&B has failed for {self._chain} ({one_line(error)}); the run goes on{files}"
            )
            self.incomplete.append(self._chain)
            self._run = None


class _Curve(Logger):
    """Gives Lightning's numbers to the run of a chain."""

    def __init__(self, log: Callable[[int, dict[str, float]], None]) -> None:
        super().__init__()
        self._log = log

    @property
    def name(self) -> str:
        """Name of the curve; Lightning asks every logger for one."""
        return "train"

    @property
    def version(self) -> int:
        """Always 0; Lightning asks every logger for a version."""
        return 0

    def log_hyperparams(
        self, params: dict[str, Any] | Namespace, *args: Any, **kwargs: Any
    ) -> None:
        """Nothing: the recipe is in the run's settings."""

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Send one point of the training curve to W&B."""
        self._log(step or 0, metrics)
