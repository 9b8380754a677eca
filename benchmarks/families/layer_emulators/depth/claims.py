"""What is claimed of blocks in deeper models, and of likeness beside function."""

from benchmarks.comparing.decisions import ABOVE_0
from benchmarks.families.layer_emulators.depth import statistics as of
from benchmarks.families.layer_emulators.depth.settings import PRIOR
from benchmarks.families.layer_emulators.depth.study import layer_emulators_depth
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import from_arms

_STUDY = layer_emulators_depth()
_OWN = tuple(_STUDY.layers)
_RUN = command(_STUDY.name)

CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="le.blocks_size",
        where="its analysis of representations",
        statement="the deeper a model, the clearer the blocks that its layers form",
        statistic=f"slope over the number of layers of CKA within {_STUDY.blocks} blocks less "
        "across, for twelve more layers",
        rule=from_arms(layer_emulators_depth, _OWN, of.growth_of_blocks, ABOVE_0),
        note="(blocks are found by half of the texts and measured on the other half)",
        command=_RUN,
        caveat=f"own models of {', '.join(map(str, _STUDY.layers.values()))} layers of width "
        f"{_STUDY.shape.width}, which learn {_STUDY.general.first_tokens:,} tokens; the paper says "
        "it of models from 1.3 billion weights on",
    ),
    PaperClaim(
        id="le.function",
        where="this project, of its analysis of representations",
        statement="layers look more like the last one by CKA than they predict like it",
        statistic="CKA with the last layer less the share of tokens whose likeliest successor is "
        "the model's, mean over all layers but the last",
        rule=from_arms(layer_emulators_depth, (PRIOR,), of.likeness_beyond_function, ABOVE_0),
        note="(both are 1 for the last layer, and 0 for what has nothing in common with it)",
        command=_RUN,
        caveat="SmolLM2-135M on articles of an encyclopedia",
    ),
)
"""Claims of the project by the same runs."""
