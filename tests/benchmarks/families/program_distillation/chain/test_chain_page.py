"""The page and the picture of the chains, from records with chosen numbers."""

from pathlib import Path

import pytest

from benchmarks.families.program_distillation.chain import tail
from benchmarks.families.program_distillation.chain.claims import TAIL_OF_CHAINS
from benchmarks.families.program_distillation.chain.found import chains_of, hard_gained, price
from benchmarks.families.program_distillation.chain.generations import (
    fifths_frame,
    generations_frame,
)
from benchmarks.families.program_distillation.chain.page import chain_page
from benchmarks.families.program_distillation.chain.recipe import (
    POOLED,
    program_distillation_chain_accumulate,
)
from benchmarks.families.program_distillation.figure import draw_all
from benchmarks.paper.claims import judge_all
from tests.support.executing.executed_chains import by_the_law, planted


def test_the_law_is_met_by_chains_that_follow_it_and_by_no_others() -> None:
    ledger = {one.claim.id: one for one in judge_all(TAIL_OF_CHAINS, planted(), None)}

    assert ledger["pad.tail_law"].verdict == "reproduced"
    assert ledger["pad.tail_law_followed"].verdict == "reproduced"
    assert ledger["pad.tail_law_kept"].verdict == "not reproduced"
    assert ledger["pad.tail_law_anew"].verdict == "not reproduced"
    assert ledger["pad.chain_easy"].verdict == "reproduced"


def test_the_page_says_what_was_found_and_nothing_without_records() -> None:
    page = chain_page(planted(), judge_all(TAIL_OF_CHAINS, planted(), None))
    bare = chain_page([], judge_all(TAIL_OF_CHAINS, [], None))

    row, *_ = [line for line in page.splitlines() if line.startswith("| `executed` ")]
    assert "| 3.00 " in row
    left = sum(sorted(by_the_law()[-1])[:5])
    assert f"| {100 * left:.1f} % " in row
    assert "Hardest types by seed: 8 and 10; " in page
    assert "No record yet: `tox run" in bare or "No record yet: `collapse run" in bare
    assert "Hardest types" not in bare


def test_tables_follow_what_every_generation_holds() -> None:
    chains = chains_of(planted())
    frame = fifths_frame(chains).set_index("workflow")
    right = generations_frame(chains, tail.accuracy).set_index("workflow")

    hardest, easiest = sorted(by_the_law()[-1])[:2], sorted(by_the_law()[-1])[-2:]
    assert frame.at["`executed`", "hardest"].startswith(f"{100 * sum(hardest):.1f} %, ")
    assert frame.at["`executed`", "easiest"].startswith(f"{100 * sum(easiest):.1f} %, ")
    assert frame.at["`replace`", "hardest"].startswith("20.0 %, ")
    assert list(right.columns) == ["generation 0", "1", "2", "3", "4", "5"]
    assert hard_gained(chains["executed"][1], 0) == 0
    assert hard_gained(chains["executed"][1], 5) == pytest.approx(5e-3)


def test_a_chain_that_keeps_all_answers_stands_beside_the_others() -> None:
    recipe = program_distillation_chain_accumulate()
    pooled = [
        record.model_copy(
            update={"recipe": recipe.as_dict(), "digest": recipe.digest, "workflow": POOLED}
        )
        for record in planted()
        if record.workflow == "replace"
    ]
    records = [*planted(), *pooled]
    ledger = {one.claim.id: one for one in judge_all(TAIL_OF_CHAINS, records, None)}

    assert list(chains_of(records))[-1] == POOLED
    assert ledger["pad.tail_pooled"].verdict == "reproduced"
    assert recipe.digest == "3179db0e"


def test_price_is_of_chains_that_execute_alone() -> None:
    chains = chains_of(planted())

    found = price(chains["executed_source"])
    assert found is not None
    assert found.mean == pytest.approx(3)
    assert price(chains["replace"]) is None


def test_records_of_another_recipe_are_not_taken() -> None:
    (record, *_) = planted()
    other = record.model_copy(update={"digest": "0" * 8})

    assert chains_of([other]) == {}


def test_the_picture_is_drawn_where_the_chain_is_there(tmp_path: Path) -> None:
    assert draw_all([], tmp_path) == []
    assert [path.name for path in draw_all(planted(), tmp_path)] == ["tail.png", "tail.pdf"]
