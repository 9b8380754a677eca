"""What the claims about places say, as sentences: a page may say this and no more."""

from collections.abc import Callable, Sequence

from benchmarks.chains.cost import size_words
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record
from benchmarks.comparing.thresholds import threshold_words, thresholds
from benchmarks.families.toedit.claims.doses import changes
from benchmarks.families.toedit.claims.findings import WORDS, Heads, Ledger, measured
from benchmarks.families.toedit.claims.margins import SAME_END
from benchmarks.families.toedit.claims.places.arms import LAWS, WHAT, band_arms
from benchmarks.families.toedit.claims.places.foretold import FORETOLD
from benchmarks.families.toedit.claims.places.rules import ADDITIVE
from benchmarks.families.toedit.claims.predicted import outcome
from benchmarks.families.toedit.recipes.bands import edit_bands, edit_bands_pretrained
from benchmarks.families.toedit.recipes.domains import DOMAIN_RECIPES
from benchmarks.families.toedit.recipes.equivalence import edit_equivalence
from benchmarks.families.toedit.recipes.places import edit_places
from benchmarks.paper.claims import Entry
from data.edits.places import Text

_CURVES: tuple[tuple[str, Text, str], ...] = (
    ("bands", "source", "the model itself"),
    ("bands", "previous", "the model itself"),
    ("bands-smollm2", "source", "SmolLM2"),
)
"""Start of the ids, text and prior of each curve."""
_STUDIES = {"bands": edit_bands, "bands-smollm2": edit_bands_pretrained}
"""Recipe of each curve, by the start of the ids."""
_PLACE = Heads(
    "edits of the source cost more at its likeliest eighth of tokens than as many at random, as a "
    "mean of three laws,",
    "Edits of the source cost more at its likeliest eighth of tokens than as many at random, as a "
    "mean of three laws.",
    "Edits of the source cost less at its likeliest eighth of tokens than as many at random, as a "
    "mean of three laws.",
)
_ADDITIVE = Heads(
    "the cost of a place is the same whatever is written there",
    "The cost of a place is the same whatever is written there.",
    "The cost of a place depends on what is written there.",
)


def found(entry: Entry) -> str:
    """The number and the verdict of a claim, or why there is none."""
    return "not run" if entry.verdict == "not attempted" else measured(entry)


def _cost(text: str, prior: str) -> Heads:
    """How a paragraph about a curve begins."""
    return Heads(
        f"edits of {text} cost more at the tokens likeliest to {prior} than as many at the least "
        "likely",
        f"Edits of {text} cost more at the tokens likeliest to {prior} than as many at the least "
        "likely.",
        f"Edits of {text} cost less at the tokens likeliest to {prior} than as many at the least "
        "likely.",
    )


def curve(ledger: Ledger, start: str, text: Text, prior: str) -> str:
    """Which bands of a text cost most, and each beside random places."""
    arms = band_arms(_STUDIES[start], text)
    ends, trend = ledger[f"{start}-ends-{text}"], ledger[f"{start}-trend-{text}"]
    beside = "; ".join(f"{arm.place} {found(ledger[f'{start}-{arm.name}-{text}'])}" for arm in arms)
    return (
        f"**{_cost(WHAT[text], prior).of([ends])}** {arms[-1].place} minus {arms[0].place}: "
        f"{found(ends)}; slope over the bands, the least likely first, whatever its shape, in bits "
        f"a band: {found(trend)}. Above as many at random "
        f"places: {beside}."
    )


def curves(ledger: Ledger) -> list[str]:
    """The curves that were run: own prior on source and copy, SmolLM2 on the source."""
    return [curve(ledger, *one) for one in _CURVES if _was_run(ledger[f"{one[0]}-ends-{one[1]}"])]


def _was_run(entry: Entry) -> bool:
    return entry.verdict != "not attempted"


