"""What the paper claims, and what can be said of it without its models; one entry per claim."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from benchmarks.comparing.decisions import ABOVE_0, Region, normal_sides
from benchmarks.families.layer_emulators.audit import (
    CRASH,
    DISTILLED,
    FULL,
    UNIFORM,
    UNSHARED,
    ZERO_SHOT,
    compare_rows,
    in_words,
    reruns_won,
)
from benchmarks.families.layer_emulators.depth.claims import CLAIMS as DEPTH
from benchmarks.families.layer_emulators.edited_chain.claims import CLAIMS as EDITED_CHAIN
from benchmarks.families.layer_emulators.edits.claims import CLAIMS as EDITS
from benchmarks.families.layer_emulators.printed.claims import CLAIMS as PRINTED
from benchmarks.families.layer_emulators.proved import CLAIMS as PROVED
from benchmarks.families.layer_emulators.recipes import BLIND, CHAIN, layer_emulators
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.selection.claims import CLAIMS as SELECTION
from benchmarks.families.layer_emulators.tuning.claims import CLAIMS as TUNING
from benchmarks.families.layer_emulators.tuning.claims import R4, R5
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.evidence import VERDICT_OF, Evidence, Judgement
from benchmarks.paper.printed_rules import (
    Computed,
    NotAttempted,
)
from benchmarks.paper.rules import from_arms
from theory.layer_emulators.cka_claims import LEAST_ADJACENT

MARGIN = 0.01
"""Largest difference in CKA at which a sample and the formula agree."""
MOST_AT_ENDS = 0.36
"""Value of CKA below which the ends of the chain are unlike."""
_PRINT_DECIDES = (
    "the printed rows alone decide, no run of ours: reproduced if the 95 % interval of their mean "
    "difference over the eight tasks, by binomial standard errors, lies above 0, not if below"
)
_ONE_RUN = "(each row is one seed and the best of four learning rates; the error leaves out both)"
_COMMAND = command("layer_emulators")
_EMULATOR = "CRaSh: emulator fine-tuned"


def judge_rows(before: str, after: str, evidence: Evidence) -> Judgement:
    """Whether a row of Table 1 lies above another by more than its items let expect."""
    gain = compare_rows(before, after)
    tests = normal_sides(gain.z)
    return Judgement(VERDICT_OF[tests.place], in_words(gain), "arithmetic", sides=tests)


def _rows(before: str, after: str) -> Computed:
    """By the printed rows alone."""
    return Computed(
        partial(judge_rows, before, after), _PRINT_DECIDES, frozenset(VERDICT_OF.values())
    )


def _by_print(id: str, statement: str, before: str, after: str, also: str = "") -> PaperClaim:
    return PaperClaim(
        id=id,
        where="Table 1",
        statement=statement,
        statistic=f"mean over the eight tasks of `{after}` less `{before}`, in standard errors",
        rule=_rows(before, after),
        note=_ONE_RUN,
        printed=lambda: in_words(compare_rows(before, after)) + also,
    )


def largest_distance(records: Sequence[EmulatorRecord]) -> float:
    """How far the worst case of CKA lies from its formula."""
    (record,) = records
    values = {key: metric.value for key, metric in record.metrics.items()}
    cases = [key.removesuffix("/formula") for key in values if key.endswith("/formula")]
    return max(abs(values[f"{case}/cka"] - values[f"{case}/formula"]) for case in cases)


def chain_slack(records: Sequence[EmulatorRecord]) -> float:
    """How far the neighbours of the chain are alike and its ends unlike, whichever is less."""
    (record,) = records
    adjacent, ends = (record.metrics[f"{key}/cka"].value for key in ("adjacent", "ends"))
    return min(adjacent - LEAST_ADJACENT, MOST_AT_ENDS - ends)


def _printed_r4() -> str:
    beside = {"zero-shot": ZERO_SHOT, "its tuned emulator": _EMULATOR}
    return "; ".join(f"{n}: {in_words(compare_rows(row, CRASH))}" for n, row in beside.items())


OF_ROOMS: tuple[tuple[PaperClaim, ...], ...] = (
    SELECTION,
    TUNING,
    EDITS,
    EDITED_CHAIN,
    DEPTH,
)
"""Claims of the family's rooms, which have runs of their own."""
_OWN: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="r1",
        where="its analysis of representations",
        statement="layers of decoder-only models form blocks of similar representations",
        statistic="mean CKA within blocks less that across them; agreement of blocks over seeds",
        rule=NotAttempted(
            "reproduced if the difference is above .2 with p < .01 over boundaries, and the "
            "adjusted Rand index of the blocks of any two seeds above .5"
        ),
    ),
    _by_print("r2", "clustering, removing and sharing beat uniform layer dropping", UNIFORM, CRASH),
    _by_print(
        "r2-selection",
        "clustering and removing alone, without sharing, beat uniform layer dropping",
        UNIFORM,
        UNSHARED,
    ),
    _by_print("r2-sharing", "sharing adds to clustering and removing alone", UNSHARED, CRASH),
    _by_print(
        "r3",
        "an emulator that nobody trained beats distilled ones on several data sets",
        DISTILLED,
        CRASH,
        "; re-run by others: " + reruns_won("distilled"),
    ),
    replace(R4, printed=_printed_r4),
    R5,
    PaperClaim(
        id="r-ceiling",
        where="Table 1",
        statement="full fine-tuning remains above the plug-in",
        statistic=f"mean over the eight tasks of `{FULL}` less `{CRASH}`, in standard errors",
        rule=_rows(CRASH, FULL),
        note=_ONE_RUN,
    ),
    *PRINTED,
    *PROVED,
    PaperClaim(
        id="le.cka_blind",
        where="the measure of the clustering",
        statement="layers that share one direction of strength c of d, and nothing else, have a "
        "CKA of c^4 / ((1 + c^2)^2 + d - 1)",
        statistic="largest distance of sampled CKA from the formula",
        rule=from_arms(layer_emulators, (BLIND,), largest_distance, Region(below=MARGIN)),
        note="(a hundredth of the whole range of CKA)",
        command=_COMMAND,
        caveat="layers that are linear in independent sources, not those of a language model",
    ),
    PaperClaim(
        id="le.chain",
        where="the merging of adjacent clusters by their ends",
        statement=f"twelve steps of adjacent CKA of at least {LEAST_ADJACENT} can lead to ends of "
        f"at most {MOST_AT_ENDS}",
        statistic=f"the smaller of least adjacent CKA less {LEAST_ADJACENT} and {MOST_AT_ENDS} "
        "less CKA of the ends",
        rule=from_arms(layer_emulators, (CHAIN,), chain_slack, ABOVE_0),
        command=_COMMAND,
        caveat="a stream to which each layer adds independent features, not a language model",
    ),
)


def assembled(
    own: Sequence[PaperClaim], rooms: Sequence[Sequence[PaperClaim]]
) -> tuple[PaperClaim, ...]:
    """The family's claims and those of its rooms, which take the place of claims of their ids.

    Args:
        own: Claims in the order of the page.
        rooms: Claims of each room; what takes no place stands behind all others.
    """
    theirs = {claim.id: claim for claims in rooms for claim in claims}
    placed = {claim.id: theirs.get(claim.id, claim) for claim in own}
    return tuple((placed | theirs).values())


CLAIMS = assembled(_OWN, OF_ROOMS)
"""Everything that is claimed of layer emulators."""
