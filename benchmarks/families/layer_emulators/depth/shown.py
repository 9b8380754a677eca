"""What of the study of depth stands on the family's page: a section, a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparing.differences import with_interval
from benchmarks.comparing.pictures.colours import KINDS
from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.layer_emulators.depth.settings import (
    ALIKE,
    DISTANCE,
    LIKENESS,
    LOSS,
    PRIOR,
    RAND,
    STRENGTH,
)
from benchmarks.families.layer_emulators.depth.statistics import by_layer, n_layers
from benchmarks.families.layer_emulators.depth.study import layer_emulators_depth
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

DEPTH = "depth"
"""Name of the picture."""
_PACKAGE = "benchmarks.families.layer_emulators"
_LIGHT = {kind.name: kind.light for kind in KINDS}
_BLUE, _RED = _LIGHT["source"], _LIGHT["sampled"]
ByArm = Mapping[str, Sequence[EmulatorRecord]]

SENTENCES: tuple[Sentence, ...] = ()
"""None: what is found here stands in the section alone."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty until every arm has a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    found = depth_records(records)
    if not found:
        return ""
    study = layer_emulators_depth()
    template = templates("markdown", _PACKAGE).get_template("depth.md.jinja")
    return template.render(
        study=study,
        n_seeds=min(map(len, found.values())),
        depths=as_markdown(depths_frame(found)),
        layers=as_markdown(layers_frame(found[PRIOR])),
        claims=claims,
        picture=DEPTH,
        command=command(study.name),
    ).strip()


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the picture where its records are there; return the files."""
    found = depth_records(records)
    return save_all({DEPTH: lambda: depth_picture(found)}, folder) if found else []


def depth_records(records: Sequence[Envelope]) -> ByArm:
    """Records of the study by arm and in the order of seeds; empty where an arm has none."""
    study = layer_emulators_depth()
    mine = [r for r in records if isinstance(r, EmulatorRecord) and r.digest == study.digest]
    mine.sort(key=lambda record: record.seed)
    found = {arm: [record for record in mine if record.arm == arm] for arm in study.arms}
    return found if all(found.values()) else {}


def depths_frame(found: ByArm) -> pd.DataFrame:
    """How clear the blocks of every model are."""
    names = {"within less across": STRENGTH, "at equal distance": DISTANCE, "two halves": RAND}
    rows = []
    for arm, records in found.items():
        last = n_layers(records[0]) - 1
        measured = {
            words: with_interval([record.metrics[name].value for record in records], 2)
            for words, name in names.items()
        }
        loss = with_interval([record.metrics[f"{last}/{LOSS}"].value for record in records], 2)
        who = "SmolLM2-135M" if arm == PRIOR else "own"
        rows.append({"layers": str(last + 1), "model": who, "loss": loss, **measured})
    return pd.DataFrame(rows)


def layers_frame(records: Sequence[EmulatorRecord]) -> pd.DataFrame:
    """What the model from elsewhere predicts behind each third layer, and its last."""
    last = n_layers(records[0]) - 1
    names = {"loss": LOSS, "predicts what the model does": ALIKE, "CKA with the last": LIKENESS}
    return pd.DataFrame(
        [
            {
                "behind layer": str(layer),
                **{
                    words: with_interval([by_layer(record, name)[layer] for record in records], 2)
                    for words, name in names.items()
                },
            }
            for layer in sorted({*range(0, last, 3), last - 1, last})
        ]
    )


def depth_picture(found: ByArm) -> Figure:
    """Strength of blocks over depth, and likeness beside function behind every layer."""
    figure = Figure(figsize=(10.4, 4.2), layout="constrained")
    strengths, layers = figure.subplots(1, 2)
    own = [record for arm, records in found.items() if arm != PRIOR for record in records]
    depths = [n_layers(record) for record in own]
    strengths.plot(depths, [r.metrics[STRENGTH].value for r in own], "o", color=_BLUE, alpha=0.7)
    strengths.set_xticks(sorted(set(depths)))
    strengths.set(xlabel="layers of an own model", ylabel="CKA within blocks less across")
    for name, words, color in ((LIKENESS, "CKA", _BLUE), (ALIKE, "same likeliest token", _RED)):
        curves = np.array([by_layer(record, name) for record in found[PRIOR]])
        layers.plot(curves.T, color=color, lw=0.6, alpha=0.5)
        layers.plot(curves.mean(axis=0), color=color, lw=1.8, label=words)
    layers.set(xlabel="layer of SmolLM2-135M", ylabel="agreement with the last layer")
    layers.legend(frameon=False, fontsize=8.5)
    for axes in (strengths, layers):
        _plain(axes)
    title = "Do deeper models have clearer blocks, and does likeness mean equal predictions?"
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    return figure


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#eeeeee")
    axes.set_axisbelow(True)
