"""What the records say about cells of the paper's tables, and which command makes such records.

A filling takes one number per cell from one chain of a recipe; over seeds it becomes a mean with a
t interval. Only records of a recipe as it stands now count: a changed recipe has another digest,
and its old records fill nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.comparison import paired
from benchmarks.published import Key
from benchmarks.recipe import Recipe
from benchmarks.recipes.editing import repeated_editing
from benchmarks.recipes.smoke import smoke_pretrained_prior
from benchmarks.record import EditTotals, Record
from data.workflow import Workflow

SEEDS = (0, 1, 2)
"""Replicates that a command asks for: what decides a claim has at least three."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A number of ours."""

    mean: float
    """Over seeds."""
    low: float | None
    """Ends of the 95 % t interval over seeds; None for one seed."""
    high: float | None
    seeds: int
    tier: str
    records: tuple[str, ...]
    """The files it was computed from, below the folder of records."""


@dataclass(frozen=True, slots=True)
class Filling:
    """How the chains of a recipe fill cells of a table."""

    recipe: Callable[[], Recipe]
    workflow: Workflow
    places: tuple[Key, ...]
    """Cells that it fills."""
    numbers: Callable[[Record], Sequence[float]]
    """Of one chain: one number per place, in the unit of the printed cell."""
    caveat: str
    """How this differs from the paper's experiment."""


def measure(records: Iterable[Record], fillings: Sequence[Filling]) -> dict[Key, Measured]:
    """All cells that the records fill."""
    kept = list(records)
    found: dict[Key, Measured] = {}
    for filling in fillings:
        digest = filling.recipe().digest
        mine = [r for r in kept if r.digest == digest and r.workflow == filling.workflow]
        found |= _over_seeds(mine, filling)
    return found


def _over_seeds(records: Sequence[Record], filling: Filling) -> dict[Key, Measured]:
    chains = [filling.numbers(record) for record in records]
    columns = zip(*chains, strict=True)
    return {
        place: _mean(values, records)
        for place, values in zip(filling.places, columns, strict=bool(chains))
    }


def _mean(values: Sequence[float], records: Sequence[Record]) -> Measured:
    estimate = paired(np.array(values))
    names = tuple(sorted(record_name(record) for record in records))
    tier = str(records[0].recipe["tier"])
    return Measured(estimate.mean, estimate.low, estimate.high, estimate.n, tier, names)


def record_name(record: Record) -> str:
    """`<recipe>-<digest>/<workflow>-seed<k>`."""
    return f"{record.recipe['name']}-{record.digest}/{record.workflow}-seed{record.seed}"


def command(recipe: str) -> str:
    """The command that makes the records of a recipe."""
    return " ".join(["collapse run", recipe, *(f"--seed {seed}" for seed in SEEDS)])


def probability_shares(edit: EditTotals) -> tuple[float, ...]:
    """Percentage of the scored tokens in each of ten equal intervals of probability."""
    total = sum(edit.histogram)
    return tuple(100 * count / total for count in edit.histogram)


def first_edit(record: Record) -> EditTotals:
    """Totals of the first editing of a chain: the prior's view of human text.

    Raises:
        ValueError: The chain edited nothing.
    """
    edit = record.generations[1].corpus.edit
    if edit is None:
        raise ValueError(f"{record_name(record)}: generation 1 was not edited")
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
"""Of probability, as Table 6 writes them."""
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
"""By table; of two that fill a cell the later one counts where it has records."""
