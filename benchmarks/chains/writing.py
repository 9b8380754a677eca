"""Text that models write in a chain: the chain's own, or another model's in its place."""

from dataclasses import dataclass, replace

from benchmarks.chains.corpus_file import CorpusFile
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.text.written_text import take_written
from benchmarks.chains.work.sample import sample
from benchmarks.downstream.stages import refuse_overlap
from benchmarks.running.bench import Bench
from benchmarks.running.stage import File, Stage
from data.randomness import Purpose
from lightning_modules.settings import SamplingRule


@dataclass(frozen=True)
class Context:
    """What stays the same in all of a chain."""

    recipe: Recipe
    seed: int
    human: Stage
    """Stage that divided the human text and trained the tokenizer."""
    synthetic: str | None
    """Identity of the other model's text when the chain began; None where the chain's own models
    write."""


def write(
    bench: Bench,
    context: Context,
    kind: str,
    model: Stage,
    rule: SamplingRule,
    n_tokens: int,
    purpose: Purpose,
    generation: int,
    *,
    prompts: str | File = "source",
) -> Stage:
    """Documents that a model of the chain writes.

    Args:
        bench: Bench that runs the stage.
        context: Recipe, seed and texts of the chain.
        kind: `sample` for text to train on, `write` for text to measure.
        model: The fit of the writer.
        rule: How documents are drawn.
        n_tokens: Number of tokens wanted.
        purpose: Whether the text is to train on or to measure; the two have different random draws.
        generation: Index of the generation that the text is for; it keys the random draws.
        prompts: What is continued, if the rule has prompts: a part of the human text by its name,
            or a corpus of another stage.
    """
    asked = context.human.file(f"{prompts}.arrow") if isinstance(prompts, str) else prompts
    return bench.run(
        generation,
        kind,
        sample,
        progress=n_tokens,
        model=model.file("model"),
        prompts=asked if rule.prompt_tokens else None,
        rule=rule,
        context=context.recipe.model.context,
        n_tokens=n_tokens,
        mean_length=expected_length(context, rule),
        seed=context.seed,
        purpose=purpose,
        generation=generation,
    )


def expected_length(context: Context, rule: SamplingRule) -> float:
    """Tokens of the mean human document, as far as the rule lets one be written."""
    first = context.human.facts["parts"]["first"]
    return float(min(first["tokens"] / first["documents"], rule.max_tokens))


def asking(context: Context, rule: SamplingRule) -> SamplingRule:
    """The rule, with room for a prompt where the human text has prompts."""
    if not context.human.facts["has_prompts"]:
        return rule
    return replace(rule, prompt_tokens=context.recipe.model.context // 2)


def written_corpus(bench: Bench, context: Context, n_tokens: int, generation: int) -> CorpusFile:
    """Text of the other model that the recipe names, in place of samples.

    Raises:
        EvaluatedText: It holds what the recipe evaluates.
    """
    recipe = context.recipe
    text = replace(recipe.human, source=recipe.synthetic, field=recipe.synthetic_field)
    assert context.synthetic is not None, "the recipe names a text"
    stage = bench.run(
        generation,
        "written",
        take_written,
        text=text,
        content=context.synthetic,
        tokenizer=context.human.file("tokenizer"),
        n_tokens=n_tokens,
        seed=context.seed,
        generation=generation,
    )
    corpus = CorpusFile(stage, limit=n_tokens)
    refuse_overlap(bench, recipe.downstream, recipe.synthetic, [corpus.file], generation)
    return corpus
