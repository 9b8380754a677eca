"""What the settings alone show to be impossible is refused before anything runs."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.chains.inputs import check_models
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.settings import Base, Judging
from benchmarks.commands import run as command
from benchmarks.editing.synthesize import SynthesisRequest
from benchmarks.families.catalogue import RECIPES
from data.errors import BadInput
from lightning_modules.settings import Lora, SamplingRule

_RULE = SamplingRule()


def _smoke(**changes: Any) -> Recipe:
    """The smallest recipe with changes; `human__source` changes a setting of its human text."""
    recipe = RECIPES["smoke"]()
    assert isinstance(recipe, Recipe)
    parts: dict[str, dict[str, Any]] = {}
    whole = {name: value for name, value in changes.items() if "__" not in name}
    for name in changes.keys() - whole.keys():
        part, field = name.split("__")
        parts.setdefault(part, {})[field] = changes[name]
    changed = {part: replace(getattr(recipe, part), **found) for part, found in parts.items()}
    return replace(recipe, **whole, **changed)


_SOURCE = _smoke().human.source


def _base(source: str, lora: Lora | None = None) -> Base:
    fit = replace(_smoke().first_fit, lora=lora)
    return Base(source=source, held_out_bytes=10_000, tokens=10_000, fit=fit)


def _asked(**changes: Any) -> SynthesisRequest:
    return SynthesisRequest(**{"source": "kjv", "documents": 4, "rule": _RULE, **changes})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: _smoke(generations=0), "generations is 0; a chain needs at least 1"),
        (
            lambda: _smoke(first_fit__windows_per_step=0),
            "windows_per_step is 0; it must be at least 1",
        ),
        (
            lambda: _smoke(fit__windows_per_step=0),
            "windows_per_step is 0; it must be at least 1",
        ),
        (
            lambda: _smoke(model__vocabulary_size=256),
            "model.vocabulary_size is 256; it must be at least 257",
        ),
        (lambda: _smoke(model__context=1), "model.context is 1; it must be at least 2"),
        (lambda: _smoke(prior_context=1), "prior_context is 1; it must be at least 2"),
        (
            lambda: _smoke(human__held_out_bytes=0),
            "human.held_out_bytes is 0; it must be at least 1",
        ),
        (
            lambda: _smoke(model__context=2_000, human__generation_tokens=1_999),
            "human.generation_tokens is 1,999; it must be at least 2,000",
        ),
        (
            lambda: _smoke(human__first_tokens=9_999, human__generation_tokens=10_000),
            "human.first_tokens is 9,999; it must be at least 10,000",
        ),
        (lambda: _smoke(human_share=1.0), "human_share is 1.0; it must lie between 0 and 1"),
        (lambda: _smoke(truncate_above=0.0), "truncate_above is 0.0; it must lie between 0 and 1"),
        (lambda: _smoke(candidates=0.5), "candidates is 0.5; it must be at least 1"),
        (
            lambda: _smoke(downstream_limit=1),
            "downstream_limit is 1; a standard error needs 2 items",
        ),
        (lambda: _smoke(downstream_shots=-1), "downstream_shots is -1; it must be 0 or more"),
        (
            lambda: _smoke(checkpoint="smollm2", base=_base("other")),
            "checkpoint and base are both given; a chain starts from one of them",
        ),
        (
            lambda: _smoke(base=_base(_SOURCE)),
            f"base.source and human.source are both {_SOURCE}; change one",
        ),
        (
            lambda: _smoke(base=_base("other", Lora(rank=2, alpha=4.0))),
            "base.fit.lora is given; a base has no weights to adapt, leave it out",
        ),
        (
            lambda: _smoke(evaluation__sample_words=8_193),
            "evaluation.sample_words is 8,193 and evaluation.sample_tokens 8,192: a token is a "
            "word at most; lower the one or raise the other",
        ),
        (
            lambda: Judging(model="smollm2", tokens=1, documents=2, words=1),
            "judging.tokens is 1; it must be at least 2",
        ),
        (lambda: replace(_RULE, max_tokens=0), "max_tokens is 0; it must be at least 1"),
        (lambda: replace(_RULE, min_tokens=-1), "min_tokens is -1; it must be at least 0"),
        (lambda: replace(_RULE, prompt_tokens=-1), "prompt_tokens is -1; it must be at least 0"),
        (
            lambda: replace(_RULE, documents_per_batch=0),
            "documents_per_batch is 0; it must be at least 1",
        ),
        (lambda: replace(_RULE, top_k=0), "top_k is 0; it must be at least 1"),
        (lambda: replace(_RULE, top_p=0.0), "top_p is 0.0; it must be above 0 and at most 1"),
        (lambda: Lora(rank=0, alpha=1.0), "lora.rank is 0; it must be at least 1"),
        (lambda: _asked(documents=0), "documents is 0; it must be at least 1"),
        (lambda: _asked(extract_words=0), "extract_words is 0; it must be at least 1"),
        (lambda: _asked(documents_per_shard=0), "documents_per_shard is 0; it must be at least 1"),
        (lambda: _asked(held_out_bytes=0), "held_out_bytes is 0; it must be at least 1"),
    ],
)
def test_a_setting_out_of_range_is_named_with_its_range(
    make: Callable[[], object], message: str
) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 (the whole message is compared)
        make()

    assert str(raised.value) == message


@pytest.mark.parametrize(
    "human",
    [{"human__source": "finance_questions"}, {"human__prompt_field": "question"}],
    ids=["a source", "a field"],
)
def test_truncated_loss_is_refused_of_a_recipe_with_prompts(human: dict[str, str]) -> None:
    assert _smoke(**human).has_prompts
    assert not _smoke(workflows=("truncated_loss",)).has_prompts
    with pytest.raises(ValueError, match="truncated_loss knows no prompts; leave it out"):
        _smoke(workflows=("replace", "truncated_loss"), **human)


@pytest.mark.parametrize("name", ["first_fit", "fit"])
def test_adapters_are_not_sharded_and_no_process_starts(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = _smoke(**{f"{name}__lora": Lora(rank=2, alpha=4.0)})
    started: list[int] = []
    monkeypatch.setattr("benchmarks.families.catalogue.find_recipe", lambda name: recipe)
    monkeypatch.setattr(command, "spread_over", started.append)

    with pytest.raises(ValueError, match="a fit of adapters alone is not sharded; leave out"):
        command.run("mine", sharded=True, devices=2, device="cpu")

    assert started == []


@pytest.mark.parametrize("part", ["prior", "judging"])
def test_a_model_that_is_nowhere_is_refused_before_any_stage(part: str) -> None:
    """A fit would come first, and libraries ask a hub that does not answer for minutes."""
    judging = Judging(model="nobody/nothing", tokens=8, documents=4, words=10)
    changes: dict[str, Any] = (
        {"prior": "nobody/nothing"} if part == "prior" else {"judging": judging}
    )
    began = time.monotonic()

    with pytest.raises(BadInput, match="nobody/nothing: no such folder, the hub's cache") as caught:
        check_models(_smoke(**{part: changes[part]}))

    assert "\n" not in str(caught.value)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"workflows": ("mine.py:replace",)}, "give your function another name"),
        ({"workflows": ("mine.py:rep1ace",)}, "reads like replace, a method of the project"),
        ({"workflows": ("mine.py:r\u0435place",)}, "use letters of ASCII, digits, _, - and ."),
        ({"workflows": ("mine.py:re\u200bplace",)}, r"re\u200bplace"),
        ({"name": "\u0455moke"}, "use letters of ASCII, digits, _, - and ."),
        ({"name": "a|b"}, "is no plain name"),
    ],
)
def test_a_name_that_passes_for_another_says_how_to_mend_it(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput, match=re.escape(message)) as caught:
        _smoke(**changes)

    assert str(caught.value).isprintable()
