"""What the claims say, as sentences: the only words in which a page states a result.

Each sentence has a wording for every verdict that its claims can have, so that a page can only say
what the ledger says. `python docs/make_blocks.py` sets them into the pages.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from benchmarks.chains.record import Record
from benchmarks.comparing.thresholds import threshold_words, thresholds
from benchmarks.families.toedit.audit import AUDIT
from benchmarks.families.toedit.claims.ledger import CLAIMS
from benchmarks.families.toedit.claims.margins import LEVEL_SLOPE, SAME_END, SAVES_LITTLE
from benchmarks.families.toedit.recipes.domains import DOMAIN_RECIPES
from benchmarks.paper.claims import Entry, judge_all
from benchmarks.paper.evidence import Verdict
from data.errors import BadInput

Ledger = Mapping[str, Entry]
"""Entries by the id of their claim."""


class Heads(NamedTuple):
    """What a paragraph begins with, by what became of its claims."""

    shown: str
    """All of them are reproduced."""
    refuted: str
    """None is, and at least one is not reproduced."""
    undecided: str
    """None is decided."""
    mixed: str = ""
    """Some are reproduced and others are not; `undecided` where it is empty."""

    def of(self, entries: Iterable[Entry]) -> str:
        """The beginning that these claims allow."""
        found = {entry.verdict for entry in entries}
        if found == {"reproduced"}:
            return self.shown
        if "reproduced" in found:
            return self.mixed or self.undecided
        return self.refuted if "not reproduced" in found else self.undecided


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
    if found.low is None or found.high is None:
        return f"{found.mean:+.4f}"
    return f"{found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


def verdict_words(entry: Entry) -> str:
    """The verdict in a bracket, and whether the claim alone would have been decided."""
    words: Mapping[Verdict, str] = {"reproduced": "shown", "not reproduced": "refuted"}
    if entry.verdict == entry.judgement.verdict:
        return words.get(entry.verdict, entry.verdict)
    return f"undecided; {words[entry.judgement.verdict]} alone, not after correction"


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
    head = Heads(
        "A chain that learns only what its last model wrote gets worse.",
        "A chain that learns only what its last model wrote gets no worse.",
        "Whether a chain that learns only what its last model wrote gets worse is undecided.",
    )
    return (
        f"**{head.of([one])}** `replace` costs {number(one)} bits per byte of held-out human text "
        f"more than new human text each time ({_study(one)})."
    )


def source(ledger: Ledger) -> str:
    """What does editing the human text anew each time cost?"""
    below, as_well = ledger["edit-source-below-synthetic"], ledger["pretraining-share"]
    head = Heads(
        "Editing the human text costs less,",
        "Editing the human text costs no less,",
        "Whether editing the human text costs less is undecided,",
    )
    rest = Heads("and nothing to speak of.", "but something.", "and perhaps nothing.")
    return (
        f"**{head.of([below])} {rest.of([as_well])}** `edit_source`, edited anew each time, ends "
        f"{number(as_well)} above the same text unedited ({verdict_words(as_well)}: does as well), "
        f"and `replace` {number(below)} above `edit_source`."
    )


def recursion(ledger: Ledger) -> str:
    """Does editing the edited text again stay level, and how does it compare with `replace`?"""
    level = ledger["edit-previous-bounded"]
    head = Heads(
        "Editing the edited text again stays level.",
        "Editing the edited text again does not stay level.",
        "Whether editing the edited text again stays level is undecided.",
    )
    return (
        f"**{head.of([level])}** `edit_previous`, the paper's way, rises by {number(level)} a "
        f"generation above the same text unedited. {crossing(ledger)}{smaller(ledger)}"
    )


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
    one = ledger["edit-source-bounded"]
    head = Heads(
        "Editing the source stays level.",
        "Editing the source does not stay level.",
        "Whether editing the source stays level is undecided.",
    )
    return (
        f"**{head.of([one])}** `edit_source` rises by {number(one)} a generation above the same "
        f"text unedited; level is less than {LEVEL_SLOPE.below:g}."
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
    head = Heads(
        "Where the model itself is likeliest is the wrong place to edit.",
        "Where the model itself is likeliest is the right place to edit.",
        "Where it is worst to edit is undecided.",
        "Where the model itself is likeliest may be the wrong place to edit.",
    )
    return (
        f"**{head.of(both)}** Against as many changes at random places such edits cost, of the "
        f"source, {measured(both[0])}; of the last copy, {measured(both[1])}. How sure the model "
        f"was there, first edit to last: {threshold_words(mine)}; the paper asks for 0.99."
    )


def place_smollm2(ledger: Ledger, records: Sequence[Record]) -> str:
    """The same with SmolLM2 as prior, recipe by recipe."""
    entries = [ledger[f"place-{name.replace('_', '-')}"] for name in DOMAIN_RECIPES]
    head = Heads(
        "With SmolLM2 as prior it is so too.",
        "With SmolLM2 as prior it is the other way round.",
        "With SmolLM2 as prior nothing is decided.",
        "With SmolLM2 as prior it is so in some recipes.",
    )
    parts = []
    for name, entry in zip(DOMAIN_RECIPES, entries, strict=True):
        mine = [r for r in records if r.recipe["name"] == name and r.workflow == "edit_source"]
        floor = min((at[0] for at in thresholds(mine).values()), default=None)
        where = "" if floor is None else f", P >= {floor:.2f}"
        said = number(entry) if entry.judgement.estimate else entry.reason
        parts.append(f"`{name}`{where}: {said}")
    return f"**{head.of(entries)}** The same difference: {'; '.join(parts)}."


def selection(ledger: Ledger) -> str:
    """Do selections of samples repair them?"""
    entries = _of(ledger, "selection-")
    head = Heads(
        "Selecting samples does not repair them.",
        "Selecting samples repairs them.",
        "Whether selecting samples repairs them is undecided.",
        "Selecting samples does not repair them in some ways; of others it is undecided.",
    )
    return (
        f"**{head.of(entries)}** Less `replace`, at the last generation, where more than "
        f"{SAVES_LITTLE.above:g} repairs nothing: {_listed(entries, 'selection-')}."
    )


def human(ledger: Ledger) -> str:
    """Does keeping human text help?"""
    entries = _of(ledger, "human-")
    head = Heads(
        "Keeping human text helps.",
        "Keeping human text does harm.",
        "Whether keeping human text helps is undecided.",
        "Keeping human text helps in some ways; of others it is undecided.",
    )
    return f"**{head.of(entries)}** Less `replace`: {_listed(entries, 'human-')}."


def machinery(ledger: Ledger) -> str:
    """Does the machinery of editing add anything by itself?"""
    entries = _of(ledger, "machinery-")
    head = Heads(
        "The machinery adds nothing.",
        "The machinery adds something by itself.",
        "Whether the machinery adds something by itself is undecided.",
    )
    return f"**{head.of(entries)}** Less `same_human`: {_listed(entries, 'machinery-')}."


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
