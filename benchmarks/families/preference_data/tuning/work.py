"""The work inside the stages of a policy: pairs are made, it is tuned, and it is measured."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.chains.work.measures import held_out_metrics
from data.errors import BadInput
from data.files import discard, saving
from data.prior import Prior, load_prior
from data.randomness import stream
from data.text.corpus import Corpus, Document, write_corpus
from data.text.tokens import encode, load_tokenizer
from lightning_modules.device import Advance, Device
from lightning_modules.editing.token_scoring import score_documents
from lightning_modules.preference_data.tuning.answers import (
    Pair,
    Pairs,
    log_probabilities,
)
from lightning_modules.preference_data.tuning.policy import Look, tune
from lightning_modules.preference_data.tuning.settings import Loss, TuningSettings
from lightning_modules.processes import on_lead
from lightning_modules.rewarding.reward import Reward
from lightning_modules.rewarding.scoring import rewards_of, wins
from lightning_modules.settings import SamplingRule
from lightning_modules.trainer import predicting
from lightning_modules.writing.corpus_sampling import DocumentSampler, numbered_documents

Measures = dict[str, dict[str, float | int | None]]
_FAMILY = "preference_data/tuning"


def _quietly(n_tokens: int) -> None:
    """Tell nobody of texts that are few."""


def cut_answers(
    folder: Path,
    *,
    corpora: Sequence[Path],
    tokenizer: Path,
    prompt_tokens: int,
    answer_tokens: int,
    number: int,
    seed: int,
) -> dict[str, Any]:
    """Cut human text into prompts with answers, as many of each text, into `human.arrow`.

    Args:
        folder: Folder that receives `human.arrow`, whose documents are answers to prompts.
        corpora: Files of human text; each gives an equal part.
        tokenizer: Folder of the tokenizer.
        prompt_tokens: Tokens of a prompt.
        answer_tokens: Tokens of an answer.
        number: Prompts wanted of all texts together.
        seed: Replicate; it draws which stretches are taken.

    Raises:
        BadInput: A text is too short.
    """
    words, rng = load_tokenizer(tokenizer), stream(seed, f"{_FAMILY}/stretches")
    width, each = prompt_tokens + answer_tokens, number // len(corpora)
    taken: list[tuple[str, str]] = []
    for path in corpora:
        documents = encode(words, Corpus.open(path).texts())
        stretches = [
            ids[at : at + width]
            for ids in documents
            for at in range(0, len(ids) - width + 1, width)
        ]
        if len(stretches) < each:
            raise BadInput(
                f"the text has {len(stretches)} stretches of {width} tokens, {each} are wanted; "
                "lower pairs or held_pairs, or give more text"
            )
        for place in rng.permutation(len(stretches))[:each]:
            ids = stretches[int(place)]
            prompt, answer = ids[:prompt_tokens], ids[prompt_tokens:]
            taken.append((str(words.decode(prompt)), str(words.decode(answer))))
    order = rng.permutation(len(taken))
    write_corpus(
        folder / "human.arrow",
        (
            Document(str(at), taken[int(k)][1], "human", "see the source", 0, taken[int(k)][0])
            for at, k in enumerate(order)
        ),
    )
    return {"documents": len(taken)}


def write_answers(
    folder: Path,
    *,
    model: Path,
    prompts: Path,
    each: int,
    context: int,
    answer_tokens: int,
    seed: int,
    purpose: str,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Let a policy answer prompts, all answers of one length, into `written.arrow`.

    Args:
        folder: Folder that receives `written.arrow`, with `each` documents for every prompt.
        model: Checkpoint of the policy.
        prompts: File of documents with prompts.
        each: Answers to every prompt.
        context: Tokens that the policy reads at once.
        answer_tokens: Tokens of an answer.
        seed: Replicate.
        purpose: What the answers are for; it keys the random draws.
        device: Where the policy writes.
        advance: Told how many more tokens were written.
    """
    writer = load_prior(model, context=context, prefix=True)
    asked = [prompt for prompt in Corpus.open(prompts).prompts() for _ in range(each)]
    texts = answers_of(writer, asked, answer_tokens, seed, purpose, device, advance)
    documents = [
        Document(str(at), text, "model", "model-written", 1, prompt)
        for at, (prompt, text) in enumerate(zip(asked, texts, strict=True))
    ]
    on_lead(lambda: write_corpus(folder / "written.arrow", documents))
    return {"documents": len(texts)}


