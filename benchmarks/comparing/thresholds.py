"""The thresholds that edits worked with: a share of tokens says nothing without them."""

from collections.abc import Iterable

from benchmarks.chains.record import Record


def thresholds(records: Iterable[Record]) -> dict[str, tuple[float, ...]]:
    """Probability from which each edit flagged a token, mean over seeds, by workflow.

    One number per edit, in the order of generations. Edits at random places have none.
    """
    found: dict[str, list[tuple[float, ...]]] = {}
    for record in records:
        edits = [g.corpus.edit for g in record.generations if g.corpus.edit is not None]
        mine = tuple(edit.threshold for edit in edits)
        if any(mine):
            found.setdefault(record.workflow, []).append(mine)
    return {
        workflow: tuple(sum(each) / len(each) for each in zip(*chains, strict=True))
        for workflow, chains in found.items()
    }


def threshold_words(records: Iterable[Record]) -> str:
    """The thresholds of each workflow, first edit to last: `edit_source` P >= 0.21 to 0.17.

    The records are of one recipe.
    """
    found = list(records)
    relation = "<=" if _side(found) == "below" else ">="
    return ", ".join(
        f"`{workflow}` P {relation} {_span(values)}"
        for workflow, values in thresholds(found).items()
    )


def _side(records: list[Record]) -> str:
    return str(records[0].recipe["edit_rule"].get("side", "above")) if records else "above"


def _span(values: tuple[float, ...]) -> str:
    """First and last of some thresholds; one where they print alike."""
    first, last = f"{values[0]:.3g}", f"{values[-1]:.3g}"
    return first if first == last else f"{values[0]:.2f} to {values[-1]:.2f}"
