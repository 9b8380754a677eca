import pytest

from benchmarks.chains.record import Record
from benchmarks.comparing.tables import sentences
from benchmarks.comparing.thresholds import threshold_words, thresholds
from tests.support.planted import committed


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return [record for record in committed() if record.recipe["name"] == "workflows"]


def test_a_threshold_is_the_mean_over_seeds_of_each_edit(records: list[Record]) -> None:
    mine = [record for record in records if record.workflow == "edit_previous"]
    edits = [[g.corpus.edit for g in record.generations] for record in mine]

    found = thresholds(records)["edit_previous"]

    assert len(found) == 5
    last = [chain[-1].threshold for chain in edits if chain[-1] is not None]
    assert found[-1] == pytest.approx(sum(last) / 5)


def test_edits_at_random_places_have_no_threshold(records: list[Record]) -> None:
    assert "edit_random" not in thresholds(records)
    assert "replace" not in thresholds(records)


def test_thresholds_fall_from_a_fifth_to_a_sixteenth(records: list[Record]) -> None:
    assert "`edit_previous` P >= 0.21 to 0.06" in threshold_words(records)


def test_a_rule_that_edits_below_says_so() -> None:
    below = [r for r in committed() if r.recipe["name"] == "edit_below_0_1"]

    assert threshold_words(below) == "`edit_source` P <= 0.1"


def test_a_flagged_share_stands_with_its_threshold(records: list[Record]) -> None:
    (line,) = [line for line in sentences(records) if "flagged" in line]

    assert "Thresholds in force" in line
    assert "P >= 0.21 to 0.06" in line
