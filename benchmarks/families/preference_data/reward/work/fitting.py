"""Fits reward heads on the pairs of some questions, and measures them on those of others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.families.preference_data.reward.work.encoding import cosines, features
from benchmarks.families.preference_data.reward.work.items import (
    Items,
    Places,
    lengths,
    pairs_of,
    read_items,
)
from benchmarks.families.preference_data.reward.work.scoring import (
    Floats,
    Measures,
    accuracies,
    balanced_weights,
    by_length,
    calibration,
    leads,
    length_correlation,
    mean_by_question,
)
from data.files import atomic
from data.preference_data.splitting import split_groups
from data.randomness import stream
from lightning_modules.device import Advance, Device
from lightning_modules.preference_data.rewarding.heads import (
    HeadSpec,
    PairFeatures,
    fit_heads,
)
from lightning_modules.preference_data.rewarding.settings import HeadSettings

REWARDS, DIRECTIONS = "rewards.npz", "heads.npz"
HEAD, BALANCED, PERMUTED, ALONE = "head", "balanced", "permuted", "option alone"
COSINE, LENGTH, POSITION = "cosine", "length", "position"
BASELINES = (LENGTH, COSINE, POSITION)
_PURPOSE = "preference_data/labels"
_DRAWS = 4
"""Heads with drawn labels; one alone leans to some side by chance, for its pairs hang together."""


def fit_and_measure(
    folder: Path,
    *,
    seed: int,
    items: Path,
    questions: Path | None,
    candidates: Path,
    baseline_questions: Path,
    baseline_candidates: Path,
    held_out: int,
    aside: int,
    settings: HeadSettings,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Fit the heads on easy and hard pairs, and measure them beside their baselines.

    Args:
        folder: Receives the rewards of the held-out questions, for whoever chooses among answers,
            and the directions of the heads.
        seed: Replicate; it draws what is held out, the order of pairs, and permuted labels.
        items: File of the items.
        questions: Questions as points; None where candidates were read with theirs.
        candidates: Candidates as points.
        baseline_questions: Questions by the encoder whose cosine is a baseline.
        baseline_candidates: Candidates by the same.
        held_out: Questions that nothing is fitted on.
        aside: Questions that the penalty is chosen by.
        settings: How heads are fitted.
        device: Device that they are fitted on.
        advance: Told how many more pairs were read.
    """
    found = read_items(items)
    table = features(None if questions is None else np.load(questions), np.load(candidates), found)
    parts = _split(found, held_out, aside, seed)
    learnt, chosen_by = (_features(table, found, parts[name]) for name in ("learnt", "aside"))
    specs = _specs(found, parts["learnt"], table.shape[1], questions is not None, seed)
    heads = fit_heads(
        specs, learnt, chosen_by, settings, seed=seed, folder=folder, device=device, advance=advance
    )
    scorers = {name: head.rewards(table) for name, head in heads.items()}
    scorers |= baselines(baseline_questions, baseline_candidates, found)
    places = parts["held out"]
    _save_rewards(folder / REWARDS, found, places, scorers)
    _save(folder / DIRECTIONS, {name: head.direction for name, head in heads.items()})
    decays = {
        f"decay/{name}": {"value": head.decay, "stderr": None, "n": len(places)}
        for name, head in heads.items()
    }
    return {"measures": {**measured(found, places, scorers), **decays}, "tokens": 0}


def _split(items: Items, held_out: int, aside: int, seed: int) -> dict[str, list[int]]:
    """Questions to learn of, to choose the penalty by, and to measure on; groups stay together."""
    groups = np.array(items.groups)
    out = split_groups(groups, held_out, seed)
    rest = np.flatnonzero(~out)
    by = np.zeros(len(groups), bool)
    by[rest] = split_groups(groups[rest], aside, seed, "aside")
    found = {"learnt": ~out & ~by, "aside": by, "held out": out}
    return {name: np.flatnonzero(part).tolist() for name, part in found.items()}


def _learnt_pairs(items: Items, places: list[int]) -> tuple[Places, Places, Places]:
    """Easy and hard pairs of some questions together."""
    pairs = pairs_of(items, places)
    easy, hard = pairs["easy"], pairs["hard"]
    return (
        np.concatenate([easy[0], hard[0]]),
        np.concatenate([easy[1], hard[1]]),
        np.concatenate([easy[2], hard[2]]),
    )


