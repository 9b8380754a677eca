"""Rules that judge without runs: by printed numbers, by the theory, by a computation, or never."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

from benchmarks.paper.audit import Check
from benchmarks.paper.evidence import (
    VERDICT_OF,
    Code,
    Data,
    Evidence,
    Judgement,
    Plan,
    Verdict,
    bare,
    name_of,
)
from theory.claims import checked
from theory.verdict import Claim as TheoryClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerns:
    """Which checks of an audit matter for a claim; what is empty matters not."""

    table: str = ""
    row: str = ""
    """Start of the names of rows."""
    kind: str = ""

    def __call__(self, check: Check) -> bool:
        """Whether a check matters."""
        cell = check.cell
        return (
            self.table in ("", cell.table)
            and cell.row.startswith(self.row)
            and self.kind in ("", check.kind)
        )


@dataclass(frozen=True, slots=True)
class FromPrint:
    """Judges by the audit: inconsistent where a check that matters fails."""

    concerns: Concerns
    """Which checks of the audit matter for the claim."""
    otherwise: Literal["reproduced", "not attempted"]
    """The verdict where no check fails."""
    wanted: str = ""
    """Words for what the number would have to be, where the audit cannot decide."""

    @property
    def words(self) -> str:
        """Words for what the number would have to be, or what a failing check does to the claim."""
        if self.wanted:
            return self.wanted
        if self.otherwise == "not attempted":
            return "what the audit of its printed rows says"
        return "inconsistent as printed if any"

    @property
    def data(self) -> Data:
        """Checks that matter, and what is said where none fails."""
        said = {"otherwise": self.otherwise, "wanted": self.wanted}
        return {"rule": "print", "concerns": asdict(self.concerns), **said}

    @property
    def plans(self) -> tuple[Plan, ...]:
        """No runs: it looks at the printed numbers."""
        return ()

    @property
    def code(self) -> Code:
        """What looks for failing checks."""
        return (FromPrint.judge, Concerns.__call__)

    @property
    def can_say(self) -> frozenset[Verdict]:
        """Inconsistent, or what is said otherwise."""
        return frozenset({"inconsistent as printed", self.otherwise})

    @property
    def by_runs(self) -> bool:
        """Whether the printed numbers leave the claim to runs."""
        return self.otherwise == "not attempted"

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by the checks that matter."""
        mine = [check for check in evidence.checks if self.concerns(check)]
        wrong = [check for check in mine if check.status == "inconsistent as printed"]
        if wrong:
            text = f"{len(wrong)} of {len(mine)} checks fail: " + "; ".join(map(_check, wrong))
            return Judgement("inconsistent as printed", text, "arithmetic")
        if self.otherwise == "not attempted":
            return Judgement("not attempted", "")
        return Judgement(self.otherwise, f"{len(mine)} checks, none fails", "arithmetic")


def _check(check: Check) -> str:
    cell = check.cell
    return f"{cell.row}, {cell.column}: {cell.printed} printed, {check.recomputed} recomputed"


_OF_THEORY: Mapping[str, Verdict] = {"holds": "reproduced", "refuted": "not reproduced"}


@dataclass(frozen=True, eq=False)  # without slots, because it remembers
class FromTheory:
    """Judges by the verdict of the theory: `holds` is reproduced, `refuted` is not."""

    claim: TheoryClaim[Any]

    @property
    def by_runs(self) -> bool:
        """No run decides it."""
        return False

    @property
    def words(self) -> str:
        """Words that say which verdict of the theory becomes which."""
        return "reproduced where it holds, not where it is refuted, else undecided"

    @property
    def data(self) -> Data:
        """The claim of the theory, by its id."""
        return {"rule": "theory", "claim": self.claim.id, "statement": self.claim.statement}

    @property
    def plans(self) -> tuple[Plan, ...]:
        """No runs: the theory needs none."""
        return ()

    @property
    def code(self) -> Code:
        """What turns a status of the theory into a verdict."""
        return (FromTheory.judge,)

    @property
    def can_say(self) -> frozenset[Verdict]:
        """Either way, or undecided."""
        return frozenset({*VERDICT_OF.values()})

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by checking the claim of the theory; no evidence changes what it finds."""
        return self._judgement

    @cached_property
    def _judgement(self) -> Judgement:
        found = checked(self.claim)
        text = f"{found.status}: {found.reason}"
        return Judgement(_OF_THEORY.get(found.status, "undecided"), text, "theory")


@dataclass(frozen=True, slots=True)
class Computed:
    """Judges by a computation of the claim's own."""

    compute: Callable[[Evidence], Judgement]
    words: str
    """Words for what the computation looks at."""
    can_say: frozenset[Verdict]
    """Verdicts that some evidence leads to."""

    @property
    def by_runs(self) -> bool:
        """No run decides it."""
        return False

    @property
    def data(self) -> Data:
        """The name of the computation, with what it is given."""
        return {"rule": "computed", "computed": name_of(self.compute)}

    @property
    def plans(self) -> tuple[Plan, ...]:
        """No runs: it computes."""
        return ()

    @property
    def code(self) -> Code:
        """The computation."""
        return (bare(self.compute),)

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by the claim's own computation."""
        return self.compute(evidence)


@dataclass(frozen=True, slots=True)
class NotAttempted:
    """The rule of a claim that needs the paper's own models or data."""

    words: str
    """Words for what the number would have to be."""

    @property
    def by_runs(self) -> bool:
        """Only runs that nobody has made could decide it."""
        return True

    @property
    def data(self) -> Data:
        """The words, which are all there is."""
        return {"rule": "not attempted", "words": self.words}

    @property
    def plans(self) -> tuple[Plan, ...]:
        """No runs: nobody has planned any."""
        return ()

    @property
    def code(self) -> Code:
        """What never judges."""
        return (NotAttempted.judge,)

    @property
    def can_say(self) -> frozenset[Verdict]:
        """Nothing: the verdict is `not attempted`, whatever the evidence."""
        return frozenset({"not attempted"})

    def judge(self, evidence: Evidence) -> Judgement:
        """Never judge."""
        return Judgement("not attempted", "")
