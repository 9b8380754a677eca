"""Chains on a Ray cluster of two nodes in this machine, one of which dies."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import read_records, without_times
from lightning_modules.trainer import Device

ray = pytest.importorskip("ray", reason="the extra `ray` is not installed")
cluster_utils = pytest.importorskip("ray.cluster_utils")

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture
def cluster() -> Iterator[object]:
    """A head without CPUs for chains; nodes are added by the test."""
    made = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
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

    from benchmarks.run import run_one_quietly
    from benchmarks.running.fan_out import Chain, fan_out

    recipe = replace(tiny, generations=1, workflows=("same_human", "replace"))
    outputs = tmp_path / "outputs"
    first = cluster.add_node(num_cpus=1)  # type: ignore[attr-defined]
    cluster.add_node(num_cpus=1)  # type: ignore[attr-defined]
    chains = [
        Chain(
            recipe=recipe,
            seed=0,
            workflow=workflow,
            outputs=outputs,
            records=tmp_path / "fanned",
            device=Device(name="cpu"),
        )
        for workflow in recipe.workflows
    ]
    said: list[str] = []
    killer = _kill_first_node_when(
        lambda: any((outputs / "stages").glob("fit-*.partial")), cluster, first
    )

    records = fan_out(chains, said.append)
    killer.join()

    assert [record.workflow for record in records] == ["same_human", "replace"]
    assert len(said) == 2
    assert _nodes_come_to(2)  # the head and the node that is left
    for chain in chains:
        run_one_quietly(
            replace(chain, outputs=tmp_path / "alone", records=tmp_path / "alone_records")
        )
    assert [without_times(r) for r in read_records(tmp_path / "fanned")] == [
        without_times(r) for r in read_records(tmp_path / "alone_records")
    ]
