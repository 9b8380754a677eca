"""What runs inside the stages: texts are divided, encoders trained at once, curves written down."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.families.critical_data.sweeps.looks import first, rounded, share
from benchmarks.families.critical_data.text.linear import linear_share
from benchmarks.families.critical_data.text.settings import STRETCH, TextSweep
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.record import Metric
from benchmarks.running.stage import Stage
from data.errors import BadInput
from data.measures.ngrams import split_words
from data.randomness import stream
from data.sources.labelled import LABELLED, Labelled, fingerprint_of, load_labelled
from lightning_modules.critical_data.settings import RunSettings
from lightning_modules.critical_data.text.settings import (
    FIRST_WORD,
    UNKNOWN,
    EncoderShape,
    TextSettings,
)
from lightning_modules.critical_data.text.sweep import Lesson, Pool, TextCurve, train_texts
from lightning_modules.device import Advance, Device


@dataclass(frozen=True, slots=True)
class Texts:
    """The usable texts of a set."""

    words: Sequence[Sequence[str]]
    """Words of every text, no more than are read."""
    labels: NDArray[np.int64]
    fingerprint: str
    """Digest of the whole set, of which these are the usable texts."""


@cache
def usable(source: str, context: int, longer: str) -> Texts:
    """The texts of a set that have words, cut or left out where they are too long.

    Args:
        source: Name of the set.
        context: Words of a text that are read at most.
        longer: What becomes of longer texts, `cut` or `left out`.

    Raises:
        BadInput: The set is unknown, not at hand, or has another content than is pinned.
    """
    if source not in LABELLED:
        raise BadInput(f"unknown set {source!r}; use one of {', '.join(LABELLED)}")
    texts = load_labelled(LABELLED[source])
    return _usable(texts, context, longer)


def _usable(texts: Sequence[Labelled], context: int, longer: str) -> Texts:
    kept: list[list[str]] = []
    labels: list[int] = []
    for one in texts:
        words = split_words(one.text)
        if words and (longer == "cut" or len(words) <= context):
            kept.append(words[:context])
            labels.append(one.label)
    return Texts(kept, np.array(labels, dtype=np.int64), fingerprint_of(texts))


def sweep_stages(sweep: TextSweep, seed: int, bench: Bench) -> list[Stage]:
    """Train the encoders of an arm in batches, a stage each, and the linear kernels beside them."""
    texts = usable(sweep.source, sweep.context, sweep.longer)
    sizes = sweep.sizes_of(len(texts.labels))
    variants = sweep.variants(sizes)
    pinned = Pinned(texts, texts.fingerprint)
    # How many train at once in other stages does not matter for what is made here.
    settings = replace(sweep, at_once=1)
    stages = []
    for number, start in enumerate(range(0, len(variants), sweep.at_once)):
        chosen = list(variants[start : start + sweep.at_once])
        n_texts = len(chosen) * sweep.steps * sweep.batch
        stages.append(
            bench.run(
                0,
                f"batch-{number}",
                train,
                progress=n_texts,
                sweep=settings,
                texts=pinned,
                seed=seed,
                variants=chosen,
            )
        )
    if sweep.linear:
        kinds = replace(settings, steps=sweep.steps, decays=(0.0,), scales=(1.0,))
        stages.append(
            bench.run(0, "linear", linear, sweep=kinds, texts=pinned, seed=seed, sizes=list(sizes))
        )
    return stages


def sweep_found(sweep: TextSweep, stages: Sequence[Stage]) -> Mapping[str, Any]:
    """What the record of an arm holds, from its finished stages."""
    runs = [run for stage in stages for run in stage.facts.get("runs", ())]
    shares: Mapping[str, float] = stages[-1].facts["shares"] if sweep.linear else {}
    runs = [{**run, "linear": shares.get(str(run["size"]))} for run in runs]
    return {
        "texts": runs,
        "metrics": _metrics(runs),
        "fingerprint": stages[0].facts["fingerprint"],
    }


def train(
    folder: Path,
    *,
    sweep: TextSweep,
    texts: Texts,
    seed: int,
    variants: Sequence[Sequence[float]],
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Train some encoders of an arm at once; go on from `working/last.ckpt` if it is there.

    Args:
        folder: Receives the checkpoint while they train.
        sweep: What the arm trains.
        texts: The usable texts.
        seed: Replicate: it decides the texts set aside, those learnt, and the first weights.
        variants: Size, weight decay and scale of each encoder.
        device: Device that they train on.
        advance: Told how many more texts were trained on.
    """
    working = folder / "working"
    working.mkdir(exist_ok=True)
    shape = EncoderShape(
        tokens=sweep.vocabulary + FIRST_WORD,
        context=sweep.context,
        width=sweep.width,
        heads=sweep.heads,
        feed_forward=sweep.inner,
        classes=max(2, int(texts.labels.max()) + 1),
    )
    settings = TextSettings(steps=sweep.steps, batch=sweep.batch, stretch=STRETCH)
    lessons = [lesson_of(sweep, texts, seed, int(size)) for size, _, _ in variants]
    runs = [
        RunSettings(
            seed=seed,
            learning_rate=sweep.learning_rate,
            weight_decay=decay,
            scale=scale,
            name=f"n{size:g}",
        )
        for size, decay, scale in variants
    ]
    pool = pool_of(sweep, texts, seed)
    curves = train_texts(
        shape, runs, lessons, pool, settings, folder=working, device=device, advance=advance
    )
    for file in working.iterdir():
        file.unlink()
    working.rmdir()
    found = [
        {"size": int(size), "decay": decay, "scale": scale, **seen(sweep, pool, curve)}
        for (size, decay, scale), curve in zip(variants, curves, strict=True)
    ]
    n_texts = len(runs) * sweep.steps * sweep.batch
    return {"runs": found, "tokens": n_texts, "fingerprint": texts.fingerprint}


