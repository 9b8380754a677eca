"""What the theory of one context predicts of n-gram chains, and what the chains do.

`theory.discrete` solves token editing where the context is held and text is unlimited. Here its
kernel is applied to every context of a bigram model at once, without a draw: expected counts go
from edit to fit to edit. The chains edit text of limited length, so that a prediction can fail, and
the table says where it does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from benchmarks.chains.ngrams import NgramRecipe, NgramText
from data.editing import EditRule
from data.errors import BadInput
from data.measures.ngram_lm import END, Tokens
from data.workflow import Workflow, edit_previous, edit_source
from theory.discrete.editing import redraws

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Pairs of tokens in an edited text, each of shape (tokens, tokens)."""

    mean: Floats
    """Expected counts."""
    kept: Floats
    """Counts of pairs that no edit has redrawn. The rest is taken to be Poisson: places of the text
    are redrawn independently, and each holds a given pair with a small chance."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A chain of expected counts; arrays of shape (generations + 1,)."""

    bits: Floats
    """Loss on held-out text, in bits per token."""
    changed: Floats
    """Share of the corpus that the edit before this generation changed."""
    flagged: Floats
    """Share of the corpus that it redrew."""
    threshold: Floats
    """Probability from which it redrew."""


def expected_chain(text: NgramText, recipe: NgramRecipe, workflow: Workflow) -> Expected:
    """Return what a chain of token edits does on average, by the kernel of every context.

    An edit moves the counts of each context by the kernel of its prior; tokens that were edited are
    the contexts of those that follow, which are taken to be edited independently.

    Raises:
        BadInput: The models are no bigram models, or the workflow does not edit.
    """
    if recipe.order != 2:
        raise BadInput(f"the theory of contexts is for order 2, this recipe has {recipe.order}")
    if workflow not in (edit_source.__name__, edit_previous.__name__):
        raise BadInput(f"the theory of contexts is for edits, not for {workflow!r}")
    size = recipe.vocabulary
    human, held_out = pair_counts(text.source, size), pair_counts(text.held_out, size)
    model = fitted(pair_counts(text.first, size), recipe.strength)
    rows = [(loss(np.log2(model), held_out), 0.0, 0.0, np.nan)]
    corpus = Counts(mean=human, kept=human)
    for _ in range(recipe.generations):
        start = Counts(mean=human, kept=human) if workflow == edit_source.__name__ else corpus
        corpus, changed, flagged, threshold = edited(start, model, recipe.edit_rule)
        model = fitted(corpus.mean, recipe.strength)
        bits = loss(expected_logs(corpus, recipe.strength, held_out > 0), held_out)
        rows.append((bits, changed, flagged, threshold))
    bits_, changed_, flagged_, thresholds = np.array(rows).T
    return Expected(bits=bits_, changed=changed_, flagged=flagged_, threshold=thresholds)


def pair_counts(tokens: Tokens, size: int) -> Floats:
    """Return how often each token follows each other one, shape (size, size)."""
    keys = tokens[:-1] * size + tokens[1:]
    return np.bincount(keys, minlength=size * size).reshape(size, size).astype(float)


def fitted(counts: Floats, strength: float) -> Floats:
    """Return P(next | last), each row shrunk to the frequencies of all, those to uniform."""
    alone = counts.sum(axis=0)
    frequency = (alone + strength / len(alone)) / (alone.sum() + strength)
    total = counts.sum(axis=1, keepdims=True)
    return np.asarray((counts + strength * frequency) / (total + strength))


def loss(logs: Floats, held_out: Floats) -> float:
    """Return the loss on pairs of tokens in bits per token, from log2 P(next | last)."""
    return float(-(held_out * logs).sum() / held_out.sum())


def expected_logs(counts: Counts, strength: float, wanted: NDArray[np.bool_]) -> Floats:
    """Return E log2 P(next | last) of a model of a random text, where wanted and 0 elsewhere."""
    alone = counts.mean.sum(axis=0)
    prior = strength * (alone + strength / len(alone)) / (alone.sum() + strength)
    drawn = np.maximum(counts.mean - counts.kept, 0.0)
    pair = np.zeros_like(drawn)
    pair[wanted] = _mean_log((counts.kept + prior)[wanted], drawn[wanted])
    total = _mean_log(counts.kept.sum(axis=1) + strength, drawn.sum(axis=1))
    return np.where(wanted, (pair - total[:, None]) / np.log(2), 0.0)


def _mean_log(known: Floats, mean: Floats) -> Floats:
    """Return E log(known + X) with X Poisson: summed where its mean is small, else to 2nd order."""
    k = np.arange(100)
    small = np.minimum(mean, 40.0)
    weights = poisson.pmf(k, small[:, None])
    summed = (weights * np.log(known[:, None] + k)).sum(axis=1)
    whole = known + mean
    return np.where(mean <= 40, summed, np.log(whole) - mean / (2 * whole**2))


