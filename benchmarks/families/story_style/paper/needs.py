"""What the published experiment needs and where it is looked for."""

from benchmarks.families.story_style.model.settings import ModelSettings
from benchmarks.families.story_style.model.work.works import own_file
from benchmarks.paper.common.needs import is_here, refuse

PLAN = "story_style_paper"
"""Name under which the plan is shown and started."""


def check(study: ModelSettings) -> None:
    """Refuse a study whose checkpoint or stories are not all at hand.

    Args:
        study: The study.

    Raises:
        BadInput: Some are missing; the message says of each how it is had.
    """
    reasons = []
    start = study.model.start
    if start is not None and not is_here(start):
        reasons.append(f"{start} is no folder, and not in the hub's cache")
    for path in filter(None, map(own_file, study.authors)):
        if not path.is_file():
            reasons.append(f"{path} is missing")
    refuse(study.name, reasons, PLAN)
