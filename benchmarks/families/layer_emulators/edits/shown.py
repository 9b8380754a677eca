"""What of the study of edits stands on the family's page: sentences, a section, a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.differences import with_interval
from benchmarks.comparing.pictures.colours import KINDS
from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.layer_emulators.edits.recipe import (
    AGAIN,
    BLOCK_INFLUENCE,
    SKIP_COST,
    UNIFORM,
    layer_emulators_edits,
)
from benchmarks.families.layer_emulators.edits.statistics import HALF, measure
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

EDITS = "edits"
"""Name of the picture."""
_PACKAGE = "benchmarks.families.layer_emulators"
RULES = {
    SKIP_COST: "cost of skipping",
    BLOCK_INFLUENCE: "change of their input",
    UNIFORM: "equal distances",
}
"""How kept layers are chosen, in words."""
_LIGHT = {kind.name: kind.light for kind in KINDS}
_LINES = {
    SKIP_COST: (_LIGHT["source"], "o"),
    BLOCK_INFLUENCE: (_LIGHT["kept"], "s"),
    UNIFORM: (_LIGHT["human"], "^"),
}
Records = Sequence[EmulatorRecord]

SENTENCES = (
    Sentence(
        claim="le.chain_half",
        reproduced="A chain whose text half of a prior's layers edit ends no worse than one that "
        "all layers edit",
        not_reproduced="A chain whose text half of a prior's layers edit ends worse than one that "
        "all layers edit",
        subject="a chain whose text half of a prior's layers edit ends no worse than one that all "
        "layers edit",
    ),
    Sentence(
        claim="le.edits_half",
        reproduced="Half of a prior's layers, the dearest to skip, flag for editing what all flag",
        not_reproduced="Half of a prior's layers, the dearest to skip, flag other tokens for "
        "editing than all do",
        subject="half of a prior's layers flag for editing what all flag",
    ),
    Sentence(
        claim="le.edits_one",
        reproduced="All layers but one flag what all do",
        not_reproduced="Even without one layer a prior flags other tokens",
        subject="all layers but one flag what all do",
    ),
)
"""What the study, and that of edited chains, bring to the opening."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty without a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    by_arm = edit_records(records)
    if not all(by_arm[arm] for arm in RULES):
        return ""
    template = templates("markdown", _PACKAGE).get_template("edits.md.jinja")
    study = layer_emulators_edits()
    table = as_markdown(edits_frame(by_arm))
    return template.render(
        study=study,
        share=study.edit_rule.share,
        chance=chance(study.edit_rule.share or 0.0),
        n_seeds=min(len(by_arm[arm]) for arm in RULES),
        table=table,
        half=HALF,
        again=_again(by_arm[AGAIN]),
        claims=claims,
        picture=EDITS,
        command=command(study.name),
    ).strip()


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the picture where its records are there; return the files."""
    by_arm = edit_records(records)
    if not all(by_arm[arm] for arm in RULES):
        return []
    return save_all({EDITS: lambda: edits_picture(by_arm)}, folder)


def edit_records(records: Sequence[Envelope]) -> Mapping[str, Records]:
    """The records of the study by arm, in the order of their seeds."""
    study = layer_emulators_edits()
    mine = [r for r in records if isinstance(r, EmulatorRecord) and r.digest == study.digest]
    mine.sort(key=lambda record: record.seed)
    return {arm: [record for record in mine if record.arm == arm] for arm in study.arms}


def chance(share: float) -> float:
    """What two edits have in common that flag a share of all tokens each, independently.

    Of n tokens both flag n s^2 and either flags n (2 s - s^2).
    """
    return share / (2 - share)


def edits_frame(by_arm: Mapping[str, Records]) -> pd.DataFrame:
    """What emulators and the whole prior have in common, by rule and number of layers."""
    names = {
        "flagged alike": "flagged_jaccard",
        "of those drawn alike": "drawn_alike",
        "changed by": "change_probability",
        "changed by all layers": "change_probability_whole",
    }
    return pd.DataFrame(
        [
            {
                "layers kept": str(n_kept),
                "chosen by": words,
                **{
                    heading: with_interval([measure(r, n_kept, name) for r in by_arm[rule]])
                    for heading, name in names.items()
                },
            }
            for n_kept in layer_emulators_edits().kept
            for rule, words in RULES.items()
        ]
    )


def _again(records: Records) -> str:
    """How often two draws from the whole prior are alike; empty without a record."""
    return with_interval([measure(r, "all", "drawn_alike") for r in records]) if records else ""


def edits_picture(by_arm: Mapping[str, Records]) -> Figure:
    """Tokens flagged alike, and how much is changed, over the number of layers that are kept."""
    figure = Figure(figsize=(10.4, 4.4), layout="constrained")
    flagged, changed = figure.subplots(1, 2)
    _draw(flagged, by_arm, "flagged_jaccard")
    whole = layer_emulators_edits().edit_rule.share or 0.0
    flagged.axhline(chance(whole), color="black", lw=0.8, ls=":", label="by chance")
    flagged.set_ylim(0, 1)
    flagged.set_ylabel("flagged by both, of what either flags")
    _draw(changed, by_arm, "change_probability")
    of_all = [measure(r, n, "change_probability_whole") for r, n in _points(by_arm[SKIP_COST])]
    changed.axhline(sum(of_all) / len(of_all), color="black", lw=0.8, ls="--", label="all layers")
    changed.set_ylim(0, 1)
    changed.set_ylabel("probability that a flagged token is changed")
    for axes in (flagged, changed):
        axes.set_xlabel("layers kept")
        axes.spines[["top", "right"]].set_visible(False)
        place = "upper left" if axes is flagged else "upper right"
        axes.legend(frameon=False, fontsize=8.5, loc=place)
    figure.suptitle(
        "How many layers can go before the edits change?  (SmolLM2-135M, one dot a seed)",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return figure


def _points(records: Records) -> list[tuple[EmulatorRecord, int]]:
    return [(record, n_kept) for record in records for n_kept in layer_emulators_edits().kept]


def _draw(axes: Axes, by_arm: Mapping[str, Records], name: str) -> None:
    """One line through the means of each rule, and a dot for each seed."""
    kept = layer_emulators_edits().kept
    for rule, words in RULES.items():
        color, marker = _LINES[rule]
        points = [(n, measure(record, n, name)) for record, n in _points(by_arm[rule])]
        axes.plot(*zip(*points, strict=True), marker, color=color, ms=4, alpha=0.6)
        means = [
            sum(measure(record, n, name) for record in by_arm[rule]) / len(by_arm[rule])
            for n in kept
        ]
        axes.plot(kept, means, color=color, label=f"chosen by {words}")
