"""Questions and candidates as points, by an encoder or by a language model whose weights rest."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.families.preference_data.reward.work.items import Items, read_items
from data.attention import one_text_per_row
from data.files import atomic
from data.measures.sentences import load_encoder
from data.prior import load_prior
from lightning_modules.device import Advance, Device

QUESTIONS, CANDIDATES = "questions.npy", "candidates.npy"
Points = NDArray[np.float32]
_AT_ONCE = 64
"""Texts that are read before progress is told."""
JOINED = "Question: {question}\nAnswer: {answer}"
"""How a language model reads a question with a candidate."""


def n_texts(items: Items, *, joint: bool) -> int:
    """Different texts that are encoded."""
    return len(set(_texts(items, joint=joint)))


def joined(items: Items) -> list[str]:
    """Every candidate behind its question, as a language model reads both."""
    return [
        JOINED.format(question=items.questions[place], answer=text)
        for place, text in items.candidates
    ]


def _texts(items: Items, *, joint: bool) -> list[str]:
    """The questions, unless joint, and then the candidates."""
    if joint:
        return joined(items)
    return [*items.questions, *(text for _, text in items.candidates)]


def encode_sentences(
    folder: Path, *, model: Path, items: Path, device: Device, advance: Advance
) -> Mapping[str, Any]:
    """Encode every question and every candidate by itself, by an encoder of sentences.

    Args:
        folder: Receives a table of points for the questions, and one for the candidates.
        model: Folder of the encoder.
        items: File of the items.
        device: Device that it runs on.
        advance: Told how many more texts were encoded.
    """
    encoder = load_encoder(model)
    encoder.model.to(device.kind)  # type: ignore[arg-type]
    found = read_items(items)
    texts = _texts(found, joint=False)
    points = _unique(texts, lambda some: encoder(some).astype(np.float32), advance)
    _save(folder / QUESTIONS, points[: len(found.questions)])
    _save(folder / CANDIDATES, points[len(found.questions) :])
    return {"width": points.shape[1], "texts": len(set(texts))}


def encode_answers(
    folder: Path, *, model: Path, items: Path, device: Device, advance: Advance
) -> Mapping[str, Any]:
    """Read every candidate after its question with a language model.

    The point of a candidate is the mean of the last states over all tokens beside the last
    token's state: what the model has read, and what it expects after it.

    Args:
        folder: Receives a table of points for the candidates.
        model: Checkpoint of the language model.
        items: File of the items.
        device: Device that it runs on.
        advance: Told how many more texts were read.
    """
    return encode_texts(
        folder / CANDIDATES, _texts(read_items(items), joint=True), model, device, advance
    )


def encode_texts(
    path: Path, texts: Sequence[str], model: Path, device: Device, advance: Advance
) -> Mapping[str, Any]:
    """Read texts with a language model into a table of points; see `encode_answers`.

    Args:
        path: Receives the table, shape (texts, twice the width of the model).
        texts: The texts.
        model: Checkpoint of the language model.
        device: Device that it runs on.
        advance: Told how many more texts were read.
    """
    prior = load_prior(model, context=None, prefix=None)
    whole: Any = prior.model.to(device.kind)  # type: ignore[arg-type]

    @torch.inference_mode()
    def read(texts: Sequence[str]) -> Points:
        ids = [prior.tokenizer.encode(text)[-prior.context :] for text in texts]
        longest = max(map(len, ids))
        padded = torch.zeros((len(ids), longest), dtype=torch.long)
        real = torch.zeros((len(ids), longest, 1))
        for row, mine in enumerate(ids):
            padded[row, : len(mine)] = torch.tensor(mine)
            real[row, : len(mine)] = 1
        with one_text_per_row(whole):
            states = whole.model(input_ids=padded.to(device.kind)).last_hidden_state.float().cpu()
        means = (states * real).sum(1) / real.sum(1)
        last = states[torch.arange(len(ids)), torch.tensor([len(mine) - 1 for mine in ids])]
        return torch.cat([means, last], dim=1).numpy()

    points = _unique(texts, read, advance)
    _save(path, points)
    return {"width": points.shape[1], "texts": len(set(texts))}


def _unique(texts: Sequence[str], encode: Any, advance: Advance) -> Points:
    """Texts as points; equal texts are encoded once, and those of like length together."""
    order = sorted(dict.fromkeys(texts), key=lambda one: (len(one), one))
    place = {text: at for at, text in enumerate(order)}
    parts = []
    for start in range(0, len(order), _AT_ONCE):
        parts.append(encode(order[start : start + _AT_ONCE]))
        advance(len(parts[-1]))
    return np.asarray(np.concatenate(parts)[[place[text] for text in texts]])


def _save(path: Path, points: Points) -> None:
    with atomic(path) as partial, partial.open("wb") as file:
        np.save(file, points)


def features(questions: Points | None, candidates: Points, items: Items) -> Points:
    """What a reward head sees of every candidate, shape (candidates, width).

    Of texts that were encoded apart: the candidate, its product with the question, and the size of
    their difference, each the width of the encoder. Of those that were read together: themselves.

    Args:
        questions: Questions as points; None where candidates were read with them.
        candidates: Candidates as points.
        items: The items.
    """
    if questions is None:
        return candidates
    own = questions[[place for place, _ in items.candidates]]
    return np.concatenate([candidates, own * candidates, np.abs(own - candidates)], axis=1)


def cosines(questions: Points, candidates: Points, items: Items) -> NDArray[np.float64]:
    """Cosine of every candidate with its question, of points of unit length."""
    own = questions[[place for place, _ in items.candidates]]
    return np.asarray(np.sum(own.astype(np.float64) * candidates, axis=1))
