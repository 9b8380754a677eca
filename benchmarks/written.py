"""Text of another model as a corpus, and what a fixed judge finds in every corpus.

The paper's mixtures take their synthetic text from Mixtral (Section 3), not from the model that is
trained; its Figures 3 and 10 to 13 compare perplexities and n-grams of such text and of human text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks import human_text, work
from benchmarks.evaluation import Measurement
from benchmarks.materials import Part
from benchmarks.recipe import HumanText, Judging, Recipe
from benchmarks.record import Metric
from benchmarks.stage import Stage, code_of
from benchmarks.starting import base_text
from benchmarks.synthesizing import read_provenance
from benchmarks.task_work import refuse_overlap
from data.corpus import Corpus, join, write_corpus
from data.ngrams import BUCKETS, hashed_sum
from data.packaged_prior import PACKAGED_PRIORS
from data.prior import load_prior
from data.randomness import Purpose, stream
from data.sources import SOURCES
from data.statistics import distinct, take, top_bigrams
from data.tokens import encode, load_tokenizer
from lightning_modules.processes import on_lead
from lightning_modules.token_scoring import score_documents
from lightning_modules.trainer import Advance, Device, predicting

if TYPE_CHECKING:
    from benchmarks.laboratory import Laboratory

_VERSION = 1
_RANGE = (2.5, 50.0, 97.5)
"""Percentiles of document perplexity: ends and middle of the 95 % range."""
_FULLEST = 0.01
"""Share of the hash buckets whose content says how concentrated words and bigrams are."""
_AT_ONCE = 1_000


def check_written(recipe: Recipe) -> None:
    """Make sure that text of another model is there, before anything is trained.

    Where its provenance lies beside it, also that it quotes nothing that the recipe measures on.

    Raises:
        ValueError: There is no such file, or it may quote held-out text.
    """
    if recipe.synthetic == "self":
        return
    human_text.human_identity(replace(recipe.human, source=recipe.synthetic))
    provenance = read_provenance(Path(recipe.synthetic))
    if provenance is None:
        return
    _refuse_quotes(recipe.synthetic, provenance, recipe.human)
    if recipe.base is not None:
        _refuse_quotes(recipe.synthetic, provenance, base_text(recipe.base))


def _refuse_quotes(synthetic: str, provenance: dict[str, Any], human: HumanText) -> None:
    asked = provenance["request"]
    if provenance["source"]["identity"] != human_text.human_identity(human):
        return
    fields = (asked["field"], asked.get("prompt_field"))
    if human.source not in SOURCES and fields != (human.field, human.prompt_field):
        raise ValueError(
            f"{synthetic} quotes {human.source} with field {fields[0]} and prompt_field "
            f"{fields[1]}, the recipe reads {human.field} and {human.prompt_field}: it may quote "
            "held-out text; write it again with the recipe's fields"
        )
    if asked["held_out_bytes"] < human.held_out_bytes:
        raise ValueError(
            f"{synthetic} quotes all of {human.source} but {asked['held_out_bytes']:,} bytes, the "
            f"recipe holds out {human.held_out_bytes:,}: it may quote held-out text; write it "
            f"again with --held-out-bytes {human.held_out_bytes}"
        )


def take_written(
    folder: Path,
    *,
    text: HumanText,
    content: str,
    tokenizer: Path,
    n_tokens: int,
    seed: int,
    generation: int,
) -> dict[str, Any]:
    """Take documents of a file or hub data set, in an order of its own per seed and generation.

    Args:
        folder: Receives `corpus.arrow`.
        text: Source and field; its sizes are not used.
        content: Identity of the text, checked again.
        tokenizer: Of the models that will be trained.
        n_tokens: Tokens wanted; the last document stays whole.
        seed: Replicate of the chain.
        generation: Of the models that will read it.

    Raises:
        ValueError: There is too little text, or it changed while it was read.
    """
    if human_text.human_identity(text) != content:
        raise ValueError(f"{text.source} changed while it was read; run again")
    corpus, skipped = human_text.read_human(text)
    words = load_tokenizer(tokenizer)
    order = stream(seed, Purpose.WRITTEN_ORDER, generation).permutation(len(corpus))
    lengths = np.array([len(ids) for ids in encode(words, corpus.texts())], dtype=np.int64)
    total = np.cumsum(lengths[order])
    if total[-1] < n_tokens:
        raise ValueError(
            f"{text.source} is too small: {n_tokens:,} tokens of synthetic text are wanted, it has "
            f"{int(total[-1]):,}; give more, or lower generation_tokens or candidates"
        )
    chosen = order[: int(np.searchsorted(total, n_tokens)) + 1]
    documents = (
        replace(document, source="model", generation=generation)
        for document in corpus.select(chosen)
    )
    write_corpus(folder / "corpus.arrow", documents)
    return {
        "documents": len(chosen),
        "tokens": int(lengths[chosen].sum()),
        "human_tokens": 0,
        "skipped": skipped,
        "of_documents": len(corpus),
    }


def written_part(laboratory: "Laboratory", n_tokens: int, generation: int) -> Part:
    """Text of the recipe's other model, in place of samples.

    Raises:
        EvaluatedText: It holds what the recipe evaluates.
    """
    recipe = laboratory.recipe
    text = replace(recipe.human, source=recipe.synthetic, field=recipe.synthetic_field)
    identities = laboratory.identities
    assert identities is not None, "the recipe names a text"
    stage = laboratory.run(
        generation,
        "written",
        take_written,
        settings={"n_tokens": n_tokens, "seed": laboratory.seed, "generation": generation}
        | {"content": identities.synthetic},
        inputs={"human": laboratory.human},
        also=code_of(take_written) | {"source": recipe.synthetic, "field": recipe.synthetic_field},
        paths={"text": text, "tokenizer": laboratory.human.path / "tokenizer"},
    )
    part = Part(stage, limit=n_tokens)
    refuse_overlap(laboratory, recipe.synthetic, {"written": stage}, [part.path], generation)
    return part


def judge_corpus(
    folder: Path,
    *,
    corpora: Iterable[Path],
    model: Path,
    judging: Judging,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Perplexity of each document under a fixed model, and how concentrated n-grams are.

    Documents are read in a random order that depends on their number alone. Writes
    `perplexity.parquet`.

    Raises:
        ValueError: Too few documents are long enough, or there are too few words.
    """
    read = list(join([Corpus.open(path) for path in corpora]).texts())
    texts = [read[i] for i in stream(0, Purpose.STATISTICS, "judge").permutation(len(read))]
    judge = load_prior(model, context=max(judging.tokens + 1, 2), prefix=None)
    documents, n_short = _long_enough(judge.tokenizer, texts, judging)
    scored = score_documents(judge, documents, trainer=predicting(device, advance))
    nats = -np.nanmean(scored.reshape(len(documents), judging.tokens).astype(np.float64), axis=1)
    perplexity = np.exp(nats)
    table = pa.table({"perplexity": perplexity})
    on_lead(lambda: pq.write_table(table, folder / "perplexity.parquet"))
    n_looked_at = n_short + len(documents)
    found = _of_perplexities(perplexity) | _of_ngrams(texts, judging.words)
    found["left_out"] = Measurement(
        value=n_short / n_looked_at, stderr=None, n=n_looked_at, version=_VERSION
    )
    return {
        "tokens": len(documents) * judging.tokens,
        "text": {f"corpus/{name}/none": asdict(value) for name, value in found.items()},
    }


