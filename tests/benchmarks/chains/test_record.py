import json
import warnings
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from transformers import PreTrainedModel

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record, read_record, read_records
from benchmarks.families.catalogue import read_all
from benchmarks.running.record import without_times, write_record
from benchmarks.running.surroundings import environment
from tests.support.chains import run_quietly
from tests.support.places import RECORDS

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The committed record of one chain of the smoke recipe."""
    return read_records(RECORDS)[0]


class Run(NamedTuple):
    """What a run gave, and the folder of its outputs and records."""

    records: list[Record]
    folder: Path


@pytest.fixture(scope="module")
def run(tiny: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of the tiny recipe."""
    folder = tmp_path_factory.mktemp("run")
    return Run(run_quietly(tiny, folder / "outputs"), folder)


def test_a_run_writes_one_valid_record_per_chain(tiny: Recipe, run: Run) -> None:
    records, folder = run

    assert read_records(folder / "records") == sorted(records, key=lambda record: record.arm)
    assert all(record.digest == tiny.digest for record in records)


def test_a_run_keeps_the_loss_of_every_held_out_document(run: Run) -> None:
    texts = {r.evaluated["held_out"].fingerprint for r in run.records if r.evaluated}

    losses = [r.document_losses(g.generation) for r in run.records for g in r.generations]

    assert len(texts) == 1
    assert all(len(bits) == len(size) > 1 for bits, size in losses)


@pytest.mark.usefixtures("_listening")
def test_running_twice_gives_the_same_record_but_for_times_and_warnings(
    tiny: Recipe, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a library warns of in a fit is on the record of its chain, and of no other stage."""
    save = PreTrainedModel.save_pretrained

    def warn_and_save(model: PreTrainedModel, *args: Any, **kwargs: Any) -> None:
        warnings.warn("planted", RuntimeWarning, stacklevel=1)
        save(model, *args, **kwargs)

    monkeypatch.setattr(PreTrainedModel, "save_pretrained", warn_and_save)

    again = run_quietly(tiny, tmp_path / "outputs")

    assert [without_times(r) for r in run.records] == [without_times(r) for r in again]
    for record in read_records(tmp_path / "records"):
        for generation in record.generations:
            planted = {
                name: [one.count for one in facts.library_warnings if one.text == "planted"]
                for name, facts in generation.stages.items()
            }
            assert planted == {name: [1] if name == "fit" else [] for name in planted}
            assert "fit" in planted


def test_writing_and_reading_is_the_identity(record: Record, tmp_path: Path) -> None:
    assert read_record(write_record(record, tmp_path)) == record


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r.pop("seed"), "seed: Field required"),
        (lambda r: r.update(extra=1), "extra: Extra inputs"),
        (lambda r: r["recipe"].update(start="last"), "the recipe inside gives"),
        (lambda r: r.update(record_schema=99), "schema 99 is not"),
        (lambda r: r["generations"][0].update(steps="many"), "generations.0.steps"),
        (lambda r: r["generations"].pop(), "generations are not"),
        (lambda r: r.update(workflow="invented"), "workflow 'invented' is not in the recipe"),
        (lambda r: r["generations"][1]["metrics"].popitem(), "different metrics"),
    ],
)
def test_a_tampered_record_is_refused_with_file_and_field(
    record: Record, tmp_path: Path, change: Any, message: str
) -> None:
    path = write_record(record, tmp_path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))

    with pytest.raises(ValueError, match=rf"seed\d+\.json: .*{message}"):
        read_record(path)


def test_a_lock_is_satisfied_by_what_it_pins_for_this_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "lock.txt"
    monkeypatch.setenv("COLLAPSE_LOCK", str(lock))
    version = metadata.version("pydantic")
    lock.write_text(
        f"pydantic=={version} ; python_full_version >= '3.11'\n"
        "pydantic==0.1 ; python_full_version < '3.11'\nnot-installed==1.0\n"
    )
    matching = environment("32-true").lock
    lock.write_text("pydantic==0.1\n")
    other = environment("32-true").lock

    assert matching is not None
    assert other is not None
    assert (matching.satisfied, other.satisfied) == (True, False)


def test_a_record_in_anothers_place_is_refused(record: Record, tmp_path: Path) -> None:
    path = write_record(record, tmp_path)
    path.rename(path.with_name("copy.json"))

    with pytest.raises(ValueError, match=r"copy\.json: this record belongs at"):
        read_records(tmp_path)


def test_a_truncated_record_is_refused(record: Record, tmp_path: Path) -> None:
    path = write_record(record, tmp_path)
    path.write_text(path.read_text()[:500])

    with pytest.raises(ValueError, match=r"\.json: no JSON"):
        read_record(path)


def test_committed_records_are_valid_and_lie_where_they_belong() -> None:
    folder = RECORDS

    records = read_all(folder)

    assert records
    assert {r.file(folder) for r in records} == set(folder.glob("*/*.json"))