def answers_of(
    writer: Prior,
    prompts: Sequence[str],
    answer_tokens: int,
    seed: int,
    purpose: str,
    device: Device,
    advance: Advance,
) -> list[str]:
    """One answer to every prompt, drawn at temperature 1, of a number of tokens."""
    rule = SamplingRule(
        max_tokens=answer_tokens,
        min_tokens=answer_tokens,
        prompt_tokens=writer.context,
        documents_per_batch=256,
    )
    sampler = DocumentSampler(
        writer,
        rule,
        prompts=encode(writer.tokenizer, prompts),
        seed=seed,
        purpose=f"{_FAMILY}/{purpose}",
        generation=0,
        advance=advance,
    )
    written = numbered_documents(sampler, 0, len(prompts), predicting(device, advance))
    return list(writer.tokenizer.batch_decode(written, skip_special_tokens=True))


def rank_answers(
    folder: Path, *, written: Path, reward: Path, each: int, device: Device
) -> dict[str, Any]:
    """Keep the best and the worst answer to every prompt in `chosen.arrow` and `rejected.arrow`.

    Prompts whose best and worst answer are one text are left out.

    Args:
        folder: Folder that receives both.
        written: File with `each` answers to every prompt, side by side.
        reward: Folder of the reward model that ranks them.
        each: Answers to every prompt.
        device: Where the reward model reads.
    """
    answers = list(Corpus.open(written))
    found = rewards_of(
        Reward.load(reward), [one.text for one in answers], predicting(device, _quietly)
    ).reshape(-1, each)
    begins = np.arange(len(found)) * each
    best, worst = begins + found.argmax(axis=1), begins + found.argmin(axis=1)
    pairs = [
        (answers[int(one)], answers[int(other)])
        for one, other in zip(best, worst, strict=True)
        if answers[int(one)].text != answers[int(other)].text
    ]
    on_lead(lambda: write_corpus(folder / "chosen.arrow", [one for one, _ in pairs]))
    on_lead(lambda: write_corpus(folder / "rejected.arrow", [other for _, other in pairs]))
    return {
        "documents": len(pairs),
        "spread": float((found.max(axis=1) - found.min(axis=1)).mean()),
    }


def _pairs(chosen: Path, rejected: Path) -> list[Pair]:
    """Pairs of two files of answers to the same prompts; equal answers are left out.

    Raises:
        BadInput: The files answer other prompts.
    """
    sides = list(Corpus.open(chosen)), list(Corpus.open(rejected))
    if [one.prompt for one in sides[0]] != [one.prompt for one in sides[1]]:
        raise BadInput("chosen and rejected answers are of different prompts; write them again")
    return [
        Pair(one.prompt, one.text, other.text)
        for one, other in zip(*sides, strict=True)
        if one.text and other.text and one.text != other.text
    ]


