"""What we say about chains of language models ourselves, as claims with rules.

The README and the pages state results by these and by the paper's claims alone; `findings` turns
their verdicts into sentences.
"""

from benchmarks.chains.cost import size_words
from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.toedit.claims.doses import TESTABLE, Dose
from benchmarks.families.toedit.claims.margins import (
    SAME_END,
    SAME_END_WORDS,
    SAVES_LITTLE,
    SAVES_LITTLE_WORDS,
    UNCHANGED,
    UNCHANGED_WORDS,
)
from benchmarks.families.toedit.claims.pairs import MAKE_SIX, MAKE_SIXTEEN, SMALL, by_chains
from benchmarks.families.toedit.claims.statistics import gap_slope, last_difference
from benchmarks.families.toedit.recipes.domains import DOMAIN_RECIPES
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import from_arms


def _ends(
    id: str, statement: str, arms: tuple[str, str], region: Region, note: str = ""
) -> PaperClaim:
    """A claim about where two chains end."""
    return PaperClaim(
        id=id,
        where="ours",
        statement=statement,
        statistic=f"held-out bits per byte, {arms[0]} minus {arms[1]}, last generation",
        rule=by_chains(arms, last_difference, region),
        note=note,
        command=MAKE_SIX if id == "same-end" else MAKE_SIXTEEN,
        caveat=f"{SMALL}, rule `share`",
    )


_RECURSION = (
    PaperClaim(
        id="crossing",
        where="ours",
        statement="`edit_previous` loses ground to `replace` with every generation",
        statistic="slope of held-out bits per byte, edit_previous minus replace, over generations "
        "1, 2, ..",
        rule=by_chains(("edit_previous", "replace"), gap_slope, ABOVE_0),
        command=MAKE_SIX,
        caveat=f"{SMALL}, rule `share`",
    ),
    _ends(
        "same-end",
        "`edit_previous` ends where `replace` ends",
        ("edit_previous", "replace"),
        SAME_END,
        SAME_END_WORDS,
    ),
)

_PLACE = (
    _ends(
        "place-source",
        "edits of the source where the model itself is likeliest cost more than as many at random",
        ("edit_source", "edit_random"),
        ABOVE_0,
    ),
    _ends(
        "place-previous",
        "the same of edits of the last copy",
        ("edit_previous", "edit_random_previous"),
        ABOVE_0,
    ),
    *(
        PaperClaim(
            id=f"place-{name.replace('_', '-')}",
            where="ours",
            statement="edits of the source where SmolLM2 is likeliest cost more than as many at "
            f"random (`{name}`)",
            statistic="held-out bits per byte, edit_source minus edit_random, last generation",
            rule=from_arms(
                recipe,
                ("edit_source", "edit_random"),
                last_difference,
                ABOVE_0,
                Dose(TESTABLE, (0, 1)),
            ),
            command=command(name),
            caveat=f"a base of {size_words(recipe().model)}, one for all seeds",
        )
        for name, recipe in DOMAIN_RECIPES.items()
    ),
)

_SELECTION = tuple(
    _ends(
        f"selection-{method.replace('_', '-')}",
        f"{what} (`{method}`) saves next to nothing of what `replace` costs",
        (method, "replace"),
        SAVES_LITTLE,
        SAVES_LITTLE_WORDS,
    )
    for method, what in (
        ("importance", "selection by DSIR"),
        ("verified", "a verifier"),
        ("long_tail", "choosing the long tail"),
        ("truncated_loss", "a truncated loss"),
    )
)

_HUMAN = tuple(
    _ends(
        f"human-{method.replace('_', '-')}",
        f"`{method}`, which keeps human text, ends below `replace`",
        (method, "replace"),
        BELOW_0,
    )
    for method in ("accumulate", "accumulate_subsample", "mix")
)

_MACHINERY = tuple(
    _ends(
        f"machinery-{method}",
        f"`{method}` ends where `same_human` ends",
        (method, "same_human"),
        UNCHANGED,
        UNCHANGED_WORDS,
    )
    for method in ("redraw", "reencode")
)

OURS: tuple[PaperClaim, ...] = _RECURSION + _PLACE + _SELECTION + _HUMAN + _MACHINERY
"""Claims of ours, none is the paper's."""
