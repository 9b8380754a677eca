"""Chains on a Ray cluster of two nodes in this machine, one of which dies."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import read_records
from benchmarks.running.record import without_times
from lightning_modules.device import Device

ray = pytest.importorskip("ray", reason="the extra `ray` is not installed")
cluster_utils = pytest.importorskip("ray.cluster_utils")

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


_PROMPT = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 5_000,
    "health_check_failure_threshold": 2,
    "worker_niceness": 0,
}
"""A node that is gone is missed within seconds, where Ray by itself asks for half a minute.

Workers are as urgent as the tests beside them: by default those starve them for a minute and more.
"""


@pytest.fixture
def cluster() -> Iterator[object]:
    """A head without CPUs for chains; nodes are added by the test."""
    made = cluster_utils.Cluster(
        initialize_head=True, head_node_args={"num_cpus": 0, "_system_config": _PROMPT}
    )
    ray.init(address=made.address, log_to_driver=False)
    yield made
    ray.shutdown()
    made.shutdown()


def _kill_first_node_when(
    ready: Callable[[], bool], cluster: object, node: object
) -> threading.Thread:
    def watch() -> None:
        while not ready():
            time.sleep(0.05)
        cluster.remove_node(node, allow_graceful=False)  # type: ignore[attr-defined]

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def _nodes_come_to(count: int, seconds: float = 60) -> bool:
    """Ray runs a task elsewhere as soon as its worker is gone, and counts the node out later."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if sum(node["Alive"] for node in ray.nodes()) == count:
            return True
        time.sleep(0.2)
    return False


def test_chains_survive_the_loss_of_a_node(
    cluster: object, tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from benchmarks.run import RunTask, run_one_quietly
    from benchmarks.running.fan_out import fan_out

    recipe = replace(tiny, generations=1, workflows=("same_human", "replace"))
    outputs = tmp_path / "outputs"
    first = cluster.add_node(num_cpus=1)  # type: ignore[attr-defined]
    cluster.add_node(num_cpus=1)  # type: ignore[attr-defined]
    tasks = {
        workflow: RunTask(
            recipe=recipe,
            seed=0,
            arm=workflow,
            outputs=outputs,
            records=tmp_path / "fanned",
            device=Device(name="cpu"),
        )
        for workflow in recipe.workflows
    }
    said: list[str] = []
    killer = _kill_first_node_when(
        lambda: any((outputs / "stages").glob("fit-*.partial")), cluster, first
    )

    paths = fan_out(tasks, run_one_quietly, gpus=0, say=said.append)
    killer.join()

    assert set(paths) == {"same_human", "replace"}
    assert all(path.is_file() for path in paths.values())
    assert len(said) == 2
    assert _nodes_come_to(2)  # the head and the node that is left
    for task in tasks.values():
        run_one_quietly(
            replace(task, outputs=tmp_path / "alone", records=tmp_path / "alone_records")
        )
    assert [without_times(r) for r in read_records(tmp_path / "fanned")] == [
        without_times(r) for r in read_records(tmp_path / "alone_records")
    ]
