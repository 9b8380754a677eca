"""The collapse profile of many workflows, as Markdown."""

from collections.abc import Sequence

from tabulate import tabulate

from benchmarks.profile.answers import Assessment, Profile
from benchmarks.profile.promise import promise


def profile_markdown(profiles: Sequence[Profile]) -> str:
    """One row per workflow and one column per definition.

    A cell holds the answer and the number behind it; a star says that it stands when all answers
    are corrected together.
    """
    answers = [
        [f"`{profile.subject}`", *(_cell(a) for a in profile.assessments)] for profile in profiles
    ]
    definitions = [one.id for one in profiles[0].assessments]
    table = tabulate(answers, ["workflow", *definitions], tablefmt="github")
    return f"{table}\n\n{promise(profiles)}\n"


def _cell(found: Assessment) -> str:
    shown = found.answer if found.answer != "yes" else "**yes**"
    number = "" if found.effect is None else f" ({found.effect:+.3f})"
    return f"{shown}{number}{' *' if found.stands else ''}"
