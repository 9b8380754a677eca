"""What of the rewriters stands on the family's pages: sentences, a section, two pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.comparing.differences import Difference, in_words, of_share, paired
from benchmarks.families.story_style.floors.systems import APPENDED, BLIND, COPY, RANDOM, SWAP
from benchmarks.families.story_style.model import statistics as of
from benchmarks.families.story_style.model.study import (
    FULL,
    ONE_STAGE,
    RECIPES,
    RELEASED,
    story_style_cpu,
    story_style_cpu_released,
)
from benchmarks.families.story_style.record import StoryRecord
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

SYSTEMS_PICTURE, PARAGRAPH_PICTURE = "systems", "paragraph"
"""Names of the pictures' files."""
Systems = Mapping[str, Sequence[StoryRecord]]
"""Records of the recipe as it stands, by arm and in the order of seeds."""
FLOORS: Mapping[str, str] = {
    COPY: "copy of the source",
    RANDOM: "random text of the target author",
    SWAP: "word swap",
    APPENDED: "eight words appended",
    BLIND: "a tenth of the words replaced, blind to style",
    "placed": "first stage, keywords put into its masks",
}
"""Texts that no model wrote, or not to the end, by name, in words."""

_SHARES = "a-Acc/", "r-Acc/", "released BLEU"
"""Begin the keys of measures of a text that are shares."""
SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="st.detached",
        reproduced="In the small model, too, the disentangling loss as released trains bit by bit "
        "what no such loss trains",
        not_reproduced="In the small model the disentangling loss as released changes weights",
        subject="the disentangling loss as released trains what no such loss trains",
    ),
    Sentence(
        claim="st.dis_effect_cpu",
        reproduced="With its gradient it takes some style out of the sentences of a small "
        "encoder-decoder",
        not_reproduced="With its gradient it takes no style out of the sentences of a small "
        "encoder-decoder",
        subject="the disentangling loss takes style out of the sentences of an encoder-decoder",
    ),
    Sentence(
        claim="st.fill",
        reproduced="Filling masks from keywords brings content of the source back at equal style",
        not_reproduced="Filling masks from keywords brings no content of the source back at equal "
        "style",
        subject="filling masks from keywords brings content back at equal style",
    ),
)
"""What the study brings to the opening, the most important first."""


_NO_RECORD = (
    "## The model, loss by loss\n\nThe claims about a trained model have no records yet: none of "
    "them is decided."
)


def systems_of(records: Sequence[Envelope]) -> dict[str, list[StoryRecord]]:
    """The records of both recipes by arm, in their order; none without one of the whole system."""
    found: dict[str, list[StoryRecord]] = {}
    for recipe in (story_style_cpu(), story_style_cpu_released()):
        mine = [
            one for one in records if isinstance(one, StoryRecord) and one.digest == recipe.digest
        ]
        for arm in recipe.arms:
            some = [one for one in mine if one.arm == arm]
            found[arm] = sorted(some, key=lambda record: record.seed)
    return {arm: some for arm, some in found.items() if some} if found[FULL] else {}


def over_seeds(records: Sequence[StoryRecord], key: str) -> Difference:
    """Mean over seeds of a measure, with its interval."""
    return paired(np.array([of.value(record, key) for record in records]))


def inside_frame(systems: Systems) -> pd.DataFrame:
    """What the representations of each system hold: style, content and order, and their size."""
    keys = {
        "style": "probe/style",
        "content": "probe/content",
        "variance": "probe/variance",
        "gap / variance": "probe/ratio",
        "order, shuffled": "order/shuffled",
        "order, mixed": "order/mixed",
        "order, as it is": "order/as_is",
    }
    return _frame({f"`{arm}`": (records, "") for arm, records in systems.items()}, keys)


def text_frame(systems: Systems) -> pd.DataFrame:
    """What each system writes, with the floors below, by judges that are not the loss's own."""
    keys = {
        "a-Acc": "a-Acc/unseen",
        "a-Acc, masked": "a-Acc/masked",
        "r-Acc": "r-Acc/unseen",
        "BLEU-1": "released BLEU-1",
        "BLEU-2": "released BLEU-2",
        "length": "length",
    }
    first = next(iter(systems.values()))
    rows = {f"`{arm}`": (records, "final/") for arm, records in systems.items()}
    floors = {words: (first, f"{name}/") for name, words in FLOORS.items()}
    return _frame(rows | floors, keys)


