"""What the paper claims, in its abstract, figures, tables and theorems; one entry per claim."""

from collections.abc import Callable
from functools import partial

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.audit import PUBLISHED
from benchmarks.families.toedit.domain_claims import CONTINUAL, FINE_TUNING
from benchmarks.families.toedit.printed import (
    below_0_6,
    correlation,
    dsir_against_pure,
    gain,
    printed_u,
    thresholds,
)
from benchmarks.families.toedit.recipes.editing import EDIT_RECIPES, repeated_editing
from benchmarks.families.toedit.recipes.mixtures import MIXTURE_RECIPES, SHARES, mixture_name
from benchmarks.families.toedit.recipes.smoke import smoke, smoke_pretrained_prior
from benchmarks.families.toedit.recipes.written import written_by_smollm2
from benchmarks.families.toedit.statistics import (
    above_75,
    fewer_bigrams,
    flagged_fall,
    last_difference,
    loss_slope,
    missing_bigrams,
    narrower,
    slowing,
    training_slope,
    u_shape,
)
from benchmarks.families.toedit.written_report import MAKE as WRITTEN
from benchmarks.paper.audit import Check
from benchmarks.paper.cells import command
from benchmarks.paper.claims import (
    SIGNS,
    BestSupported,
    Computed,
    FromPrint,
    FromRuns,
    FromTheory,
    NotAttempted,
    PaperClaim,
    Rule,
    Sign,
    Statistic,
    from_arms,
)
from theory.claims import CLAIMS as THEORY

_MIXTURE_COMMANDS = "; ".join(command(mixture_name("cpu", share)) for share in SHARES)
_OWN_TEXT = "synthetic text of a model of one million parameters, King James Bible"
_SMOKE = command("smoke")
_PRIOR = command("smoke_pretrained_prior")
_SMOLLM2 = (
    "240 documents that SmolLM2-135M wrote about extracts of Wikipedia biographies; seeds draw "
    "from the same 240"
)
_TINY = "a model of one million parameters on the King James Bible"
_OWN_PRIOR = f"{_TINY} that edits with itself, rule `share`"
_SMALL_PRIOR = f"{_TINY}, edited by SmolLM2-135M at P >= 0.99"
_RULES = f"loss, not accuracy; {_TINY}, edited once by SmolLM2-135M"


def _pair(recipe: Callable[[], Recipe], first: str, second: str, sign: Sign) -> Rule:
    return from_arms(recipe, (first, second), last_difference, sign=sign)


def _mixed(statistic: Statistic, sign: Sign) -> Rule:
    recipes = (MIXTURE_RECIPES[mixture_name("cpu", share)] for share in SHARES)
    return FromRuns(tuple((recipe, recipe().workflows[0]) for recipe in recipes), statistic, sign)


def _by_loss(
    id: str, table: str, statement: str, difference: str, rules: tuple[str, str]
) -> PaperClaim:
    """The claim that the first of two edit rules leaves the lower loss."""
    names = [f"edit_{rule}" for rule in rules]
    chains = tuple((EDIT_RECIPES[name], "edit_source") for name in names)
    return PaperClaim(
        id=f"{id}-loss",
        where=f"{table}, by loss",
        statement=statement,
        statistic=f"held-out bits per byte, {difference}",
        rule=FromRuns(chains, last_difference, -1),
        command="; ".join(map(command, names)),
        caveat=_RULES,
    )


def _scored(statistic: Statistic, sign: Sign) -> Rule:
    return BestSupported(
        (
            from_arms(repeated_editing, ("edit_previous",), statistic, sign=sign),
            from_arms(smoke_pretrained_prior, ("edit_previous",), statistic, sign=sign),
        )
    )


def _rows(table: str, start: str) -> Callable[[Check], bool]:
    return lambda check: check.cell.table == table and check.cell.row.startswith(start)


