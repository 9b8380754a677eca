"""Whole chains of tiny models on real stages."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from benchmarks.chains.chain import run_chain
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Generation
from benchmarks.chains.staged_chain import StagedChain
from data.editing import EditRule
from data.measures.health import Unhealthy
from data.measures.health_limits import HealthLimits
from data.prior import Prior
from data.workflow import NEED_QUESTIONS, NEED_REWARDS, WORKFLOWS
from lightning_modules.fitting.causal_lm import NonFiniteLoss
from lightning_modules.trainer import quiet
from tests.support.chains import Workshop

pytestmark = pytest.mark.long


def _numbers(generations: list[Generation]) -> list[dict[str, Any]]:
    times = {"seconds", "tokens_per_second", "peak_memory_bytes", "peak_device_memory_bytes"}
    dumps = [g.model_dump() for g in generations]
    for dump in dumps:
        for stage in dump["stages"].values():
            for name in times:
                del stage[name]
    return dumps


LOSS = "held_out/bits_per_byte/none"
OF_TEXT = tuple(w for w in WORKFLOWS if w not in NEED_QUESTIONS + NEED_REWARDS)


@pytest.fixture(scope="module")
def chains(tiny: Recipe, shared_workshop: Workshop) -> dict[str, list[Generation]]:
    """One chain of every workflow on shared stages."""
    quiet()  # this fixture is set up before the one that does it for a test
    recipe = replace(tiny, name="all", workflows=OF_TEXT, truncate_above=0.02)
    return {w: run_chain(shared_workshop.chain(recipe, chain=w), w) for w in OF_TEXT}


def test_all_workflows_share_generation_0(
    chains: dict[str, list[Generation]], shared_workshop: Workshop
) -> None:
    fits = [line for line in shared_workshop.lines if "generation 0 fit: runs" in line]

    assert len({str(_numbers(chain)[0]["metrics"]) for chain in chains.values()}) == 1
    assert len(fits) == 1


def test_null_arms_end_exactly_where_the_same_human_text_ends(
    chains: dict[str, list[Generation]],
) -> None:
    ends = [chains[w][-1].metrics for w in ("same_human", "redraw", "reencode")]

    assert ends[0] == ends[1] == ends[2]


def test_all_other_workflows_differ(chains: dict[str, list[Generation]]) -> None:
    others = [w for w in OF_TEXT if w not in ("redraw", "reencode", "long_tail")]

    last = {w: chains[w][-1].metrics[LOSS].value for w in others}
    assert len(set(last.values())) == len(others), last


@pytest.mark.parametrize(
    ("control", "workflow"),
    [("edit_random", "edit_source"), ("edit_random_previous", "edit_previous")],
)
def test_a_random_control_changes_as_many_tokens_as_its_arm_elsewhere(
    chains: dict[str, list[Generation]], control: str, workflow: str
) -> None:
    for mine, theirs in zip(chains[control][1:], chains[workflow][1:], strict=True):
        assert mine.corpus.edit is not None
        assert theirs.corpus.edit is not None
        assert mine.corpus.edit.changed == theirs.corpus.edit.changed > 0
        assert mine.corpus.fingerprint != theirs.corpus.fingerprint


def test_the_redrawn_text_was_flagged_and_is_unchanged(
    chains: dict[str, list[Generation]],
) -> None:
    edit, source = chains["redraw"][1].corpus.edit, chains["edit_source"][1].corpus.edit

    assert edit is not None
    assert source is not None
    assert (edit.flagged, edit.changed) == (source.flagged, 0)
    assert chains["redraw"][1].corpus.fingerprint == chains["same_human"][1].corpus.fingerprint


def test_corpora_of_equal_compute_have_equal_size(chains: dict[str, list[Generation]]) -> None:
    for workflow in ("accumulate_subsample", "mix", "importance", "verified", "long_tail"):
        steps = [g.steps for g in chains[workflow][1:]]
        assert max(steps) - min(steps) <= 1, workflow
        assert abs(steps[0] - chains["replace"][1].steps) <= 1, workflow


def test_human_tokens_of_a_mix_and_of_a_subsample_are_counted(
    tiny: Recipe, chains: dict[str, list[Generation]]
) -> None:
    mixed, pooled = chains["mix"][2].corpus, chains["accumulate_subsample"][2].corpus

    size = tiny.human.generation_tokens
    assert mixed.human_tokens == pytest.approx(0.5 * size, rel=0.1)
    assert 0 < pooled.human_tokens < 0.7 * pooled.tokens
    assert chains["verified"][2].corpus.human_tokens == 0


def test_every_corpus_has_its_health_on_record(chains: dict[str, list[Generation]]) -> None:
    accumulated = chains["accumulate"][2].corpus

    assert accumulated.health.documents == accumulated.documents
    assert accumulated.health.repeated_id == 0.0


def test_an_unhealthy_corpus_stops_a_recipe_that_says_so_before_it_is_fitted(
    tiny: Recipe, workshop: Workshop
) -> None:
    strict = replace(tiny, health=HealthLimits(on_breach="stop", length_shift=0.01))

    with pytest.raises(Unhealthy, match="length_shift"):
        run_chain(workshop.chain(strict), "replace")

    assert not any("fit: runs" in line for line in workshop.lines)


def test_a_method_of_a_users_own_is_charged_for_new_human_text(
    tiny: Recipe, workshop: Workshop, tmp_path: Path
) -> None:
    """From the second generation on, as it asks for it then."""
    file = tmp_path / "mine.py"
    file.write_text(
        "def late(materials):\n"
        "    return materials.fresh() if materials.generation == 2 else materials.source\n"
    )

    chain = run_chain(workshop.chain(tiny), f"{file}:late")

    first, size = tiny.human.first_tokens, tiny.human.generation_tokens
    assert [g.human_tokens_used for g in chain] == [first, first, first + size]


def test_the_accounts_of_a_chain_add_up(tiny: Recipe, chains: dict[str, list[Generation]]) -> None:
    size = tiny.human.generation_tokens
    assert chains["replace"][2].corpus.human_tokens == 0
    assert chains["accumulate"][2].corpus.human_tokens >= size
    assert chains["accumulate"][2].corpus.tokens >= 3 * size
    assert chains["accumulate"][2].steps >= 3 * chains["replace"][2].steps
    assert chains["replace"][2].steps == chains["fresh_human"][2].steps
    assert chains["fresh_human"][2].human_tokens_used == tiny.human.first_tokens + 2 * size
    assert chains["replace"][2].human_tokens_used == tiny.human.first_tokens
    edit = chains["edit_previous"][2].corpus.edit
    assert edit is not None
    assert edit.flagged == pytest.approx(0.125 * edit.editable, abs=1)
    assert 0 < edit.changed <= edit.flagged


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others(
    tiny: Recipe, chains: dict[str, list[Generation]], workshop: Workshop
) -> None:
    first = chains["edit_previous"]

    again = run_chain(workshop.chain(tiny), "edit_previous")
    third = run_chain(workshop.chain(tiny, seed=1), "edit_previous")

    assert _numbers(first) == _numbers(again)
    assert first[-1].metrics != third[-1].metrics


@pytest.mark.usefixtures("chains")
def test_a_finished_chain_runs_nothing_again(tiny: Recipe, shared_workshop: Workshop) -> None:
    again = Workshop(shared_workshop.folder)

    run_chain(again.chain(tiny, chain="replace"), "replace")

    assert again.lines
    assert all(": reused" in line for line in again.lines)


def test_a_fit_that_is_killed_goes_on_from_its_checkpoint_to_the_same_bits(
    tiny: Recipe, tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = workshop.chain(tiny)
    expected = load_file(_first_model(whole) / "model.safetensors")
    other = Workshop(tmp_path / "killed")
    killed = other.chain(tiny)
    steps_of_first_try: list[int] = []

    def die_in_the_middle(n: int) -> None:
        steps_of_first_try.append(n)
        if len(steps_of_first_try) == 30:
            raise KeyboardInterrupt

    monkeypatch.setattr(killed.bench.progress, "advance", die_in_the_middle)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        _first_model(killed)

    resumed = other.chain(tiny)
    steps_of_second_try: list[int] = []
    monkeypatch.setattr(resumed.bench.progress, "advance", steps_of_second_try.append)
    found = load_file(_first_model(resumed) / "model.safetensors")

    assert any("runs on, it was interrupted" in line for line in other.lines)
    assert 0 < len(steps_of_second_try) < resumed.bench.used[0, "fit"].facts["steps"]
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert resumed.bench.used[0, "fit"].facts == whole.bench.used[0, "fit"].facts


def _first_model(chain: StagedChain) -> Path:
    stage = chain.fit(chain.first, start=None, generation=0)
    return Path(stage.path / "model")


def test_a_diverging_fit_stops_with_one_clear_error(tiny: Recipe, workshop: Workshop) -> None:
    wild = replace(tiny, first_fit=replace(tiny.first_fit, learning_rate=1e30, gradient_clip=1e30))

    with pytest.raises(NonFiniteLoss, match="the loss is nan at step"):
        run_chain(workshop.chain(wild), "replace")


def test_a_text_that_is_too_small_names_the_setting(tiny: Recipe, workshop: Workshop) -> None:
    greedy = replace(tiny, human=replace(tiny.human, generation_tokens=5_900, first_tokens=60_000))

    with pytest.raises(ValueError, match=r"tiny\.txt is too small: first_tokens .* is 60,000"):
        run_chain(workshop.chain(greedy), "same_human")


def test_held_out_text_is_the_same_for_every_seed_and_in_no_corpus(
    tiny: Recipe, workshop: Workshop
) -> None:
    from data.text.corpus import Corpus

    folders = [workshop.chain(tiny, seed=seed).human.path for seed in (0, 1)]
    held_out = [set(Corpus.open(f / "held_out.arrow").texts()) for f in folders]
    names = ("first", "fresh_1", "fresh_2")
    used = [set(Corpus.open(f / f"{name}.arrow").texts()) for f in folders for name in names]

    assert held_out[0] == held_out[1]
    assert not held_out[0] & set().union(*used)
    assert not used[0] & used[1]
    assert used[0] != used[3]


def test_a_prior_of_ones_own_is_a_folder_whose_content_counts(
    tiny: Recipe, workshop: Workshop, prior: Prior, tmp_path: Path
) -> None:
    folder = tmp_path / "prior"
    prior.model.save_pretrained(folder)
    prior.tokenizer.save_pretrained(folder)
    recipe = replace(tiny, prior=str(folder), generations=1)
    first = run_chain(workshop.chain(recipe), "edit_source")[1]
    with torch.no_grad():
        prior.model.lm_head.weight.mul_(1.5)
    prior.model.save_pretrained(folder)

    second = run_chain(workshop.chain(recipe), "edit_source")[1]

    assert first.corpus.edit is not None
    assert first.corpus.edit.flagged > 0
    assert first.stages["edit"].digest != second.stages["edit"].digest
    assert any(
        "generation 1 edit: runs again: arguments.prior was" in line for line in workshop.lines
    )


def test_a_rule_that_flags_nothing_trains_on_the_source(
    tiny: Recipe, chains: dict[str, list[Generation]], shared_workshop: Workshop
) -> None:
    nothing = replace(tiny, edit_rule=EditRule(threshold=2.0))

    edited = run_chain(shared_workshop.chain(nothing, chain="nothing"), "edit_source")

    assert edited[-1].corpus.edit is not None
    assert edited[-1].corpus.edit.flagged == 0
    assert edited[-1].metrics == chains["same_human"][-1].metrics


def test_a_corpus_written_from_human_beginnings_is_another(
    tiny: Recipe, chains: dict[str, list[Generation]], shared_workshop: Workshop
) -> None:
    prompted = replace(
        tiny, generations=1, sampling=replace(tiny.sampling, prompt_tokens=8, min_tokens=4)
    )

    steered = run_chain(shared_workshop.chain(prompted, chain="prompted"), "replace")

    assert steered[1].corpus.fingerprint != chains["replace"][1].corpus.fingerprint
    assert steered[1].corpus.health.empty == 0
    assert steered[1].corpus.human_tokens == 0
