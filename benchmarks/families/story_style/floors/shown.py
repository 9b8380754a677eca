"""What of judges and floors stands on the family's pages: sentences, a section, a picture."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.comparing.differences import with_interval
from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.story_style.floors import tables
from benchmarks.families.story_style.floors.claims import COMMAND, NEAR
from benchmarks.families.story_style.floors.names import ALL, NOVELISTS, NOVELS, PRESIDENTS
from benchmarks.families.story_style.floors.picture import VIEWS_PICTURE, draw_views
from benchmarks.families.story_style.floors.study import story_style, story_style_cpu_floors
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

MARKS = "accuracy/punctuation"
"""Accuracy by marks alone."""
LEAST_R = 0.5 - NEAR
"""r-Acc above which a floor is far from zero."""
SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="st.floor_swap",
        reproduced="A word swap that reads a judge's weights passes for style transfer before "
        "another judge as well, with more than half of the source's words kept",
        not_reproduced="A word swap that reads a judge's weights does not pass for style transfer "
        "before another judge",
        subject="a word swap that reads a judge's weights passes for style transfer before another "
        "judge",
    ),
    Sentence(
        claim="st.floor_r",
        reproduced="The share of outputs that are more like the target than their sources has a "
        f"floor far from zero, above {LEAST_R:g}, which words changed by chance reach",
        not_reproduced="Words changed by chance do not bring the share of outputs that are more "
        f"like the target than their sources above {LEAST_R:g}",
        subject="the share of outputs that are more like the target than their sources has a floor "
        f"far from zero, above {LEAST_R:g}",
    ),
)
"""What the study brings to the opening, the most important first."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty without a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    arms = tables.arms_of(records, story_style())
    if not arms:
        return ""
    more = tables.arms_of(records, story_style_cpu_floors())
    shown = [arm for arm in (NOVELISTS, PRESIDENTS) if arm in arms]
    many = more.pop(ALL, [])
    render = templates("markdown", "benchmarks.families.story_style").get_template
    return render("floors.md.jinja").render(
        claims=claims,
        picture=VIEWS_PICTURE,
        views=as_markdown(tables.views_frame(arms)),
        more=as_markdown(tables.views_frame(more)) if more else "",
        many=as_markdown(tables.views_frame({ALL: many})) if many else "",
        n_many=len(story_style_cpu_floors().pairings[ALL].authors),
        floors={tables.TITLES[arm]: as_markdown(tables.floors_frame(arms[arm])) for arm in shown},
        encoded={
            tables.TITLES[arm]: as_markdown(tables.floors_frame(more[arm]))
            for arm in shown
            if arm in more
        },
        short=tables.short_of_human([arms[arm] for arm in shown]),
        least_r=f"{LEAST_R:g}",
        most_r=f"{0.5 + NEAR:g}",
        of_novels=with_interval(tables.values(arms[NOVELS], MARKS), is_share=True)
        if NOVELS in arms
        else "",
        recipe=story_style(),
        command=COMMAND,
        more_command=command(story_style_cpu_floors().name),
    )


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """Pages of the study's own, by file name; none."""
    return {}


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the picture where its records are there; return the files."""
    arms = tables.arms_of(records, story_style())
    return save_all({VIEWS_PICTURE: partial(draw_views, arms)}, folder) if arms else []
