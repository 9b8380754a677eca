"""From a plan of tier `paper` to recipes: the same code with the paper's inputs or with stand-ins.

A plan whose inputs cannot be had says so in `PaperPlan.needs` and runs on stand-ins alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from huggingface_hub import snapshot_download

from benchmarks.chains.inputs import check_evaluation
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.settings import Evaluation, HumanText, Judging
from benchmarks.downstream.lm_eval_tasks import hub_tasks
from benchmarks.families.toedit.recipes.editing import VARIANTS
from benchmarks.families.toedit.recipes.plans import PLANS, PaperPlan, check
from benchmarks.families.toedit.recipes.smoke import smoke
from data.checkpoints.files import found
from data.editing import PAPER
from data.workflow import Workflow
from lightning_modules.settings import ModelShape, Optimization, SamplingRule


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Human text that a published checkpoint is trained on."""

    source: str
    field: str = "text"
    prompt_field: str | None = None
    """Field of the prompt in instruction data; see `HumanText.prompt_field`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """All of a plan that a stand-in may replace: models, texts, tasks, sizes."""

    human: str
    """Source of human text; see `HumanText.source`."""
    synthetic: str
    """Text that another model wrote; see `Recipe.synthetic`."""
    shape: ModelShape
    """Size of the model that is trained."""
    checkpoint: str | None = None
    """Folder of the model that is trained on; None where models start from fresh weights."""
    texts: tuple[Text, ...] = ()
    """Human texts in place of `human`, one after the other, where the plan starts from a
    checkpoint."""
    prior: str
    """The model that edits, or that judges where nothing is edited."""
    prior_context: int
    tokens: int
    """Size of one corpus, in tokens."""
    held_out_bytes: int
    tokens_per_step: int
    learning_rate: float
    warmup_steps: int
    tasks: tuple[str, ...]
    task_limit: int | None = None
    evaluation: Evaluation
    judged_documents: int
    """Number of documents that a judge reads of each corpus."""
    judged_tokens: int
    """Number of tokens that a judge reads of each of these documents."""
    judged_words: int


GPT2_SIZE = ModelShape(
    layers=12, width=768, heads=12, feed_forward=2048, context=1024, vocabulary_size=50_257
)
OLMO_1B_SIZE = ModelShape(
    layers=16, width=2048, heads=16, feed_forward=8192, context=2048, vocabulary_size=50_304
)
LLAMA_8B_SIZE = ModelShape(
    layers=32, width=4096, heads=32, feed_forward=14_336, context=1024, vocabulary_size=128_256
)
SHAPES = {
    "mixtures_gpt2_paper": GPT2_SIZE,
    "mixtures_olmo_paper": replace(OLMO_1B_SIZE, layers=2),
    "pretraining_paper": OLMO_1B_SIZE,
    "continual_paper": OLMO_1B_SIZE,
    "ablations_paper": OLMO_1B_SIZE,
    "finetuning_paper": LLAMA_8B_SIZE,
    "repeated_editing_paper": LLAMA_8B_SIZE,
    "statistics_paper": smoke().model,  # trained only because a chain trains: a thousandth of cost
}
"""Sizes of the models that the paper trains, by plan; those from scratch are Llama-style here."""
_FIELDS = {
    "Muennighoff/natural-instructions": ("targets", "inputs"),
    "ise-uiuc/Magicoder-OSS-Instruct-75K": ("solution", "problem"),
    "ise-uiuc/Magicoder-Evol-Instruct-110K": ("response", "instruction"),
}
"""Fields of answer and prompt, by the hub name of the data set."""
_WARMUP = {"mixtures_olmo_paper": 200}
_LEARNING_RATE = 6e-4
"""Learning rate where the plan has none; see what it says under `chosen`."""
_WARMUP_BY_DEFAULT = 100
_ON_SYNTHETIC = ("mixtures_gpt2_paper", "mixtures_olmo_paper", "statistics_paper")
ABLATED = (
    "threshold_0_999",
    "below_0_1",
    "below_0_01",
    "top_p",
    "rejection",
    "candidates_64",
)  # fmt: skip
"""Rules of Tables 5, 7 and 8 beside the paper's own."""
SHARES = (0, 25, 50, 75, 100)
"""Shares of synthetic text in the corpora, in per cent."""


