"""What the claims say, as sentences: the only words in which a page states a result.

Each sentence has a wording for every verdict that its claims can have, so that a page can only say
what the ledger says. `python docs/make_blocks.py` sets them into the pages.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from benchmarks.chains.record import Record
from benchmarks.comparing.differences import in_words
from benchmarks.comparing.thresholds import threshold_words, thresholds
from benchmarks.families.toedit.audit import AUDIT
from benchmarks.families.toedit.claims.ledger import CLAIMS
from benchmarks.families.toedit.claims.margins import (
    LEVEL_SLOPE,
    NOT_WORSE,
    SAME_END,
    SAVES_LITTLE,
    UNCHANGED,
)
from benchmarks.families.toedit.recipes.domains import DOMAIN_RECIPES
from benchmarks.paper.claims import Entry, judge_all
from benchmarks.paper.evidence import Verdict
from data.errors import BadInput

Ledger = Mapping[str, Entry]
"""Entries by the id of their claim."""


class Heads(NamedTuple):
    """What a paragraph begins with: what all of its claims decided alike, or which decided what."""

    question: str
    """What is asked, after `whether`."""
    shown: str
    """What follows if all claims are reproduced."""
    refuted: str
    """What follows if all are not reproduced."""

    def of(self, entries: Iterable[Entry]) -> str:
        """The beginning that these claims allow: it says no more than every one of them does."""
        by_verdict: dict[Verdict, list[str]] = {}
        for entry in entries:
            by_verdict.setdefault(entry.verdict, []).append(f"`{entry.claim.id}`")
        if len(by_verdict) == 1:
            (verdict,) = by_verdict
            alike: Mapping[Verdict, str] = {
                "reproduced": self.shown,
                "not reproduced": self.refuted,
            }
            return alike.get(verdict, f"Whether {self.question} is {WORDS[verdict]}.")
        parts = (
            f"{words} for {', '.join(by_verdict[verdict])}"
            for verdict, words in WORDS.items()
            if verdict in by_verdict
        )
        return f"Whether {self.question} is {'; '.join(parts)}."


WORDS: Mapping[Verdict, str] = {
    "reproduced": "shown",
    "not reproduced": "refuted",
    "undecided": "undecided",
    "inconsistent as printed": "inconsistent as printed",
    "not attempted": "not run",
}
"""What became of a claim, in the words of a sentence; decided ones first."""
DEGRADES = Heads(
    "a chain that learns only what its last model wrote gets worse",
    "A chain that learns only what its last model wrote gets worse.",
    "A chain that learns only what its last model wrote gets no worse.",
)
CHEAPER = Heads(
    "editing the human text costs less than writing it anew",
    "Editing the human text costs less than writing it anew.",
    "Editing the human text costs no less than writing it anew.",
)
FREE = Heads(
    f"it costs less than {NOT_WORSE.below:g} bits",
    f"It costs less than {NOT_WORSE.below:g} bits.",
    f"It costs more than {NOT_WORSE.below:g} bits.",
)
PREVIOUS_LEVEL = Heads(
    "editing the edited text again stays level over {generations} generations",
    "Editing the edited text again stays level over {generations} generations.",
    "Editing the edited text again does not stay level over {generations} generations.",
)
SOURCE_LEVEL = Heads(
    "editing the source stays level over {generations} generations",
    "Editing the source stays level over {generations} generations.",
    "Editing the source does not stay level over {generations} generations.",
)
PLACE = Heads(
    "edits cost more where the model itself is likeliest than at random places",
    "Edits cost more where the model itself is likeliest than at random places.",
    "Edits cost less where the model itself is likeliest than at random places.",
)
PLACE_SMOLLM2 = Heads(
    "edits cost more where SmolLM2 is likeliest than at random places",
    "Edits cost more where SmolLM2 is likeliest than at random places.",
    "Edits cost less where SmolLM2 is likeliest than at random places.",
)
SELECTION = Heads(
    f"selecting samples saves less than {-(SAVES_LITTLE.above or 0):g} bits",
    f"Selecting samples saves less than {-(SAVES_LITTLE.above or 0):g} bits.",
    f"Selecting samples saves more than {-(SAVES_LITTLE.above or 0):g} bits.",
)
HUMAN = Heads(
    "keeping human text ends below `replace`",
    "Keeping human text ends below `replace`.",
    "Keeping human text ends above `replace`.",
)
MACHINERY = Heads(
    f"the machinery of editing adds and saves less than {UNCHANGED.below:g} bits",
    f"The machinery of editing adds and saves less than {UNCHANGED.below:g} bits.",
    f"The machinery of editing adds or saves more than {UNCHANGED.below:g} bits.",
)


def judged(records: Sequence[Record]) -> Ledger:
    """The claims that runs decide, corrected together as in the whole ledger."""
    claims = [claim for claim in CLAIMS if claim.rule.by_runs]
    return {entry.claim.id: entry for entry in judge_all(claims, records, AUDIT)}


def number(entry: Entry) -> str:
    """The number that decides a claim, with its interval.

    Raises:
        BadInput: No runs measured it.
    """
    found = entry.judgement.estimate
    if found is None:
        raise BadInput(f"{entry.claim.id}: nothing was measured; {entry.claim.command}")
    return in_words(found, 4, sign=True)


def verdict_words(entry: Entry) -> str:
    """The verdict in a bracket, and whether the claim alone would have been decided."""
    if entry.verdict == entry.judgement.verdict:
        return WORDS[entry.verdict]
    return f"undecided; {WORDS[entry.judgement.verdict]} alone, not after correction"


def measured(entry: Entry) -> str:
    """The number and the verdict: `+0.0052 [+0.0015, +0.0090], undecided`; or why there is none."""
    if entry.judgement.estimate is None:
        return entry.reason or entry.verdict
    return f"{number(entry)}, {verdict_words(entry)}"


def _of(ledger: Ledger, start: str) -> list[Entry]:
    return [entry for id, entry in ledger.items() if id.startswith(start)]


def _study(entry: Entry) -> str:
    """Generations and seeds behind a number: `5 generations, 5 seeds`."""
    return f"{entry.judgement.generations} generations, {entry.judgement.seeds} seeds"


def _listed(entries: Iterable[Entry], start: str) -> str:
    """Each claim's subject, number and verdict; the subject is what follows a start of its id."""
    parts = (
        f"`{entry.claim.id.removeprefix(start).replace('-', '_')}` {measured(entry)}"
        for entry in entries
    )
    return "; ".join(parts)