def by_law(ledger: Ledger) -> str:
    """Is it the place or what is written there?"""
    place = ledger["places-place"]
    if not _was_run(place):
        return not_run(edit_places)
    laws = [ledger["places-law-unigram"], ledger["places-law-follower"]]
    added = [ledger["places-additive-unigram"], ledger["places-additive-follower"]]
    names = list(LAWS)[1:]
    beside = "; ".join(f"{LAWS[n]} {found(one)}" for n, one in zip(names, laws, strict=True))
    same = "; ".join(f"{LAWS[n]} {found(one)}" for n, one in zip(names, added, strict=True))
    return (
        f"**{_PLACE.of([place])} {_ADDITIVE.of(added)}** Flagged minus random: {found(place)}. "
        f"Above {LAWS['prior']}, both places: {beside}. What flagged places cost over random ones "
        f"beside the same by {LAWS['prior']} (the same within {ADDITIVE.below:g}): {same}."
    )


def equivalence(ledger: Ledger) -> str:
    """Do `edit_previous` and `replace` end alike, or do they cross?"""
    end, slope = ledger["long-same-end"], ledger["long-crossing"]
    generations = edit_equivalence().generations
    if not _was_run(end):
        return not_run(edit_equivalence)
    head = _end_head(end, slope).format(generations=generations)
    return (
        f"**{head}** `edit_previous` minus `replace` at the end (alike within "
        f"{SAME_END.below:g}): {found(end)}; its slope a generation: {found(slope)}."
    )


def _end_head(end: Entry, slope: Entry) -> str:
    """The verdict of both claims together; what is decided of the end comes first."""
    match end.verdict, slope.verdict:
        case "reproduced", "reproduced":
            return (
                "After {generations} generations `edit_previous` is equivalent to `replace`, and "
                "still losing ground."
            )
        case "reproduced", _:
            return "After {generations} generations `edit_previous` is equivalent to `replace`."
        case _, "reproduced":
            return (
                "A crossing, no equivalence: `edit_previous` loses ground over {generations} "
                "generations."
            )
        case "not reproduced", _:
            return "After {generations} generations `edit_previous` and `replace` end apart."
        case _, "not reproduced":
            return "`edit_previous` gains on `replace` over {generations} generations."
    return "Equivalent or crossing after {generations} generations: undecided."


def not_run(*recipes: Callable[[], Recipe]) -> str:
    """That the records of some recipes are not there."""
    return f"Not run yet: {', '.join(f'`{recipe().name}`' for recipe in recipes)}."


def reconciled(ledger: Ledger) -> str:
    """Three statements on where edits cost more, side by side: what each compares."""
    own = [ledger["place-source"], ledger["place-previous"]]
    theirs = [ledger[f"place-{name.replace('_', '-')}"] for name in DOMAIN_RECIPES]
    sure = ledger["threshold-loss"]
    words = ", ".join(sorted({WORDS[entry.verdict] for entry in theirs}))
    mine = threshold_words(_chains(own)) or "no records"
    firsts = sorted(at[0] for one in theirs for at in thresholds(_chains([one])).values())
    return (
        "**Three statements that seem to contradict each other compare different things.** (1) "
        f"With the model as its own prior ({mine}), likely against random places: of the source "
        f"{found(own[0])}; of the last copy {found(own[1])}. (2) With SmolLM2 ({_span(firsts)}), "
        f"likely against random places of the source: {words}, in {len(theirs)} recipes. (3) With "
        "SmolLM2 and one edit, P >= 0.9 against P <= 0.1, for 1 % of the tokens: "
        f"{found(sure)}. (1) and (2) hold likely places against all places, (3) against unlikely "
        "ones and not by as many changes; brackets say how sure each prior was. "
        f"{_together(ledger)}"
    )


def _chains(entries: Sequence[Entry]) -> list[Record]:
    """The chains that decide some claims, each once."""
    judged = {one.name: one for entry in entries for one in entry.judgement.judged}
    return [one for one in judged.values() if isinstance(one, Record)]


def _span(numbers: Sequence[float]) -> str:
    return f"P >= {numbers[0]:.2f} to {numbers[-1]:.2f} by recipe" if numbers else "no records"


