"""What the paper claims of continual pre-training in domains and of fine-tuning."""

from functools import partial

from benchmarks.families.toedit.printed import gain
from benchmarks.families.toedit.recipes.domains import DOMAIN_RECIPES
from benchmarks.families.toedit.statistics import last_difference
from benchmarks.paper.audit import Check
from benchmarks.paper.cells import command
from benchmarks.paper.claims import (
    SIGNS,
    BestSupported,
    FromPrint,
    PaperClaim,
    Rule,
    from_arms,
)

_ACCURACY = "difference of mean accuracy, edited minus source"
_LOSS = "held-out bits per byte, edit_source minus same_human, last generation"
_BASE = (
    "loss, not accuracy; a base of one million parameters, one for all seeds, text edited by "
    "SmolLM2-135M, rule `share`"
)


def _edited_against_source(recipe: str) -> Rule:
    workflows = ("edit_source", "same_human")
    return from_arms(DOMAIN_RECIPES[recipe], workflows, last_difference, sign=-1)


def _printed(table: str, start: str, wanted: str = "") -> Rule:
    def concerns(check: Check) -> bool:
        return check.cell.table == table and check.cell.row.startswith(start)

    return FromPrint(concerns, "not attempted", wanted)


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
            rule=_printed("Table 4", data, SIGNS[1]),
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
            where="Abstract; Table 4, with data of ours",
            statement=f"fine-tuning on edited {what} does at least as well as on their source",
            statistic=_LOSS,
            rule=_edited_against_source(recipe),
            command=command(recipe),
            caveat=_BASE,
        )
        for recipe, what in _OWN_SETS.items()
    ),
    PaperClaim(
        id="repeated-finetuning",
        where="Table 16",
        statement="fine-tuning on instructions edited twice does at least as well as on the source",
        statistic="difference of mean accuracy, edited twice minus source",
        rule=_printed("Table 16", "", SIGNS[1]),
        printed=partial(gain, "16", "generation 0", "generation 2"),
        command=command("repeated_editing_paper"),
    ),
)
