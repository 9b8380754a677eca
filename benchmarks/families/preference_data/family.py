"""Everything that the paper on biomedical preference data brings to the suite."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.families.preference_data.chain.study import METHODS
from benchmarks.families.preference_data.recipes import RECIPES
from benchmarks.paper.family import Family, Paper
from benchmarks.running.record import Envelope

if TYPE_CHECKING:  # loaded when it is shown
    from benchmarks.families.preference_data.paper.plan import PreferencePlan
    from benchmarks.families.preference_data.paper.study import JudgeStudy
    from benchmarks.paper.audit import Audit
    from benchmarks.paper.claims import PaperClaim
    from benchmarks.running.step import Step
    from theory.verdict import Claim


def _record() -> type[Envelope]:
    from benchmarks.families.preference_data.record import PreferenceRecord

    return PreferenceRecord


def _plans() -> "Mapping[str, PreferencePlan]":
    from benchmarks.families.preference_data.paper.plan import PLANS

    return PLANS


def _start(name: str) -> "tuple[JudgeStudy, ...]":
    from benchmarks.families.preference_data.paper.plan import start

    return start(name)


def _audit() -> "Audit":
    from benchmarks.families.preference_data.audit import AUDIT

    return AUDIT


def _claims() -> "tuple[PaperClaim, ...]":
    from benchmarks.families.preference_data.claims import CLAIMS

    return CLAIMS


def _theory() -> "tuple[Claim[Any], ...]":
    from theory.preference_data.claims import PREFERENCE_CLAIMS

    return PREFERENCE_CLAIMS


def _pages(records: Sequence[Envelope]) -> Mapping[str, str]:
    from benchmarks.families.preference_data.pages import pages
    from benchmarks.paper.pages import ledger

    return pages(records, ledger(FAMILY, records), FAMILY.paper.citation)


def _figures(records: Sequence[Envelope], folder: Path) -> list[Path]:
    from benchmarks.families.preference_data.curves import draw_selection
    from benchmarks.families.preference_data.figure import draw_steps
    from benchmarks.families.preference_data.parts import ROOMS
    from benchmarks.paper.common.rooms import drawn

    return [*draw_steps(folder), *draw_selection(folder), *drawn(ROOMS, records, folder)]


def _gpu_steps() -> "tuple[Step, ...]":
    from benchmarks.families.preference_data.gpu.steps import STEPS

    return STEPS


FAMILY = Family(
    name="preference_data",
    paper=Paper(
        title="UltraMedical: Building Specialized Generalists in Biomedicine",
        authors="Zhang et al.",
        venue="NeurIPS 2024",
        arxiv="2406.03949",
    ),
    question="does a reward model make a model better, and is it more than noise?",
    docs="preference_data",
    recipes=RECIPES,
    record=_record,
    record_family="preference_data",
    plans=_plans,
    start=_start,
    audit=_audit,
    claims=_claims,
    theory=_theory,
    pages=_pages,
    figures=_figures,
    gpu_steps=_gpu_steps,
    methods=METHODS,
)
