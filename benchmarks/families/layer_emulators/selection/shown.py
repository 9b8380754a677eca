"""What of the study of selection stands on the family's page: sentences, a section, pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.comparing.differences import with_interval
from benchmarks.comparing.pictures.files import save_all
from benchmarks.families.layer_emulators.selection import tables
from benchmarks.families.layer_emulators.selection.picture import (
    BLOCKS,
    COSTS,
    SELECTION,
    selection_pictures,
)
from benchmarks.families.layer_emulators.selection.statistics import price_and_loss_of_asking
from benchmarks.families.layer_emulators.selection.study import layer_emulators_selection
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

_PACKAGE = "benchmarks.families.layer_emulators"

SENTENCES = (
    Sentence(
        claim="le.select",
        reproduced="In a real model of 30 layers, centres of CKA clusters are better emulators "
        "than uniform, random and older rules",
        not_reproduced="In a real model of 30 layers, centres of CKA clusters are worse emulators "
        "than the best of uniform, random layers and block influence",
        subject="centres of CKA clusters are the better emulators in a real model of 30 layers",
    ),
    Sentence(
        claim="le.select_older",
        reproduced="Block influence, which takes one pass, leaves less than half of what CKA's "
        "choice adds to the loss",
        not_reproduced="Block influence leaves more than half of what CKA's choice adds to the "
        "loss",
        subject="block influence halves what CKA's choice adds to the loss",
    ),
    Sentence(
        claim="r1",
        reproduced="Layers do form blocks, the same on other texts",
        not_reproduced="Layers form no blocks that are strong and the same on other texts",
        subject="layers form blocks that are the same on other texts",
    ),
    Sentence(
        claim="le.blocks_rest",
        reproduced="They are there without each layer's direction of largest variance as well",
        not_reproduced="Without each layer's direction of largest variance they are not",
        subject="they are there without each layer's direction of largest variance",
    ),
    Sentence(
        claim="le.blind_layer",
        reproduced="A layer whose input and output have a CKA of .98 and more can be one that the "
        "model cannot do without",
        not_reproduced="Every layer whose input and output have a CKA of .98 and more is cheap to "
        "skip",
        subject="a layer that CKA does not see is one that the model cannot do without",
    ),
)
"""What the study brings to the opening."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty without a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    if not (found := tables.selections(records)):
        return ""
    study = layer_emulators_selection()
    template = templates("markdown", _PACKAGE).get_template("selection.md.jinja")
    frames = {
        "rules": tables.rules_frame(found),
        "sharing": tables.sharing_frame(found),
        "layers": tables.layers_frame(found),
        "foretelling": tables.foretelling_frame(found),
        "blocks": tables.blocks_frame(found),
    }
    return template.render(
        study=study,
        n_seeds=len(found),
        full=with_interval([one.full_loss for one in found], 2),
        tables={name: as_markdown(frame) for name, frame in frames.items()},
        intervals=tables.intervals_values(found),
        told=f"{tables.TOLD:g}",
        asking=with_interval([price_and_loss_of_asking(one) for one in found], 2),
        claims=claims,
        pictures={"blocks": BLOCKS, "selection": SELECTION, "costs": COSTS},
        command=f"{command(study.name)} --seed 3 --seed 4",
    ).strip()


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the pictures where their records are there; return the files."""
    return save_all(selection_pictures(records), folder)
