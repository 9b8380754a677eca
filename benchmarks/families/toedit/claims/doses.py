"""How much an edit must change before its outcome says anything of editing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.chains.record import Record
from benchmarks.paper.evidence import Data

TESTABLE = 0.005
"""Share of changed tokens from which the margin `NOT_WORSE` can be missed.

A model that edits with itself changes 5 % of the tokens at a cost of 0.01 to 0.02 bits, about 0.003
for 1 %: an edit that changes less than half a per cent could not cost the margin. The paper's own
rule changes at most three quarters of a per cent, by what its Table 15 leaves open.
"""
RATIO = 0.001
"""Share of changed tokens below which a cost for each change is noise."""


@dataclass(frozen=True, slots=True)
class Dose:
    """The need of a rule that edits changed tokens: without changes, neither good nor harm.

    It looks at counts of tokens, never at a loss.
    """

    least: float
    """Smallest share of tokens that the edits of an arm change, over seeds and generations."""
    arms: tuple[int, ...]
    """Places of the edited arms among those of the rule."""

    @property
    def words(self) -> str:
        """The share that must be changed, in words."""
        return f"the edits change at least {100 * self.least:g} % of the tokens"

    @property
    def data(self) -> Data:
        """The share and the arms."""
        return {"need": "dose", **asdict(self)}

    def missing(self, chosen: Sequence[Sequence[Record]]) -> str:
        """The first arm whose edits change too little, in words; empty where none does."""
        for arm in self.arms:
            changed, tokens = changes([chains[arm] for chains in chosen])
            if changed < self.least * tokens or not tokens:
                name = chosen[0][arm].recipe["name"]
                return (
                    f"the edits of `{name}` changed {changed:,} of {tokens:,} tokens, fewer than "
                    f"{100 * self.least:g} %: no test"
                )
        return ""


def changes(chains: Sequence[Record]) -> tuple[int, int]:
    """Tokens that all edits of some chains changed, and tokens that they read."""
    edits = [g.corpus.edit for chain in chains for g in chain.generations]
    found = [edit for edit in edits if edit is not None]
    return sum(edit.changed for edit in found), sum(edit.tokens for edit in found)
