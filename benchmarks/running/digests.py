"""Digests of recipes: the same settings give the same eight hexadecimal digits everywhere."""

import hashlib
import json
import marshal
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from functools import cache, lru_cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

RECORD_SCHEMA = 2
"""Version of the record format; part of every digest."""
_Result = TypeVar("_Result")


def settings_digest(plain: Mapping[str, Any], kind: type) -> str:
    """Digest of the plain values of a recipe of a kind, of everything but its prose.

    A setting counts when it differs from its default, so that records stay valid when the recipe
    gains a setting whose default is what was done before.
    """
    content = {**_chosen(plain, kind), "schema": RECORD_SCHEMA}
    content.pop("summary", None)
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()[:8]


def _chosen(plain: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """The values that differ from the defaults of a dataclass, and those that it does not know."""
    hints, defaults = _hints(kind), _defaults(kind)
    chosen = {}
    for name, value in plain.items():
        part = _dataclass_of(hints.get(name))
        if part is not None and value is not None:
            value = _chosen(value, part)
            default = defaults.get(name)
            is_default = default is not None and value == _chosen(default, part)
        else:
            is_default = name in defaults and value == defaults[name]
        if not is_default:
            chosen[name] = value
    return chosen


def _dataclass_of(hint: Any) -> type | None:
    """The dataclass that a field holds, perhaps None in its place."""
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return next((kind for kind in kinds if isinstance(kind, type) and is_dataclass(kind)), None)


_hints = cache(get_type_hints)


@cache
def _defaults(kind: type) -> dict[str, Any]:
    given = {
        entry.name: entry.default if entry.default_factory is MISSING else entry.default_factory()
        for entry in fields(kind)
    }
    plain: dict[str, Any] = json.loads(
        canonical_json(
            {
                name: asdict(value)
                if is_dataclass(value) and not isinstance(value, type)
                else value
                for name, value in given.items()
                if value is not MISSING
            }
        )
    )
    return plain


def by_content(
    function: Callable[[dict[str, Any]], _Result],
) -> Callable[[Mapping[str, Any]], _Result]:
    """A function of plain settings that is computed once for equal ones.

    Thousands of records hold the same recipe. What tells that two are equal is their content packed
    by Python, four times as fast as canonical JSON; equal packs are equal values, of equal kinds.

    Args:
        function: What is computed of settings; it must not keep or change them.
    """

    @lru_cache(maxsize=1024)
    def of_packed(packed: bytes) -> _Result:
        return function(marshal.loads(packed))

    no_references = 2  # a version of the format; with them equal values may have several packs
    return lambda plain: of_packed(marshal.dumps(dict(plain), no_references))


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
