"""Chains that start from a checkpoint or a base, chains of answers, chains of adapters."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file
from transformers import GPT2Config, GPT2LMHeadModel

from benchmarks.chains.chain import run_chain
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record, read_record
from benchmarks.chains.settings import Base
from benchmarks.chains.starting import check_checkpoint
from benchmarks.downstream.questions import EvaluatedText
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from data.editing import EditRule
from data.prior import Prior
from data.text.corpus import Corpus
from data.text.tokens import load_tokenizer, train_tokenizer
from lightning_modules.device import Device
from lightning_modules.settings import Lora
from tests.support.chains import Workshop

pytestmark = pytest.mark.long

_GENERAL = "general/bits_per_byte/none"
_LOSS = "held_out/bits_per_byte/none"


@pytest.fixture
def checkpoint(prior: Prior, tmp_path: Path) -> Path:
    folder = tmp_path / "checkpoint"
    prior.model.save_pretrained(folder)
    prior.tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def answers(tiny: Recipe, text_file: Path, tmp_path: Path) -> Recipe:
    """The tiny recipe on documents cut in two: the first sentence asks, the rest answers."""
    path = tmp_path / "answers.jsonl"
    rows = [text.split(". ", 1) for text in text_file.read_text().split("\n\n")]
    lines = [json.dumps({"q": f"{question}.", "a": f" {text}"}) for question, text in rows]
    path.write_text("\n".join(lines))
    human = replace(tiny.human, source=str(path), field="a", prompt_field="q")
    return replace(tiny, name="answers", human=human, generations=1)


def _model(chain: Any, generation: int = 1) -> dict[str, torch.Tensor]:
    path = chain.bench.used[generation, "fit"].path / "model" / "model.safetensors"
    return dict(load_file(path))


def test_a_chain_starts_from_the_weights_and_the_tokenizer_of_a_folder(
    tiny: Recipe, workshop: Workshop, checkpoint: Path, prior: Prior
) -> None:
    """With a learning rate of 0 what a fit leaves is what it began with."""
    still = replace(tiny.fit, learning_rate=0.0)
    recipe = replace(
        tiny, checkpoint=str(checkpoint), generations=1, start="scratch", first_fit=still, fit=still
    )
    chain = workshop.chain(recipe)

    run_chain(chain, "same_human")

    given = load_file(checkpoint / "model.safetensors")
    for generation in (0, 1):
        found = _model(chain, generation)
        assert all(torch.equal(found[name], given[name]) for name in given)
    own = load_tokenizer(chain.human.path / "tokenizer")
    assert own.get_vocab() == prior.tokenizer.get_vocab()


def test_other_weights_make_another_fit(
    tiny: Recipe, workshop: Workshop, checkpoint: Path, prior: Prior
) -> None:
    recipe = replace(tiny, checkpoint=str(checkpoint))
    first = workshop.chain(recipe)
    first.fit(first.first, start=None, generation=0)
    with torch.no_grad():
        prior.model.lm_head.weight.mul_(1.5)
    prior.model.save_pretrained(checkpoint)
    second = workshop.chain(recipe)

    second.fit(second.first, start=None, generation=0)

    assert first.bench.used[0, "fit"].digest != second.bench.used[0, "fit"].digest
    assert any(
        "fit: runs again: " in line and "arguments.start was" in line for line in workshop.lines
    )


def test_a_checkpoint_that_cannot_be_had_is_named(tiny: Recipe, workshop: Workshop) -> None:
    with pytest.raises(ValueError, match=r"checkpoint gone: no such folder, nor one of smollm2"):
        workshop.chain(replace(tiny, checkpoint="gone")).human  # noqa: B018


def test_a_checkpoint_must_be_what_the_recipe_says(
    tiny: Recipe, checkpoint: Path, corpus: Corpus
) -> None:
    with pytest.raises(ValueError, match=r"model\.layers of the recipe is 3, the checkpoint has 2"):
        check_checkpoint(checkpoint, replace(tiny.model, layers=3))
    with pytest.raises(ValueError, match=r"context of the recipe is 64, .* was built for 32"):
        check_checkpoint(checkpoint, replace(tiny.model, context=64))
    train_tokenizer(corpus.texts(), 320).save_pretrained(checkpoint)
    with pytest.raises(ValueError, match=r"tokenizer has 320 tokens, the model 300; they do not"):
        check_checkpoint(checkpoint, tiny.model)


def test_a_stock_gpt2_is_trained_without_its_dropout_and_the_record_says_so(
    tiny: Recipe, prior: Prior, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shape = tiny.model
    stock = GPT2Config(
        vocab_size=shape.vocabulary_size, n_positions=64, n_embd=shape.width, n_layer=2, n_head=2
    )
    folder = tmp_path / "gpt2"
    GPT2LMHeadModel(stock).save_pretrained(folder)
    prior.tokenizer.save_pretrained(folder)
    recipe = replace(tiny, checkpoint=str(folder), generations=1, workflows=("replace",))
    session = Session(
        outputs=tmp_path / "outputs",
        records=tmp_path / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(width=1000)),
    )

    (record,) = run_recipe(recipe, [0], session)

    assert isinstance(record, Record)
    assert record.identities is not None
    assert record.identities.dropout == {
        "attn_pdrop": 0.1, "embd_pdrop": 0.1, "resid_pdrop": 0.1, "summary_first_dropout": 0.1,
    }  # fmt: skip
    said = capsys.readouterr().out
    assert said.count("dropout of the checkpoint is set to 0 in every fit: ") == 1
    assert "attn_pdrop (0.1)" in said
    for fitted in (tmp_path / "outputs").glob("stages/fit-*/model/config.json"):
        assert json.loads(fitted.read_text())["attn_pdrop"] == 0
    assert read_record(record.file(tmp_path / "records")) == record


def test_a_folder_without_a_model_is_named(tiny: Recipe, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no config\.json; give a folder of a model"):
        check_checkpoint(tmp_path, tiny.model)


@pytest.fixture
def based(tiny: Recipe, tmp_path: Path) -> Recipe:
    """Starts from a base on text of other words."""
    general = tmp_path / "general.txt"
    words = ("lorem", "ipsum", "dolor", "sit", "amet")
    general.write_text(
        "\n\n".join(" ".join(words[(i * k) % 5] for k in range(30)) + f" {i}." for i in range(200))
    )
    base = Base(source=str(general), held_out_bytes=2_000, tokens=4_000, fit=tiny.first_fit)
    return replace(tiny, name="based", base=base, generations=1, start="scratch")


def test_a_base_is_fitted_once_for_all_seeds_and_workflows(
    based: Recipe, workshop: Workshop
) -> None:
    ends = [
        run_chain(workshop.chain(based, seed=seed, chain=f"{workflow}{seed}"), workflow)[-1]
        for seed in (0, 1)
        for workflow in ("same_human", "edit_source")
    ]

    runs = [line for line in workshop.lines if "generation 0 base: runs" in line]
    assert len(runs) == 1
    assert len({end.metrics[_LOSS].value for end in ends}) == 4
    assert all(end.metrics[_GENERAL].n > 0 for end in ends)
    assert ends[0].human_tokens_used == 4_000 + based.human.first_tokens


def test_a_base_that_knows_the_held_out_text_is_refused_before_its_fit(
    based: Recipe, workshop: Workshop, text_file: Path, tmp_path: Path
) -> None:
    """The same text with other breaks, which no name shows."""
    joined = tmp_path / "joined.txt"
    texts = text_file.read_text().split("\n\n")
    joined.write_text("\n\n".join(map(" ".join, zip(texts[::2], texts[1::2], strict=True))))
    assert based.base is not None
    chain = workshop.chain(replace(based, base=replace(based.base, source=str(joined))))

    with pytest.raises(EvaluatedText, match=r"joined\.txt shares text with \d+% of the held-out"):
        run_chain(chain, "same_human")
    assert {kind for _, kind in chain.bench.used} == {"base_text", "base_overlap"}


def test_the_recipe_says_how_many_held_out_documents_a_base_may_know(
    based: Recipe, workshop: Workshop, tmp_path: Path
) -> None:
    chain = workshop.chain(based)
    chain.human  # noqa: B018
    assert chain.bench.used[0, "base_overlap"].facts["held_out"] == 0.0
    health = replace(based.health)
    object.__setattr__(health, "held_out_overlap", -0.1)  # below what a recipe may say
    strict = replace(based, health=health)

    with pytest.raises(EvaluatedText, match=r"0% of the held-out .*raise health\.held_out_over"):
        workshop.chain(strict).human  # noqa: B018


def test_one_file_under_two_names_is_no_base(
    based: Recipe, workshop: Workshop, tmp_path: Path
) -> None:
    assert based.base is not None
    copy = tmp_path / "copy.txt"
    copy.write_bytes(Path(based.human.source).read_bytes())
    chain = workshop.chain(replace(based, base=replace(based.base, source=str(copy))))

    with pytest.raises(ValueError, match=r"base\.source .*copy\.txt and .* are the same text"):
        chain.human  # noqa: B018


def test_what_follows_a_base_begins_with_it_and_forgets_some_of_it(
    based: Recipe, workshop: Workshop
) -> None:
    still = replace(based.fit, learning_rate=0.0)
    quiet = workshop.chain(replace(based, first_fit=still, fit=still), chain="a")
    kept = run_chain(quiet, "same_human")[-1].metrics[_GENERAL].value

    learnt = run_chain(workshop.chain(based, chain="b"), "same_human")[-1]

    base = load_file(quiet.bench.used[0, "base"].path / "model" / "model.safetensors")
    assert all(torch.equal(value, base[name]) for name, value in _model(quiet).items())
    assert learnt.metrics[_GENERAL].value > kept


def test_answers_are_edited_after_their_prompts_and_prompts_never(
    answers: Recipe, workshop: Workshop
) -> None:
    chain = workshop.chain(replace(answers, edit_rule=EditRule(threshold=0.0)))

    end = run_chain(chain, "edit_source")[-1]

    source = list(Corpus.open(chain.human.path / "source.arrow"))
    edited = list(Corpus.open(chain.bench.used[1, "edit"].path / "corpus.arrow"))
    assert [d.prompt for d in edited] == [d.prompt for d in source]
    assert all(d.prompt for d in source)
    assert sum(a.text != b.text for a, b in zip(source, edited, strict=True)) > 0
    ledger = pq.read_table(chain.bench.used[1, "edit"].path / "ledger.parquet")
    n_first = ledger.column("position").to_pylist().count(0)
    assert n_first == len(source)  # each has a prompt before it
    assert end.corpus.edit is not None
    tokens = sum(
        len(ids)
        for ids in load_tokenizer(chain.human.path / "tokenizer")(
            [d.text for d in source], add_special_tokens=False
        ).input_ids
    )
    assert end.corpus.edit.tokens == tokens


def test_a_model_of_answers_is_measured_after_prompts(answers: Recipe, workshop: Workshop) -> None:
    """Without its prompt the same model finds an answer less likely."""
    chain = workshop.chain(answers)
    end = run_chain(chain, "same_human")[-1]
    losses = pq.read_table(chain.bench.used[1, "evaluate"].path / "held_out.parquet")
    held_out = list(Corpus.open(chain.human.path / "held_out.arrow"))

    assert losses.column("bytes").to_pylist() == [len(d.text.encode()) for d in held_out]
    assert end.metrics[_LOSS].n == len(held_out)
    assert end.metrics[_LOSS].value < 8.0
    assert end.final_loss < 5.0  # log(300) = 5.7


def test_a_model_writes_answers_to_prompts_that_the_next_one_learns(
    answers: Recipe, workshop: Workshop
) -> None:
    chain = workshop.chain(answers)

    end = run_chain(chain, "replace")[-1]

    source = [d.prompt for d in Corpus.open(chain.human.path / "source.arrow")]
    written = list(Corpus.open(chain.bench.used[1, "sample"].path / "corpus.arrow"))
    assert [d.prompt for d in written] == [source[i % len(source)] for i in range(len(written))]
    assert end.corpus.human_tokens == 0


def test_truncated_loss_is_not_for_answers(answers: Recipe, workshop: Workshop) -> None:
    with pytest.raises(ValueError, match="truncated_loss knows no prompts"):
        run_chain(workshop.chain(answers), "truncated_loss")


def test_a_fit_of_answers_goes_on_after_a_kill_to_the_same_bits(
    answers: Recipe, tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With adapters on a checkpoint, so that all of it is resumed."""
    lora = replace(answers.first_fit, lora=Lora(rank=2, alpha=4.0))
    recipe = replace(answers, first_fit=lora)
    whole = workshop.chain(recipe)
    whole.fit(whole.first, start=None, generation=0)
    other = Workshop(tmp_path / "killed")
    killed = other.chain(recipe)
    steps: list[int] = []

    def die_in_the_middle(n: int) -> None:
        steps.append(n)
        if len(steps) == 20:
            raise KeyboardInterrupt

    killed.human  # noqa: B018
    monkeypatch.setattr(killed.bench.progress, "advance", die_in_the_middle)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        killed.fit(killed.first, start=None, generation=0)
    resumed = other.chain(recipe)

    resumed.fit(resumed.first, start=None, generation=0)

    assert any("fit: runs on, it was interrupted" in line for line in other.lines)
    expected, found = _model(whole, 0), _model(resumed, 0)
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    facts = whole.bench.used[0, "fit"].facts
    assert resumed.bench.used[0, "fit"].facts == facts
    assert 0 < facts["trained_parameters"] < facts["parameters"]
    assert (whole.bench.used[0, "fit"].path / "adapters" / "adapter_model.safetensors").is_file()
