"""What must hold inside one record, whoever made it: sums, shares, traces of its workflow."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from benchmarks.chains.recipe import Recipe, read_recipe
from benchmarks.chains.record import EditTotals, Generation, Record, RewriteTotals
from benchmarks.comparing.curves import LOSS
from benchmarks.leaderboard.checks.expectation import Expected, expect
from data.measures.health import Health, breaches
from data.workflow import known_method

PERPLEXITY = "held_out/perplexity/none"
_SAME = 1e-9
"""Relative difference of numbers that differ by rounding at most."""
_TIES = 0.01
"""Share of the flagged tokens by which ties at the threshold may miss the rule's share."""

_SHARE = 0.02
_LONG = 5
"""How long the last document may be: as a share of the corpus, or in documents of mean length."""
_FILLED = 0.97
"""Share of the wanted windows that sampled text fills at least: read again, it has other tokens."""


def inconsistencies(record: Record) -> Iterator[tuple[str, str]]:
    """Every contradiction inside a record, as the name of the check and a sentence."""
    recipe = read_recipe(record.recipe)
    for name in _unknown(record.recipe, recipe.as_dict()):
        yield "schema", f"recipe.{name} is no setting"
    for text in _whole(record, recipe):
        yield "arithmetic", text
    for generation in record.generations:
        at = f"generation {generation.generation}"
        for text in (
            *_generation(generation, recipe),
            *_edit(generation.corpus.edit, recipe),
            *_rewrite(generation.corpus.rewrite),
        ):
            yield "arithmetic", f"{at}: {text}"
    if known_method(record.workflow):
        wanted = expect(recipe, record.workflow)
        for generation, expected in zip(record.generations, wanted, strict=True):
            for text in _traces(generation, expected, recipe):
                yield "workflow", f"generation {generation.generation}: {text}"
        for text in (*_texts(record, wanted), *_reads(record, wanted, recipe)):
            yield "workflow", text