def _together(ledger: Ledger) -> str:
    """What the bands, which ask all of it on one scale, say of the difference."""
    own, theirs = ledger["bands-ends-source"], ledger["bands-smollm2-ends-source"]
    if "not attempted" in (own.verdict, theirs.verdict):
        runs = [("the model itself", own, edit_bands), ("SmolLM2", theirs, edit_bands_pretrained)]
        known = [f"{who} {found(entry)}" for who, entry, _ in runs if _was_run(entry)]
        left = [make for _, entry, make in runs if not _was_run(entry)]
        asked = "The bands ask it on one scale, likeliest minus least likely, of both priors"
        return "; ".join([asked, *known, _lower(not_run(*left))])
    numbers = f"the model itself {found(own)}, SmolLM2 {found(theirs)}"
    asked = "On one scale, likeliest minus least likely band of the source"
    if "undecided" in (own.verdict, theirs.verdict):
        return f"{asked}: {numbers}; whether the prior makes the difference is open."
    if own.verdict == theirs.verdict:
        return f"{asked}: {numbers}; both priors say the same: the prior does not decide it."
    return f"{asked}: {numbers}; it depends on the prior."


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def against_theory(ledger: Ledger) -> str:
    """How many of the predictions came out as linear models say."""
    results = [outcome(ledger[one.claim].verdict, is_the_same=one.is_the_same) for one in FORETOLD]
    agree, against = results.count("as predicted"), results.count("against it")
    decided, tested = agree + against, sum(_was_run(ledger[one.claim]) for one in FORETOLD)
    if not decided:
        return f"Of {len(FORETOLD)} predictions of linear models none is decided."
    return (
        f"Of {len(FORETOLD)} predictions of linear models {tested} were tested and {decided} are "
        f"decided: {agree} as predicted, {against} against it."
    )


def abstract(ledger: Ledger) -> str:
    """The paragraph that an abstract may hold: every sentence is a verdict."""
    end, slope = ledger["long-same-end"], ledger["long-crossing"]
    parts = [_in_short(ledger, *one) for one in _CURVES]
    if _was_run(ledger["places-place"]):
        added = [ledger["places-additive-unigram"], ledger["places-additive-follower"]]
        place = ledger["places-place"]
        parts += [f"{_PLACE.of([place])[:-1]} ({found(place)}; {dose([place])})."]
        parts += [_ADDITIVE.of(added)]
    if _was_run(end):
        parts.append(_end_head(end, slope).format(generations=edit_equivalence().generations))
    told = [part for part in parts if part]
    if not told:
        return not_run(edit_bands, edit_bands_pretrained, edit_places, edit_equivalence)
    size = size_words(edit_bands().model)
    told.append(against_theory(ledger))
    return (
        f"> **In chains of a model of {size} on one text, in held-out bits per byte after "
        f"{edit_bands().generations} generations:** {' '.join(told)}"
    )


def _in_short(ledger: Ledger, start: str, text: Text, prior: str) -> str:
    """The sentence of a curve with the number of its ends; empty where it was not run."""
    ends, arms = ledger[f"{start}-ends-{text}"], band_arms(_STUDIES[start], text)
    if not _was_run(ends):
        return ""
    where = f"{arms[-1].place} minus {arms[0].place}"
    beside = [ledger[f"{start}-{arm.name}-{text}"] for arm in (arms[0], arms[-1])]
    both = all(one.verdict == "reproduced" for one in beside)
    head = f"{_cost(WHAT[text], prior).of([ends])[:-1]} ({where}: {found(ends)}; {dose([ends])})."
    told = f"Of {WHAT[text]}, both ends cost more than as many at random places." if both else ""
    return f"{head} {told}".strip()


def dose(entries: Sequence[Entry]) -> str:
    """How much every edit of some claims changes, in words."""
    changed, tokens = changes(_chains(entries))
    return f"{100 * changed / tokens:.1f} % of the tokens an edit" if tokens else "no edits"