def _long_enough(
    tokenizer: Any, texts: Sequence[str], judging: Judging
) -> tuple[list[list[int]], int]:
    """The beginnings of as many documents as are read, and how many were too short till then."""
    chosen: list[list[int]] = []
    n_short = 0
    for ids in _encoded(tokenizer, texts):
        if len(ids) < judging.tokens:
            n_short += 1
            continue
        chosen.append(ids[: judging.tokens])
        if len(chosen) == judging.documents:
            return chosen, n_short
    raise ValueError(
        f"{len(chosen):,} of {len(texts):,} documents have {judging.tokens} tokens of the judge, "
        f"{judging.documents:,} are wanted of every corpus; lower the recipe's judging.documents "
        "or judging.tokens"
    )


def _encoded(tokenizer: Any, texts: Sequence[str]) -> Iterator[list[int]]:
    for start in range(0, len(texts), _AT_ONCE):
        yield from encode(tokenizer, texts[start : start + _AT_ONCE])


def _of_perplexities(perplexity: NDArray[np.float64]) -> dict[str, Measurement]:
    low, middle, high = np.percentile(perplexity, _RANGE)
    values = {
        "perplexity_low": low,
        "perplexity_median": middle,
        "perplexity_high": high,
        "perplexity_range": high - low,
    }
    n = len(perplexity)
    return {
        name: Measurement(value=float(value), stderr=None, n=n, version=_VERSION)
        for name, value in values.items()
    }


def _of_ngrams(texts: Sequence[str], n_words: int) -> dict[str, Measurement]:
    try:
        sample = take(texts, n_words)
    except ValueError as error:
        raise ValueError(f"{error}; lower the recipe's judging.words") from None
    buckets = np.sort(hashed_sum(sample.words))[::-1]
    values = {
        "distinct_2": distinct(sample, 2),
        "top_bigrams": top_bigrams(sample),
        "fullest_buckets": float(buckets[: int(_FULLEST * BUCKETS)].sum() / buckets.sum()),
    }
    return {
        name: Measurement(value=value, stderr=None, n=sample.n_words, version=_VERSION)
        for name, value in values.items()
    }


def judged(
    laboratory: "Laboratory", corpus: Sequence[Part], generation: int
) -> dict[str, Metric] | None:
    """Statistics of a corpus, if the recipe asks for them."""
    judging = laboratory.recipe.judging
    if judging is None:
        return None
    prior, path = _judge_model(laboratory, judging.model, generation)
    stage = laboratory.run(
        generation,
        "judge",
        judge_corpus,
        settings={"judging": judging},
        inputs={"prior": prior},
        also=code_of(judge_corpus)
        | ({} if prior else {"judge": work.folder_identity(judging.model)}),
        corpora=corpus,
        paths={"model": path},
        n_tokens=judging.documents * judging.tokens,
    )
    return {key: Metric(**value) for key, value in stage.facts["text"].items()}


def _judge_model(laboratory: "Laboratory", name: str, generation: int) -> tuple[Stage | None, Path]:
    if name not in PACKAGED_PRIORS:
        return None, Path(name)
    settings = {"sha256": PACKAGED_PRIORS[name].sha256}
    stage = laboratory.run(generation, "prior", work.convert_prior, settings=settings)
    return stage, stage.path / "model"
