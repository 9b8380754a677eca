"""Claims about a pretrained student of GSM8K's twins: targets, filter, repairs, verified beams."""

from collections.abc import Sequence

from benchmarks.comparing.decisions import ABOVE_0
from benchmarks.families.program_distillation.audit import repairable_in_words
from benchmarks.families.program_distillation.gpu import statistics as of
from benchmarks.families.program_distillation.gpu.study import program_distillation_gpu
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FromRuns, Statistic, from_arms

_RUN = command("program_distillation_gpu")
_SOLVED = "share of GSM8K's test questions that are solved"
_ABSTRACT, _OURS = "abstract", "this project"
_PEOPLE = (
    "SmolLM2-135M from 4-bit weights, and people's solutions as programs whose names say nothing; "
    "the paper has CodeT5 and a teacher's programs"
)


def _rule(arms: Sequence[str], statistic: Statistic) -> FromRuns:
    return from_arms(program_distillation_gpu, arms, statistic, ABOVE_0)


GPU_CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="pad.gsm8k_student",
        where="title",
        statement="a pretrained small model that learns programs solves more of GSM8K than one "
        "that learns the same solutions as chains of thought",
        statistic=f"{_SOLVED}, program less chain of thought, each problem seen as often",
        rule=_rule(("program", "thought"), of.right_gain),
        note="(a chain of thought has more tokens, so that its student trains on more and longer)",
        command=_RUN,
        caveat=_PEOPLE,
    ),
    PaperClaim(
        id="pad.gsm8k_thought",
        where=_OURS,
        statement="a pretrained small model that learns chains of thought solves more of GSM8K "
        "than one that learns answers alone",
        statistic=f"{_SOLVED}, chain of thought less answer, each problem seen as often",
        rule=_rule(("thought", "answer"), of.right_gain),
        command=_RUN,
        caveat=_PEOPLE,
    ),
    PaperClaim(
        id="pad.gsm8k_filtered",
        where=_ABSTRACT,
        statement="of GSM8K's programs of which 27 % have a fault, those that execution keeps "
        "teach a pretrained small model more than all",
        statistic=f"{_SOLVED}, filtered less unfiltered, each problem seen as often",
        rule=_rule(("filtered", "faulty"), of.right_gain),
        note="(what is rejected is not replaced: the filtered student sees fewer problems)",
        command=_RUN,
        caveat=_PEOPLE,
    ),
    PaperClaim(
        id="pad.gsm8k_floor",
        where=_OURS,
        statement="a student of programs solves more of GSM8K than copying the nearest question's "
        "program with its numbers re-bound",
        statistic=f"{_SOLVED}, student less the copied program",
        rule=_rule(("program",), of.above_floor),
        command=_RUN,
        caveat=_PEOPLE,
    ),
    PaperClaim(
        id="pad.refine",
        where=_ABSTRACT,
        statement="a student trained on injected errors repairs its own programs",
        statistic=f"{_SOLVED} after one repair of what fails, less after drawing that once more",
        rule=_rule(("refined",), of.repair_less_redraw),
        note="(only programs that the interpreter stops are written again, so that no gain is "
        "below 0 or above their share: what a repair gains over a redraw is judged)",
        printed=lambda: f"at most {repairable_in_words()}",
        command=_RUN,
        caveat=_PEOPLE + "; faults are put in at random",
    ),
    PaperClaim(
        id="pad.verify_steps",
        where=_ABSTRACT,
        statement="step-wise beam search with a verifier gives better programs",
        statistic=f"{_SOLVED} by verified beams, less by plain beams of equal width",
        rule=_rule(("program",), of.verified_less_beam),
        note="(the verifier is all-MiniLM-L6-v2; the paper has an encoder of ROSCOE)",
        command=_RUN,
        caveat=_PEOPLE,
    ),
    PaperClaim(
        id="pad.verify_vote",
        where=_OURS,
        statement="step-wise beam search with a verifier gives better programs than the vote of as "
        "many drawn ones",
        statistic=f"{_SOLVED} by verified beams, less by the vote of as many programs",
        rule=_rule(("program",), of.verified_less_vote),
        note="(equal in programs; what each way wrote in tokens is in the record)",
        command=_RUN,
        caveat=_PEOPLE,
    ),
)
"""Claims that records of the GPU tier decide."""
