"""The card of an edited corpus, by which `datasets.load_dataset` opens its folder."""

import json
from pathlib import PurePath

from benchmarks.editing.outcome import EditOutcome
from data.edits.places import band_end

_BUILDERS = {".jsonl": "json", ".parquet": "parquet", ".txt": "text"}
"""Name of the reader in `datasets`, by the suffix of a file."""


def dataset_card(outcome: EditOutcome) -> str:
    """The README of an edit's folder: the head names the edited files, and not the ledger.

    `load_dataset(FOLDER)` reads files of one format. Where an edit had several, the card says how
    each is opened.
    """
    formats = sorted({_format(name) for name in outcome.written} & _BUILDERS.keys())
    edit, rule = outcome.summary, outcome.rule
    return (
        f'---\n{_configs(formats)}tags: ["model-collapse", "collapse-ledger"]\n---\n'
        "# Text edited token by token\n\n"
        f"{outcome.source.documents:,} documents, {edit.counts.tokens:,} tokens: {edit.flagged:,} "
        f"flagged at P >= {edit.threshold:.4g}{band_end(rule)}, {edit.changed:,} changed. "
        f"Rule: top_k {rule.top_k}, temperature {rule.temperature:g}, sampling {rule.sampling}, "
        f"action {rule.action}.\n\n"
        f"{_how_to_open(formats)}\n\n"
        "`ledger.parquet` has a row for every flagged token, `summary.json` all numbers. The text "
        "keeps the licence of its source.\n"
    )


def _format(name: str) -> str:
    """Suffix of an edited file without that of its compression; none for the ledger."""
    path = PurePath(name)
    if path.parent.name != "text":
        return ""
    return next((one for one in path.suffixes[::-1] if one in _BUILDERS), "")


def _configs(formats: list[str]) -> str:
    if len(formats) != 1:
        return ""
    files = [{"split": "train", "path": "text/*"}]
    config = {"config_name": "default", "data_files": files}
    if formats == [".txt"]:
        config["sample_by"] = "paragraph"
    return f"configs: {json.dumps([config])}\n"


def _how_to_open(formats: list[str]) -> str:
    if len(formats) == 1:
        return '`datasets.load_dataset(FOLDER)["train"]` opens it.'
    calls = ", ".join(
        f'`load_dataset("{_BUILDERS[one]}", data_files="FOLDER/text/*{one}*")`' for one in formats
    )
    return f"It has files of several formats; open each: {calls}."
