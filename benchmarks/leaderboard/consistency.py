"""What must hold inside one record, whoever made it: sums, shares, traces of its workflow."""

import math
from collections.abc import Iterator
from dataclasses import fields

from pydantic import TypeAdapter, ValidationError

from benchmarks.comparison import LOSS
from benchmarks.leaderboard.expectation import Expected, expect
from benchmarks.recipe import Recipe
from benchmarks.record import EditTotals, Generation, Record
from data.health import Health, breaches
from data.workflow import METHODS

PERPLEXITY = "held_out/perplexity/none"
_SAME = 1e-9
"""Relative difference of numbers that differ by rounding at most."""
_TIES = 0.01
"""Share of the flagged tokens by which ties at the threshold may miss the rule's share."""


def recipe_of(record: Record) -> Recipe:
    """The recipe inside a record.

    Raises:
        ValueError: A setting is missing, or its value is of another kind.
    """
    try:
        return TypeAdapter(Recipe).validate_python(record.recipe)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"recipe.{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def inconsistencies(record: Record) -> Iterator[tuple[str, str]]:
    """Every contradiction inside a record, as the name of the check and a sentence."""
    try:
        recipe = recipe_of(record)
    except ValueError as error:
        yield "schema", str(error)
        return
    for text in _whole(record, recipe):
        yield "arithmetic", text
    for generation in record.generations:
        at = f"generation {generation.generation}"
        for text in (*_generation(generation, recipe), *_edit(generation.corpus.edit, recipe)):
            yield "arithmetic", f"{at}: {text}"
    if record.workflow in METHODS:
        for generation, expected in zip(
            record.generations, expect(recipe, record.workflow), strict=True
        ):
            for text in _traces(generation, expected, recipe):
                yield "workflow", f"generation {generation.generation}: {text}"


def loss_ratio(generation: Generation) -> float:
    """Nats per token over bits per byte: a property of the held-out text and the tokenizer."""
    metrics = generation.metrics
    return math.log(metrics[PERPLEXITY].value) / metrics[LOSS].value


def _whole(record: Record, recipe: Recipe) -> Iterator[str]:
    if record.human.source != recipe.human.source:
        yield f"human text is {record.human.source}, the recipe names {recipe.human.source}"
    stages = {s.digest: s.seconds for g in record.generations for s in g.stages.values()}
    if not math.isclose(sum(stages.values()), record.seconds, rel_tol=1e-6):
        yield f"seconds is {record.seconds:.6g}, its stages took {sum(stages.values()):.6g}"
    fresh = record.workflow == "fresh_human"
    for g in record.generations:
        new = g.generation * recipe.human.generation_tokens
        wanted = recipe.human.first_tokens + (new if fresh else 0)
        if record.workflow in METHODS and g.human_tokens_used != wanted:
            yield (
                f"generation {g.generation}: human_tokens_used is {g.human_tokens_used:,}, the "
                f"workflow needs {wanted:,}"
            )
    if {PERPLEXITY, LOSS} <= record.last.metrics.keys():
        ratios = [loss_ratio(g) for g in record.generations]
        if max(ratios) - min(ratios) > _SAME * max(ratios):
            yield (
                "perplexity and bits per byte are of one loss on one text, but their ratio changes "
                "over generations"
            )


def _generation(g: Generation, recipe: Recipe) -> Iterator[str]:
    fit = recipe.fit if g.generation else recipe.first_fit
    batch = fit.windows_per_step * recipe.model.context
    if g.tokens_seen != g.steps * batch:
        wanted = g.steps * batch
        yield f"tokens_seen is {g.tokens_seen:,}, {g.steps} steps of {batch} give {wanted:,}"
    if g.stages["fit"].tokens != g.tokens_seen:
        yield f"its fit counts {g.stages['fit'].tokens:,} tokens, tokens_seen is {g.tokens_seen:,}"
    corpus = g.corpus
    if corpus.health.documents != corpus.documents:
        yield f"{corpus.documents:,} documents, but {corpus.health.documents:,} were examined"
    if not 0 <= corpus.human_tokens <= corpus.tokens:
        yield f"{corpus.human_tokens:,} human tokens of {corpus.tokens:,}"
    if (corpus.cut_off or 0) > corpus.documents or g.written_cut_off > g.written:
        yield "more documents were cut off than written"
    for kind, stage in g.stages.items():
        if stage.tokens_per_second is None or stage.seconds == 0:
            continue
        if not math.isclose(stage.tokens_per_second * stage.seconds, stage.tokens, rel_tol=1e-6):
            yield f"{kind}: tokens_per_second is not tokens over seconds"
    health = Health(**{f.name: getattr(corpus.health, f.name) for f in fields(Health)})
    if recipe.health.on_breach == "flag" and corpus.breaches != breaches(health, recipe.health):
        yield f"breaches are {corpus.breaches}, its health gives {breaches(health, recipe.health)}"


def _edit(edit: EditTotals | None, recipe: Recipe) -> Iterator[str]:
    if edit is None:
        return
    scored = sum(edit.histogram)
    least = edit.tokens if recipe.prior == "self" else edit.editable
    if not least <= scored <= edit.tokens:
        yield f"the histogram holds {scored:,} tokens; {edit.tokens:,} were read"
    if edit.flagged_by_paper > edit.editable or edit.unwritable > edit.flagged:
        yield "more tokens are flagged or unwritable than there were to choose from"
    share = recipe.edit_rule.share
    if share is not None and edit.flagged != edit.changed:
        wanted = share * edit.editable
        if abs(edit.flagged - wanted) > 1 + _TIES * wanted:
            yield f"{edit.flagged:,} tokens are flagged, the rule's share asks for {wanted:,.0f}"


def _traces(g: Generation, expected: Expected, recipe: Recipe) -> Iterator[str]:
    if g.stages.keys() != expected.stages:
        wrong = sorted(g.stages.keys() ^ expected.stages)
        yield f"stages {', '.join(wrong)} are not those of the workflow"
    if (g.corpus.edit is not None) != expected.edited:
        yield f"the corpus {'was' if g.corpus.edit else 'was not'} edited"
    if (g.corpus.cut_off is not None) != expected.sampled:
        yield f"the corpus {'holds' if g.corpus.cut_off is not None else 'lacks'} sampled documents"
    human, tokens = g.corpus.human_tokens, g.corpus.tokens
    if (expected.human == "all" and human != tokens) or (expected.human == "none" and human):
        yield f"{human:,} of {tokens:,} tokens are human; the workflow's are {expected.human}"
    batch = recipe.fit if g.generation else recipe.first_fit
    most = expected.windows // batch.windows_per_step
    # A corpus may fall short of what was asked for by a document of each part.
    filled = min(expected.windows, (tokens + g.corpus.documents) // recipe.model.context)
    least = (filled - 2 * expected.parts) // batch.windows_per_step
    if not least <= g.steps <= most:
        yield f"{g.steps} steps; the workflow trains for {least} to {most}"
