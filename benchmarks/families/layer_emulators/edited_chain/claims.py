"""What is claimed of chains whose text an emulator edits: that it does no worse than its model."""

from benchmarks.comparing.decisions import Region
from benchmarks.families.layer_emulators.edited_chain.settings import (
    ALL_LAYERS,
    KEPT_16,
    KEPT_20,
    KEPT_24,
    SPOILT,
)
from benchmarks.families.layer_emulators.edited_chain.statistics import last_cost
from benchmarks.families.layer_emulators.edited_chain.study import layer_emulators_edited_chain
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FIRST_FIVE, from_arms

MARGIN = 0.002
"""Bits per byte that a text may cost and still do as well as another."""
_RECIPE = layer_emulators_edited_chain()
_WHERE = "no claim of the paper: emulators as priors of token editing"
RUN = f"collapse run {_RECIPE.name}" + "".join(f" --seed {seed}" for seed in FIRST_FIVE)
"""Command that makes the records of every claim."""
_NOTE = (
    f"(no worse by more than {MARGIN:g}, the margin of the suite's chains of edited text: a "
    "fiftieth of what pure synthetic text costs there in three to five generations; written down "
    "before any chain was edited by an emulator)"
)
_CAVEAT = (
    f"models of {_RECIPE.shape.layers} layers of width {_RECIPE.shape.width} that learn "
    f"{_RECIPE.human.generation_tokens:,} tokens of the King James Bible in each of "
    f"{_RECIPE.rounds} generations, edited over and over by SmolLM2-135M, whose 12.5 % of "
    "likeliest tokens are redrawn"
)


def _no_worse(id: str, arm: str, n_kept: int, words: str) -> PaperClaim:
    return PaperClaim(
        id=id,
        where=_WHERE,
        statement=f"a chain edited by {words} of a prior's layers, those that change their input "
        "most, ends no worse than one edited by all",
        statistic=f"held-out bits per byte of the last model, {n_kept} of 30 layers less all",
        rule=from_arms(
            layer_emulators_edited_chain,
            (arm, ALL_LAYERS),
            last_cost,
            Region(below=MARGIN),
            seeds=FIRST_FIVE,
        ),
        note=_NOTE,
        command=RUN,
        caveat=_CAVEAT,
    )


CLAIMS: tuple[PaperClaim, ...] = (
    _no_worse("le.chain_half", KEPT_16, 16, "half"),
    _no_worse("le.chain_two_thirds", KEPT_20, 20, "two thirds"),
    _no_worse("le.chain_most", KEPT_24, 24, "four fifths"),
    PaperClaim(
        id="le.chain_control",
        where="this project: a control",
        statement="a chain edited by half of the layers at equal distances, which are a bad model, "
        "ends worse, so that the margin can be missed",
        statistic="held-out bits per byte of the last model, less that of the chain edited by all "
        "layers",
        rule=from_arms(
            layer_emulators_edited_chain,
            (SPOILT, ALL_LAYERS),
            last_cost,
            Region(above=MARGIN),
            seeds=FIRST_FIVE,
        ),
        note=_NOTE,
        command=RUN,
        caveat=_CAVEAT,
    ),
)
"""Claims of the project by the same runs."""
