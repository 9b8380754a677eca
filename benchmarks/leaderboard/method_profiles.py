"""The collapse profile of a method on its page, held against the control of its own recipe."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import CONTROL
from benchmarks.profile.answers import DEFINITIONS, Profile, profile_records
from benchmarks.profile.page import sections_html

Setting = tuple[str, str, str]
"""Digest of a recipe, fingerprint of its human text, and precision."""


def profile_html(mine: Sequence[Record], controls: Sequence[Record]) -> Markup:
    """The collapse profile of a method as HTML, or a sentence that says why there is none."""
    found = _found(mine, controls)
    if isinstance(found, str):
        return Markup("<p>{}</p>").format(found)
    return sections_html(found)


def setting(record: Record) -> Setting:
    """What a chain shares with the control of its own recipe: digest, human text, precision."""
    return record.digest, record.human.fingerprint, record.environment.precision


def controls_of(records: Iterable[Record]) -> dict[Setting, list[Record]]:
    """The chains of the control, by what they share with the methods that have a profile."""
    found: dict[Setting, list[Record]] = {}
    for record in records:
        if record.workflow == CONTROL:
            found.setdefault(setting(record), []).append(record)
    return found


def _found(mine: Sequence[Record], controls: Sequence[Record]) -> Profile | str:
    """The collapse profile of a method, or why there is none."""
    first = mine[0]
    if not controls:
        return f"No profile: the recipe {first.recipe['name']} has no {CONTROL} chain of its own."
    needed = {f"samples/{d.measure}/none" for d in DEFINITIONS if d.measure != "loss"}
    together = [*mine, *controls]
    if any(not needed <= record.last.metrics.keys() for record in together):
        return "No profile: the records lack some of its measures."
    (found,) = profile_records(together)
    return found
