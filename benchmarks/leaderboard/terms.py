"""What a chain used, which decides its track."""

import re
from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import CONTROL
from benchmarks.families.catalogue import GIVEN

TOKENS_TOLERANCE = 0.1
"""How much more than the control a method may train and still count as equal: documents are packed
whole, so that corpora of one size give fits that differ by a few steps."""


class Terms(NamedTuple):
    """What a method used, as its records say; each False is the stricter track."""

    new_human: bool
    """Human text beyond that of generation 0 was used."""
    later_human: bool
    """Human text, as it was or edited, was in a corpus after generation 0."""
    outside_prior: bool
    """A pretrained model edited the text."""
    outside_text: bool
    """Text that a model outside the chain wrote was in a corpus after generation 0."""
    outside_start: bool
    """The chain started from a checkpoint or a base model."""
    more_tokens: bool
    """Fits saw more tokens than those of the control."""
    given: str | None = None
    """Where it is a method that a family gives and that uses what others do not: the first workflow
    that uses the same."""


class Used(NamedTuple):
    """What one chain used."""

    terms: Terms
    """As far as it says by itself: whether it trained on more, its control decides."""
    tokens: int
    """Tokens that all its fits were trained on."""


def used_by(record: Record) -> Used:
    """What a chain used."""
    return Used(_alone(record), tokens_seen(record))


def terms_of(chains: Sequence[Used], controls: Sequence[Used]) -> Terms:
    """What a method used in any of its chains, and whether it trained on more than the control.

    Args:
        chains: All chains of the method.
        controls: The control of each.
    """
    flags = [any(each) for each in zip(*(one.terms[:-1] for one in chains), strict=True)]
    used = Terms._make([*flags, chains[0].terms.given])
    limit = (1 + TOKENS_TOLERANCE) * fmean(one.tokens for one in controls)
    return used._replace(more_tokens=fmean(one.tokens for one in chains) > limit)


def _alone(record: Record) -> Terms:
    """What a chain used, as far as it says by itself."""
    later = record.generations[1:]
    stages = {kind for generation in later for kind in generation.stages}
    recipe = record.recipe
    return Terms(
        new_human=record.last.human_tokens_used > record.generations[0].human_tokens_used,
        later_human=any(generation.corpus.human_tokens > 0 for generation in later),
        outside_prior=recipe.get("prior", "self") != "self"
        and not stages.isdisjoint(("edit", "rewrite", "reencode")),
        outside_text=recipe.get("synthetic", "self") != "self" and "written" in stages,
        outside_start=any(recipe.get(name) is not None for name in ("checkpoint", "base")),
        more_tokens=False,
        given=_given(record.workflow),
    )


def _given(workflow: str) -> str | None:
    """The first of the methods of families that use what this one does; None if it is of none."""
    if workflow not in GIVEN:
        return None
    uses = GIVEN[workflow].uses
    return next(name for name, other in GIVEN.items() if other.uses == uses)


def title(found: Terms) -> str:
    """Name of a track, in words: what its methods use."""
    text = "human text at the start only"
    if found.later_human:
        text = "human text in later generations"
    if found.new_human:
        text = "new human text in later generations"
    outside = {
        ", a pretrained prior": found.outside_prior,
        ", text of another model": found.outside_text,
        ", a pretrained start": found.outside_start,
    }
    more = "".join(words for words, used in outside.items() if used)
    if found.given is not None:
        more += f", {GIVEN[found.given].uses}"
    return f"{text}{more}, {'more' if found.more_tokens else 'equal'} training"


def allowed(found: Terms) -> str:
    """What a method of a track may use, in words."""
    text = "No corpus after generation 0 holds human text; choosing samples by it is allowed."
    if found.later_human:
        text = "Later corpora may hold the human text of generation 0, as it was or edited."
    if found.new_human:
        text = "Later corpora may hold human text that no generation has seen."
    outside = {
        " A pretrained model may edit.": found.outside_prior,
        " Text that a model outside the chain wrote stands in place of samples.": (
            found.outside_text
        ),
        " Chains start from a model that was fitted on other text.": found.outside_start,
    }
    more = "".join(sentence for sentence, used in outside.items() if used)
    if found.given is not None:
        more += f" The method uses {GIVEN[found.given].uses}."
    limit = f"{TOKENS_TOLERANCE:.0%}".replace("%", " %")
    budget = (
        f"Fits see over {limit} more tokens than those of {CONTROL}, so part of a gain may be "
        "training."
        if found.more_tokens
        else f"Fits see at most {limit} more tokens than those of {CONTROL}, mean over seeds."
    )
    return f"{text}{more} {budget}"


def slug(
    name: str, setting: str, human: str, precision: str, loss_version: int, found: Terms
) -> str:
    """Name of a track in links and file names; no two tracks have the same.

    Args:
        name: Name of the control's recipe.
        setting: Digest of the settings that all recipes share.
        human: Fingerprint of the human text.
        precision: Precision of the fits, such as `32-true`.
        loss_version: Version of the held-out loss.
        found: What the methods used.
    """
    marks = "".join("ny"[used] for used in found[:-1])
    given = "" if found.given is None else f"-{found.given}"
    text = f"{name}-{setting}-{human[:8]}-{precision}-v{loss_version}-{marks}{given}"
    return re.sub(r"[^a-z0-9]+", "-", text.lower())


def tokens_seen(record: Record) -> int:
    """Tokens that all fits of a chain were trained on."""
    return sum(g.tokens_seen for g in record.generations)
