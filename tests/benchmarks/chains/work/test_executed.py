"""Chains of programs that are executed: what a corpus keeps, and what goes on record."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.chain import run_chain
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Generation, Record
from benchmarks.leaderboard.checks.expectation import expect
from data.errors import BadInput
from data.randomness import Purpose, stream
from data.workflow import NEED_QUESTIONS
from tests.support.chains import Workshop, run_quietly

_NAMES = ("Ann", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal", "Ida", "Jo")


@pytest.fixture(scope="module")
def sums(tiny: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """Questions whose answer is one sum, or rarely a longer one, with words that say nothing."""
    rng = stream(0, Purpose.HUMAN_ORDER, "sums")
    rows = []
    for number in range(900):
        who, longer = _NAMES[rng.integers(10)], rng.random() < 0.2
        name = _NAMES[rng.integers(10)].lower()
        asked = f"{who} has 2 and {'2 and ' if longer else ''}2. No {number}."
        remark = " ".join(rng.choice(_NAMES, 3))
        rows.append({"q": asked, "a": f"{name} = 2 + 2{' + 2' * longer}  # {remark}"})
    path = tmp_path_factory.mktemp("sums") / "sums.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    fit = replace(tiny.fit, learning_rate=1e-2, windows_per_step=2)
    return replace(
        tiny,
        name="sums",
        workflows=("fresh_human", *NEED_QUESTIONS),
        executes=True,
        candidates=4.0,
        human=replace(
            tiny.human,
            source=str(path),
            field="a",
            prompt_field="q",
            held_out_bytes=400,
            first_tokens=3_200,
            generation_tokens=250,
        ),
        first_fit=fit,
        fit=fit,
        evaluation=replace(tiny.evaluation, sample_tokens=300, sample_words=60, rare_count=1000),
    )


@pytest.fixture(scope="module")
def chains(sums: Recipe, shared_workshop: Workshop) -> dict[str, list[Generation]]:
    return {w: run_chain(shared_workshop.chain(sums, chain=w), w) for w in sums.workflows}


def test_a_corpus_of_executed_answers_holds_right_ones_alone(
    sums: Recipe, chains: dict[str, list[Generation]], shared_workshop: Workshop
) -> None:
    for generation in chains["executed"][1:]:
        assert generation.answers is not None
        assert generation.answers["corpus/executed_accuracy/none"].value == 1
        verified = generation.corpus.verified
        assert verified is not None
        assert 0 < verified.kept <= verified.accepted < verified.candidates
        assert generation.corpus.documents == verified.kept
        assert generation.corpus.human_tokens == 0


def test_accumulated_answers_are_added_to_the_human_text(
    chains: dict[str, list[Generation]],
) -> None:
    first, second = (g.corpus for g in chains["executed_accumulate"][1:])

    assert first.verified is not None
    assert second.verified is not None
    assert second.documents - first.documents == second.verified.kept
    assert first.human_tokens == second.human_tokens > 0


def test_shares_of_fifths_add_up_and_human_answers_are_right(
    chains: dict[str, list[Generation]],
) -> None:
    for generation in chains["fresh_human"]:
        answers = generation.answers
        assert answers is not None
        shares = [answers[f"corpus/share/fifth_{k}"].value for k in range(1, 6)]
        assert sum(shares) == pytest.approx(1)
        assert answers["corpus/executed_accuracy/none"].value == 1
        assert answers["answers/executed_accuracy/none"].value <= answers["answers/ran/none"].value


def test_what_is_on_record_is_what_the_workflow_must_leave(
    sums: Recipe, chains: dict[str, list[Generation]]
) -> None:
    for workflow, found in chains.items():
        for generation, expected in zip(found, expect(sums, workflow), strict=True):
            assert set(generation.stages) == set(expected.stages), workflow


def test_a_record_of_executed_answers_is_read_again(sums: Recipe, tmp_path: Path) -> None:
    recipe = replace(sums, workflows=("executed",), generations=1)
    (record,) = run_quietly(recipe, tmp_path / "outputs")

    again = Record.model_validate_json(record.model_dump_json())

    assert again.last.answers == record.generations[-1].answers
    assert again.last.corpus.verified is not None


def test_too_few_right_answers_stop_the_chain_with_the_counts(
    sums: Recipe, workshop: Workshop
) -> None:
    lazy = replace(
        sums, first_fit=replace(sums.first_fit, learning_rate=0.0), workflows=("executed",)
    )

    with pytest.raises(BadInput, match=r"0 of \d+ documents pass the check, 0 of the 250 tokens"):
        run_chain(workshop.chain(lazy), "executed")


@pytest.mark.parametrize("changes", [{"workflows": ("executed",)}, {"executes": True}])
def test_text_without_questions_is_refused_at_once(tiny: Recipe, changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"needs answers to questions, and .* has none; name a"):
        replace(tiny, **changes)