def degrades(ledger: Ledger) -> str:
    """Does pure synthetic text make a chain worse?"""
    one = ledger["synthetic-degrades"]
    return (
        f"**{DEGRADES.of([one])}** `replace` costs {number(one)} bits per byte of held-out human "
        f"text more than new human text each time ({_study(one)})."
    )


def source(ledger: Ledger) -> str:
    """What does editing the human text anew each time cost?"""
    below, as_well = ledger["edit-source-below-synthetic"], ledger["pretraining-share"]
    return (
        f"**{CHEAPER.of([below])} {FREE.of([as_well])}** `edit_source`, edited anew each time, "
        f"ends {number(as_well)} above the same text unedited ({verdict_words(as_well)}: does as "
        f"well), and `replace` {number(below)} above `edit_source`."
    )


def recursion(ledger: Ledger) -> str:
    """Does editing the edited text again stay level, and how does it compare with `replace`?"""
    level = ledger["edit-previous-level"]
    rise = _level(PREVIOUS_LEVEL, level, "`edit_previous`, the paper's way,")
    return f"{rise} {crossing(ledger)}{smaller(ledger)}"


def crossing(ledger: Ledger) -> str:
    """Do `edit_previous` and `replace` cross, and do they end alike?"""
    slope, end = ledger["crossing"], ledger["same-end"]
    return (
        f"Its distance from `replace` grows by {number(slope)} a generation "
        f"({verdict_words(slope)}) and ends at {number(end)} (alike within "
        f"{SAME_END.below:g}: {verdict_words(end)})."
    )


