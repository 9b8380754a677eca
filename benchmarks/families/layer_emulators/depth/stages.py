"""The stages of a study of depth: a model is fitted or taken, and looked at."""

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.chains.models import named_model
from benchmarks.chains.text.human_text import human_identity, prepare
from benchmarks.chains.work.fit import fit_base
from benchmarks.families.layer_emulators.depth.settings import PRIOR, DepthSettings
from benchmarks.families.layer_emulators.depth.work import look_inside
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.stage import File, Stage


def depth_stages(study: DepthSettings, arm: str, seed: int, bench: Bench) -> Sequence[Stage]:
    """The stages of an arm, that which looks at the model last.

    Args:
        study: Settings of the study.
        arm: Names the model.
        seed: Replicate; it keys text, weights and order.
        bench: Runs the stages.
    """
    prior = named_model(bench, study.prior, 0) if arm == PRIOR else None
    human = study.general
    if prior is not None:  # learns nothing, and the text has fewer of its longer tokens
        human = replace(human, first_tokens=human.generation_tokens)
    text = bench.run(
        0,
        "general",
        prepare,
        human=human,
        content=human_identity(human),
        vocabulary_size=study.shape.vocabulary_size,
        generations=0,
        seed=seed,
        start=prior,
    )
    done, model = [text], prior
    if model is None:
        done.append(_fitted(study, arm, text, seed, bench))
        model = done[-1].file("model")
    done.append(_seen(study, text, model, seed, bench))
    return done


def _fitted(study: DepthSettings, arm: str, text: Stage, seed: int, bench: Bench) -> Stage:
    return bench.run(
        0,
        "pretraining",
        fit_base,
        progress=study.general.first_tokens,
        corpora=[text.file("first.arrow")],
        tokenizer=text.file("tokenizer"),
        shape=replace(study.shape, layers=study.layers[arm]),
        optimization=study.first_fit,
        part_tokens=[study.general.first_tokens],
        seed=seed,
    )


def _seen(
    study: DepthSettings, text: Stage, model: File | Pinned, seed: int, bench: Bench
) -> Stage:
    return bench.run(
        0,
        "look",
        look_inside,
        model=model,
        held_out=text.file("held_out.arrow"),
        tokenizer=text.file("tokenizer"),
        n_blocks=study.blocks,
        n_texts=study.texts,
        n_predicted=study.predicted,
        length=study.length,
        seed=seed,
    )