def paper_inputs(name: str) -> Inputs:
    """The paper's own inputs of a plan."""
    plan = PLANS[name]
    corpus = 8.4e9 if name.startswith("mixtures") else plan.unique_tokens / 2
    return Inputs(
        human=f"hub:{plan.data[0]}",
        synthetic=f"hub:{plan.data[-1]}" if name in _ON_SYNTHETIC else "self",
        checkpoint=None if _starts_fresh(plan) else _snapshot(plan.model),
        texts=tuple(
            Text(source=f"hub:{data}", field=answer, prompt_field=prompt)
            for data, (answer, prompt) in _FIELDS.items()
            if data in plan.data
        ),
        shape=SHAPES[name],
        prior=plan.prior or "self",
        prior_context=1024 if name == "statistics_paper" else 2048,
        tokens=int(corpus),
        held_out_bytes=50_000_000,
        tokens_per_step=max(plan.tokens_per_step, SHAPES[name].context),
        learning_rate=plan.learning_rate or _LEARNING_RATE,
        warmup_steps=_WARMUP.get(name, _WARMUP_BY_DEFAULT),
        tasks=stock_tasks(plan),
        evaluation=Evaluation(sample_tokens=500_000, document_tokens=1024, sample_words=100_000),
        judged_documents=1_000_000,
        judged_tokens=1024,
        judged_words=100_000_000,
    )


def _starts_fresh(plan: PaperPlan) -> bool:
    return plan.from_scratch or plan.runs == 0


def _snapshot(model: str) -> str:
    """Folder of a model in the hub's cache."""
    with found(model):
        return str(snapshot_download(model, local_files_only=True))


def stock_tasks(plan: PaperPlan) -> tuple[str, ...]:
    """Tasks of lm-eval for the columns that a plan fills."""
    return tuple(
        dict.fromkeys(
            task.task
            for task in hub_tasks()
            if task.column in plan.tasks and set(task.tables) & set(plan.tables)
        )
    )


def start(name: str) -> tuple[Recipe, ...]:
    """The recipes of a plan with the paper's inputs, all of which can run.

    Raises:
        BadInput: Something that the plan needs is not at hand, or not in this version.
    """
    check(name)
    recipes = recipes_of(name, paper_inputs(name))
    for recipe in recipes:
        check_evaluation(recipe)
    return recipes


def recipes_of(name: str, inputs: Inputs) -> tuple[Recipe, ...]:
    """Turn a plan into recipes.

    Args:
        name: Name of the plan.
        inputs: Models, texts and sizes: the paper's own, or stand-ins.
    """
    return _MAKE[name](name, inputs)


