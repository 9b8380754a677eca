"""Records with chosen numbers: of chains a committed one, edited, and of studies new ones."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from benchmarks.chains.recipe import Recipe, recipe_digest
from benchmarks.chains.record import Generation, Record, read_record
from benchmarks.comparing.curves import LOSS
from benchmarks.running.digests import RECORD_SCHEMA
from benchmarks.running.record import (
    Environment,
    Hardware,
    Metric,
    StageFacts,
    StudyRecord,
)
from benchmarks.running.study import FamilyRecipe
from data.workflow import NEED_QUESTIONS, NEED_REWARDS, WORKFLOWS
from tests.support.losses import without_losses
from tests.support.places import RECORDS

Kind = TypeVar("Kind", bound=StudyRecord)
TOKENS = 1_000
"""Of every corpus that is edited."""
NULLS = tuple(f"mine.py:null_{i}" for i in range(12))
"""Workflows of a user's own."""


@cache
def _committed() -> Record:
    return without_losses(read_record(RECORDS / "smoke-470bad5f" / "edit_source-seed0.json"))


def record_of(
    workflow: str,
    seed: int,
    losses: Sequence[float],
    changed: Sequence[int] = (),
    *,
    breaches: Sequence[Sequence[str]] = (),
    recipe: Recipe | None = None,
) -> Record:
    """A chain with these losses, validated as any record is.

    Args:
        workflow: One of ours or of `NULLS`.
        seed: Of the chain.
        losses: Held-out bits per byte of each generation.
        changed: Tokens that the edit of each generation changed, of 1,000; none: nothing is edited.
        breaches: Limits of health that the corpus of each generation breaks.
        recipe: That of the committed record where it is None.
    """
    settings = {} if recipe is None else recipe.as_dict()
    if recipe is None:
        special = NEED_QUESTIONS + NEED_REWARDS
        workflows = [*(name for name in WORKFLOWS if name not in special), *NULLS]
        settings = _committed().recipe | {"workflows": workflows, "generations": len(losses) - 1}
    content = _committed().model_dump() | {
        "recipe": settings,
        "digest": recipe_digest(settings),
        "workflow": workflow,
        "seed": seed,
        "content": None,
        "generations": [
            _generation(
                number,
                loss,
                f"{workflow}-{seed}-{number}",
                changed[number] if changed else None,
                breaches[number] if breaches else (),
            )
            for number, loss in enumerate(losses)
        ],
    }
    return Record.model_validate(content)


def _generation(
    number: int, loss: float, fingerprint: str, changed: int | None, breaches: Sequence[str]
) -> dict[str, Any]:
    model: Generation = _committed().last
    assert model.corpus.edit is not None
    totals = {"tokens": TOKENS, "editable": TOKENS, "flagged": changed, "changed": changed}
    edit = None if changed is None else model.corpus.edit.model_dump() | totals
    corpus = {"fingerprint": fingerprint, "breaches": list(breaches), "edit": edit}
    metrics = {LOSS: model.metrics[LOSS].model_dump() | {"value": loss}}
    return model.model_dump() | {
        "generation": number,
        "metrics": model.model_dump()["metrics"] | metrics,
        "corpus": model.corpus.model_dump() | corpus,
    }


def study_record(
    kind: type[Kind],
    recipe: FamilyRecipe,
    arm: str,
    seed: int,
    metrics: Mapping[str, Metric],
    **content: Any,
) -> Kind:
    """A valid record of a study as its recipe stands, with these measures and what else it has."""
    return kind(
        record_schema=RECORD_SCHEMA,
        recipe=recipe.as_dict(),
        digest=recipe.digest,
        seed=seed,
        arm=arm,
        commit="0" * 40,
        dirty=False,
        environment=Environment(python="3.11", versions={}, lock=None, precision="32-true"),
        hardware=Hardware(machine="x86_64", device="cpu", threads=1, memory_bytes=1),
        started="2026-01-01T00:00:00+00:00",
        seconds=1.0,
        metrics=dict(metrics),
        stages={
            arm: StageFacts(
                digest="0" * 16,
                seconds=1.0,
                tokens=0,
                tokens_per_second=None,
                peak_memory_bytes=1,
            )
        },
        **content,
    )


def unchecked_record(
    kind: type[Kind], recipe: FamilyRecipe, arm: str, seed: int, **content: Any
) -> Kind:
    """What a claim reads of a record of a study: nothing of it is validated."""
    return kind.model_construct(
        recipe=recipe.as_dict(),
        digest=recipe.digest,
        arm=arm,
        seed=seed,
        commit="0" * 40,
        dirty=False,
        started="2026-11-28T12:00:00+00:00",
        **content,
    )