def _unknown(plain: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    """Settings of a record that no recipe has."""
    for name, value in plain.items():
        if name not in known:
            yield name
        elif isinstance(value, dict) and isinstance(known[name], dict):
            yield from (f"{name}.{inner}" for inner in _unknown(value, known[name]))


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
    first = recipe.human.first_tokens + (recipe.base.tokens if recipe.base else 0)
    for g in record.generations:
        new = g.generation * recipe.human.generation_tokens
        wanted = first + (new if fresh else 0)
        if known_method(record.workflow) and g.human_tokens_used != wanted:
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


def _rewrite(made: RewriteTotals | None) -> Iterator[str]:
    """As many tokens are changed as were wanted, but for a part of the last sentence."""
    if made is None:
        return
    each = made.changed / max(made.rewritten, 1)
    if abs(made.changed - made.wanted) > _LONG * max(each, 1):
        yield f"{made.changed:,} tokens were changed by rewriting, {made.wanted:,} were wanted"


_SINCE = frozenset({"base_overlap"})
"""Stages that the first records of their recipes are older than."""


def _traces(g: Generation, expected: Expected, recipe: Recipe) -> Iterator[str]:
    if g.stages.keys() != expected.stages:
        wrong = (g.stages.keys() ^ expected.stages) - _SINCE
        if wrong:
            yield f"stages {', '.join(sorted(wrong))} are not those of the workflow"
    if (g.corpus.edit is not None) != expected.edited:
        yield f"the corpus {'was' if g.corpus.edit else 'was not'} edited"
    if (g.corpus.rewrite is not None) != expected.rewritten:
        yield f"sentences {'were' if g.corpus.rewrite else 'were not'} rewritten"
    if (g.corpus.cut_off is not None) != expected.sampled:
        yield f"the corpus {'holds' if g.corpus.cut_off is not None else 'lacks'} sampled documents"
    if (g.corpus.text is not None) != (recipe.judging is not None):
        yield f"a judge {'read' if g.corpus.text else 'did not read'} the corpus"
    if (g.downstream is not None) != ("downstream" in expected.stages):
        yield f"tasks {'were' if g.downstream else 'were not'} evaluated"
    human, tokens = g.corpus.human_tokens, g.corpus.tokens
    share = "all" if human == tokens else "some" if human else "none"
    if expected.human not in ("any", share):
        yield f"{human:,} of {tokens:,} tokens are human; the workflow's are {expected.human}"
    yield from _share(g, expected, recipe)
    edit, rule = g.corpus.edit, recipe.edit_rule
    if edit is not None and expected.by_rule and rule.share is not None:
        wanted = rule.share * edit.editable
        if abs(edit.flagged - wanted) > 1 + _TIES * wanted:
            yield f"{edit.flagged:,} tokens are flagged, the rule's share asks for {wanted:,.0f}"
    if edit is not None and expected.n_changed not in (None, edit.changed):
        yield f"{edit.changed:,} tokens are changed, changed_tokens asks for {expected.n_changed:,}"
    yield from _steps(g, expected, recipe)


def _share(g: Generation, expected: Expected, recipe: Recipe) -> Iterator[str]:
    """Chosen human text is as long as was asked for, and longer by less than its last document."""
    if expected.human_tokens is None:
        return
    size = recipe.human.generation_tokens if g.generation else recipe.human.first_tokens
    longer = max(_SHARE * size, _LONG * g.corpus.tokens / max(g.corpus.documents, 1))
    if not expected.human_tokens <= g.corpus.human_tokens <= expected.human_tokens + longer:
        yield (
            f"{g.corpus.human_tokens:,} human tokens; the recipe asks for {expected.human_tokens:,}"
        )


def _steps(g: Generation, expected: Expected, recipe: Recipe) -> Iterator[str]:
    """Text is as long as was asked for, or longer; only edits and selections may fall short."""
    fit = recipe.fit if g.generation else recipe.first_fit
    windows = expected.windows
    if expected.edited or expected.rewritten or "select" in expected.stages:
        windows = min(windows, (g.corpus.tokens + g.corpus.documents) // recipe.model.context)
    most = math.inf if recipe.has_prompts else expected.windows // fit.windows_per_step
    least = math.floor(_FILLED * windows - expected.parts) // fit.windows_per_step
    if not least <= g.steps <= most:
        yield f"{g.steps} steps; the workflow trains for {least} to {most}"


def _texts(record: Record, wanted: Sequence[Expected]) -> Iterator[str]:
    """Corpora that are one human text have one fingerprint, and other texts another."""
    prints: dict[str, str] = {}
    for generation, expected in zip(record.generations, wanted, strict=True):
        if expected.text is None:
            continue
        found = generation.corpus.fingerprint
        if prints.setdefault(expected.text, found) != found:
            yield f"generation {generation.generation}: not the human text of the one before"
    if len(set(prints.values())) < len(prints):
        yield "two generations have one human text"


def _reads(record: Record, wanted: Sequence[Expected], recipe: Recipe) -> Iterator[str]:
    """What edits or rewrites reads all of the text: the same each time, or the last corpus."""
    source: int | None = None
    for index, expected in enumerate(wanted):
        corpus = record.generations[index].corpus
        made = corpus.edit or corpus.rewrite
        if made is None or expected.edits is None:
            continue
        what = "edited" if corpus.edit else "rewritten"
        if source is None:
            source = made.tokens
            if recipe.prior == "self" and source < recipe.human.generation_tokens:
                yield f"{source:,} tokens were {what}, less than the recipe's generation_tokens"
            continue
        known = expected.edits == "source" or recipe.prior == "self"
        last = record.generations[index - 1].corpus.tokens
        should = source if expected.edits == "source" else last
        if known and made.tokens != should:
            yield f"generation {index}: {made.tokens:,} tokens were {what}, the text has {should:,}"
