"""What the linear study brings to the family's pages: sentences, a section, two pictures."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.comparing.differences import with_interval
from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.story_style.linear.claims import NEAR_CHANCE
from benchmarks.families.story_style.linear.names import ERASED, PAIRS, WRITTEN
from benchmarks.families.story_style.linear.picture import (
    RATES,
    WEIGHTS,
    draw_rates,
    draw_weights,
)
from benchmarks.families.story_style.linear.statistics import CHANCE, value
from benchmarks.families.story_style.linear.study import story_style_linear
from benchmarks.families.story_style.linear.tables import (
    PAIR_WORDS,
    by_arm,
    controls_frame,
    most_removed,
    objectives_frame,
)
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

_PACKAGE = "benchmarks.families.story_style"

SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="st.dis_removes",
        reproduced="The loss that is to take style out of representations takes out more than half "
        "of what a linear probe reads, once it is given its gradient",
        not_reproduced="The loss that is to take style out of representations takes out less than "
        "half of what a linear probe reads at each of the weights {weights}, even once it is given "
        "its gradient: at its best a share of {by_pair}",
        subject="the loss that is to take style out of representations takes out more than half of "
        "it, once it is given its gradient",
    ),
    Sentence(
        claim="st.dis_grad",
        reproduced="As it was released this loss has no gradient",
        not_reproduced="As it was released this loss has a gradient",
        subject="this loss has a gradient as it was released",
    ),
    Sentence(
        claim="st.erasure",
        reproduced="Erasure in closed form, without training, takes out more than half",
        not_reproduced="Erasure in closed form takes out less than half",
        subject="erasure in closed form takes out more than half",
    ),
)
"""What the study brings to the opening, the most important first."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; without a record what can be proved alone.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    arms = by_arm(records)
    template = templates("markdown", _PACKAGE).get_template("linear.md.jinja")
    return template.render(
        claims=claims,
        tables={PAIR_WORDS[a]: as_markdown(objectives_frame(arms[a])) for a in PAIRS if a in arms},
        controls=as_markdown(controls_frame(arms)) if arms else "",
        rates=RATES,
        erased={
            PAIR_WORDS[arm]: with_interval([value(one, "other probe", ERASED) for one in arms[arm]])
            for arm in PAIRS
            if arm in arms
        },
        chance=f"{CHANCE:g}",
        near_chance=f"{CHANCE + NEAR_CHANCE:g}",
        by_pair=numbers(records)["by_pair"],
        seeds=max((len(mine) for mine in arms.values()), default=0),
        command=command(story_style_linear().name),
    ).strip()


def numbers(records: Sequence[Envelope]) -> dict[str, str]:
    """What the opening's sentences name: the weights, and what the best removes of each pair."""
    arms = by_arm(records)
    *first, last = (f"{weight:g}" for weight in WRITTEN)
    return {
        "weights": f"{', '.join(first)} and {last}",
        "by_pair": ", ".join(
            f"{with_interval([most_removed(one) for one in arms[arm]])} ({PAIR_WORDS[arm]})"
            for arm in PAIRS
            if arm in arms
        ),
    }


def _has_pairs(arms: Mapping[str, object]) -> bool:
    return set(PAIRS) <= set(arms)


def leading(records: Sequence[Envelope]) -> tuple[str, str] | None:
    """Description and file of the picture that opens the family's page; none without records."""
    words = (
        "Style that the better of two linear probes reads, and content, over the weight of the "
        "disentangling loss, and after other objectives and erasure"
    )
    return (words, WEIGHTS) if _has_pairs(by_arm(records)) else None


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """Pages of the study's own, by file name: none."""
    return {}


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw how fast the loss works, and with records what it does; return the files."""
    pictures: dict[str, Callable[[], Figure]] = {RATES: draw_rates}
    arms = by_arm(records)
    if _has_pairs(arms):
        pictures[WEIGHTS] = partial(draw_weights, arms)
    return save_all(pictures, folder)
