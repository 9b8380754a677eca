import pytest

from benchmarks.chains.record import Record, read_records
from benchmarks.comparing.curves import LOSS
from benchmarks.families.toedit.edit_rules import edit_rules_frame
from benchmarks.families.toedit.recipes.editing import EDIT_RECIPES, VARIANTS
from tests.support.places import RECORDS


@pytest.fixture(scope="module")
def pair() -> tuple[Record, Record]:
    """An edited chain and an unedited one, as if the deleting rule had made them."""
    digest = EDIT_RECIPES["edit_delete_0_99"]().digest
    mine = [
        record.model_copy(update={"digest": digest})
        for record in read_records(RECORDS)
        if record.recipe["name"] == "smoke_pretrained_prior" and record.seed == 0
    ]
    by_workflow = {record.workflow: record for record in mine}
    return by_workflow["edit_source"], by_workflow["same_human"]


def test_a_rule_without_records_shows_dashes_and_the_command() -> None:
    frame = edit_rules_frame([])

    assert len(frame) == len(VARIANTS)
    assert set(frame["changed"]) == {"\N{EM DASH}"}
    assert "`collapse run edit_top_p --seed 0 --seed 1 --seed 2`" in set(frame.iloc[:, -1])


def test_a_rule_is_counted_and_compared_with_its_source(pair: tuple[Record, Record]) -> None:
    edited, source = pair
    totals = edited.generations[1].corpus.edit
    assert totals is not None
    difference = edited.last.metrics[LOSS].value - source.last.metrics[LOSS].value

    frame = edit_rules_frame(pair)

    row = frame[frame["rule"] == "P >= 0.99, tokens deleted"].iloc[0]
    assert row["tokens"] == f"{totals.tokens:,}"
    assert row["changed"] == f"{totals.changed:,} ({totals.changed / totals.tokens:.2%})"
    assert row.iloc[-1] == f"{difference:+.4g}, 1 seed"


def test_an_edited_chain_without_its_source_is_not_compared(pair: tuple[Record, Record]) -> None:
    frame = edit_rules_frame(pair[:1])

    assert set(frame["changed"]) == {"\N{EM DASH}"}
