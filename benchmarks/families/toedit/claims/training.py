"""What the paper claims of training on edited text: from scratch, in domains, and fine-tuning."""

from functools import partial

from benchmarks.chains.cost import size_words
from benchmarks.families.toedit.claims.doses import TESTABLE, Dose
from benchmarks.families.toedit.claims.margins import (
    AS_ACCURATE_NOTE,
    AS_ACCURATE_WORDS,
    NOT_WORSE,
    NOT_WORSE_WORDS,
)
from benchmarks.families.toedit.claims.pairs import MAKE_SIX, OWN_PRIOR, by_chains
from benchmarks.families.toedit.claims.statistics import last_difference
from benchmarks.families.toedit.printed import gain
from benchmarks.families.toedit.recipes.domains import DOMAIN_RECIPES
from benchmarks.families.toedit.recipes.smoke import smoke_pretrained_prior
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.printed_rules import Concerns, FromPrint
from benchmarks.paper.rules import BestSupported, FromRuns, from_arms

_ACCURACY = "difference of mean accuracy in points, edited minus source"
_LOSS = "held-out bits per byte, edit_source minus same_human, last generation"
_BASE = (
    "loss, not accuracy; a base of "
    f"{size_words(*(make().model for make in DOMAIN_RECIPES.values()))}, one for all seeds, text "
    "edited by SmolLM2-135M, rule `share`"
)
_PAIR = ("edit_source", "same_human")
_DOSE = Dose(TESTABLE, (0,))


def _edited_against_source(recipe: str) -> FromRuns:
    return from_arms(DOMAIN_RECIPES[recipe], _PAIR, last_difference, NOT_WORSE, _DOSE)


def _printed(table: str, start: str, wanted: str = "") -> FromPrint:
    return FromPrint(Concerns(table=table, row=start), "not attempted", wanted)


PRETRAINING = (
    PaperClaim(
        id="pretraining",
        where="Abstract; Table 2",
        statement="a model pre-trained on edited text does at least as well as one on its source",
        statistic=_LOSS,
        rule=from_arms(smoke_pretrained_prior, _PAIR, last_difference, NOT_WORSE, _DOSE),
        note=NOT_WORSE_WORDS,
        printed=partial(gain, "2", "OLMo-1B", "OLMo-1B + ToEdit"),
        command=command("smoke_pretrained_prior"),
        caveat=f"a model of {size_words(smoke_pretrained_prior().model)} on the King James Bible, "
        "edited by SmolLM2-135M at P >= 0.99",
    ),
    PaperClaim(
        id="pretraining-share",
        where="ours; follows from the abstract and Table 2, with the share of Table 15",
        statement="the same, where the rule flags 12.5 % of the tokens as in Table 15",
        statistic=_LOSS,
        rule=by_chains(_PAIR, last_difference, NOT_WORSE),
        note=NOT_WORSE_WORDS,
        command=MAKE_SIX,
        caveat=OWN_PRIOR,
    ),
)

CONTINUAL = tuple(
    PaperClaim(
        id=f"continual-{domain.lower()}",
        where="Abstract; Table 3",
        statement=f"continual pre-training on edited {domain.lower()} text does at least as "
        "well as on its source",
        statistic=_LOSS,
        rule=BestSupported(
            (
                _printed("Table 3", f"{domain}: OLMo-1B + "),
                _edited_against_source(f"continual_{domain.lower()}"),
            )
        ),
        note=NOT_WORSE_WORDS,
        printed=partial(gain, "3", f"{domain}: OLMo-1B + CPT", f"{domain}: OLMo-1B + ToEdit"),
        command=command(f"continual_{domain.lower()}"),
        caveat=_BASE,
    )
    for domain in ("Biomedicine", "Finance", "Math")
)

_OWN_SETS = {
    "fine_tuning_finance": "answers to questions about finance",
    "fine_tuning_biomedicine": "abstracts that answer the questions of medical studies",
    "fine_tuning_finance_lora": "answers to questions about finance, with LoRA",
}

FINE_TUNING = (
    *(
        PaperClaim(
            id=f"finetuning-{data.lower().replace(' ', '-')}",
            where="Abstract; Table 4",
            statement=f"fine-tuning on edited {data} does at least as well as on its source",
            statistic=_ACCURACY,
            rule=_printed("Table 4", data, AS_ACCURATE_WORDS),
            note=AS_ACCURATE_NOTE,
            printed=partial(gain, "4", f"{data}: Llama-3-8B", f"{data}: Llama-3-8B + ToEdit"),
            command=command("finetuning_paper"),
        )
        for data in (
            "Natural-Instructions",
            "CoT",
            "FLAN v2",
            "OASST1",
            "OSS-Instruct-75K",
            "Evol-Instruct-110K",
        )
    ),
    *(
        PaperClaim(
            id=recipe.replace("fine_tuning", "finetuning").replace("_", "-"),
            where="ours; follows from the abstract and Table 4, with data of ours",
            statement=f"fine-tuning on edited {what} does at least as well as on their source",
            statistic=_LOSS,
            rule=_edited_against_source(recipe),
            note=NOT_WORSE_WORDS,
            command=command(recipe),
            caveat=_BASE,
        )
        for recipe, what in _OWN_SETS.items()
    ),
    PaperClaim(
        id="repeated-finetuning",
        where="Table 16",
        statement="fine-tuning on instructions edited twice does at least as well as on the source",
        statistic="difference of mean accuracy in points, edited twice minus source",
        rule=_printed("Table 16", "", AS_ACCURATE_WORDS),
        note=AS_ACCURATE_NOTE,
        printed=partial(gain, "16", "generation 0", "generation 2"),
        command=command("repeated_editing_paper"),
    ),
)
