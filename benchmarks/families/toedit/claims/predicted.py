"""What the theory predicts of chains, with the verdict of the claim that asks the same."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tabulate import tabulate

from benchmarks.chains.record import Record
from benchmarks.comparing.predictions import Prediction, cells, check_predictions
from benchmarks.families.toedit.claims.findings import Ledger, measured
from benchmarks.paper.evidence import Verdict


class Decided(NamedTuple):
    """The claim that decides a prediction."""

    claim: str
    """Its id."""
    is_the_same: bool
    """Whether the claim says what the theory predicts; otherwise it says the contrary."""


DECIDED: Mapping[str, Decided] = {
    "source-level": Decided("edit-source-level", True),
    "previous-drifts": Decided("edit-previous-level", False),
    "confidence-matters": Decided("place-source", False),
    "confidence-matters-previous": Decided("place-previous", False),
    "redraw-null": Decided("machinery-redraw", True),
    "reencode-null": Decided("machinery-reencode", True),
}
"""The claim of each prediction (`comparing.predictions`); a question has one verdict everywhere."""


def outcome(verdict: Verdict, *, is_the_same: bool) -> str:
    """What the verdict on a claim says of the prediction that it decides."""
    if verdict not in ("reproduced", "not reproduced"):
        return verdict
    return "as predicted" if (verdict == "reproduced") == is_the_same else "against it"


def predictions_markdown(ledger: Ledger, records: Sequence[Record]) -> str:
    """One row per prediction: the claim that decides it, and what became of that claim.

    Args:
        ledger: The claims, corrected together.
        records: Chains of the recipe that the page is about; they only give the numbers of
            predictions that no claim decides.
    """
    rows = [_row(one, ledger) for one in check_predictions(records)]
    headers = ["the theory predicts", "so it is", "decided by", "which is"]
    return str(tabulate(rows, headers, tablefmt="github", disable_numparse=True))


def _row(one: Prediction, ledger: Ledger) -> tuple[str, str, str, str]:
    decided = DECIDED.get(one.id)
    if decided is None:
        _, _, mean, interval, *_ = cells(one)
        return one.statement, "not judged", "no claim", f"{mean} {interval}; {one.unit}"
    entry = ledger[decided.claim]
    found = outcome(entry.verdict, is_the_same=decided.is_the_same)
    return one.statement, found, f"`{decided.claim}`", measured(entry)
