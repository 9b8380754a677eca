"""The work inside the stages of reward models: they learn, choose documents, and judge corpora."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl

from benchmarks.chains.rewarding.choosing import Candidate, Choice
from benchmarks.chains.work.measures import Measurement
from data.errors import BadInput
from data.files import discard
from data.prior import Prior, load_prior
from data.randomness import Purpose, stream
from data.text.corpus import Corpus, Document, join, write_corpus
from data.text.tokens import encode
from lightning_modules.device import Advance, Device
from lightning_modules.processes import on_lead
from lightning_modules.rewarding.learning import learn
from lightning_modules.rewarding.reward import Reward
from lightning_modules.rewarding.scoring import Floats, rewards_of, wins
from lightning_modules.rewarding.settings import Reader
from lightning_modules.settings import Optimization, SamplingRule
from lightning_modules.trainer import predicting
from lightning_modules.writing.corpus_sampling import DocumentSampler, numbered_documents

_SURPLUS = 1.1
"""How many times the groups that are needed are written at first."""
_MOST_EMPTY = 100
"""Groups after which a model that writes nothing is given up."""
_VERSION = 1
HALVES = 2
"""Parts of the documents, of which each reward model learns from one."""


def _quietly(n_tokens: int) -> None:
    """Tell nobody: what reward models read is little beside what is written for them."""


def learn_reward(
    folder: Path,
    *,
    reader: Reader,
    half: int,
    model: Path,
    human: Path,
    written: Path,
    passes: int,
    optimization: Optimization,
    context: int,
    seed: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Fit a reward model, which prefers human text to that of a model, into `reward/`.

    Args:
        folder: Folder that receives `reward/`.
        reader: Kind of the reward model.
        half: Which documents of both kinds it learns from: every other one, from this place.
        model: Checkpoint of the model that wrote, with which one kind of reward model begins.
        human: Human text.
        written: Text that the model wrote.
        passes: Passes over the kind of text that has more documents.
        optimization: How it is fitted; windows are pairs.
        context: Tokens of a document that it reads at most.
        seed: Replicate of the chain.
        device: Where it is fitted.
        advance: Told how many more tokens were read.

    Raises:
        BadInput: There are too few documents.
    """
    working = folder / "working"
    on_lead(lambda: working.mkdir(exist_ok=True))
    reward = Reward.new(reader, model, context)
    better, worse = (
        reward.rows(list(Corpus.open(path).texts())[half::HALVES]) for path in (human, written)
    )
    if not better or not worse:
        raise BadInput(
            f"{len(better)} human and {len(worse)} written documents make no pairs; raise the "
            "recipe's first_tokens or rewarding.text"
        )
    losses = learn(
        reward,
        better,
        worse,
        passes=passes,
        optimization=optimization,
        rng=stream(seed, Purpose.REWARD_PAIRS, half),
        folder=working,
        device=device,
        advance=advance,
    )
    on_lead(lambda: reward.save(folder / "reward"))
    on_lead(lambda: discard(working))
    return {
        "human": len(better),
        "written": len(worse),
        "steps": len(losses),
        "first_loss": losses[0],
        "final_loss": losses[-1],
    }


