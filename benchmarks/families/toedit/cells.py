"""Which chains fill which cells of the ToEdit paper's tables, and with which caveat."""

from typing import TYPE_CHECKING

from benchmarks.chains.record import EditTotals, Record
from benchmarks.families.toedit.audit import PUBLISHED
from benchmarks.families.toedit.recipes.editing import repeated_editing
from benchmarks.families.toedit.recipes.smoke import smoke_pretrained_prior
from benchmarks.paper.cells import Filling
from benchmarks.paper.published import Key
from data.errors import BadInput

if TYPE_CHECKING:
    pass


def probability_shares(edit: EditTotals) -> tuple[float, ...]:
    """Percentage of the scored tokens in each of ten equal intervals of probability."""
    total = sum(edit.histogram)
    return tuple(100 * count / total for count in edit.histogram)


def first_edit(record: Record) -> EditTotals:
    """Totals of the first editing of a chain: the prior's view of human text.

    Raises:
        BadInput: The chain edited nothing.
    """
    edit = record.generations[1].corpus.edit
    if edit is None:
        raise BadInput(f"{record.name}: generation 1 was not edited")
    return edit


def _flagged_shares(record: Record) -> tuple[float, ...]:
    """Percentage of the tokens at 0.99 or above, for every editing of a chain."""
    edits = [g.corpus.edit for g in record.generations if g.corpus.edit is not None]
    return tuple(100 * edit.flagged_by_paper / edit.tokens for edit in edits)


def _flagged_places(n_edits: int) -> tuple[Key, ...]:
    return tuple(("Table 15", "share P > 0.99", f"generation {n + 1}") for n in range(n_edits))


def _shares(record: Record) -> tuple[float, ...]:
    return probability_shares(first_edit(record))


def _below_0_6(record: Record) -> tuple[float, ...]:
    return (sum(probability_shares(first_edit(record))[:6]),)


INTERVALS = (*(f"[0.{i},0.{i + 1})" for i in range(9)), "[0.9,1.0]")
"""Ten intervals of probability, as Table 6 writes them."""
_PRIOR = "King James Bible scored by SmolLM2-135M"


_PAPER_6 = f"{_PRIOR}; the paper scores a biomedicine corpus with a prior it does not name"
_PAPER_15 = (
    f"{_PRIOR}, drawn at temperature 1 in `smoke_pretrained_prior` and 1.5 in `repeated_editing`; "
    "the paper scores instruction data with Llama-3-8B"
)
_PAPER_FIGURE = f"{_PRIOR}; the paper scores Dolma with Qwen-0.5B-Instruct"
_TABLE_6 = tuple(("Table 6", interval, "share") for interval in INTERVALS)
_FIGURE_5 = (("Figure 5", "Figure 5: human text", "tokens below probability 0.6"),)

FILLINGS: dict[str, tuple[Filling, ...]] = {
    "6": (
        Filling(smoke_pretrained_prior, "edit_source", _TABLE_6, _shares, _PAPER_6),
        Filling(repeated_editing, "edit_previous", _TABLE_6, _shares, _PAPER_6),
    ),
    "15": (
        Filling(
            smoke_pretrained_prior,
            "edit_previous",
            _flagged_places(2),
            _flagged_shares,
            _PAPER_15,
        ),
        Filling(repeated_editing, "edit_previous", _flagged_places(3), _flagged_shares, _PAPER_15),
    ),
    "figures": (
        Filling(smoke_pretrained_prior, "edit_source", _FIGURE_5, _below_0_6, _PAPER_FIGURE),
        Filling(repeated_editing, "edit_previous", _FIGURE_5, _below_0_6, _PAPER_FIGURE),
    ),
}
"""Which chains fill which cells, by table; of two that fill a cell the later one counts where it
has records."""


def paper_shares() -> list[float]:
    """Share of the paper's biomedical tokens by probability, in percent, as Table 6 prints it."""
    cells = PUBLISHED.tables["6"].cells
    return [
        float(cell.value) for cell in cells if cell.column == "share" and cell.row.startswith("[")
    ]