_MIXTURES = (
    PaperClaim(
        id="mixture-perplexity",
        where="Abstract; Figure 2; Tables 1, 13, 14, 17",
        statement="the larger the share of synthetic text, the worse the held-out perplexity",
        statistic="least-squares slope of held-out bits per byte on the synthetic share",
        rule=_mixed(loss_slope, 1),
        printed=partial(correlation, ("1", "13-17", "14")),
        command=_MIXTURE_COMMANDS,
        caveat=_OWN_TEXT,
    ),
    PaperClaim(
        id="mixture-downstream",
        where="Abstract; Tables 9, 11",
        statement="the larger the share of synthetic text, the worse the downstream accuracy",
        statistic="rank correlation of share and mean accuracy",
        rule=NotAttempted(SIGNS[-1]),
        printed=partial(correlation, ("9", "11")),
        command=command("mixtures_gpt2_paper"),
    ),
    PaperClaim(
        id="training-loss",
        where="Figures 7, 8",
        statement="the training loss falls as the share of synthetic text rises",
        statistic="least-squares slope of the last training loss on the synthetic share",
        rule=_mixed(training_slope, -1),
        command=_MIXTURE_COMMANDS,
        caveat=_OWN_TEXT,
    ),
    PaperClaim(
        id="perplexity-range",
        where="Figures 3, 10; Appendix G.4",
        statement="synthetic text has a narrower range of perplexity than human text",
        statistic="difference of the 95 % ranges of document perplexity, human minus synthetic",
        rule=from_arms(written_by_smollm2, ("same_human", "replace"), narrower, sign=1),
        command=WRITTEN,
        caveat=f"{_SMOLLM2}, judged by SmolLM2-135M-Instruct, which wrote it",
    ),
    PaperClaim(
        id="n-gram-concentration",
        where="Abstract; Figures 11 to 13",
        statement="synthetic text concentrates on fewer n-grams than human text",
        statistic="distinct-2 of human text minus that of pure synthetic text, last generation",
        fixed="after the first smoke records",
        rule=from_arms(smoke, ("replace",), missing_bigrams, sign=1),
        command=_SMOKE,
        caveat=f"text sampled from {_TINY}, not from a large instruction model",
    ),
    PaperClaim(
        id="n-gram-concentration-instruction",
        where="Abstract; Figures 11 to 13",
        statement="the same of text by an instruction model",
        statistic="distinct-2 of human text minus that of synthetic text, as many words of each",
        rule=from_arms(written_by_smollm2, ("same_human", "replace"), fewer_bigrams, sign=1),
        command=WRITTEN,
        caveat=_SMOLLM2,
    ),
    PaperClaim(
        id="dsir",
        where="Figure 4; Table 14",
        statement="selecting synthetic text by DSIR does not repair it",
        statistic="held-out bits per byte after selection minus that of the 75 % mixture",
        rule=_pair(written_by_smollm2, "importance", "mix", 1),
        printed=dsir_against_pure,
        command=WRITTEN,
        caveat=_SMOLLM2,
    ),
)

_EDITING = (
    PaperClaim(
        id="u-shape",
        where="Figure 5; Table 6",
        statement="token probabilities under the prior have a U shape",
        statistic="share of the smaller of the two end intervals minus the mean inner interval",
        fixed="after the first smoke records",
        rule=_scored(u_shape, 1),
        printed=printed_u,
        command=command("repeated_editing"),
        caveat="King James Bible scored by SmolLM2-135M",
    ),
    PaperClaim(
        id="three-quarters-uncertain",
        where="Figure 5",
        statement="75 % of the tokens have a probability below 0.6",
        statistic="share below 0.6 minus 75",
        fixed="after the first smoke records",
        rule=_scored(above_75, 0),
        printed=below_0_6,
        command=command("repeated_editing"),
        caveat="King James Bible scored by SmolLM2-135M",
    ),
    PaperClaim(
        id="flagged-falls",
        where="Table 15",
        statement="each edit leaves fewer tokens for the next to flag",
        statistic="share at P >= 0.99 in the source minus that after one edit, in points",
        fixed="after the first smoke records",
        rule=_scored(flagged_fall, 1),
        command=command("repeated_editing"),
        caveat="King James Bible edited by SmolLM2-135M, drawn at temperature 1 in "
        "`smoke_pretrained_prior` and 1.5 in `repeated_editing`",
    ),
    PaperClaim(
        id="threshold",
        where="Table 5",
        statement="of the thresholds tried, P >= 0.99 gives the best average",
        statistic="average at P >= 0.99 minus the best of the others",
        fixed="no run decides it",
        rule=Computed(
            thresholds, "inconsistent as printed where another printed average is higher"
        ),
        command=command("ablations_paper"),
    ),
    PaperClaim(
        id="sampling-strategy",
        where="Table 7",
        statement="rejection sampling does no worse than top-k on any of three tasks",
        statistic="smallest of the three differences of accuracy",
        rule=NotAttempted(SIGNS[1]),
        printed=partial(gain, "7", "top-k", "rejection sampling"),
        command=command("ablations_paper"),
    ),
    PaperClaim(
        id="candidates",
        where="Table 8",
        statement="64 candidates do better on average than 8",
        statistic="difference of mean accuracy",
        rule=NotAttempted(SIGNS[1]),
        printed=partial(gain, "8", "k = 8", "k = 64"),
        command=command("ablations_paper"),
    ),
    _by_loss(
        "threshold",
        "Table 5",
        "editing where the prior is sure does better than where it is unsure",
        "edited at P >= 0.99 minus edited at P <= 0.1",
        ("threshold_0_99", "below_0_1"),
    ),
    _by_loss(
        "sampling-strategy",
        "Table 7",
        "rejection sampling does better than top-k",
        "edited by rejection sampling minus by top-k",
        ("rejection", "threshold_0_99"),
    ),
    _by_loss(
        "candidates",
        "Table 8",
        "64 candidates do better than 8",
        "edited with 64 candidates minus with 8",
        ("candidates_64", "threshold_0_99"),
    ),
)


