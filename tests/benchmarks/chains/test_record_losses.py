"""What a record keeps of single documents, and what it refuses of them and of other numbers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.record import Record, read_record, read_records
from benchmarks.comparing.curves import LOSS
from benchmarks.leaderboard.checks.agreement import disagreements
from benchmarks.leaderboard.mirror.content import config_of
from benchmarks.running.record import content_digest, sealed, write_record
from data.errors import BadInput
from data.measures.document_losses import pack, ratio_of_sums
from tests.support.losses import with_losses
from tests.support.places import RECORDS

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def old() -> Record:
    """A committed record that is older than losses of documents."""
    return next(r for r in read_records(RECORDS) if r.evaluated is None)


@pytest.fixture(scope="module")
def record(old: Record) -> Record:
    """The same record with losses."""
    return with_losses(old)


def test_a_record_without_losses_keeps_its_digest_and_says_what_it_lacks(old: Record) -> None:
    assert old.content in (None, content_digest(old))
    with pytest.raises(BadInput, match="keeps no losses of the documents of held_out; run it"):
        old.document_losses(-1)


def test_losses_survive_writing_and_give_the_loss_of_the_text(
    record: Record, tmp_path: Path
) -> None:
    again = read_record(write_record(record, tmp_path))

    losses = again.document_losses(-1)

    assert again == record
    assert ratio_of_sums(*losses)[0] == pytest.approx(again.last.metrics[LOSS].value, rel=1e-6)


def _change_loss(content: dict[str, Any]) -> None:
    content["generations"][1]["metrics"][LOSS]["value"] *= 1.0001


def _cut(content: dict[str, Any]) -> None:
    content["generations"][0]["document_bits"]["held_out"] = pack([5.0, 6.0], "bits")


def _metric(field: str, value: Any) -> Change:
    return lambda r: r["generations"][1]["metrics"][LOSS].update({field: value})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_change_loss, r"document_bits\.held_out: held_out/bits_per_byte/none is [\d.]+, its"),
        (_metric("n", 12), r"rests on 12 documents, there are \d+ losses"),
        (_metric("stderr", 9.0), r"has a standard error of 9\.0, its documents give"),
        (_cut, "there are 2 losses"),
        (lambda r: r["generations"][1].pop("document_bits"), "are of other texts than evaluated"),
        (lambda r: r.pop("evaluated"), "are of other texts than evaluated"),
        (lambda r: r["evaluated"]["held_out"].update(document_bytes="?"), "is no base64"),
        (_metric("stderr", -0.1), r"stderr: .*greater than or equal to 0"),
        (_metric("n", 0), r"n: .*greater than or equal to 1"),
        (_metric("n", 1.5), r"n: .*valid integer"),
        (_metric("n", True), r"n: .*valid integer"),
        (_metric("value", "much"), r"value: .*valid number"),
        (lambda r: r["human"].pop("floor"), r"human\.floor: Field required"),
        (lambda r: r["human"]["floor"].popitem(), r"human\.floor has no samples/"),
        (lambda r: r["human"]["floor"].clear(), r"human\.floor has no samples/"),
    ],
)
def test_a_number_that_cannot_be_is_refused_by_name_in_one_line(
    record: Record, tmp_path: Path, change: Change, message: str
) -> None:
    path = write_record(record, tmp_path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))

    with pytest.raises(BadInput, match=rf"seed\d+\.json: .*{message}") as refused:
        read_record(path)

    assert "\n" not in str(refused.value)


def test_records_of_one_setting_are_measured_on_the_same_documents(record: Record) -> None:
    others = [
        with_losses(r)
        for r in read_records(RECORDS)
        if r.digest == record.digest and r.seed == record.seed
    ][:2]
    content = others[1].model_dump() | {"content": None}
    content["evaluated"]["held_out"]["fingerprint"] = "f" * 16
    other = sealed(Record.model_validate(content))

    found = {f.text for f in disagreements([others[0], other])}

    assert not [f for f in disagreements(others) if f.level == "error"]
    assert any("the documents of held_out are others than in" in text for text in found)


def test_a_mirrored_run_does_not_carry_the_documents(record: Record) -> None:
    assert not {"evaluated", "generations"} & config_of(record, "0").keys()