def best_of(
    folder: Path,
    *,
    model: Path,
    reward: Path,
    group: int,
    at_random: bool,
    rule: SamplingRule,
    context: int,
    n_tokens: int,
    mean_length: float,
    seed: int,
    generation: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Let a model write groups of documents and keep one of each, up to `n_tokens` tokens.

    Candidates are the documents that `sample` would write, in their order: the first group is the
    first `group` of them. Of a group at random, each document is as likely to be kept.

    Args:
        folder: Folder that receives `corpus.arrow`.
        model: Checkpoint of the writer.
        reward: Folder of the reward model that chooses; a choice at random is not told of it, but
            its rewards are on record too.
        group: Number of documents of which one is kept.
        at_random: Whether chance chooses in place of the reward model.
        rule: How documents are drawn; without prompts.
        context: Tokens that the writer looks back at most.
        n_tokens: Tokens wanted, separators not counted; the last document stays whole.
        mean_length: Mean human document in tokens, a hint for scheduling.
        seed: Replicate of the chain.
        generation: Index of the generation that the text is for; it keys the random draws.
        device: Device that both models run on.
        advance: Told how many more tokens were written.

    Raises:
        BadInput: The model writes empty documents only.
    """
    writer, judge = load_prior(model, context=context, prefix=True), Reward.load(reward)
    sampler = DocumentSampler(
        writer, rule, seed=seed, purpose=Purpose.SAMPLE, generation=generation, advance=advance
    )
    rng = stream(seed, Purpose.SELECTION, generation, "best_of") if at_random else None
    choice, trainer = Choice(n_tokens), predicting(device, advance)
    while not choice.is_filled:
        groups = int(_SURPLUS * (n_tokens - choice.tokens) / max(mean_length, 1.0)) + 1
        written = numbered_documents(sampler, choice.candidates, groups * group, trainer)
        candidates = _candidates(written, writer, judge, predicting(device, _quietly))
        choice.take([candidates[at : at + group] for at in range(0, len(written), group)], rng)
        mean_length = choice.tokens / len(choice.kept)
        if choice.tokens == 0 and len(choice.kept) >= _MOST_EMPTY:
            raise BadInput(
                f"the model wrote {choice.candidates} documents, and all that were kept are empty: "
                "it has learnt no text"
            )
    texts = [one.text for one in choice.kept]
    on_lead(lambda: write_corpus(folder / "corpus.arrow", _documents(texts, generation)))
    return {
        "documents": len(texts),
        "tokens": sum(len(ids) for ids in encode(writer.tokenizer, texts)),
        "tokens_drawn": choice.tokens,
        "cut_off": sum(not one.is_whole for one in choice.kept),
        "replacement_characters": sum(text.count("\ufffd") for text in texts),
        "best_of": choice.facts,
    }


def _candidates(
    written: Sequence[list[int]], writer: Prior, judge: Reward, trainer: pl.Trainer
) -> list[Candidate]:
    """Documents as they were written, each with its reward."""
    end = writer.tokenizer.eos_token_id
    tokens = [one[:-1] if one[-1] == end else one for one in written]
    texts = list(writer.tokenizer.batch_decode(tokens, skip_special_tokens=False))
    rewards = rewards_of(judge, texts, trainer)
    return [
        Candidate(ids, text, len(ids) < len(one), float(reward))
        for ids, text, one, reward in zip(tokens, texts, written, rewards, strict=True)
    ]


def _documents(texts: Sequence[str], generation: int) -> Iterable[Document]:
    return (
        Document(f"best-{generation}-{index}", text, "model", "model-written", generation)
        for index, text in enumerate(texts)
    )


def reward_texts(
    folder: Path,
    *,
    rewards: Mapping[str, Path],
    corpora: Iterable[Path],
    sampled: Path,
    held_out: Path,
    device: Device,
) -> dict[str, Any]:
    """What each reward model thinks of a corpus and of the text of the model that learnt it.

    Args:
        folder: Folder of the stage, which receives nothing.
        rewards: Folders of reward models by what they are for.
        corpora: Files of the corpus that the model was trained on.
        sampled: File of the text that the model wrote to be measured.
        held_out: File of human text that no model has seen.
        device: Device that the reward models run on.

    Returns:
        Under `rewards`, for `corpus` and `written` and each reward model: how often one of these
        documents has a higher reward than a held-out human one (`wins`), and the mean reward less
        that of held-out text, in standard deviations of the latter (`mean`).
    """
    kinds = {
        "corpus": list(join([Corpus.open(path) for path in corpora]).texts()),
        "written": list(Corpus.open(sampled).texts()),
    }
    human = list(Corpus.open(held_out).texts())
    found: dict[str, Measurement] = {}
    for name, place in rewards.items():
        reward = Reward.load(place)
        of_human = rewards_of(reward, human, predicting(device, _quietly))
        for kind, texts in kinds.items():
            of_texts = rewards_of(reward, texts, predicting(device, _quietly))
            found |= {
                f"{kind}/{key}/{name}": one for key, one in _compared(of_texts, of_human).items()
            }
    return {"rewards": {key: asdict(one) for key, one in found.items()}}


def _compared(texts: Floats, human: Floats) -> dict[str, Measurement]:
    """Rewards of texts held against those of human text."""
    share, scale = wins(texts, human), float(human.std(ddof=1)) or 1.0
    error = float(texts.std(ddof=1) / np.sqrt(len(texts))) / scale
    mean = float(texts.mean() - human.mean()) / scale
    return {
        "wins": Measurement(value=share.value, stderr=share.stderr, n=len(texts), version=_VERSION),
        "mean": Measurement(value=mean, stderr=error, n=len(texts), version=_VERSION),
    }
