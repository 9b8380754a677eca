"""Runs chains in children of one process and kills them inside every kind of stage.

`killing.py FILE.py:FUNCTION N_KILLS SEED` writes records of an undisturbed run into `whole`, of a
run that was killed again and again into `killed`, of two runs at once into `twice`, and prints the
kinds of the stages that were hit as JSON. Children are forked: torch is loaded once.
"""

import json
import os
import random
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from benchmarks.families.catalogue import find_recipe
from benchmarks.running import stage
from tests.support.chains import run_quietly


def _start(outputs: Path, records: Path, killer: "_Killer | None" = None) -> int:
    """Run all chains of the recipe in a child; return its process id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        if killer is not None:
            killer.watch()
        run_quietly(find_recipe(sys.argv[1]), outputs, records)
        status = 0
    finally:
        os._exit(status)


def _wait(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class _Killer:
    """Kills its own process at a random moment of the first stage of a kind still to be hit."""

    def __init__(self, hits: Counter[str], wanted: int, seconds: dict[str, float], n: int) -> None:
        self.hits, self.wanted, self.seconds = hits, wanted, seconds
        self.rng = random.Random(n)
        self.signal = (signal.SIGKILL, signal.SIGTERM)[n % 2]
        self.armed = True

    def watch(self) -> None:
        do = stage._do

        def watched(work: stage.Work, final: Path, address: object) -> None:
            kind = final.name.split("-")[0]
            if self.armed and self.hits[kind] < self.wanted:
                self.armed = False
                threading.Thread(target=self._kill, args=(kind,), daemon=True).start()
            do(work, final, address)  # type: ignore[arg-type]

        stage._do = watched

    def _kill(self, kind: str) -> None:
        time.sleep(0.9 * self.rng.random() * self.seconds[kind])
        os.kill(os.getpid(), self.signal)


def _seconds(outputs: Path) -> dict[str, float]:
    manifests = [json.loads(p.read_text()) for p in outputs.glob("stages/*/manifest.json")]
    return {m["kind"]: m["seconds"] for m in manifests}


def main() -> None:
    n_kills, seed = int(sys.argv[2]), int(sys.argv[3])
    assert _wait(_start(Path("o1"), Path("whole"))) == 0
    seconds = _seconds(Path("o1"))
    kinds = tuple(seconds)
    hits: Counter[str] = Counter()
    for n in range(seed, seed + 10 * n_kills):
        if hits.total() >= n_kills and set(hits) == set(kinds):
            break
        wanted = -(-n_kills // len(kinds))
        finished = _wait(_start(Path("o2"), Path("killed"), _Killer(hits, wanted, seconds, n))) == 0
        hits.update(path.name.split("-")[0] for path in Path("o2/stages").glob("*.partial"))
        for kind in kinds:
            if finished and hits[kind] < wanted:  # its stages are made again, to be killed in
                for path in Path("o2/stages").glob(f"{kind}-*[0-9a-f]"):
                    shutil.rmtree(path)
    assert _wait(_start(Path("o2"), Path("killed"))) == 0
    pair = [_start(Path("o3"), Path("twice")) for _ in range(2)]
    assert [_wait(pid) for pid in pair] == [0, 0]
    sys.stdout.write(json.dumps(hits))


if __name__ == "__main__":
    main()
