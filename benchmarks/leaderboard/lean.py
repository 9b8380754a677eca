"""Records of chains without what no ranking looks at, so that thousands fit into memory.

A record that was read takes about 160 KiB, five times its file. A lean one is the same record with
fewer measures of the generations before the last, without what its stages cost and the health of
its corpora, and with one copy of what many records share. It ranks as the whole one does; it is
never written.
"""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from benchmarks.chains.record import Generation, HealthFacts, Record
from benchmarks.profile.answers import DEFINITIONS, metric_of
from benchmarks.running.record import Envelope, RecordPart, StageFacts

_SHARES = HealthFacts.model_fields.keys() - {"documents"}
_UNTOLD = StageFacts(
    digest="untold", seconds=0, tokens=0, tokens_per_second=None, peak_memory_bytes=0
)
"""In place of what a stage cost; a ranking asks which stages there were."""
_UNSEEN = HealthFacts.model_validate({"documents": 0, **dict.fromkeys(_SHARES, 0.0)})
"""In place of the health of a corpus."""
_CURVES = frozenset(metric_of(definition.measure) for definition in DEFINITIONS)
"""Measures that are shown of every generation."""
_Part = TypeVar("_Part", bound=RecordPart)


def leaner() -> Callable[[Envelope], Envelope]:
    """A function that makes records lean; those that it has made share what is equal in them."""
    kept: dict[bytes, Any] = {}
    recipes: dict[str, dict[str, Any]] = {}

    def share(value: _Part) -> _Part:
        """The first part that was seen and says the same; JSON tells it sooner than `==` does."""
        text = f"{type(value).__name__} {value.model_dump_json()}"
        first: _Part = kept.setdefault(hashlib.sha256(text.encode()).digest(), value)
        return first

    def lean(record: Envelope) -> Envelope:
        if not isinstance(record, Record):
            return record
        generations = [_lean(one, is_last=one is record.last) for one in record.generations]
        generations[0] = share(generations[0])
        evaluated, recipe = record.evaluated, recipes.setdefault(record.digest, record.recipe)
        return record.model_copy(
            update={
                "recipe": recipe if recipe == record.recipe else record.recipe,
                "environment": share(record.environment),
                "hardware": share(record.hardware),
                "human": share(record.human),
                "generations": generations,
                "evaluated": evaluated and {name: share(text) for name, text in evaluated.items()},
            }
        )

    return lean


def _lean(generation: Generation, *, is_last: bool) -> Generation:
    update: dict[str, Any] = {
        "stages": dict.fromkeys(generation.stages, _UNTOLD),
        "corpus": generation.corpus.model_copy(update={"health": _UNSEEN}),
    }
    if not is_last:
        found = generation.metrics.items()
        update["metrics"] = {key: metric for key, metric in found if key in _CURVES}
        update["document_bits"] = None
    return generation.model_copy(update=update)
