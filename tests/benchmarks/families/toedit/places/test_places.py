"""Claims about places, their sentences and their picture, on planted records."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import CorpusFacts, Record
from benchmarks.comparing.curves import LOSS
from benchmarks.families.toedit.claims.findings import Ledger
from benchmarks.families.toedit.claims.ledger import CLAIMS
from benchmarks.families.toedit.claims.margins import SAME_END
from benchmarks.families.toedit.claims.places import words
from benchmarks.families.toedit.claims.places.arms import band_arms, place_arm, random_arm
from benchmarks.families.toedit.claims.places.curve import dose_response
from benchmarks.families.toedit.claims.places.foretold import FORETOLD, foretold_drift
from benchmarks.families.toedit.claims.places.rules import WHERE
from benchmarks.families.toedit.claims.places.statistics import AsMany
from benchmarks.families.toedit.claims.places.texts import TEXTS
from benchmarks.families.toedit.places_page import draw_places, place_blocks
from benchmarks.families.toedit.recipes import equivalence
from benchmarks.families.toedit.recipes.bands import SEEDS, edit_bands, edit_bands_pretrained
from benchmarks.families.toedit.recipes.equivalence import edit_equivalence
from benchmarks.families.toedit.recipes.places import edit_places
from benchmarks.families.toedit.recipes.texts import SEEDS as TEXT_SEEDS
from benchmarks.families.toedit.recipes.texts import SIX, TEXT_RECIPES
from benchmarks.paper.claims import judge_all
from data.edits.places import read_name
from tests.support.records import TOKENS, record_of

Cost = Callable[[str], float]
"""Bits per byte that a workflow costs a generation."""
SHARES = {0.0: 300, 0.01: 350, 0.1: 200, 0.2: 150}
"""Tokens of 1,000 in each band of the own prior."""


@cache
def _template(make: Callable[[], Recipe], is_edited: bool) -> Record:
    """A valid chain of a recipe, of which others are copies with other numbers."""
    recipe = make()
    workflow = next(name for name in recipe.workflows if name.startswith("edit") == is_edited)
    changed = [20] * (recipe.generations + 1) if is_edited else ()
    return record_of(workflow, 0, [2.0] * (recipe.generations + 1), changed, recipe=recipe)


def _chain(make: Callable[[], Recipe], workflow: str, seed: int, cost: float) -> Record:
    """A chain whose loss rises by so much a generation, with a little noise."""
    noise = 0.0002 * np.random.default_rng([seed, *workflow.encode()]).standard_normal()
    template = _template(make, workflow.startswith("edit"))
    generations = [
        one.model_copy(
            update={
                "metrics": {LOSS: one.metrics[LOSS].model_copy(update={"value": loss})},
                "corpus": _corpus(one.corpus, workflow),
            }
        )
        for one in template.generations
        for loss in [2.0 + (cost + noise) * one.generation]
    ]
    update = {"workflow": workflow, "seed": seed, "generations": generations}
    return template.model_copy(update=update)


def _corpus(corpus: CorpusFacts, workflow: str) -> CorpusFacts:
    """The corpus with what an edit of the workflow says of itself."""
    if corpus.edit is None:
        return corpus
    named = read_name(workflow)
    facts = {
        "eligible": SHARES.get(named.place.low, TOKENS // 8) if named else None,
        "log_probability_change": -40.0,
        "divergence": 30.0,
        "content_words": 12,
    }
    return corpus.model_copy(update={"edit": corpus.edit.model_copy(update=facts)})


def planted(cost: Cost) -> list[Record]:
    """All chains of the four recipes in a world of known costs."""
    makes = (edit_bands, edit_bands_pretrained, edit_places, edit_equivalence)
    return [
        _chain(make, workflow, seed, cost(workflow))
        for make in makes
        for workflow in make().workflows
        for seed in (equivalence.SEEDS if make is edit_equivalence else SEEDS)
    ] + [
        _chain(make, workflow, seed, cost(workflow))
        for make in TEXT_RECIPES.values()
        for workflow in SIX
        for seed in TEXT_SEEDS
    ]


def _likely(workflow: str) -> float:
    """Where the prior is surest it costs most; place and law add up; the curves cross."""
    named = read_name(workflow)
    if named is None:
        known = {"replace": 0.02, "edit_previous": 0.03, "edit_source": 0.01, "edit_random": 0.005}
        return known.get(workflow, 0.0)
    law = {"prior": 0.0, "unigram": 0.01, "follower": -0.005}[named.law]
    place = {"flagged": 0.02, "random": 0.01, "band": 0.005 + 0.05 * named.place.low}
    return law + place[named.place.kind]


def _unlikely(workflow: str) -> float:
    """What linear models say: the contrary, and laws that add nothing apart from a cost."""
    named = read_name(workflow)
    if named is None:
        known = {"replace": 0.02, "edit_previous": 0.003, "edit_source": 0.03, "edit_random": 0.04}
        return known.get(workflow, 0.0)
    law = {"prior": 0.0, "unigram": 0.01, "follower": -0.005}[named.law]
    place = {"flagged": 0.005, "random": 0.01, "band": 0.02 - 0.02 * float(named.place.low**0.2)}
    return law + place[named.place.kind]


def _nothing(workflow: str) -> float:
    return 0.02 if workflow in ("replace", "edit_previous") else 0.0


def _ledger(records: list[Record]) -> Ledger:
    claims = [
        c
        for c in CLAIMS
        if c in (*WHERE, *TEXTS) or c.id.startswith("place-") or c.id == "threshold-loss"
    ]
    return {entry.claim.id: entry for entry in judge_all(claims, records, None)}


@pytest.fixture(scope="module")
def worlds() -> dict[str, tuple[Ledger, list[Record]]]:
    found = {}
    for cost in (_likely, _unlikely, _nothing):
        records = planted(cost)
        found[cost.__name__] = (_ledger(records), records)
    found["none"] = (_ledger([]), [])
    return found


def test_a_claim_about_places_says_both_and_neither(
    worlds: dict[str, tuple[Ledger, list[Record]]],
) -> None:
    likely, unlikely, nothing = (
        {id: entry.verdict for id, entry in worlds[name][0].items()}
        for name in ("_likely", "_unlikely", "_nothing")
    )
    ends = [claim.id for claim in WHERE if "-ends-" in claim.id or "-trend-" in claim.id]

    assert {likely[id] for id in ends} == {"reproduced"}
    assert {unlikely[id] for id in ends} == {"not reproduced"}
    assert {nothing[id] for id in ends} == {"undecided"}
    assert likely["bands-20-100-source"] == unlikely["bands-0-1-source"] == "reproduced"
    assert likely["bands-0-1-source"] == unlikely["bands-20-100-source"] == "not reproduced"
    assert (likely["places-place"], unlikely["places-place"]) == ("reproduced", "not reproduced")
    assert likely["places-additive-unigram"] == "reproduced"
    assert (nothing["long-same-end"], likely["long-same-end"]) == ("reproduced", "not reproduced")
    assert (likely["long-crossing"], unlikely["long-crossing"]) == ("reproduced", "not reproduced")


def test_sentences_follow_the_verdicts(worlds: dict[str, tuple[Ledger, list[Record]]]) -> None:
    said = {name: words.abstract(ledger) for name, (ledger, _) in worlds.items()}

    assert "source cost more at the tokens likeliest to the model itself" in said["_likely"]
    assert "source cost less at the tokens likeliest to SmolLM2" in said["_unlikely"]
    assert "is undecided" in said["_nothing"]
    assert "A crossing, no equivalence" in said["_likely"]
    assert "is equivalent to `replace`." in said["_nothing"]
    assert "end apart" in words.equivalence(worlds["_unlikely"][0])
    assert said["none"].startswith("Not run yet: `edit_bands`, ")
    assert "the same whatever is written there." in said["_likely"]
    end = "bands-0-1-previous"
    both = {**worlds["_likely"][0], end: worlds["_unlikely"][0][end]}
    assert words.abstract(both).count("Of the last copy, both ends cost more than as many") == 1
    assert "both ends" not in said["_likely"]
    assert "% of the tokens an edit)" in said["_likely"]


def test_more_texts_are_asked_what_the_bible_was(
    worlds: dict[str, tuple[Ledger, list[Record]]],
) -> None:
    found = {
        name: {id: entry.verdict for id, entry in ledger.items() if id.startswith("texts-")}
        for name, (ledger, _) in worlds.items()
    }

    assert set(found["_likely"]) == {claim.id for claim in TEXTS}
    for source in ("biographies", "template-programs"):
        asked = [f"texts-{name}-{source}" for name in ("place", "below", "same-end")]
        assert [found["_likely"][id] for id in asked] == [
            "reproduced",
            "reproduced",
            "not reproduced",
        ]
        assert [found["_unlikely"][id] for id in asked] == ["not reproduced"] * 3
        assert [found["_nothing"][id] for id in asked] == ["undecided", "reproduced", "reproduced"]
    assert set(found["none"].values()) == {"not attempted"}
    said = place_blocks(*worlds["_likely"])["where-texts"].replace("\n", " ")
    assert "**Edits of the source cost more where the model itself is likeliest" in said
    assert "| `template_programs` | `replace`" in said
    assert "Thresholds in force, first to last edit: `biographies` (5 seeds): `edit_" in said
    assert place_blocks(*worlds["none"])["where-texts"].startswith("Not run yet: `edit_texts_bio")


def test_linear_models_are_held_against_the_records(
    worlds: dict[str, tuple[Ledger, list[Record]]],
) -> None:
    assert {one.claim for one in FORETOLD} <= {claim.id for claim in WHERE}
    assert words.against_theory(worlds["_unlikely"][0]).endswith(": 19 as predicted, 0 against it.")
    assert "5 as predicted, 14 against it" in words.against_theory(worlds["_likely"][0])
    assert "none is decided" in words.against_theory(worlds["none"][0])
    assert foretold_drift(0.06) == pytest.approx(2 * 0.06 - 0.06**2)


def test_the_paragraph_that_reconciles_says_what_the_bands_decide(
    worlds: dict[str, tuple[Ledger, list[Record]]],
) -> None:
    assert "both priors say the same" in words.reconciled(worlds["_likely"][0])
    assert "is open" in words.reconciled(worlds["_nothing"][0])
    assert "not run yet" in words.reconciled(worlds["none"][0])
    one = "bands-smollm2-ends-source"
    half = words.reconciled({**worlds["_likely"][0], one: worlds["none"][0][one]})
    assert "not run yet: `edit_bands_pretrained`." in half
    assert "`edit_bands`," not in half


def test_a_curve_holds_shares_costs_and_what_was_foretold(
    worlds: dict[str, tuple[Ledger, list[Record]]],
) -> None:
    curve = dose_response(edit_bands, "source", worlds["_unlikely"][1])
    assert curve is not None

    assert [band.share for band in curve.bands] == pytest.approx([0.3, 0.35, 0.2, 0.15])
    assert curve.anywhere.relative.mean == pytest.approx(1.0)
    assert curve.anywhere.excess.mean == pytest.approx(0.05, abs=0.003)
    foretold = [band.foretold or 0.0 for band in curve.bands]
    assert foretold == sorted(foretold, reverse=True)
    assert curve.bands[0].log_probability == -2.0
    assert curve.bands[0].content == 0.6
    assert dose_response(edit_bands, "source", []) is None


def test_the_blocks_and_the_picture_are_made_with_and_without_records(
    worlds: dict[str, tuple[Ledger, list[Record]]], tmp_path: Path
) -> None:
    full, empty = (place_blocks(*worlds[name]) for name in ("_likely", "none"))

    assert full.keys() == empty.keys()
    assert "| [0.2, 1]" in full["where-bands"]
    assert "linear models foretell 0.04 times" in full["where-long"].replace("\n", " ")
    assert "flagged, P >=" in full["where-places"]
    assert "Not run yet" in empty["where-bands"]
    assert draw_places(worlds["_likely"][1], tmp_path / "where.png")
    assert (tmp_path / "where.png").stat().st_size > 10_000
    assert not draw_places([], tmp_path / "none.png")


def test_arms_that_change_unequal_numbers_are_no_test() -> None:
    recipe = edit_bands()
    first, second = (band.workflow for band in band_arms(edit_bands, "source")[:2])
    same = [_chain(edit_bands, name, 20, 0.01) for name in (first, second)]
    more = record_of(second, 20, [2.0] * 6, [21] * 6, recipe=recipe)
    few = [record_of(name, 20, [2.0] * 6, [1] * 6, recipe=recipe) for name in (first, second)]
    need = AsMany(0.005, (0, 1))

    assert need.missing([same]) == ""
    assert "changed unequal numbers" in need.missing([[same[0], more]])
    assert "fewer than 0.5 %" in need.missing([few])


def test_rules_take_their_arms_seeds_and_margin_from_the_recipes() -> None:
    arms = {arm for claim in WHERE for plan in claim.rule.plans for arm in plan.arms}

    assert {random_arm("source"), random_arm("previous"), "replace", "edit_previous"} <= arms
    assert place_arm(band_arms(edit_bands, "source")[0].place, "prior") in arms
    assert all(len(plan.seeds) in (10, 20) for claim in WHERE for plan in claim.rule.plans)
    assert (SAME_END.above, SAME_END.below) == (-equivalence.MARGIN, equivalence.MARGIN)
