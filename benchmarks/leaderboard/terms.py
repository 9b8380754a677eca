"""What a chain used, which decides its track."""

import re
from typing import NamedTuple

from benchmarks.comparison import CONTROL
from benchmarks.record import Record


class Terms(NamedTuple):
    """What a chain used, as its record says; each False is the stricter track."""

    new_human: bool
    """Human text beyond that of generation 0."""
    later_human: bool
    """Human text, as it was or edited, in a corpus after generation 0."""
    outside_prior: bool
    """A pretrained model edits."""
    more_tokens: bool
    """Fits see more tokens than those of the control."""


def terms_of(record: Record, control: Record) -> Terms:
    """What a chain used, and whether it trained on more than the control did."""
    later = record.generations[1:]
    return Terms(
        new_human=record.last.human_tokens_used > record.generations[0].human_tokens_used,
        later_human=any(g.corpus.human_tokens > 0 for g in later),
        outside_prior=record.recipe["prior"] != "self"
        and any(kind in g.stages for g in later for kind in ("edit", "reencode")),
        more_tokens=tokens_seen(record) > tokens_seen(control),
    )


def title(found: Terms) -> str:
    """Name of a track."""
    text = "human text at the start only"
    if found.later_human:
        text = "human text in later generations"
    if found.new_human:
        text = "new human text in later generations"
    prior = ", a pretrained prior" if found.outside_prior else ""
    return f"{text}{prior}, {'more' if found.more_tokens else 'equal'} training"


def allowed(found: Terms) -> str:
    """What a method of a track may use, in words."""
    text = "No corpus after generation 0 holds human text; choosing samples by it is allowed."
    if found.later_human:
        text = "Later corpora may hold the human text of generation 0, as it was or edited."
    if found.new_human:
        text = "Later corpora may hold human text that no generation has seen."
    prior = " A pretrained model may edit." if found.outside_prior else ""
    budget = (
        f"Fits see more tokens than those of {CONTROL}, so part of a gain may be training."
        if found.more_tokens
        else f"Fits see no more tokens than those of {CONTROL}."
    )
    return f"{text}{prior} {budget}"


def slug(name: str, setting: str, precision: str, versions: tuple[int, int], found: Terms) -> str:
    """Of a track, for links and file names."""
    marks = "".join("ny"[used] for used in found)
    text = f"{name}-{setting}-{precision}-v{versions[0]}.{versions[1]}-{marks}"
    return re.sub(r"[^a-z0-9]+", "-", text.lower())


def tokens_seen(record: Record) -> int:
    """Tokens that all fits of a chain were trained on."""
    return sum(g.tokens_seen for g in record.generations)