def stages_frame(systems: Systems) -> pd.DataFrame:
    """What filling changes: before, after, and of stories whose style the judge sees unchanged."""
    keys = {
        "BLEU-1, first": "first/released BLEU-1",
        "BLEU-1, final": "final/released BLEU-1",
        "keywords, first": "first/recall",
        "keywords, final": "final/recall",
        "a-Acc, first": "first/a-Acc/unseen",
        "a-Acc of the loss's classifier": "first/a-Acc/loss",
        "of one like it": "first/a-Acc/like it",
        "copy in the own style": "own/copy of masked",
        "of one style": "fill/alike",
        "BLEU-1 gained": "fill/BLEU-1",
        "keywords gained": "fill/recall",
    }
    return _frame({f"`{arm}`": (records, "") for arm, records in systems.items()}, keys)


def _frame(
    rows: Mapping[str, tuple[Sequence[StoryRecord], str]], keys: Mapping[str, str]
) -> pd.DataFrame:
    lines = []
    for name, (records, prefix) in rows.items():
        found = {
            column: in_words(_bounded(over_seeds(records, f"{prefix}{key}"), key))
            for column, key in keys.items()
        }
        lines.append({"": name, **found, "seeds": str(len(records))})
    return pd.DataFrame(lines)


def _bounded(found: Difference, key: str) -> Difference:
    """A share whose interval ends at 0 and 1; another number as it is."""
    return of_share(found) if key.startswith(_SHARES) else found


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; without a record it says that there is none.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    systems = systems_of(records)
    if not systems:
        return _NO_RECORD
    render = templates("markdown", "benchmarks.families.story_style").get_template
    some = next(iter(systems.values()))
    return render("model.md.jinja").render(
        losses={
            name: in_words(over_seeds(some, f"{key}/last"))
            for name, key in (
                ("own", "loss/own"),
                ("base_filler", "base_filler/loss"),
                ("filler", "filler/loss"),
            )
        },
        claims=claims,
        inside=as_markdown(inside_frame(systems)),
        texts=as_markdown(text_frame(systems)),
        stages=as_markdown(stages_frame(systems)),
        human=in_words(over_seeds(some, "human/a-Acc/unseen")),
        human_masked=in_words(over_seeds(some, "human/a-Acc/masked")),
        shared={
            name: in_words(over_seeds(some, f"{key}/released BLEU-1"))
            for name, key in (("full", "final"), ("random", RANDOM))
        },
        filled=_filled(systems),
        unrun=_without_records(records),
        systems_picture=SYSTEMS_PICTURE,
        paragraph_picture=PARAGRAPH_PICTURE,
        recipe=story_style_cpu(),
        command=command("story_style_cpu", sorted({one.seed for one in some})),
        released_command=_released_command(systems),
    )


def _released_command(systems: Systems) -> str:
    """What makes the records of losses as released; empty without one."""
    seeds = {one.seed for arm in RELEASED for one in systems.get(arm, ())}
    return command("story_style_cpu_released", sorted(seeds)) if seeds else ""


def _filled(systems: Systems) -> Mapping[str, str]:
    """Style before and after filling, and keywords in a text that nothing was filled into."""
    asked = {
        "first": (FULL, "first/a-Acc/unseen"),
        "final": (FULL, "final/a-Acc/unseen"),
        "one_stage": (ONE_STAGE, "final/recall"),
    }
    return {
        name: in_words(over_seeds(systems[arm], key))
        for name, (arm, key) in asked.items()
        if arm in systems
    }


def _without_records(records: Sequence[Envelope]) -> list[str]:
    """Recipes of rewriters that stand without a record, in their order."""
    there = {one.digest for one in records if isinstance(one, StoryRecord)}
    return [name for name, recipe in RECIPES.items() if recipe().digest not in there]


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """Pages of the study's own, by file name; none."""
    return {}


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the pictures where their records are there; return the files."""
    systems = systems_of(records)
    if not systems:
        return []
    from benchmarks.comparing.pictures.files import save_all
    from benchmarks.families.story_style.model.picture import paragraph_picture, systems_picture

    first = next(iter(systems.values()))[0]
    return save_all(
        {
            SYSTEMS_PICTURE: lambda: systems_picture(systems),
            PARAGRAPH_PICTURE: lambda: paragraph_picture(first.examples[0]),
        },
        folder,
    )
