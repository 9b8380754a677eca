"""The collapse profile of many workflows, and what the theory predicted, as Markdown."""

from collections.abc import Sequence

from tabulate import tabulate

from benchmarks.comparing.predictions import Prediction, cells
from benchmarks.profile.answers import Profile


def profile_markdown(profiles: Sequence[Profile], predictions: Sequence[Prediction]) -> str:
    """One row per workflow and one column per definition; then one row per prediction.

    A cell holds the answer and the number behind it.
    """
    answers = [
        [f"`{profile.subject}`", *(_cell(a.answer, a.effect) for a in profile.assessments)]
        for profile in profiles
    ]
    definitions = [one.id for one in profiles[0].assessments]
    found = str(tabulate(answers, ["workflow", *definitions], tablefmt="github"))
    if not predictions:
        return found + "\n"
    headers = ["prediction", "outcome", "number", "interval", "n", "unit"]
    rows = tabulate(map(cells, predictions), headers, tablefmt="github", disable_numparse=True)
    return f"{found}\n\n{rows}\n"


def _cell(answer: str, effect: float | None) -> str:
    shown = answer if answer != "yes" else "**yes**"
    return shown if effect is None else f"{shown} ({effect:+.3f})"