def tune_policy(
    folder: Path,
    *,
    model: Path,
    loss: Loss,
    tuning: TuningSettings,
    context: int,
    chosen: Path,
    rejected: Path,
    held_chosen: Path,
    held_rejected: Path,
    seed: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Tune a policy on pairs into `model/`, and look at held-out pairs on the way.

    Args:
        folder: Folder that receives `model/`.
        model: Checkpoint of the policy, which as it is is the reference.
        loss: Loss of a pair.
        tuning: How it is tuned.
        context: Tokens that it reads at once.
        chosen: File of preferred answers.
        rejected: File of the others, to the same prompts.
        held_chosen: File of preferred answers that it does not learn from.
        held_rejected: File of the others.
        seed: Replicate; it draws the order of pairs.
        device: Where it is tuned.
        advance: Told how many more tokens were read.
    """
    working = folder / "working"
    on_lead(lambda: working.mkdir(exist_ok=True))
    policy = load_prior(model, context=context, prefix=True)
    learnt = Pairs(_pairs(chosen, rejected), policy.tokenizer, context)
    held_out = Pairs(_pairs(held_chosen, held_rejected), policy.tokenizer, context)
    losses, looks = tune(
        policy.model,
        learnt,
        held_out,
        loss,
        tuning,
        rng=stream(seed, f"{_FAMILY}/order"),
        folder=working,
        device=device,
        advance=advance,
    )
    on_lead(lambda: _save(policy, folder / "model"))
    on_lead(lambda: discard(working))
    return {"measures": _looks(looks, len(learnt), len(held_out)) | _losses(losses)}


def _save(policy: Prior, folder: Path) -> None:
    """Write a policy and its tokenizer."""
    with saving(folder):
        policy.model.save_pretrained(folder)
    policy.tokenizer.save_pretrained(folder)


def _losses(losses: Sequence[float]) -> Measures:
    found = {"first": losses[0], "last": float(np.mean(losses[-5:]))}
    return {
        f"loss/{name}": {"value": value, "stderr": None, "n": len(losses)}
        for name, value in found.items()
    }


def _looks(looks: Sequence[Look], learnt: int, held_out: int) -> Measures:
    """Every look, with its step in the key; and how many pairs there were."""
    found: Measures = {"pairs": {"value": float(learnt), "stderr": None, "n": learnt}}
    for at, look in enumerate(looks):
        values = {
            "step": float(look.step),
            "chosen": look.chosen,
            "rejected": look.rejected,
            "margin": look.margin,
            "accuracy": look.accuracy,
        }
        found |= {
            f"look_{at:02d}/{name}": {"value": value, "stderr": None, "n": held_out}
            for name, value in values.items()
        }
    return found


def measure_policy(
    folder: Path,
    *,
    model: Path,
    reference: Path,
    context: int,
    answer_tokens: int,
    held_out: Path,
    texts: Mapping[str, Path],
    rewards: Mapping[str, Path],
    seed: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Measure a policy: what it still knows, how far it moved, and what reward models think of it.

    Args:
        folder: Stays empty.
        model: Checkpoint of the policy.
        reference: Checkpoint that it is held against.
        context: Tokens that both read at once.
        answer_tokens: Tokens of an answer.
        held_out: File of human answers to prompts that no policy was tuned on.
        texts: Files of held-out human text, by name.
        rewards: Folders of reward models, by name.
        seed: Replicate.
        device: Where it is measured.
        advance: Told how many more tokens were written.
    """
    policy = load_prior(model, context=context, prefix=True)
    human = list(Corpus.open(held_out))
    prompts = [one.prompt for one in human]
    # One key of draws for all policies: what differs between their answers is the policy.
    written = answers_of(policy, prompts, answer_tokens, seed, "measured", device, advance)
    measures: Measures = {
        f"{name}/bits_per_byte": _bits(policy, Corpus.open(path), device)
        for name, path in texts.items()
    }
    before = load_prior(reference, context=context, prefix=True)
    measures["kl"] = _divergence(policy, before, prompts, written)
    for name, place in rewards.items():
        reward = Reward.load(place)
        mine, theirs = (
            rewards_of(reward, some, predicting(device, _quietly))
            for some in (written, [one.text for one in human])
        )
        share = wins(mine, theirs)
        measures[f"wins/{name}"] = {"value": share.value, "stderr": share.stderr, "n": len(mine)}
    return {"measures": measures}


def _divergence(
    policy: Prior, before: Prior, prompts: Sequence[str], written: Sequence[str]
) -> dict[str, float | int | None]:
    """KL of the policy from the reference, by its own answers, in nats for each answer."""
    asked = [
        Pair(prompt, text, f"{text} ")  # the second answer is read and not used
        for prompt, text in zip(prompts, written, strict=True)
        if text
    ]
    rows = Pairs(asked, policy.tokenizer, 2 * policy.context)
    rows.tokens, rows.labels = rows.tokens[:, :1], rows.labels[:, :1]
    found = [log_probabilities(one.model, rows)[:, 0].double() for one in (policy, before)]
    ratio = (found[0] - found[1]).numpy()
    return {
        "value": float(ratio.mean()),
        "stderr": float(ratio.std(ddof=1) / np.sqrt(len(ratio))),
        "n": len(ratio),
    }


def _bits(policy: Prior, corpus: Corpus, device: Device) -> dict[str, float | int | None]:
    """Loss of held-out text in bits per byte."""
    documents = encode(policy.tokenizer, corpus.texts())
    scored = score_documents(policy, documents, trainer=predicting(device, _quietly))
    lengths = [len(ids) for ids in documents]
    owner = np.repeat(np.arange(len(lengths)), lengths)
    table = pa.table(
        {
            "nats": np.bincount(owner, weights=-scored.astype(np.float64), minlength=len(lengths)),
            "tokens": lengths,
            "bytes": [len(text.encode()) for text in corpus.texts()],
        }
    )
    one = held_out_metrics(table)["held_out/bits_per_byte/none"]
    return {"value": one.value, "stderr": one.stderr, "n": one.n}
