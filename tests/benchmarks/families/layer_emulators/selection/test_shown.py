"""The page shows what records of selections hold, and pictures are drawn from them."""

from pathlib import Path

import pytest

from benchmarks.families.layer_emulators.audit import AUDIT
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.selection import shown, tables
from benchmarks.families.layer_emulators.selection.claims import CLAIMS
from benchmarks.families.layer_emulators.selection.picture import selection_pictures, square
from benchmarks.families.layer_emulators.selection.study import layer_emulators_selection
from benchmarks.paper.claims import judge_all
from tests.support.layers.selections import blocks, selected
from tests.support.pictures import stumbles
from tests.support.records import unchecked_record

LOSSES = {
    "uniform": 5.0, "random": 7.0, "skip_cost": 3.0, "block_influence": 3.5, "intervals": 3.25,
    "cka": 6.0, "cka_mean": 5.5, "cka_rest": 6.5, "permuted": 9.0, "uniform shared": 5.5,
    "skip_cost shared": 4.0, "block_influence shared": 4.0, "cka shared": 5.0,
}  # fmt: skip


def _record(seed: int) -> EmulatorRecord:
    recipe = layer_emulators_selection()
    found = selected(
        recipe,
        LOSSES | {"cka": 6.0 + 0.1 * seed},
        n_layers=30,
        intervals=[
            [start, length, length * (1 + 0.1 * start)]
            for length in range(1, 4)
            for start in range(31 - length)
        ],
        blocks=blocks(boundaries=[(2, 9, 10, 29), (2, 9, 10 + seed, 29)]),
        blocks_rest=blocks(boundaries=[(2, 9, 10, 29)] * 2, agreement=0.5 + 0.1 * seed),
    )
    return unchecked_record(
        EmulatorRecord, recipe, recipe.arms[0], seed, selection=found, metrics={}
    )


@pytest.fixture(scope="module")
def records() -> list[EmulatorRecord]:
    """Records of three seeds, not in order."""
    return [_record(seed) for seed in (1, 0, 2)]


def test_the_section_shows_every_table_and_every_verdict(records: list[EmulatorRecord]) -> None:
    claims = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, AUDIT, {})}

    text = shown.section(records, claims)

    assert text.startswith("## Which layers to keep")
    assert "3 seeds (other texts)" in text
    assert all(f"`{claim.id}`: " in text for claim in CLAIMS)
    assert all(words in text for words in tables.RULES.values())
    assert "4.10 [3.85, 4.35]" in text  # CKA's rise, over seeds
    assert "0, 2, 9, 10, 29 (4 of 6)" in text
    assert "nan" not in text


def test_without_a_record_nothing_is_shown(tmp_path: Path) -> None:
    assert shown.section([], {}) == ""
    assert shown.draw([], tmp_path) == []


def test_what_is_said_at_the_opening_is_claimed() -> None:
    assert {sentence.claim for sentence in shown.SENTENCES} <= {claim.id for claim in CLAIMS}


def test_pictures_are_drawn_so_that_their_words_can_be_read(
    records: list[EmulatorRecord],
) -> None:
    pictures = selection_pictures(records)

    assert set(pictures) == {"blocks", "selection", "layer-costs"}
    assert {name: stumbles(draw(), width=900) for name, draw in pictures.items()} == {
        name: [] for name in pictures
    }


def test_a_square_of_layers_is_the_mean_of_triangles(records: list[EmulatorRecord]) -> None:
    found = tables.selections(records)
    likeness = square(found, "cka")

    assert likeness.shape == (30, 30)
    assert (likeness == likeness.T).all()
    assert likeness[0, 1] == pytest.approx(found[0].layers.cka[0][0])
    assert likeness[3, 3] == 1


def test_what_the_exact_optimum_promises_is_the_sum_of_its_intervals() -> None:
    (found,) = tables.selections([_record(0)])

    # The cheapest three layers are the first one and, behind a kept one, two more or one by one.
    assert tables.intervals_values([found])["promise"].startswith("27 layers: +3.00 promised")
