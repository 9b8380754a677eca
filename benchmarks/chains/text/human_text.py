"""Prepares the human text of a chain: read, divide by document, train the tokenizer."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from datasets import load_dataset
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from benchmarks.chains.settings import Evaluation, HumanText
from benchmarks.chains.work.measures import (
    Measurement,
    cut_documents,
    human_reference,
    text_metrics,
)
from data.errors import BadInput
from data.files import file_digest
from data.randomness import Purpose, stream
from data.sources.texts import SOURCES, check_source
from data.text.corpus import Corpus, Document, write_corpus
from data.text.reading import read_files
from data.text.tokens import encode, load_tokenizer, train_tokenizer

_HUB = "hub:"

Integers = NDArray[np.int64]


def human_identity(human: HumanText) -> str:
    """What pins the content of the human text: a digest, or a hub name.

    Raises:
        BadInput: There is no such source or file.
    """
    if human.source in SOURCES:
        return SOURCES[human.source].wheel.sha256
    if human.source.startswith(_HUB):
        return human.source
    path = Path(human.source)
    if not path.is_file():
        known = ", ".join(SOURCES)
        raise BadInput(f"{human.source}: no such file, nor one of the sources {known}")
    return file_digest(path)


def read_human(human: HumanText) -> tuple[Corpus, dict[str, int]]:
    """The human text, and how many documents were skipped, by reason."""
    if human.source in SOURCES:
        return check_source(SOURCES[human.source]), {}
    if human.source.startswith(_HUB):
        return _read_hub(human.source.removeprefix(_HUB), human.field, human.prompt_field)
    corpus, report = read_files(
        [Path(human.source)], field=human.field, prompt_field=human.prompt_field
    )
    return corpus, dict(report.skipped)


def _read_hub(name: str, field: str, prompt_field: str | None) -> tuple[Corpus, dict[str, int]]:
    try:
        table = load_dataset(name, split="train")
    except OSError as error:
        raise BadInput(f"hub:{name} cannot be read ({error}); is the hub in reach?") from error
    for column in filter(None, (field, prompt_field)):
        if column not in table.column_names:
            raise BadInput(f"hub:{name} has no column {column!r}; it has {table.column_names}")
    prompts = table[prompt_field] if prompt_field else [""] * len(table)
    texts = {i: text for i, text in enumerate(table[field]) if text and text.strip()}
    corpus = Corpus.of(
        Document(f"{name}:{i}", text, name, "see the hub", 0, prompts[i] or "")
        for i, text in texts.items()
    )
    return corpus, {"empty document": len(table) - len(corpus)}


def prepare(
    folder: Path,
    *,
    human: HumanText,
    content: str,
    vocabulary_size: int,
    generations: int,
    seed: int,
    start: Path | None = None,
) -> dict[str, Any]:
    """Divide the human text by document and train the tokenizer on all but the held-out part.

    Writes `held_out`, `first`, `source` (the beginning of `first`) and one `fresh_<generation>` per
    later generation. Held-out documents and tokenizer are the same for every seed; the seed decides
    which of the other documents serve for what. `content` is the identity of the text, checked
    again. With a checkpoint to `start` from, its tokenizer serves in place of a trained one.
    """
    if human_identity(human) != content:
        raise BadInput(f"{human.source} changed while it was read; run again")
    read, skipped = read_human(human)
    corpus, duplicates = _without_duplicates(read)
    sizes = np.array([len(text.encode()) for text in corpus.texts()], dtype=np.int64)
    shuffled = stream(0, Purpose.HELD_OUT).permutation(len(corpus))
    held_out, rest = _take("held_out_bytes", human.source, sizes, shuffled, human.held_out_bytes)
    tokenizer = (
        train_tokenizer(_all_words(corpus.select(sorted(rest))), vocabulary_size)
        if start is None
        else load_tokenizer(start)
    )
    lengths = _lengths(tokenizer, corpus)
    rest = stream(seed, Purpose.HUMAN_ORDER).permutation(np.sort(rest))
    first, rest = _take("first_tokens", human.source, lengths, rest, human.first_tokens)
    source, _ = _take("generation_tokens", human.source, lengths, first, human.generation_tokens)
    parts = {"held_out": held_out, "first": first, "source": source}
    for generation in range(1, generations + 1):
        parts[f"fresh_{generation}"], rest = _take(
            f"fresh text of generation {generation}",
            human.source,
            lengths,
            rest,
            human.generation_tokens,
        )
    for name, indices in parts.items():
        write_corpus(folder / f"{name}.arrow", corpus.select(indices))
    tokenizer.save_pretrained(folder / "tokenizer")
    return {
        "has_prompts": corpus.has_prompts,
        "licence": next(iter(corpus)).licence,
        "fingerprint": corpus.fingerprint,
        "documents": len(corpus),
        "tokens": int(lengths.sum()),
        "bytes": int(sizes.sum()),
        "duplicates": duplicates,
        "skipped": skipped,
        "parts": {
            name: {
                "documents": len(indices),
                "tokens": int(lengths[indices].sum()),
                "bytes": int(sizes[indices].sum()),
            }
            for name, indices in parts.items()
        },
    }


def without_held_out(read: Corpus, held_out_bytes: int, source: str) -> Corpus:
    """The documents that a recipe with so large a held-out part may train on, of every seed.

    Raises:
        BadInput: There is less text than that.
    """
    return split_held_out(read, held_out_bytes, source)[1]


def split_held_out(read: Corpus, held_out_bytes: int, source: str) -> tuple[Corpus, Corpus]:
    """The held-out documents and those that may be trained on, as in `prepare` with every seed.

    Raises:
        BadInput: There is less text than that.
    """
    corpus, _ = _without_duplicates(read)
    sizes = np.array([len(text.encode()) for text in corpus.texts()], dtype=np.int64)
    shuffled = stream(0, Purpose.HELD_OUT).permutation(len(corpus))
    held_out, rest = _take("held_out_bytes", source, sizes, shuffled, held_out_bytes)
    if len(rest) == 0:
        raise BadInput(f"{source}: nothing is left beside the held-out text; lower its size")
    return corpus.select(held_out), corpus.select(sorted(rest))


def _all_words(corpus: Corpus) -> Iterator[str]:
    """The texts of a corpus, and the prompts that they answer, which models read too."""
    return chain(filter(None, corpus.prompts()), corpus.texts())


def _without_duplicates(corpus: Corpus) -> tuple[Corpus, int]:
    whole = map("".join, zip(corpus.prompts(), corpus.texts(), strict=True))
    first = {" ".join(text.split()): index for index, text in reversed(list(enumerate(whole)))}
    return corpus.select(sorted(first.values())), len(corpus) - len(first)


def _lengths(tokenizer: PreTrainedTokenizerFast, corpus: Corpus) -> Integers:
    return np.array([len(ids) for ids in encode(tokenizer, corpus.texts())], dtype=np.int64)


def _take(
    setting: str, source: str, sizes: Integers, order: Integers, budget: int
) -> tuple[Integers, Integers]:
    total = np.cumsum(sizes[order])
    have = int(total[-1]) if len(total) else 0
    if budget > have:
        raise BadInput(
            f"{source} is too small: {setting} of the recipe is {budget:,}, only {have:,} are "
            "left; lower it or give more text"
        )
    stop = int(np.searchsorted(total, budget)) + 1
    return order[:stop], order[stop:]


def human_floor(
    *, fresh: Path, held_out: Path, human: Path, tokenizer: Path, evaluation: Evaluation
) -> dict[str, Measurement]:
    """The diversity measures between two disjoint human samples, cut as models' documents are.

    `human` is the text that the fixed judge is fitted on, disjoint from both.
    """
    words = load_tokenizer(tokenizer)
    reference = human_reference(Corpus.open(held_out), Corpus.open(human), words, evaluation)
    cut = cut_documents(Corpus.open(fresh).texts(), words, evaluation)
    return text_metrics(cut, reference, evaluation)
