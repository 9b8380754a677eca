"""The files of one tiny chain: found, exported, opened by the libraries, and removed."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import datasets
import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record
from benchmarks.keeping.export import export_dataset, export_model
from benchmarks.keeping.outputs import BEGUN, KEPT, OTHER, SPARE, remove_all, sort_outputs
from benchmarks.keeping.places import made_files
from benchmarks.running.own_code import load_function
from data.errors import BadInput
from data.text.corpus import Corpus
from tests.support.chains import run_quietly


class Ran(NamedTuple):
    record: Record
    outputs: Path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, recipe_text: str) -> Ran:
    folder = tmp_path_factory.mktemp("ran")
    (folder / "mine.py").write_text(recipe_text)
    recipe = load_function(f"{folder}/mine.py:mine")()
    assert isinstance(recipe, Recipe)
    one = replace(recipe, workflows=("accumulate",))
    (record,) = run_quietly(one, folder / "outputs", folder / "outputs/records")
    return Ran(record, folder / "outputs")


def test_the_files_of_a_generation_are_those_of_its_record(ran: Ran) -> None:
    files = made_files(ran.record, 1, ran.outputs)

    assert (files.checkpoint / "model.safetensors").is_file()
    assert (files.tokenizer / "tokenizer.json").is_file()
    documents = sum(len(Corpus.open(path)) for path in files.corpus)
    assert documents == ran.record.generations[1].corpus.documents
    assert len(files.corpus) == 2  # human text, and samples

    with pytest.raises(BadInput, match="has generations 0 to 1, and no 2"):
        made_files(ran.record, 2, ran.outputs)
    with pytest.raises(BadInput, match="make them: collapse run mine --seed 0"):
        made_files(ran.record, 1, ran.outputs / "elsewhere")


def test_an_exported_model_opens_pads_and_knows_its_longest_text(ran: Ran, tmp_path: Path) -> None:
    folder = export_model(ran.record, made_files(ran.record, 1, ran.outputs), tmp_path / "model")

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    batch = tokenizer(["In the beginning", "God"], return_tensors="pt", padding=True)
    assert model(**batch).logits.shape[:2] == batch["input_ids"].shape
    assert tokenizer.model_max_length == 32
    assert model.config.pad_token_id == tokenizer.pad_token_id == tokenizer.eos_token_id
    card = (folder / "README.md").read_text()
    assert card.startswith('---\nlibrary_name: "transformers"\n')
    assert "| held_out/bits_per_byte/none | " in card
    assert Record.model_validate_json((folder / "record.json").read_text()) == ran.record


def test_an_exported_corpus_opens_with_load_dataset(ran: Ran, tmp_path: Path) -> None:
    files = made_files(ran.record, 1, ran.outputs)
    folder = export_dataset(ran.record, files, tmp_path / "dataset")

    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))

    texts = [text for path in files.corpus for text in Corpus.open(path).texts()]
    assert loaded["train"]["text"][:] == texts
    assert "Recipe `mine`" in (folder / "README.md").read_text()


def test_only_stages_that_no_record_needs_are_removed(ran: Ran, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    shutil.copytree(ran.outputs, outputs)
    fit = next((outputs / "stages").glob("fit-*/manifest.json"))
    spare = outputs / "stages/fit-0123456789abcdef"
    shutil.copytree(fit.parent, spare)
    (outputs / "stages/fit-fedcba9876543210.partial").mkdir()

    found = sort_outputs(outputs, [ran.record])

    assert [one.path for one in found[SPARE]] == [spare]
    assert found[SPARE][0].size == sum(
        one.stat().st_size for one in spare.rglob("*") if one.is_file()
    )
    assert len(found[KEPT]) == len(list((ran.outputs / "stages").glob("*/manifest.json")))
    assert len(found[BEGUN]) == 1
    assert {one.path.name for one in found[OTHER]} == {"chains", "records"}
    remove_all(found[SPARE])
    assert made_files(ran.record, 1, outputs).checkpoint.is_dir()
    assert not spare.exists()
    assert not sort_outputs(outputs, [])[KEPT]


def test_the_commands_print_paths_and_ask_before_they_remove(
    ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from benchmarks.commands.results.files import app

    folder = ran.outputs.parent
    (folder / "one.py").write_text(
        "from dataclasses import replace\nfrom benchmarks.running.own_code import load_function\n"
        f"def one():\n    made = load_function({str(folder / 'mine.py:mine')!r})()\n"
        "    return replace(made, workflows=('accumulate',))\n"
    )
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLLAPSE_HOME", str(ran.outputs))
    runner = CliRunner()

    told = runner.invoke(app, ["where", "one.py:one", "accumulate", "--json"])
    paths = json.loads(told.stdout)
    assert Path(paths["checkpoint"]) == made_files(ran.record, 1, ran.outputs).checkpoint
    assert len(paths["corpus"]) == 2

    (ran.outputs / "stages/fit-0123456789abcdef").mkdir()
    asked = runner.invoke(app, ["outputs", "--remove"], input="n\n")
    assert asked.exit_code == 1
    assert (ran.outputs / "stages/fit-0123456789abcdef").is_dir()
    assert runner.invoke(app, ["outputs", "--remove", "--yes"]).exit_code == 0
    assert not (ran.outputs / "stages/fit-0123456789abcdef").exists()
