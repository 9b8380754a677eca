"""Claims about places: bands of probability, place by law, and `edit_previous` beside `replace`.

Rules, margins and seeds were fixed before any record. Each claim says what earlier chains
suggested, or what would be new; `foretold` holds what linear models say of it.
"""

from collections.abc import Callable
from itertools import product

from benchmarks.chains.cost import size_words
from benchmarks.chains.recipe import Recipe
from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.toedit.claims.doses import TESTABLE
from benchmarks.families.toedit.claims.margins import SAME_END, SAME_END_WORDS
from benchmarks.families.toedit.claims.places.arms import (
    LAWS,
    PLACES,
    WHAT,
    band_arms,
    make,
    place_arm,
    random_arm,
)
from benchmarks.families.toedit.claims.places.statistics import (
    AsMany,
    band_slope,
    interaction,
    main_effect,
)
from benchmarks.families.toedit.claims.statistics import gap_slope, last_difference
from benchmarks.families.toedit.recipes import bands, equivalence, places
from benchmarks.families.toedit.recipes.bands import edit_bands, edit_bands_pretrained
from benchmarks.families.toedit.recipes.equivalence import edit_equivalence
from benchmarks.families.toedit.recipes.places import edit_places
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import Statistic, from_arms
from data.edits.places import Law, Text

ADDITIVE = Region(above=-0.005, below=0.005)
"""What a law may add to the cost of a place and still count as nothing."""
ADDITIVE_WORDS = (
    "(the same: within 0.005, half of what likely places cost over random ones in `workflows`)"
)


def _where(
    study: Callable[[], Recipe],
    id: str,
    statement: str,
    statistic: str,
    arms: tuple[str, ...],
    measure: Statistic,
    region: Region = ABOVE_0,
    note: str = "",
) -> PaperClaim:
    """A claim about edited arms of one recipe, all of which change as many tokens."""
    seeds = places.SEEDS if study is edit_places else bands.SEEDS
    need = AsMany(TESTABLE, tuple(range(len(arms))))
    return PaperClaim(
        id=id,
        where="ours",
        statement=statement,
        statistic=f"held-out bits per byte at the last generation, {statistic}",
        rule=from_arms(study, arms, measure, region, need, seeds),
        note=note,
        command=make(study, seeds),
        caveat=_caveat(study()),
    )


def _caveat(recipe: Recipe) -> str:
    prior = "itself" if recipe.prior == "self" else "SmolLM2-135M"
    return f"a model of {size_words(recipe.model)} on the King James Bible, edited by {prior}"


def _bands(study: Callable[[], Recipe], text: Text, start: str) -> tuple[PaperClaim, ...]:
    """The claims about the bands of one text: the ends, the trend, and each against random."""
    arms, what, random = band_arms(study, text), WHAT[text], random_arm(text)
    low, high = arms[0], arms[-1]
    return (
        _where(
            study,
            f"{start}-ends-{text}",
            f"edits of {what} cost more at the likeliest tokens than as many at the least likely",
            f"{high.place} minus {low.place}",
            (high.workflow, low.workflow),
            last_difference,
        ),
        _where(
            study,
            f"{start}-trend-{text}",
            f"edits of {what} cost the more, the likelier the tokens",
            f"slope over {len(arms)} bands of P, the least likely first, in bits a band",
            tuple(arm.workflow for arm in arms),
            band_slope,
        ),
        *(
            _where(
                study,
                f"{start}-{arm.name}-{text}",
                f"edits of {what} at {arm.place} cost more than as many at random places",
                f"{arm.place} minus random places",
                (arm.workflow, random),
                last_difference,
            )
            for arm in arms
        ),
    )


def _beside_the_prior(law: Law) -> tuple[str, ...]:
    """Both places by a law, then both by the prior."""
    return tuple(place_arm(place, one) for one in (law, "prior") for place in PLACES)


def _law(law: Law, compared: str, region: Region) -> PaperClaim:
    return _where(
        edit_places,
        f"places-law-{law}",
        f"edits that write {LAWS[law]} cost {compared} than those that write {LAWS['prior']}",
        f"`{law}` minus `prior`, mean of flagged and random places",
        _beside_the_prior(law),
        main_effect,
        region,
    )


def _additive(law: Law) -> PaperClaim:
    return _where(
        edit_places,
        f"places-additive-{law}",
        f"what likely places cost over random ones is the same for {LAWS[law]} as for "
        f"{LAWS['prior']}",
        f"flagged minus random places by `{law}`, minus the same by `prior`",
        _beside_the_prior(law),
        interaction,
        ADDITIVE,
        ADDITIVE_WORDS,
    )


_PLACES = (
    _where(
        edit_places,
        "places-place",
        "edits cost more at the likeliest tokens than as many at random, as a mean of three laws",
        "flagged minus random places, mean of three laws",
        tuple(place_arm(place, law) for place, law in product(PLACES, LAWS)),
        main_effect,
    ),
    _law("unigram", "more", ABOVE_0),
    _law("follower", "less", BELOW_0),
    _additive("unigram"),
    _additive("follower"),
)


def _long(
    id: str, statement: str, statistic: str, measure: Statistic, region: Region, note: str = ""
) -> PaperClaim:
    """A claim about `edit_previous` beside `replace`, over more generations and seeds."""
    arms, recipe = ("edit_previous", "replace"), edit_equivalence()
    return PaperClaim(
        id=id,
        where="ours",
        statement=statement,
        statistic=f"held-out bits per byte, edit_previous minus replace, {statistic}",
        rule=from_arms(edit_equivalence, arms, measure, region, seeds=equivalence.SEEDS),
        note=note,
        command=make(edit_equivalence, equivalence.SEEDS),
        caveat=f"{_caveat(recipe)}, rule `share`",
    )


_LONG = (
    _long(
        "long-same-end",
        f"`edit_previous` ends where `replace` ends after {edit_equivalence().generations} "
        "generations",
        "last generation",
        last_difference,
        SAME_END,
        SAME_END_WORDS,
    ),
    _long(
        "long-crossing",
        f"`edit_previous` loses ground to `replace` over {edit_equivalence().generations} "
        "generations",
        "slope over generations 1, 2, ..",
        gap_slope,
        ABOVE_0,
    ),
)

WHERE: tuple[PaperClaim, ...] = (
    *_bands(edit_bands, "source", "bands"),
    *_bands(edit_bands, "previous", "bands"),
    *_bands(edit_bands_pretrained, "source", "bands-smollm2"),
    *_PLACES,
    *_LONG,
)
"""Claims about where human text may be replaced, by what, and for how long."""