def level_source(ledger: Ledger) -> str:
    """Does editing the source stay level?"""
    return _level(SOURCE_LEVEL, ledger["edit-source-level"], "`edit_source`")


def _level(heads: Heads, one: Entry, what: str) -> str:
    """What is said of a slope: over which generations, and what counts as level."""
    head = heads.of([one]).format(generations=one.judgement.generations)
    return (
        f"**{head}** {what} rises by {number(one)} a generation above the same text unedited "
        f"(level: by less than {LEVEL_SLOPE.below:g})."
    )


def smaller(ledger: Ledger) -> str:
    """What the smaller study found of the same, which decides nothing."""
    parts = [
        f"{what} {text}"
        for id, what in (("crossing", "growth"), ("same-end", "end"))
        for text in ledger[id].judgement.also
    ]
    return f" Less supported, and deciding nothing: {'; '.join(parts)}." if parts else ""


def place(ledger: Ledger, records: Sequence[Record]) -> str:
    """Where is it worst to edit, with the model itself as prior?"""
    both = [ledger["place-source"], ledger["place-previous"]]
    names = {name for entry in both for name in entry.judgement.records}
    mine = [record for record in records if record.name in names]
    return (
        f"**{PLACE.of(both)}** Against as many changes at random places such edits cost, of the "
        f"source, {measured(both[0])}; of the last copy, {measured(both[1])}. How sure the model "
        f"was there, first edit to last: {threshold_words(mine)}; the paper asks for 0.99."
    )


def place_smollm2(ledger: Ledger, records: Sequence[Record]) -> str:
    """The same with SmolLM2 as prior, recipe by recipe."""
    entries = [ledger[f"place-{name.replace('_', '-')}"] for name in DOMAIN_RECIPES]
    parts = []
    for name, entry in zip(DOMAIN_RECIPES, entries, strict=True):
        mine = [r for r in records if r.recipe["name"] == name and r.workflow == "edit_source"]
        floor = min((at[0] for at in thresholds(mine).values()), default=None)
        where = "" if floor is None else f", P >= {floor:.2f}"
        parts.append(f"`{name}`{where}: {measured(entry)}")
    return f"**{PLACE_SMOLLM2.of(entries)}** The same difference: {'; '.join(parts)}."


def selection(ledger: Ledger) -> str:
    """Do selections of samples save anything of what they cost?"""
    entries = _of(ledger, "selection-")
    return (
        f"**{SELECTION.of(entries)}** Less `replace`, at the last generation: "
        f"{_listed(entries, 'selection-')}."
    )


def human(ledger: Ledger) -> str:
    """Does keeping human text help?"""
    entries = _of(ledger, "human-")
    return f"**{HUMAN.of(entries)}** Less `replace`: {_listed(entries, 'human-')}."


def machinery(ledger: Ledger) -> str:
    """Does the machinery of editing add anything by itself?"""
    entries = _of(ledger, "machinery-")
    return f"**{MACHINERY.of(entries)}** Less `same_human`: {_listed(entries, 'machinery-')}."


def readme(ledger: Ledger) -> list[str]:
    """What the README says of chains."""
    return [degrades(ledger), source(ledger), recursion(ledger)]


def reading(ledger: Ledger, records: Sequence[Record]) -> list[str]:
    """What the page of all workflows says of its tables."""
    return [
        recursion(ledger),
        level_source(ledger),
        place(ledger, records),
        place_smollm2(ledger, records),
        selection(ledger),
        human(ledger),
        machinery(ledger),
    ]