def linear(
    folder: Path, *, sweep: TextSweep, texts: Texts, seed: int, sizes: Sequence[int]
) -> Mapping[str, Any]:
    """Let a linear kernel learn the texts that the encoders of one size learn, for every size.

    Args:
        folder: The stage's folder, which receives nothing.
        sweep: What the arm trains.
        texts: The usable texts.
        seed: Replicate.
        sizes: Numbers of texts.
    """
    aside, pool = divided(sweep, texts, seed)
    asked, expected = [texts.words[at] for at in aside], texts.labels[aside]
    shares = {}
    for size in sizes:
        lesson = lesson_of(sweep, texts, seed, size)
        learnt = [texts.words[pool[at]] for at in lesson.places]
        shares[str(size)] = linear_share(learnt, lesson.labels, asked, expected)
    return {"shares": shares, "fingerprint": texts.fingerprint}


def divided(
    sweep: TextSweep, texts: Texts, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the texts that a seed sets aside, and of the others."""
    order = stream(seed, "critical_data/text/test", sweep.source).permutation(len(texts.labels))
    n_tested = sweep.n_tested(len(order))
    return order[:n_tested], order[n_tested:]


def pool_of(sweep: TextSweep, texts: Texts, seed: int) -> Pool:
    """The texts of a seed as tokens, whose vocabulary knows nothing of those set aside."""
    aside, pool = divided(sweep, texts, seed)
    counts = Counter(word for at in pool for word in texts.words[at])
    # Of words that are equally frequent the first in the alphabet, not the first that was met.
    frequent = sorted(counts, key=lambda word: (-counts[word], word))[: sweep.vocabulary]
    known = {word: token for token, word in enumerate(frequent, start=FIRST_WORD)}
    return Pool(
        texts=_tokens([texts.words[at] for at in pool], known, sweep.context),
        asked=_tokens([texts.words[at] for at in aside], known, sweep.context),
        expected=texts.labels[aside],
    )


def _tokens(
    texts: Sequence[Sequence[str]], known: Mapping[str, int], context: int
) -> NDArray[np.int64]:
    found = np.zeros((len(texts), context), dtype=np.int64)
    for row, words in zip(found, texts, strict=True):
        row[: len(words)] = [known.get(word, UNKNOWN) for word in words]
    return found


def lesson_of(sweep: TextSweep, texts: Texts, seed: int, size: int) -> Lesson:
    """What one encoder learns; scrambled labels are the same labels at other texts."""
    _, pool = divided(sweep, texts, seed)
    places = stream(seed, "critical_data/text/subset", sweep.source, size).permutation(len(pool))
    chosen = places[:size]
    labels = texts.labels[pool[chosen]]
    if sweep.labels == "scrambled":
        labels = stream(seed, "critical_data/text/labels", sweep.source, size).permutation(labels)
    return Lesson(places=chosen, labels=labels)


def seen(sweep: TextSweep, pool: Pool, curve: TextCurve) -> dict[str, Any]:
    """What a record holds of one encoder, from its curve."""
    steps = np.array(curve.steps)
    return {
        "budget": sweep.steps,
        "memorised": first(steps, curve.column("train") >= sweep.memorised_at),
        "generalised": first(steps, curve.column("test") >= sweep.generalised_at),
        "tested": len(pool.expected),
        "commonest": float(np.bincount(pool.expected).max() / len(pool.expected)),
        "looks": steps.tolist(),
        **{name: rounded(curve.column(name)) for name in ("train", "test", "norm")},
    }


def _metrics(runs: Sequence[Mapping[str, Any]]) -> dict[str, Metric]:
    """The end of every encoder as numbers by name: `n800_wd0.01_x1/test`."""
    found: dict[str, Metric] = {}
    for run in runs:
        name = f"n{run['size']}_wd{run['decay']:g}_x{run['scale']:g}"
        found[f"{name}/test"] = share(run["test"][-1] or 0.0, run["tested"])
        if run["linear"] is not None:
            found[f"n{run['size']}/linear"] = share(run["linear"], run["tested"])
        for event in ("memorised", "generalised"):
            if run[event] is not None:
                steps = float(run[event])
                found[f"{name}/{event}"] = Metric(value=steps, stderr=None, n=1, version=1)
    return found
