"""Everything that the paper on story author-style transfer brings to the suite."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.families.story_style.chain.study import METHODS
from benchmarks.families.story_style.recipes import RECIPES
from benchmarks.paper.family import Family, Paper
from benchmarks.running.record import Envelope

if TYPE_CHECKING:  # loaded when it is shown
    from collections.abc import Mapping

    from benchmarks.families.story_style.model.study import ModelStudy
    from benchmarks.families.story_style.paper.plan import StoryPlan
    from benchmarks.paper.claims import PaperClaim
    from benchmarks.running.step import Step
    from theory.verdict import Claim


def _record() -> type[Envelope]:
    from benchmarks.families.story_style.record import StoryRecord

    return StoryRecord


def _plans() -> "Mapping[str, StoryPlan]":
    from benchmarks.families.story_style.paper.plan import PLANS

    return PLANS


def _start(name: str) -> "tuple[ModelStudy, ...]":
    from benchmarks.families.story_style.paper.plan import start

    return start(name)


def _gpu_steps() -> "tuple[Step, ...]":
    from benchmarks.families.story_style.gpu.steps import STEPS

    return STEPS


def _claims() -> "tuple[PaperClaim, ...]":
    from benchmarks.families.story_style.claims import CLAIMS

    return CLAIMS


def _theory() -> "tuple[Claim[Any], ...]":
    from theory.story_style.claims import STORY_CLAIMS

    return STORY_CLAIMS


def _pages(records: Sequence[Envelope]) -> "Mapping[str, str]":
    from benchmarks.families.story_style.pages import pages
    from benchmarks.paper.pages import ledger

    return pages(records, ledger(FAMILY, records), FAMILY.paper.citation)


def _figures(records: Sequence[Envelope], folder: Path) -> list[Path]:
    from benchmarks.families.story_style.parts import ROOMS
    from benchmarks.paper.common.rooms import drawn

    return drawn(ROOMS, records, folder)


FAMILY = Family(
    name="story_style",
    paper=Paper(
        title="StoryTrans: Non-Parallel Story Author-Style Transfer with Discourse "
        "Representations and Content Enhancing",
        authors="Zhu et al.",
        venue="ACL 2023",
        arxiv="2208.13423",
    ),
    question="can a story take another author's style, and what measures it?",
    docs="story_style",
    recipes=RECIPES,
    record=_record,
    record_family="story_style",
    plans=_plans,
    start=_start,
    claims=_claims,
    theory=_theory,
    pages=_pages,
    figures=_figures,
    gpu_steps=_gpu_steps,
    methods=METHODS,
)
