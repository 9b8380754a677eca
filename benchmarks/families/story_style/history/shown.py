"""What the authors' evaluation files bring to the family's pages."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.story_style.history import audit as of
from benchmarks.families.story_style.history.claims import LEAST_FLOOR
from benchmarks.families.story_style.history.picture import FIGURE, draw_history
from benchmarks.families.story_style.history.rows import STORIES, cells, front, points
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown, templates, verdict_words
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

PAGE = "history.md"
"""The page of all numbers that stood in the files."""
_PACKAGE = "benchmarks.families.story_style"

SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="st.history",
        reproduced="By the authors' own evaluation files, runs without the sentence loss write "
        "less of the target style in every set of runs",
        not_reproduced="By the authors' own evaluation files, runs without the sentence loss "
        "write less of the target style in some sets of runs and more of it in others; not all of "
        "their code has that loss with a gradient",
        subject="runs without the sentence loss write less of the target style, by the authors' "
        "own evaluation files",
    ),
    Sentence(
        claim="st.history_floor",
        reproduced="In these files runs whose outputs are hardly ever the target's have an r-Acc "
        f"far from zero, above {LEAST_FLOOR:g}, so that r-Acc alone shows nothing",
        not_reproduced="In these files a run whose outputs are hardly ever the target's has an "
        f"r-Acc of {LEAST_FLOOR:g} or less",
        subject="runs whose outputs are hardly ever the target's have an r-Acc far from zero, "
        f"above {LEAST_FLOOR:g}",
    ),
)
"""What the files bring to the opening, the most important first."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the files in Markdown; it needs no record."""
    template = templates("markdown", _PACKAGE).get_template("history.md.jinja")
    return template.render(
        figure=FIGURE,
        page=PAGE,
        rows=as_markdown(audit_frame(claims)),
        numbers=len(cells()),
        runs=len(points()),
        best=len(front(points())),
    ).strip()


def audit_frame(claims: Mapping[str, Entry]) -> pd.DataFrame:
    """What code and files show, K1 to K8 but for K5, which no file says, each with its claim."""
    rows = (
        ("K1", "the released disentangling loss has no gradient", "st.dis_grad"),
        ("K2", "leaving the sentence loss out lowers a-Acc in every set", "st.history"),
        (
            "K3",
            f"r-Acc of what transfers nothing is far from zero, above {LEAST_FLOOR:g}",
            "st.history_floor",
        ),
        ("K4", "style and overlap with the source trade", "st.history_trade"),
        ("K6", "outputs are as long as their source", "st.history_length"),
        ("K7", "BLEU as recorded follows from the outputs", "st.history_bleu"),
        ("K8", "batches of one style, which have no disentangling loss", "st.dis_batch"),
        ("", "shares are counts of stories", "st.history_counts"),
    )
    return pd.DataFrame(
        [
            {
                "": key,
                "what": what,
                "verdict": verdict_words(claims[claim], observed=False),
                "found": claims[claim].said,
            }
            for key, what, claim in rows
        ]
    )


def numbers_frame(group: str) -> pd.DataFrame:
    """All numbers of a group of runs, one line per run."""
    mine = [cell for cell in cells() if cell.table == group]
    columns = list(dict.fromkeys(cell.column for cell in mine))
    by_place = {(cell.row, cell.column): cell.printed for cell in mine}
    return pd.DataFrame(
        [
            {"run": row, **{name: by_place.get((row, name), "") for name in columns}}
            for row in dict.fromkeys(cell.row for cell in mine)
        ]
    )


def drops_frame() -> pd.DataFrame:
    """a-Acc with and without the sentence loss, by set of runs."""
    return pd.DataFrame(
        [
            {
                "set": one.what,
                "with all losses": f"{float(one.whole):.3f}",
                "without the sentence loss": f"{float(one.without):.3f}",
                "change": f"{float(one.change):+.3f}",
            }
            for one in of.drops()
        ]
    )


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """The page of all numbers of the files."""
    template = templates("markdown", _PACKAGE).get_template("history_numbers.md.jinja")
    return {
        PAGE: template.render(
            groups={f"{g}: {n} stories": as_markdown(numbers_frame(g)) for g, n in STORIES.items()},
            drops=as_markdown(drops_frame()),
        )
    }


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the runs by style and overlap; return the files."""
    return save_all({FIGURE: partial(draw_history, records)}, folder)
