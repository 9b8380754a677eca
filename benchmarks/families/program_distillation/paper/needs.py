"""What the published students need, and a refusal that names all of it that is missing."""

from benchmarks.families.program_distillation.gpu.settings import BY_WORDS
from benchmarks.families.program_distillation.paper.settings import (
    ROUNDS,
    PublishedSettings,
    file_of,
)
from benchmarks.paper.common.needs import is_here, refuse
from data.errors import BadInput
from data.sources.fetching import open_package
from data.sources.packaged_encoder import PACKAGED_ENCODERS

PLAN = "program_distillation_paper"
"""Name under which the plan is shown and started."""


def check(study: PublishedSettings) -> None:
    """Refuse a study whose models, programs or sets are not all at hand.

    Raises:
        BadInput: Some are missing; the message says of each how it is had.
    """
    reasons = [
        f"{path} is missing (put it there by hand)"
        for path in map(file_of, (ROUNDS, *study.sets))
        if not path.is_file()
    ]
    reasons += [
        f"{model} is no folder, and not in the hub's cache as safetensors"
        for model in study.models.values()
        if not is_here(model, "model.safetensors")
    ]
    if study.encoder != BY_WORDS and not _is_packaged(study.encoder):
        reasons.append(f"{study.encoder} is not fetched (collapse data fetch {study.encoder})")
    refuse(study.name, reasons, PLAN)


def _is_packaged(encoder: str) -> bool:
    try:
        open_package(PACKAGED_ENCODERS[encoder])
    except BadInput:
        return False
    return True
