"""Independent chains on a Ray cluster: one task per chain, retried when its node is lost."""

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ray

from benchmarks.recipe import Recipe
from benchmarks.record import Record, read_record
from data.workflow import Workflow
from lightning_modules.trainer import Device

_RETRIES = 10
"""Of a chain whose worker or node was lost; its finished stages are found again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """One chain, as a task."""

    recipe: Recipe
    seed: int
    workflow: Workflow
    outputs: Path
    """Seen by all nodes, so that a chain that moves goes on where it was."""
    records: Path
    device: Device

    @property
    def name(self) -> str:
        """Of the chain."""
        return f"{self.workflow}-seed{self.seed}"


def run_chain_here(chain: Chain) -> str:
    """Run one chain in this process; return the path of its record."""
    from benchmarks.run import run_one_quietly  # loads torch, in the worker

    return str(run_one_quietly(chain))


def fan_out(
    chains: Sequence[Chain],
    say: Callable[[str], None],
    *,
    work: Callable[[Chain], str] = run_chain_here,
    cpus: float = 1,
) -> list[Record]:
    """Run chains on the cluster that RAY_ADDRESS names, or on a local one.

    Ray places every chain where its CPUs, or its GPU, are free, and starts it again elsewhere when
    a worker or node dies. An error of a chain itself is raised here at once.

    Args:
        chains: What to run; those of one seed share stages, and take turns at them.
        say: Told when a chain is done.
        work: Runs a chain and returns the path of its record.
        cpus: Of each chain.

    Returns:
        Records in the order of the chains.
    """
    if not ray.is_initialized():
        on_sigterm = signal.getsignal(signal.SIGTERM)
        ray.init(log_to_driver=False, include_dashboard=False)
        signal.signal(signal.SIGTERM, on_sigterm)  # which ray took
    gpus = 1 if chains[0].device.accelerator == "gpu" else 0
    task = ray.remote(num_cpus=cpus, num_gpus=gpus, max_retries=_RETRIES)(work)
    waiting = {task.remote(chain): chain for chain in chains}
    paths: dict[str, Path] = {}
    while waiting:
        (reference,), _ = ray.wait(list(waiting), num_returns=1)
        chain = waiting.pop(reference)
        paths[chain.name] = Path(ray.get(reference))
        say(f"[{len(paths)}/{len(chains)}] {chain.name}: {paths[chain.name]}")
    return [read_record(paths[chain.name]) for chain in chains]
