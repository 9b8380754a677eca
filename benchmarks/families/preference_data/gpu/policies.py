"""A step of `collapse gpu`: log-probabilities as on the CPU, and policies of a larger model.

Packages with human text may not be there: general text is what solutions of GSM8K say, and the
domain's is its questions, both of which come with the project.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.families.preference_data.tuning.settings import PolicySettings
from benchmarks.families.preference_data.tuning.study import (
    AGAIN,
    DPO,
    KTO,
    NCA,
    preference_data_gpu,
)
from benchmarks.running.step import (
    FoundEquality,
    FoundRatio,
    Workbench,
    arms_in_time,
    timed,
)
from data.program_distillation.gsm8k import Problem, load_problems
from data.text.tokens import train_tokenizer
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.preference_data.tuning.answers import Pair, Pairs, log_probabilities
from lightning_modules.settings import ModelShape, Optimization

ARMS = (DPO, NCA, KTO, AGAIN)
"""Policies in the order in which they are tuned, while there is time."""
_CLOSE = 2e-3
"""Nats by which the log-probability of an answer may differ in fp32."""
_TINY = ModelShape(layers=1, width=16, heads=2, feed_forward=32, context=32, vocabulary_size=300)
_PER_DOCUMENT = 4
"""Problems whose texts make one document, so that prompts with answers fit."""


def fresh_policies(bench: Workbench) -> None:
    """Hold log-probabilities against the CPU's, then tune policies and tell what they show."""
    problems = list(load_problems("train"))[: 500 if bench.miniature else None]
    _equal(bench, problems)
    study = _study(bench, problems)
    for arm, found, seconds in arms_in_time(bench, study, ARMS):
        bench.say(_told(arm, found, seconds))


def _told(arm: str, found: Mapping[str, float], seconds: float) -> str:
    """A sentence of one policy."""
    last = max(key.partition("/")[0] for key in found if key.startswith("look_"))
    return (
        f"{arm}: held-out chosen {found[f'{last}/chosen']:+.3f} nats, rejected "
        f"{found[f'{last}/rejected']:+.3f}, right {found[f'{last}/accuracy']:.3f}, KL "
        f"{found['after/kl']:.3f} nats, wins unseen {found['before/wins/unseen']:.3f} to "
        f"{found['after/wins/unseen']:.3f}; {seconds:.0f} s"
    )


def _study(bench: Workbench, problems: Iterable[Problem]) -> PolicySettings:
    """The recipe for a GPU on text that comes with the project; a tiny one in miniature."""
    texts = list(problems)
    general = _write(bench.folder / "general.txt", texts, lambda one: one.solution)
    domain = _write(bench.folder / "domain.txt", texts, lambda one: one.question)
    study = preference_data_gpu()
    study = replace(
        study,
        arms=ARMS,
        policies={arm: study.policies[arm] for arm in ARMS},
        base=replace(study.base, source=str(general), held_out_bytes=40_000, tokens=250_000),
        domain=replace(study.domain, source=str(domain)),
    )
    if not bench.miniature:
        return study
    fit = Optimization(learning_rate=5e-3, warmup_steps=1, windows_per_step=4)
    return replace(
        study,
        base=replace(study.base, held_out_bytes=2_000, tokens=4_000, fit=fit),
        domain=replace(
            study.domain, held_out_bytes=6_000, first_tokens=4_096, generation_tokens=4_096
        ),
        model=_TINY,
        prompt_tokens=6,
        answer_tokens=8,
        pairs=32,
        held_pairs=24,
        candidates=2,
        fit=fit,
        tuning=replace(study.tuning, passes=1, looks=2, fit=fit),
        rewards=replace(study.rewards, passes=1, by_model=fit, by_words=fit),
    )


def _write(path: Path, problems: list[Problem], text_of: Callable[[Problem], str]) -> Path:
    """Texts of problems as documents, several to each."""
    texts = [" ".join(text_of(one).split()) for one in problems]
    groups = [texts[at : at + _PER_DOCUMENT] for at in range(0, len(texts), _PER_DOCUMENT)]
    path.write_text("\n\n".join(" ".join(group) for group in groups), encoding="utf-8")
    return path


def _equal(bench: Workbench, problems: list[Problem]) -> None:
    """Log-probabilities of answers on the device and on the CPU, in fp32, and their speed."""
    shape = _TINY if bench.miniature else replace(preference_data_gpu().model, vocabulary_size=512)
    few = problems[:16] if bench.miniature else problems[:128]
    tokenizer = train_tokenizer((one.question for one in few), shape.vocabulary_size)
    pairs = [Pair(one.question[:10], one.question[10:25], one.question[25:40]) for one in few]
    rows = Pairs(pairs, tokenizer, shape.context)
    model = build_model(replace(shape, vocabulary_size=len(tokenizer)), seed=0).eval()
    (on_cpu, slow), (on_device, fast) = (
        timed(partial(log_probabilities, model.to(kind), rows), kind)
        for kind in ("cpu", bench.device.kind)
    )
    apart = float((on_cpu - on_device).abs().max())
    bench.found(
        FoundEquality(
            name="log-probability of answers: the device to the CPU, fp32",
            outcome=f"{apart:.2g} nats apart at most, of {2 * len(rows)} answers",
            tolerance=f"{_CLOSE:g} nats",
            holds=apart <= _CLOSE,
        )
    )
    bench.found(
        FoundRatio(
            name=f"answers read, {shape.layers} layers of width {shape.width}",
            ours=2 * len(rows) / fast,
            baseline=2 * len(rows) / slow,
            unit="answers a second, device to CPU",
        )
    )
