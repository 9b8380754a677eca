"""Predictions of the theory of contexts, held against chains of n-gram models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks.chains.chain import run_chain
from benchmarks.chains.ngrams import Encoded, NgramChain, NgramRecipe, NgramText, divide
from benchmarks.comparing.contexts.expected import (
    Expected,
    Floats,
    alive_after,
    expected_chain,
    words_gained,
)
from benchmarks.comparing.differences import Difference, paired, ratio_interval
from benchmarks.comparing.predictions import Outcome, above
from data.editing import EditRule
from data.errors import BadInput
from data.workflow import Workflow, edit_previous, edit_source, same_human
from data.workflow import replace as replace_text
from theory.discrete.editing import GOLDEN

CLOSE = 0.1
"""Relative difference of a measured from a predicted number that counts as agreement."""
RULES: Mapping[str, EditRule] = {
    "share .125": EditRule(share=0.125),
    "P >= .30": EditRule(threshold=0.3),
    "P >= .62": EditRule(threshold=round(GOLDEN + 0.002, 3)),
}
"""Edit rules that the chains are run with: one that always flags as much, and two thresholds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Confronted:
    """A prediction of the theory with what chains do."""

    id: str
    """Short name: the statement, and the edit rule where there is one."""
    statement: str
    """What is predicted, in words."""
    predicted: str
    """Predicted number or range."""
    measured: Difference
    """Measured number over seeds, with its interval."""
    outcome: Outcome
    """Whether the whole interval lies where the prediction says, or all of it elsewhere."""


def confront(texts: Sequence[str], recipe: NgramRecipe, seeds: Sequence[int]) -> list[Confronted]:
    """Run the chains that the theory speaks of, and hold each prediction against them.

    Args:
        texts: Human texts, enough for the recipe.
        recipe: Sizes of a bigram study, of at least three generations; its edit rule is replaced by
            those of `RULES`.
        seeds: Seeds of the chains of every workflow, at least two.
    """
    if recipe.generations < 3 or len(seeds) < 2:
        raise BadInput("a comparison with the theory needs 3 generations and 2 seeds or more")
    encoded = Encoded.of(texts, recipe)
    parts = [divide(encoded, recipe, seed) for seed in seeds]
    base = _measured(parts, recipe, seeds, same_human.__name__)
    found: list[Confronted] = []
    for name, rule in RULES.items():
        found += _edits(name, replace(recipe, edit_rule=rule), parts, seeds, base)
    wide = replace(recipe, vocabulary=16 * recipe.vocabulary)
    many = Encoded.of(texts, wide)
    others = [divide(many, wide, seed) for seed in seeds]
    return [*found, *_words(replace(recipe, order=1), parts, others, seeds)]


def _measured(
    parts: Sequence[NgramText], recipe: NgramRecipe, seeds: Sequence[int], workflow: Workflow
) -> dict[str, Floats]:
    """Return the curves of chains, each of shape (seeds, generations + 1)."""
    chains = [
        run_chain(NgramChain(recipe, text, seed), workflow)
        for text, seed in zip(parts, seeds, strict=True)
    ]
    names = ("bits_per_token", "changed", "entropy")
    return {n: np.array([[getattr(g, n) for g in chain] for chain in chains]) for n in names}


def _edits(
    rule: str,
    recipe: NgramRecipe,
    parts: Sequence[NgramText],
    seeds: Sequence[int],
    base: Mapping[str, Floats],
) -> list[Confronted]:
    """Hold every prediction about one edit rule against chains."""
    source, previous = edit_source.__name__, edit_previous.__name__
    measured = {w: _measured(parts, recipe, seeds, w) for w in (source, previous)}
    expected = {w: [expected_chain(text, recipe, w) for text in parts] for w in measured}
    found = []
    for workflow, curves in measured.items():
        excess = (curves["bits_per_token"] - base["bits_per_token"])[:, 1:]
        predicted = np.array([e.bits for e in expected[workflow]])
        ahead = (predicted - base["bits_per_token"])[:, 1:]
        changed = np.array([e.changed for e in expected[workflow]])
        found += [
            _ratio(
                f"{workflow}-loss ({rule})",
                f"{workflow}: loss over same_human, summed over generations, as expected counts",
                excess.sum(axis=1),
                ahead.sum(axis=1),
            ),
            _ratio(
                f"{workflow}-changed ({rule})",
                f"{workflow}: tokens changed, summed over generations, as expected counts",
                curves["changed"].sum(axis=1),
                changed.sum(axis=1),
            ),
        ]
    bound = np.array([_source_bound(e) for e in expected[source]])
    worst = (measured[source]["bits_per_token"] - base["bits_per_token"]).max(axis=1)
    found.append(
        _sign(
            f"edit_source-bound ({rule})",
            "edit_source: loss over same_human stays under flagged share x log2 1/t (room left)",
            bound - worst,
        )
    )
    return [*found, *_fates(rule, recipe, measured)]


def _source_bound(expected: Expected) -> float:
    """Return the largest bound over generations, in bits; no generation adds to the last."""
    flagged, threshold = expected.flagged[1:], expected.threshold[1:]
    return float((flagged * -np.log2(threshold)).max())


