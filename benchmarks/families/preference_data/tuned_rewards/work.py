"""The work of the stages: a reward model learns from pairs of an exam, and is asked of others."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.families.preference_data.reward.work.encoding import joined
from benchmarks.families.preference_data.reward.work.fitting import (
    HEAD,
    baselines,
    measured,
)
from benchmarks.families.preference_data.reward.work.items import Items, read_items
from benchmarks.families.preference_data.reward.work.scoring import (
    Floats,
)
from data.files import discard
from data.preference_data.splitting import split_groups
from data.randomness import stream
from lightning_modules.device import Advance, Device
from lightning_modules.processes import on_lead
from lightning_modules.rewarding.learning import Pairs, learn_pairs
from lightning_modules.rewarding.reward import Reward
from lightning_modules.rewarding.scoring import rewards_of
from lightning_modules.settings import Optimization
from lightning_modules.trainer import predicting

REWARD = "reward"
_END = 10
"""Steps at each end of a fit whose mean loss is told."""
_DRAWN, _ORDER = "preference_data/tuned_pairs", "preference_data/tuned_order"


def tune(
    folder: Path,
    *,
    seed: int,
    items: Path,
    model: Path,
    held_out: int,
    per_question: int,
    context: int,
    passes: int,
    rests: bool,
    fit: Optimization,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Fit a reward model on pairs of some questions, into `reward/`.

    Args:
        folder: Receives `reward/`, and the checkpoint, which is removed at the end.
        seed: Replicate; it draws what is held out, the pairs and their order.
        items: File of the items.
        model: Checkpoint of the language model.
        held_out: Questions that nothing learns from.
        per_question: Hard pairs of a question that are learnt from, and easy ones.
        context: Tokens of a text that are read at most.
        passes: How often the pairs are read.
        rests: Whether the language model rests, so that its readout alone is fitted.
        fit: How it is fitted.
        device: Where it is fitted.
        advance: Told how many more pairs were read.

    Raises:
        BadInput: The pairs do not fill one step.
    """
    found = read_items(items)
    learnt = np.flatnonzero(~_is_held_out(found, held_out, seed)).tolist()
    reward = Reward.new("model", model, context)
    reward.module.requires_grad_(True)
    if rests:
        reward.module.get_submodule("model").requires_grad_(False)
    pairs = _pairs(reward, found, learnt, per_question, passes, seed)
    working = folder / "working"
    on_lead(lambda: working.mkdir(exist_ok=True))
    per_pair = 2 * pairs.width - 1  # what is told of one pair
    losses = learn_pairs(
        reward,
        pairs,
        optimization=fit,
        rng=stream(seed, _ORDER),
        folder=working,
        device=device,
        advance=lambda n: advance(n // per_pair),
    )
    on_lead(lambda: reward.save(folder / REWARD))
    on_lead(lambda: discard(working))
    ends = (("first", losses[:_END]), ("last", losses[-_END:]))
    return {
        "measures": {
            f"loss/{name}": {"value": float(np.mean(some)), "stderr": None, "n": len(some)}
            for name, some in ends
        }
    }


def ask_exam(
    folder: Path,
    *,
    seed: int,
    reward: Path,
    items: Path,
    questions: Path,
    candidates: Path,
    held_out: int,
    device: Device,
) -> Mapping[str, Any]:
    """Ask a reward model of the questions that it has not learnt from, beside what needs none.

    Args:
        folder: Receives nothing.
        seed: Replicate of the fit.
        reward: The reward model.
        items: File of the items.
        questions: Questions as points of the encoder whose cosine is a baseline.
        candidates: Candidates as points of the same.
        held_out: Questions that nothing learnt from.
        device: Where it reads.

    Raises:
        BadInput: A reward is no number.
    """
    found = read_items(items)
    places = np.flatnonzero(_is_held_out(found, held_out, seed)).tolist()
    rows = [row for place in places for row in _rows(found, place)]
    rewards = np.zeros(len(found.candidates))  # nobody asks for those of other questions
    texts = joined(found)
    rewards[rows] = _rewards(reward, [texts[row] for row in rows], device)
    scorers = {HEAD: rewards} | baselines(questions, candidates, found)
    return {"measures": measured(found, places, scorers)}


def _is_held_out(items: Items, held_out: int, seed: int) -> NDArray[np.bool_]:
    """Which questions a seed holds out, in whole groups of near-duplicates."""
    return split_groups(np.array(items.groups), held_out, seed)


def _rewards(reward: Path, texts: list[str], device: Device) -> Floats:
    """Rewards of texts by a reward model of a folder."""
    loaded = Reward.load(reward)
    loaded.module.eval()
    return rewards_of(loaded, texts, predicting(device, lambda n: None))


def _pairs(
    reward: Reward, items: Items, places: Sequence[int], per_question: int, passes: int, seed: int
) -> Pairs:
    """Hard and easy pairs of some questions, drawn for each by the seed."""
    better, worse = [], []
    for place in places:
        rng = stream(seed, _DRAWN, place)
        for others in (items.wrong(place), items.rows_of_strangers(place)):
            drawn = rng.permutation(others)[:per_question].tolist()
            better += [int(items.right[place])] * len(drawn)
            worse += drawn
    number = np.tile(np.arange(len(better)), passes)
    texts = joined(items)
    one, other = (reward.rows(texts[row] for row in rows) for rows in (better, worse))
    return Pairs(one, other, np.stack([number, number], axis=1))


def _rows(items: Items, place: int) -> range:
    first = int(items.first[place])
    return range(first, first + 2 * len(items.options[place]) - 1)
