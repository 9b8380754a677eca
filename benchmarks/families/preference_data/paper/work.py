"""The work of the published study: a reward model reads every released pair."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from data.checkpoints.other import load_other
from data.errors import BadInput, readable
from data.text.tokens import load_tokenizer
from lightning_modules.device import Advance, Device

Measures = dict[str, dict[str, float | int | None]]
_MEND = "put the released test part there: rows of prompt, chosen, rejected, label_type"


@dataclass(frozen=True, slots=True)
class ReleasedPair:
    """Two answers to one prompt as they were released."""

    kind: str
    """Who labelled it, as the release says."""
    prompt: str
    chosen: str
    rejected: str


def read_pairs(path: Path) -> list[ReleasedPair]:
    """The pairs of a file: one JSON list, or one object a line.

    Answers are texts, or dialogues whose last turn is the answer.

    Raises:
        BadInput: The file is damaged, holds no pair, or has one whose answers are equal.
    """
    text = path.read_text(encoding="utf-8")
    with readable(path, _MEND):
        rows = json.loads(text) if text.lstrip()[:1] == "[" else _lines(text)
        pairs = [
            ReleasedPair(
                kind=str(row["label_type"]),
                prompt=str(row["prompt"]),
                chosen=_answer(row["chosen"]),
                rejected=_answer(row["rejected"]),
            )
            for row in rows
        ]
    if not pairs:
        raise BadInput(f"{path}: holds no pair; {_MEND}")
    for number, pair in enumerate(pairs, 1):
        if pair.chosen == pair.rejected:
            raise BadInput(f"{path}: pair {number}: both answers are equal; leave it out")
    return pairs


def _lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _answer(found: object) -> str:
    if isinstance(found, str):
        return found
    if isinstance(found, list) and found:
        return str(found[-1]["content"])
    raise ValueError("an answer is no text and no dialogue")


def judge_pairs(
    folder: Path,
    *,
    model: str | Path,
    pairs: Path,
    most_tokens: int,
    at_once: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Give both answers of every pair a reward, and count which is larger.

    Args:
        folder: Receives `rewards.jsonl`, one line a pair.
        model: The reward model, a classifier of one output.
        pairs: File of the released pairs.
        most_tokens: Tokens of a prompt with an answer; pairs with more are left out and counted.
        at_once: Texts that are read at a time.
        device: Where the model reads.
        advance: Told how many more tokens were read.

    Raises:
        BadInput: The model has not one output, or no pair is short enough.
    """
    judge, words = load_other(AutoModelForSequenceClassification, model), load_tokenizer(model)
    if judge.config.num_labels != 1:
        raise BadInput(f"{model}: {judge.config.num_labels} outputs; a reward model has one")
    judge.to(device.kind)  # type: ignore[arg-type]
    read = read_pairs(pairs)
    texts = [
        [tokens_of(words, pair.prompt, answer) for answer in (pair.chosen, pair.rejected)]
        for pair in read
    ]
    kept = [k for k, both in enumerate(texts) if max(map(len, both)) <= most_tokens]
    if not kept:
        raise BadInput(f"{pairs}: no pair has at most {most_tokens} tokens; raise dialogue_tokens")
    rewards = _rewards(judge, [tokens for k in kept for tokens in texts[k]], at_once, advance)
    judged = [(read[k], rewards[2 * i], rewards[2 * i + 1]) for i, k in enumerate(kept)]
    lines = (json.dumps({"chosen": w, "rejected": q}) + "\n" for _, w, q in judged)
    (folder / "rewards.jsonl").write_text("".join(lines), encoding="utf-8")
    return {"measures": {"too_long": _count(len(read) - len(kept)), **_measured(judged)}}


def tokens_of(words: PreTrainedTokenizerFast, prompt: str, answer: str) -> list[int]:
    """Tokens of a dialogue by the tokenizer's own template, or of both texts in order."""
    if words.chat_template:
        turns = [
            {"role": "user", "content": prompt},
            {"role": "assistant", "content": answer},
        ]
        text = str(words.apply_chat_template(turns, tokenize=False))
        return list(words.encode(text, add_special_tokens=False))
    return list(words.encode(f"{prompt}\n\n{answer}"))


@torch.inference_mode()
def _rewards(
    judge: PreTrainedModel, texts: Sequence[Sequence[int]], at_once: int, advance: Advance
) -> list[float]:
    """The reward of each text, texts of like length read together, padded on the right."""
    order = sorted(range(len(texts)), key=lambda k: len(texts[k]))
    pad = judge.config.pad_token_id or 0
    judge.config.pad_token_id = pad
    found = [0.0] * len(texts)
    for start in range(0, len(order), at_once):
        places = order[start : start + at_once]
        longest = max(len(texts[k]) for k in places)
        rows = [[*texts[k], *[pad] * (longest - len(texts[k]))] for k in places]
        seen = [[1] * len(texts[k]) + [0] * (longest - len(texts[k])) for k in places]
        tokens, mask = (torch.tensor(each, device=judge.device) for each in (rows, seen))
        for k, reward in zip(places, judge(tokens, attention_mask=mask).logits[:, 0], strict=True):
            found[k] = float(reward)
        advance(sum(len(texts[k]) for k in places))
    return found


def _measured(judged: Sequence[tuple[ReleasedPair, float, float]]) -> Measures:
    """Accuracy of the model and of taking the longer answer, of all pairs and by kind."""
    kinds = {"all": list(judged)}
    for one in judged:
        kinds.setdefault(one[0].kind, []).append(one)
    measures: Measures = {}
    for kind, mine in kinds.items():
        measures[f"{kind}/accuracy"] = _share([_beats(w, q) for _, w, q in mine])
        longer = [_beats(len(pair.chosen), len(pair.rejected)) for pair, _, _ in mine]
        measures[f"{kind}/longer"] = _share(longer)
    return measures


def _beats(first: float, second: float) -> float:
    """1 if the first is larger, and a half if both are equal."""
    return 0.5 if first == second else float(first > second)


def _share(wins: Sequence[float]) -> dict[str, float | int | None]:
    n, mean = len(wins), sum(wins) / len(wins)
    return {"value": mean, "stderr": sqrt(mean * (1 - mean) / max(n - 1, 1)), "n": n}


def _count(number: int) -> dict[str, float | int | None]:
    return {"value": float(number), "stderr": None, "n": 1}
