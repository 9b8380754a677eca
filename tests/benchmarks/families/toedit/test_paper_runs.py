"""Every plan of tier `paper`, through its own code, with stand-ins of a few seconds."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.chains.chain import run_chain
from benchmarks.chains.record import read_records
from benchmarks.chains.settings import Evaluation
from benchmarks.chains.writing import written_corpus
from benchmarks.families.toedit.claims.statistics import fewer_bigrams, narrower
from benchmarks.families.toedit.recipes.paper_runs import Inputs, Text, recipes_of
from benchmarks.families.toedit.recipes.plans import PLANS
from data.text.corpus import Corpus
from data.text.tokens import train_tokenizer
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape
from tests.support.chains import Workshop, run_quietly

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]


@pytest.fixture(scope="session")
def written_file(tmp_path_factory: pytest.TempPathFactory, text_file: Path) -> Path:
    """Text of another model: one narrow sentence after the other."""
    path = tmp_path_factory.mktemp("written") / "written.txt"
    texts = text_file.read_text().split("\n\n")
    path.write_text("\n\n".join(f"It is known that {text[:160]}" for text in texts))
    return path


@pytest.fixture(scope="session")
def questions_file(tmp_path_factory: pytest.TempPathFactory, text_file: Path) -> Path:
    """Answers to one question."""
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    rows = (
        {"question": "What did he see?", "answer": text}
        for text in text_file.read_text().split("\n\n")
    )
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.fixture(scope="session")
def stand_ins(
    tmp_path_factory: pytest.TempPathFactory,
    text_file: Path,
    written_file: Path,
    questions_file: Path,
    shape: ModelShape,
) -> Inputs:
    """A model of a few thousand parameters as trained model, prior and judge."""
    prior = tmp_path_factory.mktemp("prior")
    build_model(shape, seed=1).save_pretrained(prior)
    train_tokenizer(text_file.read_text().split("\n\n"), 300).save_pretrained(prior)
    return Inputs(
        human=str(text_file),
        synthetic=str(written_file),
        shape=shape,
        checkpoint=str(prior),
        texts=(Text(source=str(questions_file), field="answer", prompt_field="question"),),
        prior=str(prior),
        prior_context=32,
        tokens=1_500,
        held_out_bytes=4_000,
        tokens_per_step=128,
        learning_rate=5e-3,
        warmup_steps=2,
        tasks=(),
        task_limit=4,
        evaluation=Evaluation(sample_tokens=400, document_tokens=30, sample_words=60),
        judged_documents=10,
        judged_tokens=16,
        judged_words=200,
    )


@pytest.fixture(scope="session")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of stages: what plans have in common is done once."""
    return tmp_path_factory.mktemp("outputs")


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_runs_to_its_records(name: str, stand_ins: Inputs, outputs: Path) -> None:
    if PLANS[name].lora is not None:
        pytest.importorskip("peft")
    recipes = recipes_of(name, stand_ins)

    for recipe in recipes:
        run_quietly(recipe, outputs, outputs / "records")

    digests = {recipe.digest for recipe in recipes}
    records = [r for r in read_records(outputs / "records") if r.digest in digests]
    assert len(records) == sum(len(recipe.workflows) for recipe in recipes)
    assert {record.recipe["tier"] for record in records} == {"paper"}


def test_a_plan_is_evaluated_on_its_tasks(
    stand_ins: Inputs, outputs: Path, questions: Path
) -> None:
    pytest.importorskip("lm_eval")
    inputs = replace(stand_ins, tasks=("collapse_openbookqa",))
    (recipe,) = recipes_of("pretraining_paper", inputs)
    alone = replace(recipe, workflows=("same_human",))

    run_quietly(alone, outputs, outputs / "records")

    (record,) = [r for r in read_records(outputs / "records") if r.digest == alone.digest]
    assert record.generations[0].downstream is None
    assert record.last.downstream is not None
    assert "collapse_openbookqa/acc/none" in record.last.downstream.scores


def test_text_of_another_model_takes_the_place_of_samples(
    stand_ins: Inputs, workshop: Workshop, written_file: Path
) -> None:
    recipe = recipes_of("mixtures_olmo_paper", stand_ins)[3]
    chain = workshop.chain(recipe)

    last = run_chain(chain, "mix")[-1].corpus

    assert recipe.human_share == 0.25
    assert 0.7 < 1 - last.human_tokens / last.tokens < 0.8
    known = set(written_file.read_text().split("\n\n"))
    part = written_corpus(chain.bench, chain.context, 1_000, 1)
    assert set(Corpus.open(part.path).texts()) < known
    assert part.human_tokens == 0


def test_every_seed_reads_other_text_of_the_other_model(
    stand_ins: Inputs, workshop: Workshop
) -> None:
    recipe = recipes_of("mixtures_olmo_paper", stand_ins)[4]

    chains = [workshop.chain(recipe, seed) for seed in (0, 1)]
    parts = [written_corpus(chain.bench, chain.context, 1_000, 1) for chain in chains]

    first, second = (set(Corpus.open(part.path).texts()) for part in parts)
    assert first != second


def test_too_little_text_of_another_model_is_refused(
    stand_ins: Inputs, workshop: Workshop, tmp_path: Path
) -> None:
    short = tmp_path / "short.txt"
    short.write_text("It is known that the king saw a lamp.")
    (*_, pure, _) = recipes_of("mixtures_olmo_paper", replace(stand_ins, synthetic=str(short)))

    with pytest.raises(ValueError, match=r"short\.txt is too small: 1,500 tokens of synthetic"):
        run_chain(workshop.chain(pure), "replace")


def test_missing_text_of_another_model_is_refused_before_anything_runs(
    stand_ins: Inputs, tmp_path: Path
) -> None:
    recipe = recipes_of("mixtures_olmo_paper", replace(stand_ins, synthetic="gone.jsonl"))[0]

    with pytest.raises(ValueError, match=r"gone\.jsonl: no such file"):
        run_quietly(recipe, tmp_path, tmp_path / "records")
    assert not (tmp_path / "stages").exists()


def test_a_judge_reads_every_corpus(stand_ins: Inputs, outputs: Path) -> None:
    (recipe,) = recipes_of("statistics_paper", stand_ins)
    run_quietly(recipe, outputs, outputs / "records")

    records = {
        r.workflow: r for r in read_records(outputs / "records") if r.digest == recipe.digest
    }

    for record in records.values():
        text = record.last.corpus.text
        assert text is not None
        low, middle, high, width = (
            text[f"corpus/perplexity_{name}/none"].value
            for name in ("low", "median", "high", "range")
        )
        assert 1 < low < middle < high
        assert width == pytest.approx(high - low)
        assert text["corpus/perplexity_range/none"].n == 10
        assert text["corpus/distinct_2/none"].n == 200
        assert 0 < text["corpus/top_bigrams/none"].value < 1
        assert 0.01 < text["corpus/fullest_buckets/none"].value <= 1
    chains = [records[name] for name in ("same_human", "replace")]
    human, written = (chain.last.corpus.text for chain in chains)
    assert human is not None
    assert written is not None
    assert narrower(chains) == (
        human["corpus/perplexity_range/none"].value - written["corpus/perplexity_range/none"].value
    )
    assert fewer_bigrams(chains) == (
        human["corpus/distinct_2/none"].value - written["corpus/distinct_2/none"].value
    )
