"""Everything that the paper on layer emulators brings to the suite."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.families.layer_emulators.paper.study import STUDIES
from benchmarks.families.layer_emulators.recipes import RECIPES
from benchmarks.paper.family import Family, GivenMethod, Paper
from benchmarks.running.record import Envelope
from data.workflow import HALF, edit_thinned
from lightning_modules.layers.layout import kept_layers

if TYPE_CHECKING:  # loaded when it is shown
    from benchmarks.families.layer_emulators.paper.plans import EmulatorPlan
    from benchmarks.families.layer_emulators.paper.study import PaperStudy
    from benchmarks.paper.audit import Audit
    from benchmarks.paper.claims import PaperClaim
    from benchmarks.running.step import Step
    from theory.verdict import Claim


def _record() -> type[Envelope]:
    from benchmarks.families.layer_emulators.record import EmulatorRecord

    return EmulatorRecord


def _plans() -> "Mapping[str, EmulatorPlan]":
    from benchmarks.families.layer_emulators.paper.plans import PLANS

    return PLANS


def _start(name: str) -> "tuple[PaperStudy, ...]":
    from benchmarks.families.layer_emulators.paper.study import start

    return start(name)


def _audit() -> "Audit":
    from benchmarks.families.layer_emulators.audit import AUDIT

    return AUDIT


def _claims() -> "tuple[PaperClaim, ...]":
    from benchmarks.families.layer_emulators.claims import CLAIMS

    return CLAIMS


def _theory() -> "tuple[Claim[Any], ...]":
    from theory.layer_emulators.claims import EMULATOR_CLAIMS

    return EMULATOR_CLAIMS


def _pages(records: Sequence[Envelope]) -> dict[str, str]:
    from benchmarks.families.layer_emulators.pages import pages
    from benchmarks.paper.pages import ledger

    return pages(records, ledger(FAMILY, records), FAMILY.paper.citation)


def _figures(records: Sequence[Envelope], folder: Path) -> list[Path]:
    from benchmarks.families.layer_emulators.figure import draw_gains
    from benchmarks.families.layer_emulators.parts import ROOMS
    from benchmarks.paper.common.rooms import drawn

    return [*draw_gains(folder), *drawn(ROOMS, records, folder)]


def _gpu_steps() -> "tuple[Step, ...]":
    from benchmarks.families.layer_emulators.tuning.gpu import STEPS

    return STEPS


def _price(recipe: Mapping[str, Any]) -> float:
    """Layers that the thinned prior keeps, over all of them; of a named prior, about half."""
    if recipe["prior"] != "self":  # the recipe does not say how many layers it has
        return HALF
    n_layers = int(recipe["model"]["layers"])
    return len(kept_layers(n_layers, HALF)) / n_layers


FAMILY = Family(
    name="layer_emulators",
    paper=Paper(
        title=(
            "CRaSh: Clustering, Removing, and Sharing Enhance Fine-tuning without Full Large "
            "Language Model"
        ),
        authors="Zhang et al.",
        venue="EMNLP 2023",
        arxiv="2310.15477",
    ),
    question="can a model be tuned through an emulator of its middle layers, and which emulator?",
    docs="layer_emulators",
    recipes={**RECIPES, **STUDIES},
    record=_record,
    record_family="layer_emulators",
    plans=_plans,
    start=_start,
    audit=_audit,
    claims=_claims,
    theory=_theory,
    pages=_pages,
    figures=_figures,
    gpu_steps=_gpu_steps,
    methods=(
        GivenMethod(
            method=edit_thinned,
            uses="a prior without half of its layers",
            price=_price,
            unit="forward passes of the whole prior for each token that it reads",
        ),
    ),
)