def _fates(
    rule: str, recipe: NgramRecipe, measured: Mapping[str, Mapping[str, Floats]]
) -> list[Confronted]:
    """Hold the predictions about the end of a chain against it: which depend on the rule."""
    previous, source = (measured[w.__name__] for w in (edit_previous, edit_source))
    changed = previous["changed"]
    if recipe.edit_rule.share is not None:
        return [
            _sign(
                f"edit_previous-goes-on ({rule})",
                "edit_previous, a fixed share: edits do not die out (last less half of the first)",
                changed[:, -1] - changed[:, 1] / 2,
            )
        ]
    first, last = changed[:, 1], changed[:, -1]
    found = [
        _sign(
            f"edit_previous-stops ({rule})",
            "edit_previous, a fixed threshold: edits die out (5 % of the first less the last)",
            0.05 * first - last,
        ),
        _sign(
            f"edit_source-alternates ({rule})",
            "edit_source, a fixed threshold: the second generation edits less than its neighbours",
            (source["changed"][:, 1] + source["changed"][:, 3]) / 2 - source["changed"][:, 2],
        ),
    ]
    if recipe.edit_rule.threshold >= GOLDEN:
        found.append(
            _sign(
                f"edit_previous-entropy ({rule})",
                "edit_previous, t >= .618: the entropy of what a model has learnt rises (bits)",
                previous["entropy"][:, -1] - previous["entropy"][:, 0],
            )
        )
    return found


def _words(
    recipe: NgramRecipe,
    parts: Sequence[NgramText],
    others: Sequence[NgramText],
    seeds: Sequence[int],
) -> list[Confronted]:
    """Hold what is predicted of chains of word frequencies against them: order 1, replace.

    Args:
        recipe: Study of order 1.
        parts: Texts divided for the recipe, one for each seed.
        others: The same with 16 times as many words.
        seeds: Seeds of the chains.
    """
    n, V = recipe.generations, recipe.vocabulary
    runs = [_word_chain(recipe, text, seed) for text, seed in zip(parts, seeds, strict=True)]
    many = replace(recipe, vocabulary=16 * V)
    wide = [_word_chain(many, text, seed) for text, seed in zip(others, seeds, strict=True)]
    T = np.array([run.first.sum() for run in runs])
    gained = [
        words_gained(recipe, run.first, text.held_out)
        for run, text in zip(runs, parts, strict=True)
    ]
    alive = [alive_after(run.first, n, many.strength / many.vocabulary) for run in wide]
    return [
        _ratio(
            "replace-words-distance",
            "replace, order 1: sum (p_n - p)^2/p after all generations is (V - 1)(1 - (1 - 1/T)^n)",
            np.array([run.distance(recipe.strength) for run in runs]),
            (V - 1) * (1 - (1 - 1 / T) ** n),
        ),
        _ratio(
            "replace-words-loss",
            "replace, order 1: loss gained after all generations, by lines of descent",
            np.array([run.bits[-1] - run.bits[0] for run in runs]),
            np.array(gained),
        ),
        _ratio(
            "replace-words-loss-linear",
            "replace, order 1: the same as half of that distance, which needs n << every count",
            np.array([run.bits[-1] - run.bits[0] for run in runs]),
            (V - 1) * (1 - (1 - 1 / T) ** n) / 2 / np.log(2),
        ),
        _ratio(
            "replace-words-alive",
            f"replace, order 1: words of {16 * V:,} still written at the end, from first counts",
            np.array([float((run.last > 0).sum()) for run in wide]),
            np.array(alive),
        ),
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class WordChain:
    """What a chain of word frequencies drew; counts of shape (words,)."""

    first: NDArray[np.int64]
    """Counts of the human text."""
    last: NDArray[np.int64]
    """Counts of the last corpus."""
    bits: Floats
    """Loss on held-out text, shape (generations + 1,)."""

    def distance(self, strength: float) -> float:
        """Return sum (p_n - p)^2 / p, p what the first model gives each word."""
        first = self.first + strength / len(self.first)
        first = first / first.sum()
        return float(((self.last / self.last.sum() - first) ** 2 / first).sum())


def _word_chain(recipe: NgramRecipe, text: NgramText, seed: int) -> WordChain:
    chain = NgramChain(recipe, text, seed)
    bits = [g.bits_per_token for g in run_chain(chain, replace_text.__name__)]
    first, last = (
        np.bincount(tokens[1:], minlength=recipe.vocabulary)
        for tokens in (text.first, chain.written[recipe.generations].tokens)
    )
    return WordChain(first=first, last=last, bits=np.array(bits))


def _ratio(name: str, statement: str, measured: Floats, predicted: Floats) -> Confronted:
    """Hold a measured number against a predicted one: their ratio within CLOSE of 1."""
    ratio, low, high = ratio_interval(measured, predicted)
    outcome: Outcome = "undecided"
    if low >= 1 - CLOSE and high <= 1 + CLOSE:
        outcome = "held"
    elif high < 1 - CLOSE or low > 1 + CLOSE:
        outcome = "failed"
    return Confronted(
        id=name,
        statement=statement,
        predicted=f"{predicted.mean():.4g}, ratio 1",
        measured=Difference(ratio, low, high, len(measured)),
        outcome=outcome,
    )


def _sign(name: str, statement: str, values: Floats) -> Confronted:
    """Hold a number that is predicted to be positive against chains."""
    difference = paired(values)
    return Confronted(
        id=name,
        statement=statement,
        predicted="> 0",
        measured=difference,
        outcome=above(difference, 0.0),
    )


def confronted_table(found: Sequence[Confronted]) -> Table:
    """Return every prediction with what was measured, those that failed first."""
    table = Table(title="What the theory of contexts predicts, on n-gram chains")
    table.add_column("prediction", ratio=1)
    for name in ("predicted", "measured", "interval", "n", "outcome"):
        table.add_column(name, no_wrap=True)
    for one in sorted(found, key=lambda one: _ORDER.index(one.outcome)):
        d = one.measured
        table.add_row(
            f"{one.statement} [dim]{one.id}[/]",
            one.predicted,
            f"{d.mean:.4g}",
            f"[{d.low:.4g}, {d.high:.4g}]",
            str(d.n),
            one.outcome,
        )
    return table


_ORDER: tuple[Outcome, ...] = ("failed", "undecided", "not measured", "held")
