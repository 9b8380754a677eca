"""Faults are put into right programs, and three filters are held to them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.families.program_distillation.work.conversion import read_twins
from benchmarks.families.program_distillation.work.measures import Measures, count, share
from data.executing.answers import is_answer, read_answer
from data.executing.outcome import OutcomeClass
from data.program_distillation.checks import agree, steps_hold
from data.program_distillation.faults import KINDS, Fault, inject
from data.program_distillation.running import execute_exactly, value_of
from data.program_distillation.twins import Twin
from data.randomness import stream

_FAMILY = "program_distillation"


class Judged(NamedTuple):
    """What became of one faulty program."""

    failure: OutcomeClass | None
    """Why it did not come to its end."""
    accepted: bool
    """Whether its value is the answer: what a filter by answers keeps."""
    equivalent: bool
    """Whether it computes the same whatever the numbers: accepted, and no fault that matters."""
    agrees: bool
    """Whether it is kept too where the answer and one re-assignment must agree."""
    holds: bool
    """Whether each step's arithmetic is right as it is written: what a check of text keeps."""


def faults(
    folder: Path, *, seed: int, programs: int, times: int, faulty: float, twins: Path
) -> Mapping[str, Any]:
    """Put one fault of each kind into drawn programs, and hold filters to them.

    Args:
        folder: Stays empty.
        seed: Replicate.
        programs: Number of programs of the training part that are drawn.
        times: Re-assignments that tell whether a program is equivalent.
        faulty: Share of programs of the round that get a fault.
        twins: File of the right programs.
    """
    known = read_twins(twins)
    places = stream(seed, f"{_FAMILY}/programs").choice(len(known), programs, replace=False)
    drawn = [known[int(place)] for place in places]
    measures: Measures = {}
    judged: dict[tuple[str, int], Judged] = {}
    for kind in KINDS:
        found = {
            twin.provenance.row: judge(twin, fault, seed, times)
            for twin in drawn
            if (fault := faulty_twin(twin, kind, seed)) is not None
        }
        judged |= {(kind, row): one for row, one in found.items()}
        measures |= {f"{kind}/{key}": one for key, one in of_kind(list(found.values())).items()}
    return {"measures": measures | one_round(drawn, judged, seed, faulty)}


def faulty_twin(twin: Twin, kind: str, seed: int) -> Fault | None:
    """A twin's program with one fault; None where it has no place for one of this kind."""
    rng = stream(seed, f"{_FAMILY}/faults/{kind}", twin.provenance.part, twin.provenance.row)
    return inject(twin.program, kind, twin.question, rng)


def judge(twin: Twin, fault: Fault, seed: int, times: int) -> Judged:
    """Run one faulty program, and ask every filter."""
    path = (fault.kind, twin.provenance.part, twin.provenance.row)
    found = execute_exactly(fault.program)
    accepted = found.failure is None and is_answer(found.value, read_answer(twin.answer))
    draws = {name: stream(seed, f"{_FAMILY}/{name}", *path) for name in ("equivalent", "agrees")}
    same, agrees = (
        accepted and agree(twin.program, fault.program, times=n, run=value_of, rng=draws[name])
        for name, n in (("equivalent", times), ("agrees", 1))
    )
    return Judged(found.failure, accepted, same, agrees, _holds(twin, fault))


def _holds(twin: Twin, fault: Fault) -> bool:
    """Whether the changed steps hold with the printed results of all; the others do as before."""
    results = {
        f"v{number}": Fraction(read_answer(printed))
        for number, printed in enumerate(twin.printed, 1)
    }
    changed = set(fault.program.split("\n")) - set(twin.program.split("\n"))
    return steps_hold("\n".join(sorted(changed)), results, value_of)


def of_kind(found: Sequence[Judged]) -> Measures:
    """What each filter does with the faults of one kind, equivalent programs split off."""
    matter = [one for one in found if not one.equivalent]
    return {
        "rejected": share(sum(not one.accepted for one in found), len(found)),
        "equivalent": share(len(found) - len(matter), len(found)),
        "recall": share(sum(not one.accepted for one in matter), len(matter)),
        "recall_reassigned": share(sum(not one.agrees for one in matter), len(matter)),
        "recall_text": share(sum(not one.holds for one in matter), len(matter)),
        "ran": share(sum(one.failure is None for one in found), len(found)),
    }


def one_round(
    drawn: Sequence[Twin], judged: Mapping[tuple[str, int], Judged], seed: int, faulty: float
) -> Measures:
    """A round of writing in which a share of programs has a fault of a kind drawn at random.

    Programs that are equivalent count as right ones, as they are.
    """
    rng = stream(seed, f"{_FAMILY}/round")
    lost: Counter[str] = Counter()
    n_faulty = kept = kept_faulty = 0
    for twin in drawn:
        kinds = [kind for kind in KINDS if (kind, twin.provenance.row) in judged]
        has_fault, place = rng.random() < faulty, int(rng.integers(len(kinds)))
        one = judged[kinds[place], twin.provenance.row] if has_fault else RIGHT
        n_faulty += not one.equivalent
        kept += one.accepted
        kept_faulty += one.accepted and not one.equivalent
        lost[stage_of(one)] += 1
    n = len(drawn)
    return {
        "round/faulty": share(n_faulty, n),
        "round/kept": share(kept, n),
        "round/kept_faulty": share(kept_faulty, kept),
        "round/spurious": share(kept_faulty, n_faulty),
        **{f"round/class/{name}": count(number, n) for name, number in sorted(lost.items())},
    }


RIGHT = Judged(None, accepted=True, equivalent=True, agrees=True, holds=True)
"""What becomes of a program without a fault."""
BY_ACCIDENT = "right by accident"
"""Class of a program that gives the answer and is another computation."""


def stage_of(one: Judged) -> str:
    """Where a program is lost: the class of its failure, its value, or re-assignment."""
    if one.failure is not None:
        return str(one.failure)
    if not one.accepted:
        return str(OutcomeClass.WRONG_VALUE)
    return str(OutcomeClass.RIGHT) if one.agrees else BY_ACCIDENT
