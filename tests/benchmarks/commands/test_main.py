"""The command line as a user meets it, in a process of its own."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from benchmarks.chains.record import Record, read_record, read_records
from benchmarks.running.record import sealed, without_times
from tests.support.processes.forked import collapse, environment, python, start_python, wait_until

pytestmark = pytest.mark.long


class Finished(NamedTuple):
    """A run that nothing disturbed; to be read and copied."""

    folder: Path
    outcome: subprocess.CompletedProcess[str]

    @property
    def contents(self) -> list[dict[str, Any]]:
        """Of its records of the first seed, but for times."""
        records = read_records(self.folder / "records")
        return [without_times(record) for record in records if record.seed == 0]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, recipe_text: str) -> Finished:
    """Two seeds of `mine.py:mine`, by a process that was started as a user starts it."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "mine.py").write_text(recipe_text)
    seeds = ("--seed", "0", "--seed", "1")
    outcome = subprocess.run(
        [sys.executable, "-m", "benchmarks", "run", "mine.py:mine", *seeds, "--records", "records"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    return Finished(folder, outcome)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "nonsense"], "unknown recipe 'nonsense'"),
        (["run", "gone.py:mine"], "gone.py: no such file"),
        (["run", "mine.py:greedy"], "is too small: first_tokens of the recipe is 1,000,000,000"),
        (["data", "fetch", "nonsense"], "unknown source 'nonsense'"),
        (["data", "check", "gone.jsonl"], "gone.jsonl: no such file"),
        (["data", "check", "empty.jsonl"], "empty.jsonl: no document to read"),
        (["data", "check", "broken.jsonl", "--strict"], "broken.jsonl:2: not JSON"),
        (
            ["show", "smoke", "--records", "none"],
            "none is no folder; give --records one that holds records",
        ),
        (
            ["show", "smoke", "--records", "none", "--markdown", "empty.jsonl/a.md"],
            "empty.jsonl: a part of this path is no folder; name another place",
        ),
        (["run", "mine.py:mine", "--records", "link"], "link: is a link to nowhere, which is not"),
        (
            ["profile", "smoke", "--records", "none"],
            "none is no folder; give --records one that holds records",
        ),
        (["profile", "empty.jsonl"], "name it with --reference FILE"),
        (["profile", "empty.jsonl", "--reference", "gone.txt"], "empty.jsonl: no document to read"),
        (["profile", "smoke", "--embed", "smollm2"], "--embed is for files of text and needs"),
        (
            ["profile", "a", "--reference", "b", "--embed", "smollm2", "--embed-documents", "50"],
            "--embed-documents is 50; embeddings compare at least 80",
        ),
        (["settle", "mine.py:mine", "mix", "--effect", "0.1"], "mix is no workflow of mine"),
        (["ngrams", "--source", "gone"], "unknown source 'gone'"),
        (["ngrams", "--theory", "--seeds", "1"], "give --seeds 2 or more"),
        (["ngrams", "--theory", "--workflow", "replace"], "leave out --workflow and --json"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(
    arguments: list[str], message: str, recipe_file: Path
) -> None:
    folder = recipe_file.parent
    (folder / "empty.jsonl").touch()
    (folder / "link").symlink_to("nowhere")
    (folder / "broken.jsonl").write_text('{"text": "good"}\n{broken\n')

    outcome = collapse(*arguments, folder=folder)

    assert outcome.returncode == 2
    assert message in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert len(outcome.stderr.strip().splitlines()) == 1


def test_a_loss_that_is_no_number_exits_with_1(recipe_file: Path) -> None:
    outcome = collapse("run", "mine.py:wild", folder=recipe_file.parent)

    assert outcome.returncode == 1
    assert "the loss is nan at step" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert not list((recipe_file.parent / "benchmarks").rglob("*.json"))


def test_a_full_disk_exits_with_1_and_keeps_what_is_finished(recipe_file: Path) -> None:
    folder = recipe_file.parent
    command = (
        "import sys\n"
        "import benchmarks.chains.work.sample as work\n"
        "def full(path, documents):\n"
        f"    raise OSError({errno.ENOSPC}, 'No space left on device', str(path))\n"
        "real = work.write_corpus\n"
        "work.write_corpus = lambda p, d: full(p, d) if 'write-' in str(p) else real(p, d)\n"
        "from benchmarks.__main__ import main\n"
        "main()\n"
    )

    outcome = python("-c", command, "run", "mine.py:mine", folder=folder)

    assert outcome.returncode == 1
    assert "no space left; free some and run again" in outcome.stderr
    kinds = {p.name.split("-")[0] for p in (folder / "outputs/stages").iterdir() if p.suffix == ""}
    assert kinds == {"prepare", "health", "fit"}
    assert not list((folder / "benchmarks").rglob("*.json"))


def test_a_damaged_stage_exits_with_2_and_names_the_folder(
    finished: Finished, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(finished.folder, folder)
    damaged, _ = (folder / "outputs/stages").glob("prepare-*/held_out.arrow")
    damaged.write_bytes(damaged.read_bytes()[:-10])

    outcome = collapse("run", "mine.py:mine", "--seed", "0", "--seed", "1", folder=folder)

    assert outcome.returncode == 2
    assert f"{damaged.parent.name}: held_out.arrow is not what was written" in outcome.stderr


def test_a_run_shows_table_verdicts_and_figure(finished: Finished) -> None:
    stdout = finished.outcome.stdout
    shown = " ".join(stdout.split())
    assert "Held-out bits per byte ± standard deviation over 2 seeds" in shown
    assert "2 seeds: 95% t intervals with 1 degree of freedom" in stdout
    assert "the control" in stdout
    assert "the paper's threshold of 0.99 flags" in stdout
    assert finished.outcome.stderr == ""
    (figure,) = (finished.folder / "outputs").glob("*.png")
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_a_recipe_is_reproduced_or_not_and_the_exit_code_says_so(
    finished: Finished, tmp_path: Path
) -> None:
    """Its stages are found finished; then one committed loss is another."""
    shutil.copytree(finished.folder, tmp_path, dirs_exist_ok=True)
    command = ("reproduce", "mine.py:mine", "--against", "records")

    found = collapse(*command, folder=tmp_path)

    assert found.returncode == 0, found.stderr
    assert "reproduced: 3 of 3 chains, every number the same within 1e-06" in found.stdout

    path = next((tmp_path / "records").glob("mine-*/replace-seed0.json"))
    path.write_text(sealed(_worse(read_record(path))).model_dump_json())
    (tmp_path / "none").mkdir()
    outside = collapse(*command, folder=tmp_path)
    nothing = collapse(*command[:-1], "none", folder=tmp_path)

    assert (outside.returncode, nothing.returncode) == (1, 2)
    assert "not reproduced: 2 of 3 chains" in outside.stdout
    assert "replace-seed0 leaves the band at generation 1: human tokens used: " in outside.stdout
    assert "none has no record of mine-" in nothing.stderr


def _worse(record: Record) -> Record:
    """The record that says of one human token less in its last generation."""
    *others, last = record.generations
    less = last.model_copy(update={"human_tokens_used": last.human_tokens_used - 1})
    return record.model_copy(update={"generations": [*others, less], "content": None})


def test_a_chain_killed_anywhere_ends_in_the_same_record(
    recipe_file: Path, finished: Finished
) -> None:
    """SIGKILL and SIGTERM inside three kinds of stages, and then a run to the end."""
    folder = recipe_file.parent
    command = ["run", "mine.py:mine", "--records", "killed", "--outputs", "o2"]
    ends = {signal.SIGKILL: -9, signal.SIGTERM: 143}
    in_the_midst_of_work = 0
    for kind, number in (
        ("prepare", signal.SIGKILL), ("fit", signal.SIGTERM), ("evaluate", signal.SIGKILL),
    ):  # fmt: skip
        process = start_python("-m", "benchmarks", *command, folder=folder)
        wait_until(lambda: any(folder.glob(f"o2/stages/{kind}-*.partial")))  # noqa: B023
        process.send_signal(number)
        assert process.ended().returncode == ends[number]
        in_the_midst_of_work += any(folder.glob("o2/stages/*.partial"))

    last = collapse(*command, folder=folder)

    assert last.returncode == 0, last.stderr
    assert in_the_midst_of_work > 0
    assert [without_times(r) for r in read_records(folder / "killed")] == finished.contents


@pytest.mark.parametrize(
    ("devices", "number", "stage"),
    [
        (1, signal.SIGINT, "sample"),
        (2, signal.SIGTERM, "sample"),
        pytest.param(2, signal.SIGTERM, "fit", marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_a_batch_of_minutes_in_one_line(
    recipe_file: Path, finished: Finished, devices: int, number: signal.Signals, stage: str
) -> None:
    """A document of 300,000 tokens, which Lightning by itself would write to its end; a wide model.

    Each process has helpers that write. What comes before the batch is finished.
    """
    folder = recipe_file.parent
    others = shutil.ignore_patterns(f"{stage}-*")
    shutil.copytree(finished.folder / "outputs", folder / "outputs", ignore=others)
    recipe_file.write_text(
        recipe_file.read_text()
        + """
def endless():
    rule = SamplingRule(max_tokens=300_000, min_tokens=300_000)
    wide = replace(mine().model, layers=8, width=512, feed_forward=2048)
    model = wide if STAGE == "fit" else mine().model
    return replace(mine(), name="endless", workflows=("replace",), sampling=rule, model=model)
""".replace("STAGE", repr(stage))
    )
    process = start_python(
        "-m", "benchmarks", "run", "mine.py:endless", "--devices", str(devices),
        folder=folder, alone=True, OMP_NUM_THREADS="2",
    )  # fmt: skip
    try:
        wait_until(lambda: any(folder.glob(f"outputs/stages/{stage}-*.partial")))
        # Two that write, or torchrun and two.
        children = _at_work(process.pid, 2 if devices == 1 else 3)
        in_group = [child for child in children if os.getpgid(child.pid) == process.pid]

        os.killpg(process.pid, number)  # as Ctrl-C does

        outcome = process.ended()
        assert outcome.returncode == 128 + number
        assert bool(in_group) == (devices == 1)  # what torchrun started it ends itself
        assert psutil.wait_procs(children, timeout=10)[1] == []
    finally:
        process.send_signal(signal.SIGKILL)
    assert outcome.stderr == "interrupted: what is finished is kept\n"
    assert not any(folder.glob(f"outputs/stages/{stage}-*[0-9a-f]"))


def test_a_process_that_others_have_left_is_ended_by_its_signal_without_a_word(
    tmp_path: Path,
) -> None:
    """Torchrun tells one after the other to end; the last may fail at a closed connection first."""
    command = (
        "import benchmarks.__main__ as program\n"
        "def left(**settings):\n"
        "    open('left', 'w').close()\n"
        "    raise RuntimeError('Connection closed by peer')\n"
        "program.app = left\n"
        "program.main()\n"
    )
    process = start_python("-c", command, folder=tmp_path, TORCHELASTIC_RUN_ID="x", LOCAL_RANK="1")
    wait_until((tmp_path / "left").exists)

    process.send_signal(signal.SIGTERM)

    outcome = process.ended()
    assert (outcome.returncode, outcome.stderr) == (143, "")


def _at_work(pid: int, n_children: int) -> list[psutil.Process]:
    """The processes below one when there are so many, and the last of them are at work."""
    found: list[psutil.Process] = []
    before: dict[int, float] = {}

    def busy() -> bool:
        found[:] = psutil.Process(pid).children(recursive=True)
        if len(found) < n_children:
            return False
        parents = {child.ppid() for child in found}
        used = {c.pid: sum(c.cpu_times()[:2]) for c in found if c.pid not in parents}
        for child in used:
            before.setdefault(child, used[child])
        return all(used[child] > before[child] + 0.5 for child in used)

    wait_until(busy)
    return found


def test_wandb_offline_mirrors_and_changes_nothing_in_the_record(
    recipe_file: Path, finished: Finished
) -> None:
    folder = recipe_file.parent
    mirrored = collapse(
        "run", "mine.py:mine", "--records", "mirrored", "--outputs", "o2", "--wandb", "offline",
        folder=folder,
    )  # fmt: skip

    assert mirrored.returncode == 0, mirrored.stderr
    assert len(list((folder / "o2/wandb").glob("wandb/offline-run-*/*.wandb"))) == 3
    assert [without_times(r) for r in read_records(folder / "mirrored")] == finished.contents


def test_a_dry_run_writes_nothing(recipe_file: Path) -> None:
    folder = recipe_file.parent
    before = {*folder.iterdir(), folder / "__pycache__"}  # of the recipe itself

    outcome = collapse(
        "run", "mine.py:mine", "--dry-run", "--set", "generations=2", folder=recipe_file.parent
    )

    assert outcome.returncode == 0
    assert "generations=2 (was 1)" in outcome.stdout
    assert "chain replace-seed0: generations 0 to 2" in outcome.stdout
    assert before >= set(folder.iterdir())


def test_no_option_of_a_run_is_a_hyper_parameter() -> None:
    """Freezes the options: settings live in recipes."""
    from typer.main import get_command

    from benchmarks.__main__ import app

    options = {
        name: sorted(option for p in command.params for option in p.opts if option[0] == "-")
        for name, command in get_command(app).commands.items()  # type: ignore[attr-defined]
        if name in ("run", "show")
    }
    assert options == {
        "run": [
            "--device",
            "--devices",
            "--dry-run",
            "--engine",
            "--explain",
            "--jobs",
            "--outputs",
            "--records",
            "--replace",
            "--seed",
            "--set",
            "--sharded",
            "--wandb",
        ],
        "show": ["--figure", "--json", "--markdown", "--records", "--set"],
    }


def test_data_check_counts_what_it_leaves_out(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "good"}) + "\nbroken\n")

    outcome = collapse("data", "check", "a.jsonl", folder=tmp_path)

    assert outcome.returncode == 0
    assert "skipped 1: not JSON (Expecting '{')" in outcome.stdout
    assert "a.jsonl: 1 documents, 4 bytes" in outcome.stdout


def test_a_profile_of_files_writes_a_page_and_its_numbers(tmp_path: Path, text_file: Path) -> None:
    documents = text_file.read_text().split("\n\n")
    for start, name in enumerate(("human.txt", "mine.txt")):
        (tmp_path / name).write_text("\n\n".join(documents[start::2]))

    outcome = collapse(
        "profile", "mine.txt", "--reference", "human.txt", "--json", "p.json", "--html", "p.html",
        folder=tmp_path,
    )  # fmt: skip

    assert outcome.returncode == 0, outcome.stderr
    assert "Collapse profile of mine.txt against human text" in " ".join(outcome.stdout.split())
    (profile,) = json.loads((tmp_path / "p.json").read_text())
    assert len(profile["findings"]) == 8
    assert (tmp_path / "p.html").read_text().endswith("</html>\n")


def test_an_unhealthy_corpus_exits_with_1(recipe_file: Path) -> None:
    outcome = collapse("run", "mine.py:strict", folder=recipe_file.parent)

    assert outcome.returncode == 1
    assert "the corpus breaks limits of the recipe: length_shift" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_search_stops_when_its_budget_is_spent(recipe_file: Path) -> None:
    outcome = collapse(
        "settle", "mine.py:mine", "edit_source", "--effect", "0.0", "--budget", "3",
        "--outputs", "o1", folder=recipe_file.parent,
    )  # fmt: skip

    assert outcome.returncode == 0, outcome.stderr
    assert "bits per byte over 3 seeds; effect 0:" in " ".join(outcome.stdout.split())
    assert "show and profile would find too much" in " ".join(outcome.stdout.split())
    assert len(read_records(recipe_file.parent / "o1" / "settled")) == 6
    assert not (recipe_file.parent / "benchmarks").exists()
