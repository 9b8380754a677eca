"""A step of `collapse gpu`: losses as on the CPU, and rewriters of a larger model, loss by loss.

Packages with works of authors may not be there: the two styles are questions and solutions of
GSM8K, which come with the project, and the base reads other questions.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.families.story_style.floors.systems import SWAP
from benchmarks.families.story_style.model.settings import ModelSettings
from benchmarks.families.story_style.model.study import (
    ERASURE,
    FULL,
    NEITHER,
    NO_DISENTANGLING,
    story_style_gpu,
)
from benchmarks.running.step import (
    FoundEquality,
    FoundRatio,
    Workbench,
    arms_in_time,
    timed,
)
from data.program_distillation.gsm8k import Problem, load_problems
from data.randomness import stream
from data.story_style.stories import Work, cut_stories
from lightning_modules.settings import Optimization
from lightning_modules.story_style.batches import ShownStories, StoryRows, drawn_order
from lightning_modules.story_style.learning import Rewriting
from lightning_modules.story_style.model import Rewriter, StyleClassifier
from lightning_modules.story_style.settings import StoryFit, StoryLosses, StoryShape
from lightning_modules.story_style.tokens import StoryTokens

ARMS = (FULL, NO_DISENTANGLING, ERASURE, NEITHER)
"""Systems in the order in which they are fitted, while there is time."""
_CLOSE = 2e-3
"""Nats by which the loss of a step may differ in fp32."""
_TINY = StoryShape(layers=1, width=16, heads=2, feed_forward=32, context=160, vocabulary_size=400)
_WORK = 25
"""Problems whose texts make one work."""
_SENTENCES, _WORDS = 3, (8, 90)


def fresh_rewriters(bench: Workbench) -> None:
    """Hold losses against the CPU's, then fit rewriters and tell what each loss does."""
    problems = list(load_problems("train"))[: 400 if bench.miniature else None]
    _equal(bench, problems[:128])
    study = _study(bench, problems)
    for arm, found, seconds in arms_in_time(bench, study, ARMS[: 1 if bench.miniature else None]):
        bench.say(_told(arm, found, seconds))


def _told(arm: str, found: Mapping[str, float], seconds: float) -> str:
    """A sentence of one system."""
    return (
        f"{arm}: style probe {found['probe/style']:.3f}, content {found['probe/content']:.3f}, "
        f"variance {found['probe/variance']:.3g}, a-Acc {found['final/a-Acc/unseen']:.3f}, BLEU-1 "
        f"{found['final/released BLEU-1']:.3f} (word swap {found[f'{SWAP}/a-Acc/unseen']:.3f}, "
        f"{found[f'{SWAP}/released BLEU-1']:.3f}), order of shuffled sentences "
        f"{found['order/shuffled']:.3f}; {seconds:.0f} s"
    )


def _study(bench: Workbench, problems: Sequence[Problem]) -> ModelSettings:
    """The recipe for a GPU on text that comes with the project; a tiny one in miniature."""
    half = len(problems) // 2
    texts: dict[str, list[str]] = {
        "base": [one.question for one in problems[:half]],
        "questions": [one.question for one in problems[half:]],
        "solutions": [_prose(one.solution) for one in problems[half:]],
    }
    base, *pair = (_write(bench.folder / f"{name}.jsonl", own) for name, own in texts.items())
    study = story_style_gpu()
    study = replace(
        study,
        arms=ARMS,
        systems={arm: study.systems[arm] for arm in ARMS},
        authors=(str(pair[0]), str(pair[1])),
        base_authors=(str(base),),
        sentences=_SENTENCES,
        words=_WORDS,
    )
    if not bench.miniature:
        assert study.base is not None
        assert study.base_filling is not None
        return replace(
            study,
            base=replace(study.base, steps=400),
            base_filling=replace(study.base_filling, steps=250),
            classifier=replace(study.classifier, steps=60),
            rewriting=replace(study.rewriting, steps=60),
            filling=replace(study.filling, steps=60),
        )
    fit = StoryFit(
        steps=2, fit=Optimization(learning_rate=5e-3, warmup_steps=1, windows_per_step=4)
    )
    return replace(
        study,
        model=_TINY,
        base=fit,
        base_filling=fit,
        classifier=fit,
        rewriting=fit,
        filling=fit,
        test_stories=3,
        probed_stories=20,
        kept=1,
    )


def _prose(solution: str) -> str:
    """A solution without its marks of computed values, each line a sentence."""
    lines = (line.split("####")[0].strip() for line in solution.splitlines())
    return " ".join(f"{line.rstrip('.')}." for line in lines if line)


def _write(path: Path, texts: Iterable[str]) -> Path:
    """Texts as works, several to each, one a line."""
    own = list(texts)
    works = (
        {"name": str(at), "text": " ".join(" ".join(own[at : at + _WORK]).split())}
        for at in range(0, len(own), _WORK)
    )
    path.write_text("".join(f"{json.dumps(one)}\n" for one in works), encoding="utf-8")
    return path


def _equal(bench: Workbench, problems: Sequence[Problem]) -> None:
    """The losses of one step on the device and on the CPU, in fp32, and its speed."""
    shape = _TINY if bench.miniature else replace(story_style_gpu().model, vocabulary_size=512)
    works = [Work(author="questions", name="0", text=" ".join(one.question for one in problems))]
    stories = cut_stories(works, sentences=_SENTENCES, words=_WORDS)[: 4 if bench.miniature else 16]
    tokens = StoryTokens.train((one.text for one in stories), shape.vocabulary_size)
    styles = [at % 2 for at in range(len(stories))]
    rng = stream(0, "story_style/gpu/order")
    shown = ShownStories(
        [tokens.sentences(one.sentences) for one in stories], styles, tokens, shape.context,
        drawn_order(styles, 1, len(stories), rng), rng,
    )  # fmt: skip
    batch = StoryRows(*map(torch.stack, zip(*(shown[at] for at in range(len(shown))), strict=True)))
    step = Rewriting(
        Rewriter.new(shape, tokens, 2, 0),
        StyleClassifier.new(shape, tokens, 2, 1),
        StoryLosses(),
        story_style_gpu().rewriting.fit,
        1,
    )
    on_cpu, slow = _timed(step, batch, "cpu")
    on_device, fast = _timed(step, batch, bench.device.kind)
    apart = abs(on_cpu - on_device)
    bench.found(
        FoundEquality(
            name="losses of a rewriter: the device to the CPU, fp32",
            outcome=f"{apart:.2g} nats apart, of {on_cpu:.4f}",
            tolerance=f"{_CLOSE:g} nats",
            holds=apart <= _CLOSE,
        )
    )
    bench.found(
        FoundRatio(
            name=f"stories of a step, {shape.layers} and {shape.layers} layers of width "
            f"{shape.width}",
            ours=len(stories) / fast,
            baseline=len(stories) / slow,
            unit="stories a second with gradients, device to CPU",
        )
    )


def _timed(step: Rewriting, batch: StoryRows, kind: str) -> tuple[float, float]:
    """The loss on a device, computed with its gradients, and the seconds of that."""
    step.to(kind)
    moved = StoryRows(*(one.to(kind) for one in batch))

    def learnt() -> Tensor:
        loss = step.training_step(moved, 0)
        loss.backward()
        return loss.detach()

    loss, seconds = timed(learnt, kind)
    return float(loss), seconds