def _one(name: str, inputs: Inputs, *workflows: Workflow) -> Recipe:
    """Generation 0 on human text, then a model on each corpus that begins where that one did."""
    fit = Optimization(
        learning_rate=inputs.learning_rate,
        warmup_steps=inputs.warmup_steps,
        windows_per_step=max(inputs.tokens_per_step // inputs.shape.context, 1),
        lora=PLANS[name].lora,
    )
    return Recipe(
        name=name,
        summary=f"a part of the plan {name}",
        tier="paper",
        workflows=workflows,
        generations=1,
        start="scratch",
        human=HumanText(
            source=inputs.human,
            held_out_bytes=inputs.held_out_bytes,
            first_tokens=inputs.tokens,
            generation_tokens=inputs.tokens,
        ),
        model=inputs.shape,
        first_fit=fit,
        fit=fit,
        sampling=SamplingRule(max_tokens=inputs.evaluation.document_tokens),
        edit_rule=PAPER,
        prior_context=inputs.prior_context,
        synthetic=inputs.synthetic,
        evaluation=inputs.evaluation,
        downstream=inputs.tasks,
        downstream_limit=inputs.task_limit,
        downstream_at="last generation",
    )


def _mixtures(name: str, inputs: Inputs) -> tuple[Recipe, ...]:
    """One recipe per share of synthetic text (Tables 1, 9, 11, 13, 14, 17)."""
    whole: dict[int, Workflow] = {0: "same_human", 100: "replace"}
    base = _one(name, inputs, "mix")
    return tuple(
        replace(
            base,
            name=f"{name}_{share}",
            workflows=(whole.get(share, "mix"),),
            human_share=0.5 if share in whole else 1 - share / 100,
        )
        for share in SHARES
    )


def _mixtures_and_dsir(name: str, inputs: Inputs) -> tuple[Recipe, ...]:
    """Recipes of `_mixtures`, and one more on text that DSIR selects (Table 14, Figure 4)."""
    selected = replace(_one(name, inputs, "importance"), name=f"{name}_dsir")
    return (*_mixtures(name, inputs), selected)


def _edited(name: str, inputs: Inputs) -> tuple[Recipe, ...]:
    """A corpus and its token-edited version (Table 2)."""
    return (replace(_one(name, inputs, "same_human", "edit_source"), prior=inputs.prior),)


def _trained_on(name: str, inputs: Inputs, *workflows: Workflow) -> Iterator[Recipe]:
    """A published checkpoint on each human text (with its prompts, if it has any)."""
    base = replace(_one(name, inputs, *workflows), checkpoint=inputs.checkpoint, prior=inputs.prior)
    for index, text in enumerate(inputs.texts):
        human = replace(
            base.human,
            source=text.source,
            field=text.field,
            prompt_field=text.prompt_field,
        )
        yield replace(base, name=f"{name}_{index}", human=human)


def _text_and_edited(name: str, inputs: Inputs) -> tuple[Recipe, ...]:
    """Each text and its token-edited version (Tables 3 and 4)."""
    return tuple(_trained_on(name, inputs, "same_human", "edit_source"))


def _rules(name: str, inputs: Inputs) -> tuple[Recipe, ...]:
    """One text, edited by one rule after the other (Tables 5, 7 and 8)."""
    (source,) = _trained_on(name, inputs, "same_human", "edit_source")
    rules = {variant.name: variant.rule for variant in VARIANTS}
    edited = (
        replace(source, name=f"{name}_{rule}", edit_rule=rules[rule], workflows=("edit_source",))
        for rule in ABLATED
    )
    return (source, *edited)


def _editions(name: str, inputs: Inputs) -> tuple[Recipe, ...]:
    """A text edited, and edited again (Tables 15 and 16)."""
    once = _trained_on(name, inputs, "same_human", "edit_previous")
    return tuple(replace(recipe, generations=2) for recipe in once)


def _statistics(name: str, inputs: Inputs) -> tuple[Recipe, ...]:
    """Human, synthetic and selected text under one judge (Figures 3, 10 to 13; Table 6)."""
    judging = Judging(
        model=inputs.prior,
        tokens=inputs.judged_tokens,
        documents=inputs.judged_documents,
        words=inputs.judged_words,
    )
    base = _one(name, inputs, "same_human", "replace", "importance", "edit_source")
    return (replace(base, prior=inputs.prior, judging=judging),)


_MAKE: dict[str, Callable[[str, Inputs], tuple[Recipe, ...]]] = {
    "mixtures_gpt2_paper": _mixtures,
    "mixtures_olmo_paper": _mixtures_and_dsir,
    "pretraining_paper": _edited,
    "continual_paper": _text_and_edited,
    "finetuning_paper": _text_and_edited,
    "ablations_paper": _rules,
    "repeated_editing_paper": _editions,
    "statistics_paper": _statistics,
}
