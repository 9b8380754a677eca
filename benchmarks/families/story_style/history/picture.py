"""Style against overlap with the source: the authors' runs beside what needs no model."""

from collections.abc import Mapping, Sequence
from statistics import mean

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.families.story_style.history.rows import CHINESE, EARLIER, Point, front, points
from benchmarks.running.record import Envelope, StudyRecord

FIGURE = "history-dominance"
_FLOORS = ("copy", "random target", "word swap", "appended words")
"""Systems of the study of floors that need no model of text."""
_ARMS: Mapping[str, str] = {"melville_austen": "o", "roosevelt_cleveland": "s"}
_PANELS: tuple[tuple[str, str, int | None], ...] = (
    ("Chinese stories, author 0", CHINESE, 0),
    ("Chinese stories, author 1", CHINESE, 1),
    ("English stories", EARLIER, None),
)
_RELEASED, _RECORDED = "BLEU-1 with the source, released definition", "BLEU-1 as recorded"
_BLEU: Mapping[str, str] = {CHINESE: _RELEASED, EARLIER: _RECORDED}
"""What BLEU of each group of runs is; ours is as released too, and no sacrebleu is drawn."""
_RUN, _FRONT, _FLOOR = "#2166ac", "#c1272d", "#1b7837"


def draw_history(records: Sequence[Envelope]) -> Figure:
    """The authors' runs by test set and target author, and our floors where there are records.

    Args:
        records: Records of any family; those of the study of floors are shown beside.
    """
    floors = _floors(records)
    figure = Figure(figsize=(13.2 if floors else 10.4, 4.9), layout="constrained")
    grid = figure.subplots(1, 4 if floors else 3, sharey=True)
    for axes in grid:
        axes.set_xlabel(_RELEASED, fontsize=9)
    for axes, (title, group, author) in zip(grid, _PANELS, strict=False):
        axes.set_xlabel(_BLEU[group], fontsize=9)
        _draw_runs(axes, tuple(p for p in points() if (p.group, p.author) == (group, author)))
        axes.set_title(title, loc="left")
    if floors:
        _draw_floors(grid[-1], floors)
        grid[-1].set_title("ours, without a model of text", loc="left")
    for axes in grid:
        axes.set(xlim=(0, 1.04), ylim=(-0.03, 1.05))
        axes.grid(color="#eeeeee")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("a-Acc: outputs told to be the target author's")
    figure.suptitle(
        "Style against overlap with the source  (the authors' raw evaluations; red: no run of the "
        "set is better in both)",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return figure


def _draw_runs(axes: Axes, some: tuple[Point, ...]) -> None:
    best = sorted(front(some), key=lambda one: one.bleu)
    axes.plot(
        [float(one.bleu) for one in best],
        [float(one.accuracy) for one in best],
        color=_FRONT,
        lw=1,
        ls="--",
    )
    for number, one in enumerate(sorted(some, key=lambda p: -p.accuracy), 1):
        at = float(one.bleu), float(one.accuracy)
        axes.plot(*at, "o", ms=5, color=_FRONT if one in best else _RUN)
        axes.annotate(str(number), at, xytext=(4, 3), textcoords="offset points", fontsize=8)
    names = "\n".join(
        f"{number} {one.row}"
        for number, one in enumerate(sorted(some, key=lambda p: -p.accuracy), 1)
    )
    axes.text(0.98, 0.98, names, transform=axes.transAxes, fontsize=7.5, ha="right", va="top")


def _floors(records: Sequence[Envelope]) -> dict[str, list[StudyRecord]]:
    """Records of the study of floors by pair of authors; pairs without one are left out."""
    mine = [
        record
        for record in records
        if isinstance(record, StudyRecord) and record.recipe["name"] == "story_style"
    ]
    found = {arm: [record for record in mine if record.arm == arm] for arm in _ARMS}
    return {arm: some for arm, some in found.items() if some}


def _draw_floors(axes: Axes, floors: Mapping[str, Sequence[StudyRecord]]) -> None:
    """Floors by an unseen judge, the mean over seeds, in the definition of the released BLEU."""
    for at, (arm, mine) in enumerate(floors.items()):
        for name in _FLOORS:
            x, y = (
                mean(record.metrics[f"{name}/{what}"].value for record in mine)
                for what in ("released BLEU-1", "a-Acc/unseen")
            )
            axes.plot(x, y, _ARMS[arm], ms=6, color=_FLOOR)
            if at == 0:
                side, shift = ("right", -7) if x > 0.85 else ("left", 7)
                axes.annotate(
                    name,
                    (x, y),
                    xytext=(shift, -3),
                    textcoords="offset points",
                    ha=side,
                    fontsize=8,
                )
        axes.plot([], [], _ARMS[arm], color=_FLOOR, label=arm.replace("_", ", "))
    axes.legend(frameon=False, fontsize=8, loc="center left")
