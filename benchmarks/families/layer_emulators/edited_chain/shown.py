"""What of the edited chains stands on the family's page: a section, a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.differences import paired, with_interval
from benchmarks.comparing.pictures.colours import KINDS
from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.layer_emulators.edited_chain.claims import MARGIN, RUN
from benchmarks.families.layer_emulators.edited_chain.settings import (
    ALL_LAYERS,
    CHANGED,
    FRESH_HUMAN,
    KEPT_16,
    KEPT_20,
    KEPT_24,
    SAME_HUMAN,
    SPOILT,
)
from benchmarks.families.layer_emulators.edited_chain.statistics import bits, changed, pace
from benchmarks.families.layer_emulators.edited_chain.study import layer_emulators_edited_chain
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

EDITED_CHAIN = "edited-chain"
"""Name of the picture."""
_PACKAGE = "benchmarks.families.layer_emulators"
_WORDS = {
    FRESH_HUMAN: "nobody: new human text",
    SAME_HUMAN: "nobody: the same human text",
    ALL_LAYERS: "all 30 layers",
    KEPT_24: "24 layers",
    KEPT_20: "20 layers",
    KEPT_16: "16 layers",
    SPOILT: "16 layers at equal distances (control)",
}
"""Who edits the text of each arm, in the order of the table."""
_LIGHT = {kind.name: kind.light for kind in KINDS}
Records = Sequence[EmulatorRecord]
BySeed = Mapping[str, Mapping[int, EmulatorRecord]]
"""Records of each arm by their seeds."""

SENTENCES: tuple[Sentence, ...] = ()
"""None of its own: what a chain loses leads the sentences about edits."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty until chains of every arm are there.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    found = chain_records(records)
    if not found:
        return ""
    study = layer_emulators_edited_chain()
    template = templates("markdown", _PACKAGE).get_template("edited_chain.md.jinja")
    return template.render(
        study=study,
        share=study.edit_rule.share,
        margin=MARGIN,
        n_seeds=len(found[ALL_LAYERS]),
        table=as_markdown(chain_frame(found)),
        claims=claims,
        picture=EDITED_CHAIN,
        command=RUN,
    ).strip()


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the picture where its records are there; return the files."""
    found = chain_records(records)
    return save_all({EDITED_CHAIN: lambda: chain_picture(found)}, folder) if found else []


def chain_records(records: Sequence[Envelope]) -> BySeed:
    """Records of the study by arm and seed, of the seeds that every arm has; empty without one."""
    study = layer_emulators_edited_chain()
    found: dict[str, dict[int, EmulatorRecord]] = {arm: {} for arm in study.arms}
    for record in records:
        if isinstance(record, EmulatorRecord) and record.digest == study.digest:
            found[record.arm][record.seed] = record
    whole = sorted(set.intersection(*(set(of_arm) for of_arm in found.values())))
    return {arm: {s: of_arm[s] for s in whole} for arm, of_arm in found.items()} if whole else {}


def chain_frame(found: BySeed) -> pd.DataFrame:
    """What every editor changed, took, and did to the last model."""
    rounds = layer_emulators_edited_chain().rounds
    rows = []
    for arm, words in _WORDS.items():
        own, whole = found[arm].values(), found[ALL_LAYERS].values()
        pairs = [*zip(own, whole, strict=True)]
        edits = f"1/{CHANGED}" in next(iter(own)).metrics
        shares = [100 * changed(one, g + 1) for one in own for g in range(rounds)] if edits else []
        by_seed = np.reshape(shares, (len(own), -1)).mean(axis=1).tolist() if edits else []
        rows.append(
            {
                "edited by": words,
                "% of tokens changed a round": with_interval(by_seed, 2) if edits else "—",
                "speed": with_interval([pace(a) / pace(b) for a, b in pairs], 2) if edits else "—",
                "bits per byte": with_interval([bits(one) for one in own]),
                "less all layers": "—"
                if arm == ALL_LAYERS
                else with_interval([bits(a) - bits(b) for a, b in pairs], 4),
            }
        )
    return pd.DataFrame(rows)


def chain_picture(found: BySeed) -> Figure:
    """What each editor costs the last model, and the share of tokens that it changes."""
    figure = Figure(figsize=(10.4, 4.2), layout="constrained")
    cost, share = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    arms = [arm for arm in _WORDS if arm != ALL_LAYERS]
    for place, arm in enumerate(reversed(arms)):
        own, whole = found[arm].values(), found[ALL_LAYERS].values()
        _draw_arm(cost, place, [bits(a) - bits(b) for a, b in zip(own, whole, strict=True)])
        if f"1/{CHANGED}" in next(iter(own)).metrics:
            _draw_arm(share, place, [100 * changed(one, 1) for one in own])
    cost.axvline(0, color="black", lw=0.8)
    cost.axvline(MARGIN, color=_LIGHT["sampled"], lw=1, ls="--")
    cost.annotate(
        f"{MARGIN:g}: no worse", (MARGIN, 0), xycoords=("data", "axes fraction"), fontsize=8.5,
        xytext=(3, 3), textcoords="offset points", va="bottom", color=_LIGHT["sampled"],
    )  # fmt: skip
    cost.set_yticks(range(len(arms)), [_WORDS[arm] for arm in reversed(arms)])
    cost.set_xlabel("held-out bits per byte of the last model, less all layers")
    whole_share = [100 * changed(one, 1) for one in found[ALL_LAYERS].values()]
    share.axvline(float(np.mean(whole_share)), color="black", lw=0.8, ls="--", label="all layers")
    share.set_xlabel("% of tokens changed by the first edit")
    share.legend(frameon=False, fontsize=8.5)
    for axes in (cost, share):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="x", color="#eeeeee")
        axes.set_axisbelow(True)
    figure.suptitle(
        "What does a chain lose when fewer layers edit its text?  (dots: seeds; bars: 95 % t)",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return figure


def _draw_arm(axes: Axes, place: int, values: Sequence[float]) -> None:
    """A dot for each seed, and the mean with its interval."""
    estimate = paired(np.array(values))
    axes.plot(values, [place] * len(values), "o", color=_LIGHT["source"], ms=4, alpha=0.5)
    axes.plot([estimate.mean], [place], "|", color=_LIGHT["source"], ms=14, mew=2)
    if estimate.low is not None and estimate.high is not None:
        axes.plot([estimate.low, estimate.high], [place] * 2, color=_LIGHT["source"], lw=1.6)
