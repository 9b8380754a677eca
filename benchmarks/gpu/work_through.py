"""Works through a list of steps in limited time, and leaves what was found whatever happens.

Each step runs in a process of its own: an error, a crash of the device or a step that takes too
long ends that step alone. After each step the report and the archive are written anew.
"""

import math
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from benchmarks.gpu.report import StepOutcome, write_report
from benchmarks.gpu.steps import find_step
from benchmarks.gpu.telling import run_arm
from benchmarks.running.side_by_side import server
from benchmarks.running.step import FoundEquality, Step, Workbench, read_findings
from data.errors import BadInput, RunFailed
from data.files import write_atomic
from lightning_modules.device import Device
from lightning_modules.ending import end_with_parent
from lightning_modules.trainer import quiet

DeviceName = Literal["cpu", "cuda"]
_LEAST = 20.0
"""Seconds that the whole list needs at least; with fewer nothing could be started."""
_STARTING = 15.0
"""Seconds that a process of a step takes to start and to end, the first one's loading included."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be worked through, where, and in which time."""

    steps: Sequence[Step]
    folder: Path
    """Folder that receives everything; new or empty."""
    device: DeviceName
    minutes: float
    miniature: bool


def work_through(plan: Plan, say: Callable[[str], None]) -> list[StepOutcome]:
    """Do the steps in their order, as far as the time goes; return how each of them ended.

    Raises:
        BadInput: The folder is not empty, or the time is too short for any step.
    """
    _check(plan)
    ends = time.time() + 60 * plan.minutes
    outcomes: list[StepOutcome] = []
    begun = datetime.now(UTC).replace(microsecond=0)
    try:
        for step in plan.steps:
            left = ends - time.time()
            if not plan.miniature and left < step.seconds:
                say(f"{step.name}: left out, needs about {step.seconds:.0f} s of {left:.0f} s")
                outcome = StepOutcome(name=step.name, status="left out", seconds=0.0)
            else:
                price = "in miniature" if plan.miniature else f"about {step.seconds:.0f} s"
                say(f"{step.name}: {price}, {left:.0f} s are left: {step.summary}")
                outcome = _do(step, plan, min(ends, time.time() + _limit(step, plan)))
                say(f"{step.name}: {outcome.status} after {outcome.seconds:.0f} s")
                if outcome.error:
                    say(f"  {outcome.error}")
            outcomes.append(outcome)
            write_report(plan.folder, outcomes, begun=begun, device=plan.device)
    finally:
        rest = plan.steps[len(outcomes) :]
        outcomes += [StepOutcome(name=one.name, status="left out", seconds=0.0) for one in rest]
        write_report(plan.folder, outcomes, begun=begun, device=plan.device)
    return outcomes


def _check(plan: Plan) -> None:
    if 60 * plan.minutes < _LEAST:
        raise BadInput(f"--minutes {plan.minutes:g} is too short for any step; give 1 or more")
    if plan.folder.is_file() or (plan.folder.is_dir() and any(plan.folder.iterdir())):
        raise BadInput(f"{plan.folder}: is there and not empty; choose another folder")
    (plan.folder / "steps").mkdir(parents=True, exist_ok=True)


def _limit(step: Step, plan: Plan) -> float:
    """Seconds after which a step is ended; what it takes in miniature, the machine's load says."""
    return math.inf if plan.miniature and not step.most else step.limit


def _do(step: Step, plan: Plan, ends: float) -> StepOutcome:
    """Run a step in a process of its own, and end it when its time is over."""
    folder = plan.folder / "steps" / step.name
    folder.mkdir()
    started = time.time()
    process = server().Process(
        target=_in_process,
        args=(step.name, folder, plan.folder / "records", plan.device, plan.miniature, ends),
    )
    process.start()
    process.join(max(ends - time.time(), 0) + (0 if step.takes_all else _STARTING))
    cut_off = process.is_alive()
    if cut_off:
        process.terminate()
        process.join(5)
        process.kill()
        process.join()
    seconds = time.time() - started
    if cut_off:
        return StepOutcome(name=step.name, status="cut off", seconds=seconds)
    if process.exitcode == 0:
        return StepOutcome(name=step.name, status="done", seconds=seconds)
    return StepOutcome(
        name=step.name,
        status="failed",
        seconds=seconds,
        error=_last_line(folder / "error.txt") or f"the process ended with {process.exitcode}",
    )


def _in_process(
    name: str, folder: Path, records: Path, device: DeviceName, miniature: bool, ends: float
) -> None:
    """Be the process of one step: what it prints goes into its log."""
    end_with_parent()
    os.environ["HF_HUB_OFFLINE"] = "1"
    with (folder / "log.txt").open("a", encoding="utf-8", buffering=1) as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
        with redirect_stdout(log), redirect_stderr(log):
            quiet()
            bench = Workbench(
                folder=folder,
                records=records,
                device=Device(name=device),
                miniature=miniature,
                ends=ends,
                run_arm=run_arm,
            )
            try:
                find_step(name).work(bench)
            except Exception:
                write_atomic(folder / "error.txt", traceback.format_exc())
                raise


def _last_line(path: Path) -> str:
    with suppress(FileNotFoundError):
        return path.read_text(encoding="utf-8").strip().splitlines()[-1]
    return ""


class StepsFailed(RunFailed):
    """A step ended with an error, or what was promised equal is not."""


def check_outcomes(outcomes: Sequence[StepOutcome], folder: Path) -> None:
    """Say at the end that something failed, so that the command's exit code says it too.

    Raises:
        StepsFailed: A step failed, or an equality does not hold.
    """
    failed = [one.name for one in outcomes if one.status == "failed"]
    broken = [
        found.name
        for one in outcomes
        for found in read_findings(folder / "steps" / one.name)
        if isinstance(found, FoundEquality) and not found.holds
    ]
    if failed or broken:
        parts = [f"steps that failed: {', '.join(failed)}"] if failed else []
        parts += (
            [f"{len(broken)} equalities that do not hold, first: {broken[0]}"] if broken else []
        )
        raise StepsFailed("; ".join(parts) + "; the report has all of it")
