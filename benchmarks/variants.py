"""A recipe with some settings changed: `--set` of the command line, keywords of the Python API.

A change makes another recipe: its values are held against the types of the fields, every check of a
recipe is made anew, and its digest is another one, so that its records lie in a folder of their
own and hold all settings as they were run.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from data.errors import BadInput, one_line

R = TypeVar("R")


def with_settings(recipe: R, changes: Mapping[str, Any]) -> R:
    """The recipe with some of its settings changed, in the order in which they are named.

    Args:
        recipe: Recipe of whatever family: a frozen dataclass.
        changes: New values by field. A field of a part has its path, such as `fit.learning_rate`;
            a mapping changes those settings of a part that it names. A text stands for the value
            that it spells, so that `"6"` is a number where a number belongs, `"null"` is None, and
            `"replace,mix"` a tuple of names.

    Raises:
        BadInput: There is no such setting, or a value is of another kind or out of its range.
    """
    return _Changes(recipe).of(recipe, _tree(changes))  # type: ignore[no-any-return]


def read_settings(given: Sequence[str]) -> dict[str, str]:
    """Settings as they stand on a command line, `field=value`, by field.

    Raises:
        BadInput: One is no `field=value`, or a field is given twice.
    """
    found: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise BadInput(f"--set {one_line(one)!r}: give field=value, such as generations=6")
        if name in found:
            raise BadInput(f"--set {one_line(name)} is given twice; leave one out")
        found[name] = value
    return found


def in_words(before: object, after: object) -> str:
    """Settings in which two recipes differ: `generations=6 (was 3), fit.learning_rate=...`."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return ", ".join(
        f"{name}={_spelled(new.get(name))} (was {_spelled(old.get(name))})"
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    )


def _tree(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes by field, those of parts as mappings: `{"fit.z_loss": 1}` is `{"fit": {..: 1}}`."""
    found: dict[str, Any] = {}
    for name, value in changes.items():
        first, dot, rest = name.partition(".")
        new = {rest: value} if dot else value
        if first not in found:
            found[first] = new
        elif isinstance(found[first], Mapping) and isinstance(new, Mapping):
            found[first] = {**found[first], **new}
        else:
            raise BadInput(f"{first} is given twice, as a whole and in parts; leave one out")
    return found


@dataclass(frozen=True)
class _Changes:
    """Makes the parts of a recipe anew, all changes of a part at once: checks may need both."""

    recipe: Any

    def of(self, part: Any, changes: Mapping[str, Any], path: str = "") -> Any:
        """A part of the recipe, which stands at a path, with its settings changed."""
        kinds = _kinds_of(part)
        new = {}
        for name, value in changes.items():
            here = f"{path}{name}"
            if name not in kinds:
                raise BadInput(_unknown(here, self.recipe))
            if here == "name":
                raise BadInput(
                    "name stays as it is: the digest tells changed recipes apart; leave it out"
                )
            now = part[name] if isinstance(part, Mapping) else getattr(part, name)
            new[name] = self._value(kinds[name], now, value, here)
        if isinstance(part, Mapping):
            return {**part, **new}
        try:
            return replace(part, **new)
        except BadInput as error:
            where = "" if any(name in str(error) for name in new) else f"{path}{min(new)}: "
            raise BadInput(f"{where}{error}") from error

    def _value(self, kind: Any, now: Any, told: Any, path: str) -> Any:
        """What a setting becomes; a mapping changes what it names of a part that is there."""
        value = _spelled_out(kind, told) if isinstance(told, str) else told
        if isinstance(value, Mapping) and _has_parts(now):
            return self.of(now, _tree(value), f"{path}.")
        try:
            return _reader(kind).validate_python(value)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, (path, *first["loc"])))
            whole = f"; {path} is {_spelled(now)}, so give all of it as JSON"
            given = "" if first["type"] == "missing" else f" is {one_line(first['input'])!r}"
            raise BadInput(
                f"{place}{given}: {first['msg']}" + (whole if isinstance(value, Mapping) else "")
            ) from error


def _spelled_out(kind: Any, text: str) -> Any:
    """The value that a text stands for where a value of a kind belongs."""
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if _is_tuple(kind) and isinstance(value, str):
        return [one.strip() for one in value.split(",")]
    if isinstance(value, dict | list) or _fits(kind, value):
        return value
    return text


def _fits(kind: Any, value: Any) -> bool:
    try:
        _reader(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@cache
def _reader(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple or any(get_origin(one) is tuple for one in get_args(kind))


def _has_parts(value: Any) -> bool:
    return isinstance(value, Mapping) or (is_dataclass(value) and not isinstance(value, type))


def _kinds_of(part: Any) -> dict[str, Any]:
    """The types of the settings of a part by name."""
    if isinstance(part, Mapping):
        return {str(key): type(value) for key, value in part.items()}
    hints = get_type_hints(type(part), include_extras=True)
    return {field.name: hints[field.name] for field in fields(part)}


def _leaves(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting of a recipe by its path, but for those of parts that are not there."""
    for name in _kinds_of(part):
        value = part[name] if isinstance(part, Mapping) else getattr(part, name)
        here = f"{path}{name}"
        if _has_parts(value):
            yield from _leaves(value, f"{here}.")
        else:
            yield here, value


def _unknown(name: str, recipe: object) -> str:
    """That a recipe has no such setting, and which one may be meant."""
    known = [path for path, _ in _leaves(recipe)]
    known += [".".join(path.split(".")[:depth]) for path in known for depth in (1, 2)]
    ends = [path for path in known if path.rpartition(".")[2] == name.rpartition(".")[2]]
    near = ends or get_close_matches(name, known, n=1)
    meant = f"did you mean {' or '.join(sorted(set(near)))}?" if near else ""
    return f"{one_line(name)} is no setting of {getattr(recipe, 'name', 'the recipe')}; " + (
        meant or "collapse run RECIPE --dry-run shows them all"
    )


def _spelled(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "null" if value is None else str(value)
