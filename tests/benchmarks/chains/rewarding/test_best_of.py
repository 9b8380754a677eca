"""Chains whose documents a reward model chooses: what is kept, and what goes on record."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.chains.chain import run_chain
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import BestOfTotals, Generation
from benchmarks.chains.rewarding.choosing import places_kept
from benchmarks.leaderboard.checks.expectation import expect
from benchmarks.planning.chain import planned_chain
from data.errors import BadInput
from data.text.corpus import Corpus
from data.workflow import NEED_REWARDS
from lightning_modules.device import Device
from lightning_modules.rewarding.settings import RewardSettings
from lightning_modules.settings import Optimization
from tests.support.chains import Workshop


@pytest.fixture(scope="module")
def rewarded(tiny: Recipe) -> Recipe:
    """Two workflows of two generations, with reward models."""
    by_model = Optimization(learning_rate=3e-3, warmup_steps=1, windows_per_step=8)
    return replace(
        tiny,
        name="rewarded",
        workflows=("replace", "best_of_2", "random_of_8"),
        human=replace(tiny.human, generation_tokens=300),
        rewarding=RewardSettings(
            text=2.0, by_model=by_model, by_words=replace(by_model, learning_rate=0.1)
        ),
    )


@pytest.fixture(scope="module")
def chains(rewarded: Recipe, shared_workshop: Workshop) -> dict[str, list[Generation]]:
    return {w: run_chain(shared_workshop.chain(rewarded, chain=w), w) for w in rewarded.workflows}


def _corpus(workshop: Workshop, workflow: str, generation: int) -> list[str]:
    """The texts that a chain's generation learnt."""
    index = json.loads((workshop.folder / f"{workflow}.json").read_text())
    kind = "sample" if workflow == "replace" else "best_of"
    folder = index[f"generation {generation} {kind}"]
    return list(Corpus.open(workshop.folder / "stages" / folder / "corpus.arrow").texts())


def test_what_is_kept_is_one_of_every_group(chains: dict[str, list[Generation]]) -> None:
    for workflow, group in (("best_of_2", 2), ("random_of_8", 8)):
        for generation in chains[workflow][1:]:
            found = generation.corpus.best_of
            assert found is not None
            assert found.candidates == group * found.kept == group * generation.corpus.documents
            assert found.candidate_tokens > generation.corpus.tokens
            assert generation.corpus.human_tokens == 0
            assert generation.corpus.cut_off is not None
    assert all(one.corpus.best_of is None for one in chains["replace"])


def test_a_choice_by_reward_raises_it_and_one_at_random_need_not(
    chains: dict[str, list[Generation]],
) -> None:
    gains = [
        one.corpus.best_of.kept_reward - one.corpus.best_of.candidate_reward
        for one in chains["best_of_2"][1:]
        if one.corpus.best_of is not None
    ]

    assert len(gains) == 2
    assert min(gains) > 0


def test_candidates_are_the_documents_that_replace_would_take(
    chains: dict[str, list[Generation]], shared_workshop: Workshop
) -> None:
    sampled = _corpus(shared_workshop, "replace", 1)
    kept = _corpus(shared_workshop, "best_of_2", 1)

    for at in range(len(sampled) // 2):
        assert kept[at] in sampled[2 * at : 2 * at + 2]


def test_the_best_is_the_first_of_the_highest_and_chance_takes_any() -> None:
    rewards = np.array([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]])

    assert places_kept(rewards, None).tolist() == [1, 0]
    drawn = np.stack([places_kept(rewards, np.random.default_rng(seed)) for seed in range(300)])
    counts = np.bincount(drawn.ravel(), minlength=3)
    assert counts.min() > 150  # of 200 expected


def test_every_corpus_and_model_is_judged_by_both(
    chains: dict[str, list[Generation]], rewarded: Recipe
) -> None:
    for found in chains.values():
        for generation in found:
            assert generation.rewards is not None
            assert generation.rewards.keys() == {
                f"{kind}/{key}/{name}"
                for kind in ("corpus", "written")
                for key in ("wins", "mean")
                for name in ("selecting", "unseen")
            }
            wins = generation.rewards["written/wins/unseen"]
            assert 0 <= wins.value <= 1


def test_what_is_on_record_is_what_the_workflow_must_leave(
    rewarded: Recipe, chains: dict[str, list[Generation]]
) -> None:
    for workflow, found in chains.items():
        for generation, expected in zip(found, expect(rewarded, workflow), strict=True):
            assert set(generation.stages) == set(expected.stages), workflow


def test_a_plan_has_the_stages_of_the_run(rewarded: Recipe, tmp_path: Path) -> None:
    planned = planned_chain(rewarded, "best_of_2", 0, tmp_path, Device(name="cpu"))

    found = {(stage.generation, stage.kind) for stage in planned}
    wanted = {
        (generation, kind)
        for generation, expected in enumerate(expect(rewarded, "best_of_2"))
        for kind in expected.stages
    }
    assert found == wanted


def test_what_is_on_record_of_a_choice_is_read_again(chains: dict[str, list[Generation]]) -> None:
    last = chains["best_of_2"][-1]

    again = Generation.model_validate_json(last.model_dump_json())

    assert again.rewards == last.rewards is not None
    assert again.corpus.best_of == last.corpus.best_of is not None


@pytest.mark.parametrize("workflow", NEED_REWARDS)
def test_a_recipe_without_reward_models_is_refused_at_once(tiny: Recipe, workflow: str) -> None:
    with pytest.raises(BadInput, match=f"workflow {workflow} needs reward models; give the recipe"):
        replace(tiny, workflows=(workflow,))


@pytest.mark.parametrize(
    "changes", [{"synthetic": "other.txt"}, {"human": "asked"}], ids=["synthetic", "prompts"]
)
def test_text_of_others_and_answers_have_no_rewards(
    rewarded: Recipe, changes: dict[str, Any]
) -> None:
    if "human" in changes:
        changes = {"human": replace(rewarded.human, prompt_field="q")}

    with pytest.raises(BadInput, match="rewarding is for text without prompts"):
        replace(rewarded, **changes)


def test_totals_that_are_no_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="kept is not one of every group"):
        BestOfTotals(
            candidates=7, candidate_tokens=70, kept=3, candidate_reward=0.0, kept_reward=1.0
        )
