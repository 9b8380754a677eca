"""A model and its corpus as folders that Hugging Face libraries open, each with its card."""

import json
import shutil
from pathlib import Path
from typing import Any

from benchmarks.chains.record import Record
from benchmarks.keeping.places import MadeFiles
from data.files import write_atomic
from data.text.tokens import load_tokenizer

DATA = "data"
"""Folder of the Parquet files, below that of the data set."""


def export_model(record: Record, files: MadeFiles, folder: Path) -> Path:
    """Copy a checkpoint so that transformers opens it, with all that a user of it asks for.

    The tokenizer gets a token to pad with, the end of text, and the model's context as the longest
    text; weights stay as they are.

    Args:
        record: Record of the chain.
        files: Files of the model's generation.
        folder: Folder to make.

    Returns:
        The folder.
    """
    shutil.copytree(files.checkpoint, folder)
    tokenizer = load_tokenizer(folder)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    tokenizer.model_max_length = record.recipe["model"]["context"]
    tokenizer.save_pretrained(folder)
    for name in ("config.json", "generation_config.json"):
        _with(folder / name, pad_token_id=tokenizer.pad_token_id)
    _add_record(record, folder)
    write_atomic(folder / "README.md", _model_card(record, files.generation))
    return folder


def export_dataset(record: Record, files: MadeFiles, folder: Path) -> Path:
    """Write the corpus of a generation so that `datasets.load_dataset` opens it.

    Args:
        record: Record of the chain.
        files: Files of the generation.
        folder: Folder to make.

    Returns:
        The folder.
    """
    from datasets import Dataset

    (folder / DATA).mkdir(parents=True)
    n = len(files.corpus)
    for index, path in enumerate(files.corpus):
        name = f"train-{index:05}-of-{n:05}.parquet"
        Dataset.from_file(str(path)).to_parquet(str(folder / DATA / name))
    _add_record(record, folder)
    write_atomic(folder / "README.md", _dataset_card(record, files.generation))
    return folder


def _with(path: Path, **settings: Any) -> None:
    """Change settings of a JSON file that is there."""
    if path.is_file():
        content = json.loads(path.read_text(encoding="utf-8")) | settings
        write_atomic(path, json.dumps(content, indent=2, sort_keys=True) + "\n")


def _add_record(record: Record, folder: Path) -> None:
    write_atomic(folder / "record.json", record.model_dump_json(indent=1) + "\n")


def _front(**fields: Any) -> str:
    """The head of a card: JSON is YAML too."""
    lines = (f"{name}: {json.dumps(value)}" for name, value in fields.items())
    return "\n".join(("---", *lines, "---", ""))


def _model_card(record: Record, generation: int) -> str:
    one = record.generations[generation]
    rows = "\n".join(
        f"| {key} | {metric.value:.5g} | {'' if metric.stderr is None else f'{metric.stderr:.2g}'} "
        f"| {metric.n:,} |"
        for key, metric in sorted(one.metrics.items())
    )
    return (
        _front(
            library_name="transformers",
            pipeline_tag="text-generation",
            tags=["model-collapse", "collapse-ledger"],
        )
        + f"# Generation {generation} of {record.name}\n\n"
        f"{_origin(record, generation)} It read {one.tokens_seen:,} tokens in {one.steps:,} steps."
        f" It is made to study model collapse, and for nothing else.\n\n"
        f"| measure | value | standard error | n |\n| --- | ---: | ---: | ---: |\n{rows}\n\n"
        "`record.json` is the record of the whole chain: recipe, seed, commit, packages, machine, "
        "and what was measured of every generation.\n"
    )


def _dataset_card(record: Record, generation: int) -> str:
    corpus = record.generations[generation].corpus
    return (
        _front(
            configs=[
                {
                    "config_name": "default",
                    "data_files": [{"split": "train", "path": f"{DATA}/train-*.parquet"}],
                }
            ],
            tags=["model-collapse", "collapse-ledger"],
        )
        + f"# Corpus of generation {generation} of {record.name}\n\n"
        f"{_origin(record, generation)} {corpus.documents:,} documents, {corpus.tokens:,} tokens, "
        f"{corpus.human_tokens:,} of them human, as they were or edited; a fit may read less.\n\n"
        f"Human text: {record.human.source}, {record.human.licence}. Columns: `id`, `text`, "
        "`source`, `licence`, `generation` of the models whose training text it is, and `prompt`, "
        "which is read and never learnt. `record.json` is the record of the whole chain.\n"
    )


def _origin(record: Record, generation: int) -> str:
    return (
        f"Recipe `{record.recipe['name']}` ({record.digest}), workflow `{record.workflow}`, seed "
        f"{record.seed}, generation {generation}, commit {record.commit[:12]}."
    )
