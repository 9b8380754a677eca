"""Which rows of Table 2 the authors ran themselves, and which cells no count of items gives."""

from benchmarks.families.preference_data.audit import AUDIT, PUBLISHED
from benchmarks.paper.audit import Check, can_fail

RUN_BY_AUTHORS = (
    "Mistral-7B-Instruct",
    "Starling-LM-7B-beta",
    "Llama-3-8B-Instruct",
    "Mixtral-8x7B-Instruct",
    "Mixtral-8x22B-Instruct",
    "Qwen1.5-72B-Chat",
    "Llama-2-70B-Chat",
    "Llama-3-70B-Instruct",
    "DeepSeek-v2-Chat",
    "OpenBioLLM-70B (Ens)",
)
"""Models of others that the table marks as run by its authors."""
_OURS = ("8B Ultra", "70B Ultra")
"""How the names of the paper's own models begin."""


def is_own(row: str) -> bool:
    """Whether the authors ran a row of Table 2 themselves, rather than quote it."""
    return row in RUN_BY_AUTHORS or row.startswith(_OURS)


def count_checks() -> tuple[Check, ...]:
    """Checks of Table 2 that a cell is a whole number of right answers, where one can fail."""
    checks = AUDIT.checks([PUBLISHED.tables["2"]])
    return tuple(check for check in checks if check.kind == "share of items")


def impossible() -> tuple[Check, ...]:
    """Cells of Table 2 that no whole number of right answers gives, rounded or cut off."""
    return tuple(check for check in count_checks() if check.status == "inconsistent as printed")


def able_to_fail() -> tuple[int, int]:
    """Number of cells of Table 2 where such a check can fail, and of all its accuracies."""
    items = PUBLISHED.items_of
    cells = [cell for cell in PUBLISHED.tables["2"].cells if cell.column in items]
    return sum(can_fail(cell, items[cell.column]) for cell in cells), len(cells)
