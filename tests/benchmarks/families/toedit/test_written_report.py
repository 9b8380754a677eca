import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.chains.record import Record, read_records
from benchmarks.families.toedit.pages import pages
from benchmarks.families.toedit.written_report import (
    CORPORA,
    chains_of_written_text,
    draw_written,
    is_whole,
    written_figure,
    written_frame,
)
from data.files import file_digest
from tests.support.pictures import stumbles
from tests.support.places import RECORDS


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return read_records(RECORDS)


def test_a_line_holds_the_means_of_its_chains(records: list[Record]) -> None:
    chains = chains_of_written_text(records)

    frame = written_frame(chains)

    assert frame["corpus"].tolist() == list(CORPORA.values())
    texts = [record.last.corpus.text for record in chains["replace"]]
    shares = [text["corpus/top_bigrams/none"].value for text in texts if text is not None]
    assert len(shares) == 3
    assert frame.iloc[-1]["40 commonest bigrams (%)"] == f"{100 * np.mean(shares):.1f}"


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_the_figure_is_drawn(suffix: str, records: list[Record], tmp_path: Path) -> None:
    path = tmp_path / f"figure{suffix}"

    draw_written(chains_of_written_text(records), [path])

    assert path.read_bytes()[:4] in (b"\x89PNG", b"%PDF")


def test_the_words_of_the_figure_can_be_read_on_a_phone(records: list[Record]) -> None:
    assert stumbles(written_figure(chains_of_written_text(records))) == []


def test_missing_records_are_named_with_the_command(tmp_path: Path) -> None:
    chains = chains_of_written_text([])

    assert not is_whole(chains)
    with pytest.raises(ValueError, match=r"no record of fresh_human.*collapse synthesize"):
        draw_written(chains, [tmp_path / "figure.png"])
    assert "would be made by `collapse synthesize" in pages([])["smollm2-text.md"]


def test_the_committed_text_is_what_the_records_were_made_from(records: list[Record]) -> None:
    folder = RECORDS.parent / "synthetic" / "smollm2"
    provenance = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))

    digest = file_digest(folder / "text.jsonl")

    assert provenance["written"]["sha256"] == digest
    chains = chains_of_written_text(records)
    found = [record.identities for mine in chains.values() for record in mine]
    assert {each.synthetic for each in found if each is not None} == {digest}
