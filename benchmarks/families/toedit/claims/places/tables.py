"""The tables about places: the bands, place by law, and predictions beside what was found."""

from collections.abc import Sequence
from itertools import product

from tabulate import tabulate

from benchmarks.chains.record import Record
from benchmarks.comparing.differences import Difference, paired
from benchmarks.comparing.thresholds import threshold_words
from benchmarks.families.toedit.claims.findings import WORDS, Ledger
from benchmarks.families.toedit.claims.places.arms import LAWS, PLACES, place_arm
from benchmarks.families.toedit.claims.places.curve import (
    UNEDITED,
    Chains,
    DoseResponse,
    Effect,
    chains_of,
    edits_of,
    effect,
)
from benchmarks.families.toedit.claims.places.foretold import FORETOLD, foretold_drift
from benchmarks.families.toedit.claims.places.statistics import last_losses
from benchmarks.families.toedit.claims.places.words import found
from benchmarks.families.toedit.claims.predicted import outcome
from benchmarks.families.toedit.recipes.equivalence import edit_equivalence
from benchmarks.families.toedit.recipes.places import edit_places
from benchmarks.paper.evidence import Verdict

_COMMON = ("changed by an edit", "change of log2 P", "KL", "content words")
"""Heads of the columns that both tables have; the last three are for each changed token."""


def bands_table(curve: DoseResponse) -> str:
    """One row per band and one of random places: what the edits are, and what they cost."""
    heads = (
        "P of the token",
        "tokens in the band, first to last edit",
        *_COMMON,
        "excess",
        "beside random",
        "foretold, to first order",
    )
    rows = [
        (
            one.words.removeprefix("P in "),
            _held(one),
            *_what(one),
            spread(one.excess),
            _ratio(one.relative),
            _number(one.foretold, ".2f"),
        )
        for one in curve.bands
    ]
    random = curve.anywhere
    rows.append((random.words, "", *_what(random), spread(random.excess), "", ""))
    return as_table(rows, heads)


def places_table(records: Sequence[Record]) -> list[str]:
    """One row per place and law; no table where there are no records."""
    recipe = edit_places()
    cells = list(product(PLACES, LAWS))
    arms = [place_arm(place, law) for place, law in cells]
    chains = chains_of(recipe, [*arms, UNEDITED], records)
    if chains is None:
        return []
    rows = []
    for place, law in cells:
        mine = place_arm(place, law)
        one = effect(mine, str(place), chains, chains[place_arm(PLACES[1], law)])
        at = [edit.threshold for record in chains[mine] for edit in edits_of(record)]
        where = (
            f"flagged, P >= {min(at):.2f} to {max(at):.2f}" if place.kind == "flagged" else "random"
        )
        beside = (_beside(chains, mine, place_arm(other, law)) for other in PLACES[1:])
        prior = _beside(chains, mine, place_arm(place, "prior"))
        rows.append((where, LAWS[law], *_what(one), spread(one.excess), *beside, prior))
    heads = ("excess", "above random places, same law", "above draws of the prior, same place")
    return [as_table(rows, ("place", "writes", *_COMMON, *heads))]


def _beside(chains: Chains, one: str, other: str) -> str:
    """What an arm costs above another; empty for the arm itself."""
    if one == other:
        return ""
    return spread(paired(last_losses(chains[one]) - last_losses(chains[other])))


def _held(one: Effect) -> str:
    """What a place holds of the first text that is edited, and of the last one."""
    first, last = percent(one.share), percent(one.last_share)
    return first if first == last else f"{first} to {last}"


def drift(records: Sequence[Record]) -> list[str]:
    """What `edit_previous` costs beside `replace`, and what was foretold; empty without records."""
    chains = chains_of(edit_equivalence(), ["edit_previous", "replace", UNEDITED], records)
    if chains is None:
        return []
    one = effect("edit_previous", "", chains, chains["replace"])
    return [
        f"Over `{UNEDITED}` it costs {spread(one.excess)} at the end, {_ratio(one.relative)} times "
        f"what `replace` does; linear models foretell {foretold_drift(one.changed):.2f} times, for "
        f"every edit changes {percent(one.changed)} of the tokens. Thresholds in force, first to "
        f"last edit: {threshold_words(chains['edit_previous'])}."
    ]


def foretold_table(ledger: Ledger) -> str:
    """One row per prediction: the claim that decides it, and what became of it."""
    rows = [
        (
            one.statement,
            _so(ledger[one.claim].verdict, one.is_the_same),
            f"`{one.claim}`",
            found(ledger[one.claim]),
        )
        for one in FORETOLD
    ]
    return as_table(rows, ("linear models say", "so it is", "decided by", "which is"))


def _so(verdict: Verdict, is_the_same: bool) -> str:
    """What a verdict says of a prediction, in the words of the page."""
    result = outcome(verdict, is_the_same=is_the_same)
    return WORDS[verdict] if result == verdict else result


def spread(number: Difference) -> str:
    """A mean with its interval, where it has one."""
    if number.low is None or number.high is None:
        return f"{number.mean:+.4f}"
    return f"{number.mean:+.4f} [{number.low:+.4f}, {number.high:+.4f}]"


def _what(one: Effect) -> tuple[str, str, str, str]:
    return (
        percent(one.changed),
        _number(one.log_probability, "+.2f"),
        _number(one.divergence, ".2f"),
        _number(one.content, ".2f"),
    )


def _ratio(number: Difference) -> str:
    """A ratio with its interval, where it has one."""
    if number.low is None or number.high is None:
        return f"{number.mean:.2f}, not bounded"
    return f"{number.mean:.2f} [{number.low:.2f}, {number.high:.2f}]"


def percent(share: float | None) -> str:
    """A share as per cent with one decimal; empty where there is none."""
    return "" if share is None else f"{100 * share:.1f} %"


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def as_table(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> str:
    """Rows of text as a table in Markdown."""
    return str(tabulate(rows, heads, tablefmt="github", disable_numparse=True))