def edited(text: Counts, prior: Floats, rule: EditRule) -> tuple[Counts, float, float, float]:
    """Edit expected counts of pairs with a prior, both of shape (tokens, tokens).

    Returns:
        The counts after the edit, the shares of tokens changed and flagged, and the threshold.
    """
    counts = text.mean
    editable = np.ones_like(counts, dtype=bool)
    editable[END], editable[:, END] = False, False
    threshold = flagging_threshold(counts, prior, editable, rule)
    flagged = editable & (prior >= threshold)
    moved, passed = counts.copy(), np.diag(counts.sum(axis=0))
    for context in np.flatnonzero((flagged & (counts > 0)).any(axis=1)):
        tokens = np.flatnonzero(flagged[context] & (counts[context] > 0))
        kept, chances = _chances(prior[context], tokens, rule)
        leaving = counts[context, tokens]
        moved[context, tokens] -= leaving
        moved[context, kept] += leaving @ chances
        passed[tokens, tokens] -= leaving
        passed[tokens[:, None], kept[None, :]] += leaving[:, None] * chances
    after = Counts(mean=_share(passed).T @ moved, kept=_still_kept(text.kept, flagged))
    changed = float((passed.sum() - np.trace(passed)) / counts.sum())
    return after, changed, float(counts[flagged].sum() / counts.sum()), threshold


def _chances(
    law: Floats, tokens: NDArray[np.int64], rule: EditRule
) -> tuple[NDArray[np.int64], Floats]:
    """Return the candidates of a context, and the law of a redraw of each token over them."""
    law = law.copy()
    law[END] = 0.0  # an edit neither begins nor ends a document
    likeliest = np.argsort(-law, kind="stable")[: min(rule.top_k, len(law) - 1)]
    candidates = np.concatenate([likeliest, np.setdiff1d(tokens, likeliest)])
    place = [int(np.flatnonzero(candidates == token)[0]) for token in tokens]
    return candidates, redraws(law[candidates], len(likeliest), rule.temperature)[place]


def _share(counts: Floats) -> Floats:
    """Return each row over its sum, 0 where that is 0."""
    total = counts.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(counts, total, out=np.zeros_like(counts), where=total > 0))


def _still_kept(kept: Floats, flagged: NDArray[np.bool_]) -> Floats:
    """Return the pairs of which neither token was redrawn."""
    stays = np.where(flagged, 0.0, kept)
    alone = kept.sum(axis=0)
    share = np.divide(stays.sum(axis=0), alone, out=np.ones_like(alone), where=alone > 0)
    return np.asarray(share[:, None] * stays)


def flagging_threshold(
    counts: Floats, prior: Floats, editable: NDArray[np.bool_], rule: EditRule
) -> float:
    """Return the rule's threshold, or the one that flags its share of the editable tokens."""
    if rule.share is None:
        return rule.threshold
    weight, probability = counts[editable], prior[editable]
    order = np.argsort(-probability)
    reached = np.searchsorted(np.cumsum(weight[order]), rule.share * weight.sum())
    return float(probability[order][min(int(reached), len(order) - 1)])


def alive_after(counts: NDArray[np.int64], generations: int, prior: float) -> float:
    """Return how many of the words with these first counts are expected to be drawn still.

    Every occurrence has a Poisson number of copies of mean 1, and smoothing adds `prior` to each.
    """
    dead, added = 0.0, 0.0
    for _ in range(generations - 1):
        added += 1 - dead
        dead = np.exp(dead - 1)
    lost = np.exp(-prior * (added + 1 - dead) - counts * (1 - dead))
    return float((1 - lost).sum())


def word_logs(counts: NDArray[np.int64], generations: int, prior: float) -> Floats:
    """Return E log(X + prior) of each word's last count X, shape (words,), by lines of descent.

    Counts to 100 go through the chain of Poisson counts; the rest, which vary little, by a variance
    of `generations` times the count.
    """
    states = np.arange(500)
    step = poisson.pmf(states, states[:, None] + prior)
    logs = np.log(states + prior)
    for _ in range(generations):
        logs = step @ logs
    rare = counts <= 100
    common = np.log(counts + prior + rare) - generations / (2 * (counts + rare))
    return np.asarray(np.where(rare, logs[np.minimum(counts, 100)], common))


def words_gained(recipe: NgramRecipe, first: NDArray[np.int64], held_out: Tokens) -> float:
    """Return the loss in bits per token that a chain of word frequencies is expected to gain.

    Args:
        recipe: Number of generations, strength and vocabulary.
        first: Counts of the human text, shape (words,).
        held_out: Held-out text, shape (tokens,).
    """
    prior = recipe.strength / recipe.vocabulary
    counts = np.bincount(held_out[1:], minlength=recipe.vocabulary)
    logs = word_logs(first, recipe.generations, prior) - np.log(first + prior)
    return float(-(counts * logs).sum() / counts.sum() / np.log(2))