_TRAINING = (
    PaperClaim(
        id="pretraining",
        where="Abstract; Table 2",
        statement="a model pre-trained on edited text does at least as well as one on its source",
        statistic="held-out bits per byte, edit_source minus same_human, last generation",
        fixed="after the first smoke records",
        rule=_pair(smoke_pretrained_prior, "edit_source", "same_human", -1),
        printed=partial(gain, "2", "OLMo-1B", "OLMo-1B + ToEdit"),
        command=_PRIOR,
        caveat=_SMALL_PRIOR,
    ),
    PaperClaim(
        id="pretraining-share",
        where="Abstract; Table 2",
        statement="the same, where the rule flags 12.5 % of the tokens as in Table 15",
        statistic="held-out bits per byte, edit_source minus same_human, last generation",
        fixed="after the first smoke records",
        rule=_pair(smoke, "edit_source", "same_human", -1),
        command=_SMOKE,
        caveat=_OWN_PRIOR,
    ),
    *CONTINUAL,
    *FINE_TUNING,
)

_CHAINS = (
    PaperClaim(
        id="synthetic-degrades",
        where="Abstract; Figure 1",
        statement="a chain of models trained on pure synthetic text gets worse",
        statistic="held-out bits per byte, replace minus fresh_human, last generation",
        fixed="after the first smoke records",
        rule=_pair(smoke, "replace", "fresh_human", 1),
        command=_SMOKE,
        caveat=_OWN_PRIOR,
    ),
    *(
        PaperClaim(
            id=f"{workflow.replace('_', '-')}-below-synthetic",
            where="Abstract; Figure 1",
            statement=f"a chain on edited text (`{workflow}`) ends below a pure synthetic one",
            statistic=f"held-out bits per byte, replace minus {workflow}, last generation",
            fixed="after the first smoke records",
            rule=_pair(smoke, "replace", workflow, 1),
            command=_SMOKE,
            caveat=_OWN_PRIOR,
        )
        for workflow in ("edit_previous", "edit_source")
    ),
    *(
        PaperClaim(
            id=f"{workflow.replace('_', '-')}-bounded",
            where="Abstract; Theorem 2",
            statement=f"the loss of a chain on edited text (`{workflow}`) stays bounded",
            statistic="first increase of held-out bits per byte minus the last",
            note="(a bounded sequence that grows must slow down)",
            fixed="after the first smoke records",
            rule=from_arms(smoke, (workflow,), slowing, sign=1),
            command=_SMOKE,
            caveat=_OWN_PRIOR,
        )
        for workflow in ("edit_previous", "edit_source")
    ),
    PaperClaim(
        id="cost",
        where="Appendix G.6",
        statement="writing 1024 tokens one by one costs 1024 times as much as editing them",
        statistic="time of sampling over time of editing, per token",
        rule=NotAttempted("reproduced if the interval holds 1024"),
        command=command("statistics_paper"),
    ),
)

_THEOREMS = tuple(
    PaperClaim(
        id=f"theory-{claim.id}",
        where=claim.source,
        statement=claim.statement,
        statistic="see `collapse theory --claim " + claim.id + "`",
        fixed="no run decides it",
        rule=FromTheory(claim),
    )
    for claim in THEORY
    if claim.source.startswith("arXiv 2412.14689")
)

_ARITHMETIC = tuple(
    PaperClaim(
        id=f"arithmetic-{name}",
        where=table.heading,
        statement="what the table derives from its own numbers follows from them",
        statistic="checks that fail",
        fixed="no run decides it",
        rule=FromPrint(_rows(table.heading, ""), "reproduced"),
    )
    for name, table in PUBLISHED.tables.items()
    if name not in ("figures",)
)

CLAIMS: tuple[PaperClaim, ...] = (
    _MIXTURES + _EDITING + _TRAINING + _CHAINS + _THEOREMS + _ARITHMETIC
)
"""Claims in the order of the paper; those of its arithmetic come last."""
