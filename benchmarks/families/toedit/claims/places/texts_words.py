"""What the claims about two more texts say, as sentences and as a table."""

from collections.abc import Sequence

from benchmarks.chains.record import Record
from benchmarks.comparing.differences import paired
from benchmarks.comparing.thresholds import threshold_words
from benchmarks.families.toedit.claims.doses import changes
from benchmarks.families.toedit.claims.findings import Heads, Ledger
from benchmarks.families.toedit.claims.places.curve import UNEDITED, Chains, chains_of
from benchmarks.families.toedit.claims.places.statistics import last_losses
from benchmarks.families.toedit.claims.places.tables import as_table, percent, spread
from benchmarks.families.toedit.claims.places.texts import QUESTIONS, id_of, texts
from benchmarks.families.toedit.claims.places.words import found, not_run
from benchmarks.families.toedit.recipes.texts import SIX

_HEADS = {
    "place": Heads(
        "edits of the source cost more where the model itself is likeliest than as many at random",
        "Edits of the source cost more where the model itself is likeliest than as many at random.",
        "Edits of the source cost less where the model itself is likeliest than as many at random.",
    ),
    "below": Heads(
        "human text that the model edits ends below pure synthetic text",
        "Human text that the model edits ends below pure synthetic text.",
        "Human text that the model edits ends above pure synthetic text.",
    ),
    "same-end": Heads(
        "`edit_previous` ends where `replace` ends",
        "`edit_previous` ends where `replace` ends.",
        "`edit_previous` does not end where `replace` ends.",
    ),
}
"""How the paragraph about a question begins."""


def on_texts(ledger: Ledger) -> list[str]:
    """One paragraph for each question, over all texts; one line where nothing was run."""
    asked = {
        question: [(source, ledger[id_of(question, source)]) for source, _ in texts()]
        for question in QUESTIONS
    }
    if all(entry.verdict == "not attempted" for one in asked.values() for _, entry in one):
        return [not_run(*(recipe for _, recipe in texts()))]
    return [
        f"- **{_HEADS[question].of([entry for _, entry in entries])}** "
        f"{QUESTIONS[question].arms[0]} minus {QUESTIONS[question].arms[1]}: "
        + "; ".join(f"`{source}` {found(entry)}" for source, entry in entries)
        + "."
        for question, entries in asked.items()
    ]


def texts_table(records: Sequence[Record]) -> list[str]:
    """Each arm of each text above the same text unedited, with the thresholds of the edits.

    Empty where there are no records.
    """
    rows: list[tuple[str, ...]] = []
    where = []
    for source, recipe in texts():
        chains = chains_of(recipe(), SIX, records)
        if chains is not None:
            rows += _rows(source, chains)
            edits = threshold_words([record for mine in chains.values() for record in mine])
            where.append(f"`{source}` ({len(chains[UNEDITED])} seeds): {edits}")
    if not rows:
        return []
    heads = ("text", "arm", "tokens changed", "excess over the same text")
    return [as_table(rows, heads), f"Thresholds in force, first to last edit: {'; '.join(where)}."]


def _rows(source: str, chains: Chains) -> list[tuple[str, ...]]:
    base = last_losses(chains[UNEDITED])
    rows: list[tuple[str, ...]] = []
    for arm in (one for one in SIX if one != UNEDITED):
        changed, tokens = changes(chains[arm])
        excess = spread(paired(last_losses(chains[arm]) - base))
        share = percent(changed / tokens if tokens else None)
        rows.append((f"`{source}`", f"`{arm}`", share, excess))
    return rows