def _features(table: NDArray[np.float32], items: Items, places: list[int]) -> PairFeatures:
    chosen, rejected, _ = _learnt_pairs(items, places)
    return PairFeatures(table, chosen, rejected)


def _specs(
    items: Items, places: list[int], width: int, apart: bool, seed: int
) -> dict[str, HeadSpec]:
    """The heads: as they are, balanced by length, with drawn labels, and without the question."""
    pairs = _learnt_pairs(items, places)
    flipped = stream(seed, _PURPOSE).random((_DRAWS, len(pairs[0]))) < 0.5
    specs = {
        HEAD: HeadSpec(),
        BALANCED: HeadSpec(weights=balanced_weights(items, pairs)),
        **{f"{PERMUTED} {i}": HeadSpec(flipped=labels) for i, labels in enumerate(flipped, 1)},
    }
    if apart:  # the first third of the features is the candidate's own
        specs[ALONE] = HeadSpec(sees=np.arange(width) < width // 3)
    return specs


def measured(items: Items, places: list[int], scorers: Mapping[str, Floats]) -> Measures:
    """What is measured of the rewards of held-out questions beside their baselines.

    Args:
        items: The items.
        places: The held-out questions.
        scorers: Rewards of every candidate by scorer, shape (candidates,) each; one is `HEAD`, and
            the baselines are among them.
    """
    pairs = pairs_of(items, places)
    over = {f"lead/hard {HEAD} over {one}": ("hard", HEAD, one) for one in BASELINES}
    over |= {f"lead/easy {HEAD} over {one}": ("easy", HEAD, one) for one in (LENGTH, COSINE)}
    if BALANCED in scorers:
        over[f"lead/hard {BALANCED} over {HEAD}"] = ("hard", BALANCED, HEAD)
    if ALONE in scorers:
        over[f"lead/hard {HEAD} over {ALONE}"] = ("hard", HEAD, ALONE)
    tops = {
        name: np.array([_is_top(items, place, rewards) for place in places])
        for name, rewards in scorers.items()
    }
    asked = np.array(places)
    return {
        **accuracies(scorers, pairs),
        **leads(scorers, pairs, over),
        **{f"item/{name}": mean_by_question(top, asked) for name, top in tops.items()},
        **calibration(scorers[HEAD], pairs["hard"]),
        **by_length(scorers[HEAD], items, asked),
        **{
            f"length correlation/{name}": length_correlation(rewards, items, asked)
            for name, rewards in scorers.items()
            if name not in (LENGTH, POSITION)
        },
    }


def baselines(questions: Path, candidates: Path, items: Items) -> dict[str, Floats]:
    """What needs no knowledge, by name: cosine with the question, length, and an early place.

    Args:
        questions: Questions as points of an encoder of sentences.
        candidates: Candidates as points of the same.
        items: The items.
    """
    return {
        COSINE: cosines(np.load(questions), np.load(candidates), items),
        LENGTH: lengths(items).astype(np.float64),
        POSITION: -np.concatenate([np.arange(2.0 * len(one) - 1) for one in items.options]),
    }


def _is_top(items: Items, place: int, rewards: Floats) -> float:
    """Whether the right option has the largest reward of all; a tie counts its part."""
    first = int(items.first[place])
    mine = rewards[first : first + len(items.options[place])]
    top = np.flatnonzero(mine == mine.max())
    return float(items.gold[place] in top) / len(top)


def _save_rewards(
    path: Path, items: Items, places: list[int], scorers: Mapping[str, Floats]
) -> None:
    """Write rewards of held-out items, the right option first, by kind and scorer.

    A *hard* item is a question with its own options, an *easy* one its right option with strangers.
    """
    rows = {
        "hard": [[int(items.right[place]), *items.wrong(place)] for place in places],
        "easy": [[int(items.right[place]), *items.rows_of_strangers(place)] for place in places],
    }
    _save(
        path,
        {
            f"{kind}/{name}": rewards[np.array(mine)]
            for kind, mine in rows.items()
            for name, rewards in scorers.items()
        },
    )


def _save(path: Path, tables: Mapping[str, Floats]) -> None:
    with atomic(path) as partial, partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **tables)
