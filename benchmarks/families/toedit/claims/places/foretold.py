"""What linear models foretell of edits by place, and the claim that decides each.

Written down, with its numbers, before any record of the recipes. A row that a linear model did not
expect has a large residual r; a token that a language model did not expect has a small P. Rows and
tokens are held against each other by rank (`theory.linear_chains.sighted.bands`).

- A changed row costs 1 for the noise that it gets and r^2 for the noise that it loses. At random
  places that is 2, whatever the text; so each band costs (1 + E[r^2 | band]) / 2 as much as random
  places: more for the least likely tokens, less for the likeliest, and never less than half.
- Place and what is written add up: human labels in place of the model's take 2 m - m^2 off every
  place alike, and labels from no row in particular add a bias of m^2 |w*|^2 to every place alike.
- `edit_previous` adds 2 m - m^2 a generation where `replace` adds 1: it falls behind for ever, and
  never catches up.
"""

from collections.abc import Callable
from typing import NamedTuple

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.claims.places.arms import LAWS, WHAT, band_arms
from benchmarks.families.toedit.recipes.bands import edit_bands, edit_bands_pretrained
from data.edits.places import Text
from theory.linear_chains.limits import one_edit


class Foretold(NamedTuple):
    """What linear models say of a claim."""

    statement: str
    claim: str
    """Id of the claim that decides it."""
    is_the_same: bool
    """Whether linear models say what the claim says; otherwise they say the contrary."""


def _of_bands(make: Callable[[], Recipe], text: Text, start: str) -> tuple[Foretold, ...]:
    what, arms = WHAT[text], band_arms(make, text)
    low, high = arms[0], arms[-1]
    by = "SmolLM2" if make is edit_bands_pretrained else "the model itself"
    return (
        Foretold(
            f"As many edits of {what} by {by} cost less at {high.place} than at {low.place}",
            f"{start}-ends-{text}",
            is_the_same=False,
        ),
        Foretold(
            f"They cost the less, the likelier the tokens of {what} are to {by}",
            f"{start}-trend-{text}",
            is_the_same=False,
        ),
        Foretold(
            f"At {low.place} of {what} they cost more than at random places",
            f"{start}-{low.name}-{text}",
            is_the_same=True,
        ),
        Foretold(
            f"At {high.place} of {what} they cost less than at random places",
            f"{start}-{high.name}-{text}",
            is_the_same=False,
        ),
    )


FORETOLD: tuple[Foretold, ...] = (
    *_of_bands(edit_bands, "source", "bands"),
    *_of_bands(edit_bands, "previous", "bands"),
    *_of_bands(edit_bands_pretrained, "source", "bands-smollm2"),
    Foretold(
        "As a mean of three laws, flagged places cost less than random ones",
        "places-place",
        is_the_same=False,
    ),
    Foretold(f"Writing {LAWS['unigram']} costs more", "places-law-unigram", is_the_same=True),
    Foretold(f"Writing {LAWS['follower']} costs less", "places-law-follower", is_the_same=True),
    Foretold(
        f"Place and law add up, for {LAWS['unigram']}", "places-additive-unigram", is_the_same=True
    ),
    Foretold(
        f"Place and law add up, for {LAWS['follower']}",
        "places-additive-follower",
        is_the_same=True,
    ),
    Foretold(
        "`edit_previous` does not end where `replace` ends", "long-same-end", is_the_same=False
    ),
    Foretold(
        "`edit_previous` gains on `replace` with every generation",
        "long-crossing",
        is_the_same=False,
    ),
)
"""What linear models say, in the order of the claims."""


def foretold_drift(share: float) -> float:
    """What a generation of `edit_previous` adds, relative to one of `replace`: 2 m - m^2.

    Args:
        share: Share of the tokens that every edit changes.
    """
    return one_edit(share) - 1
