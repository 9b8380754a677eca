"""What the paper claims of synthetic text and of its mixtures with human text."""

from functools import partial

from benchmarks.chains.cost import size_words
from benchmarks.comparing.decisions import ABOVE_0, BELOW_0, Region
from benchmarks.families.toedit.claims.pairs import MAKE_SIX, by_chains
from benchmarks.families.toedit.claims.statistics import (
    fewer_bigrams,
    last_difference,
    loss_slope,
    missing_bigrams,
    narrower,
    training_slope,
)
from benchmarks.families.toedit.printed import correlation, dsir_against_pure
from benchmarks.families.toedit.recipes.mixtures import MIXTURE_RECIPES, SHARES, mixture_name
from benchmarks.families.toedit.recipes.written import written_by_smollm2
from benchmarks.families.toedit.written_report import MAKE as WRITTEN
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.printed_rules import NotAttempted
from benchmarks.paper.rules import FromRuns, Statistic, from_arms, words_of

_MIXTURE_COMMANDS = "; ".join(command(mixture_name("cpu", share)) for share in SHARES)
_OWN_TEXT = (
    f"synthetic text of a model of {size_words(MIXTURE_RECIPES[mixture_name('cpu', 0)]().model)}, "
    "King James Bible"
)
_SMOLLM2 = (
    "240 documents that SmolLM2-135M wrote about extracts of Wikipedia biographies; seeds draw "
    "from the same 240"
)


def _mixed(statistic: Statistic, region: Region) -> FromRuns:
    recipes = (MIXTURE_RECIPES[mixture_name("cpu", share)] for share in SHARES)
    arms = tuple((recipe, recipe().workflows[0]) for recipe in recipes)
    return FromRuns(arms, statistic, region)


MIXTURES = (
    PaperClaim(
        id="mixture-perplexity",
        where="Abstract; Figure 2; Tables 1, 13, 14, 17",
        statement="the larger the share of synthetic text, the worse the held-out perplexity",
        statistic="least-squares slope of held-out bits per byte on the synthetic share",
        rule=_mixed(loss_slope, ABOVE_0),
        printed=partial(correlation, ("1", "13-17", "14")),
        command=_MIXTURE_COMMANDS,
        caveat=_OWN_TEXT,
    ),
    PaperClaim(
        id="mixture-downstream",
        where="Abstract; Tables 9, 11",
        statement="the larger the share of synthetic text, the worse the downstream accuracy",
        statistic="rank correlation of share and mean accuracy",
        rule=NotAttempted(words_of(BELOW_0)),
        printed=partial(correlation, ("9", "11")),
        command=command("mixtures_gpt2_paper"),
    ),
    PaperClaim(
        id="training-loss",
        where="Figures 7, 8",
        statement="the training loss falls as the share of synthetic text rises",
        statistic="least-squares slope of the last training loss on the synthetic share",
        rule=_mixed(training_slope, BELOW_0),
        command=_MIXTURE_COMMANDS,
        caveat=_OWN_TEXT,
    ),
    PaperClaim(
        id="perplexity-range",
        where="Figures 3, 10; Appendix G.4",
        statement="synthetic text has a narrower range of perplexity than human text",
        statistic="difference of the 95 % ranges of document perplexity, human minus synthetic",
        rule=from_arms(written_by_smollm2, ("same_human", "replace"), narrower, ABOVE_0),
        command=WRITTEN,
        caveat=f"{_SMOLLM2}, judged by SmolLM2-135M-Instruct, which wrote it",
    ),
    PaperClaim(
        id="n-gram-concentration",
        where="Abstract; Figures 11 to 13",
        statement="synthetic text concentrates on fewer n-grams than human text",
        statistic="distinct-2 of human text minus that of pure synthetic text, last generation",
        rule=by_chains(("replace",), missing_bigrams, ABOVE_0),
        command=MAKE_SIX,
        caveat="text sampled from the small models of a chain, not from an instruction model",
    ),
    PaperClaim(
        id="n-gram-concentration-instruction",
        where="Abstract; Figures 11 to 13",
        statement="the same of text by an instruction model",
        statistic="distinct-2 of human text minus that of synthetic text, as many words of each",
        rule=from_arms(written_by_smollm2, ("same_human", "replace"), fewer_bigrams, ABOVE_0),
        command=WRITTEN,
        caveat=_SMOLLM2,
    ),
    PaperClaim(
        id="dsir",
        where="Figure 4; Table 14",
        statement="selecting synthetic text by DSIR does not repair it",
        statistic="held-out bits per byte after selection minus that of the 75 % mixture",
        rule=from_arms(written_by_smollm2, ("importance", "mix"), last_difference, ABOVE_0),
        printed=dsir_against_pure,
        command=WRITTEN,
        caveat=_SMOLLM2,
    ),
)
