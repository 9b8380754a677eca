"""Replicates made from different files under one name."""

from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from benchmarks.chains.recipe import Recipe, recipe_digest
from benchmarks.chains.record import Identities, Record, read_records
from benchmarks.chains.settings import Base
from benchmarks.comparing.curves import curves
from benchmarks.comparing.decisions import ABOVE_0
from benchmarks.comparing.identities import conflicts
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.leaderboard.checks.agreement import disagreements
from benchmarks.paper.evidence import Evidence
from benchmarks.paper.rules import FromRuns
from benchmarks.running.record import content_digest
from data.files import file_digest
from data.prior import Prior
from tests.support.chains import Workshop
from tests.support.places import RECORDS

_TEXT = "outputs/text.jsonl"


def _nothing(records: object) -> float:
    return 0.0


def _on_text() -> Recipe:
    return replace(smoke(), synthetic=_TEXT)


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """Committed records, as if they had been made with text of another model."""
    found = [r for r in read_records(RECORDS) if r.digest == smoke().digest]
    assert len({record.seed for record in found}) > 1
    recipe = _on_text().as_dict()
    changed = {"recipe": recipe, "digest": recipe_digest(recipe)}
    return [record.model_copy(update=changed) for record in found]


def _made_from(record: Record, **identities: str) -> Record:
    return record.model_copy(update={"identities": Identities(**identities)})


def _mixed(records: list[Record]) -> list[Record]:
    """Seed 0 from one text, all others from another."""
    return [_made_from(r, synthetic=("b" if r.seed else "a") * 64) for r in records]


def test_replicates_from_one_text_go_together(records: list[Record]) -> None:
    alike = [_made_from(record, synthetic="a" * 64) for record in records]

    assert list(conflicts(alike)) == []
    assert len(curves(alike)) == len(curves(records))
    assert Evidence(tuple(alike)).runs(_on_text(), "replace")


def test_replicates_from_different_text_are_not_compared(records: list[Record]) -> None:
    message = (
        rf"the synthetic text {_TEXT} is b{{12}} in smoke-\w+/\S+-seed[1-9]\.json and a{{12}} in "
        r"smoke-\w+/\S+-seed0\.json; keep the records of one"
    )

    with pytest.raises(ValueError, match=message):
        curves(_mixed(records))


def test_no_claim_is_judged_by_replicates_from_different_text(records: list[Record]) -> None:
    rule = FromRuns(((_on_text, "replace"),), _nothing, ABOVE_0)

    assert rule.judge(Evidence(tuple(records))).seeds > 1
    with pytest.raises(ValueError, match="the synthetic text"):
        rule.judge(Evidence(tuple(_mixed(records))))


def test_a_claim_of_two_recipes_needs_one_text(records: list[Record]) -> None:
    """Each recipe has one text, the two together have two."""

    def other() -> Recipe:
        return replace(_on_text(), human_share=0.25)

    changed = {"recipe": other().as_dict(), "digest": other().digest}
    second = [_made_from(r.model_copy(update=changed), synthetic="b" * 64) for r in records]
    first = [_made_from(r, synthetic="a" * 64) for r in records]
    rule = FromRuns(((_on_text, "replace"), (other, "replace")), _nothing, ABOVE_0)

    with pytest.raises(ValueError, match="the synthetic text"):
        rule.judge(Evidence((*first, *second)))


def test_recipes_that_name_different_checkpoints_do_not_contradict(records: list[Record]) -> None:
    recipes = [replace(smoke(), checkpoint=name).as_dict() for name in ("one", "two")]
    made = [
        _made_from(records[0].model_copy(update={"recipe": recipe}), checkpoint=name * 64)
        for recipe, name in zip(recipes, "ab", strict=True)
    ]

    assert list(conflicts(made)) == []
    again = made[0].model_copy(update={"identities": made[1].identities})
    assert [record for record, _ in conflicts([*made, again])] == [again]


def test_the_leaderboard_sees_different_text(records: list[Record]) -> None:
    found = [f.text for f in disagreements(_mixed(records)) if "synthetic text" in f.text]

    assert len(found) == sum(record.seed > 0 for record in records)


def test_a_record_without_identities_keeps_its_digest(records: list[Record]) -> None:
    assert records[0].identities is None
    with_text = _made_from(records[0], synthetic="a" * 64)
    assert content_digest(with_text) != content_digest(records[0])


def test_what_a_recipe_names_is_identified(
    tiny: Recipe, workshop: Workshop, prior: Prior, tmp_path: Path
) -> None:
    text = tmp_path / "text.jsonl"
    text.write_text('{"text": "It is known."}\n')
    folder = tmp_path / "checkpoint"
    prior.model.save_pretrained(folder)
    prior.tokenizer.save_pretrained(folder)
    recipe = replace(tiny, synthetic=str(text), checkpoint=str(folder))

    first = workshop.chain(recipe).identities
    weights = load_file(folder / "model.safetensors")
    save_file({name: 2 * value for name, value in weights.items()}, folder / "model.safetensors")
    second = workshop.chain(recipe).identities

    assert workshop.chain(tiny).identities is None
    assert first.synthetic == second.synthetic == file_digest(text)
    assert first.checkpoint != second.checkpoint
    assert first.base is None


def test_a_base_is_identified_by_its_weights(
    tiny: Recipe, workshop: Workshop, tmp_path: Path
) -> None:
    general = tmp_path / "general.txt"
    general.write_text("\n\n".join(f"lorem ipsum {i} dolor sit amet {7 * i}." for i in range(300)))
    base = Base(source=str(general), held_out_bytes=1_000, tokens=2_000, fit=tiny.first_fit)

    def found(n_tokens: int) -> str:
        recipe = replace(tiny, base=replace(base, tokens=n_tokens))
        return str(workshop.chain(recipe).identities.base)

    first = found(2_000)
    workshop.folder = tmp_path / "elsewhere"
    assert found(2_000) == first
    assert found(2_500) != first
