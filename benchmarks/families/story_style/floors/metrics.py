"""Metrics of style transfer, as they are used and as they should be read.

`r-Acc` is the share of outputs that are more like the target than their sources are, whose floor is
near one half and not zero; `a-Acc` the share that are told to be the target's; BLEU is against the
source, as sacrebleu computes it and by the definition of the released code.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU
from scipy.optimize import linear_sum_assignment

from benchmarks.families.story_style.floors.judges import Judge
from data.errors import BadInput
from data.story_style.keywords import words_of
from data.story_style.stories import split_sentences

ORDERS = (1, 2, 3, 4)
"""Longest n-grams of the four BLEU scores."""
Encoder = Callable[[Sequence[str]], NDArray[np.float64]]
"""Gives a point of unit length for each text, shape (texts, width)."""
Measures = Mapping[str, Mapping[str, float | int | None]]
"""Measures by name, each with `value`, `stderr` (None where there is none) and `n`."""
_TOKEN = re.compile(r"\w+(?:'\w+)*|[^\w\s]")


def measure(
    outputs: Sequence[str],
    sources: Sequence[str],
    target: str,
    judges: Mapping[str, Judge],
    encoder: Encoder | None = None,
) -> dict[str, dict[str, float | int | None]]:
    """All metrics of one system that rewrites in the style of one author.

    Args:
        outputs: What the system wrote, one for each source.
        sources: Texts it was given, all of the other author.
        target: Key of the author whose style was asked for.
        judges: Judges by name; each gives an `r-Acc` and an `a-Acc`.
        encoder: Of sentences; None leaves out the content by embeddings.

    Returns:
        By name: `r-Acc/<judge>`, `a-Acc/<judge>`, `BLEU-<n>` (sacrebleu, of the corpus, 0 to 1),
        `released BLEU-<n>` (mean over texts), `order`, `length` (words of the output for each of
        the source), and `content`.

    Raises:
        BadInput: There is no output, or not one for each source.
    """
    if not outputs or len(outputs) != len(sources):
        raise BadInput(
            f"{len(outputs)} outputs of {len(sources)} sources; give one for each, and some"
        )
    found: dict[str, dict[str, float | int | None]] = {}
    for name, judge in judges.items():
        after, before = judge.probability(outputs, target), judge.probability(sources, target)
        told = judge.probabilities(outputs).argmax(axis=1) == judge.authors.index(target)
        found[f"r-Acc/{name}"] = _mean(after > before)
        found[f"a-Acc/{name}"] = _mean(told)
    for order in ORDERS:
        found[f"BLEU-{order}"] = {
            "value": corpus_bleu(outputs, sources, order), "stderr": None, "n": len(outputs)
        }  # fmt: skip
        found[f"released BLEU-{order}"] = _mean(
            [released_bleu(tokens(one), tokens(of), order) for one, of in _pairs(outputs, sources)]
        )
    found["order"] = _mean([kept_order(one, of) for one, of in _pairs(outputs, sources)])
    found["length"] = _mean(
        [len(one.split()) / max(1, len(of.split())) for one, of in _pairs(outputs, sources)]
    )
    if encoder is not None:
        points = encoder(list(outputs)), encoder(list(sources))
        found["content"] = _mean(np.sum(points[0] * points[1], axis=1))
    return found


def _pairs(outputs: Sequence[str], sources: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(outputs, sources, strict=True))


def _mean(
    values: Sequence[float] | NDArray[np.float64] | NDArray[np.bool_],
) -> dict[str, float | int | None]:
    """Mean over texts with its standard error, which a single text does not have."""
    found = np.asarray(values, dtype=np.float64)
    stderr = float(found.std(ddof=1) / len(found) ** 0.5) if len(found) > 1 else None
    return {"value": float(found.mean()), "stderr": stderr, "n": len(found)}


@cache
def _scorer(order: int) -> BLEU:
    return BLEU(max_ngram_order=order, tokenize="13a", smooth_method="exp")


def corpus_bleu(outputs: Sequence[str], sources: Sequence[str], order: int) -> float:
    """BLEU of a corpus against the sources as sacrebleu computes it, from 0 to 1.

    Args:
        outputs: One for each source.
        sources: Taken as references.
        order: Longest n-grams.
    """
    return float(_scorer(order).corpus_score(list(outputs), [list(sources)]).score) / 100


def tokens(text: str) -> list[str]:
    """Words, numbers and marks of a text, as they stand."""
    return _TOKEN.findall(text)


def released_bleu(output: Sequence[str], source: Sequence[str], order: int) -> float:
    """BLEU of one sentence or text without smoothing, by which the released code scores.

    The geometric mean, of n from 1 to the order, of the shares of the output's n-grams that are in
    the source, each counted at most as often as there; times exp(1 - source / output) where the
    output has not more tokens than the source (Papineni et al. 2002). One share of 0 makes all 0;
    an output too short for an n-gram has a share of 0, as in NLTK.

    Args:
        output: Tokens of the output.
        source: Tokens of the source, the only reference.
        order: Longest n-grams.
    """
    if not output:
        return 0.0
    shares = [_precision(output, source, n) for n in range(1, order + 1)]
    if min(shares) == 0:
        return 0.0
    brevity = min(1.0, float(np.exp(1 - len(source) / len(output))))
    return brevity * float(np.exp(np.mean(np.log(shares))))


def _precision(output: Sequence[str], source: Sequence[str], n: int) -> float:
    mine, other = (
        Counter(tuple(one[at : at + n]) for at in range(len(one) - n + 1))
        for one in (output, source)
    )
    return (mine & other).total() / max(1, mine.total())


def kept_order(output: str, source: str) -> float:
    """Share of the source's sentences that stand at their places in the output.

    Each sentence of the source is paired with at most one of the output, so that the words that
    pairs share, as a share of the words that either has (Jaccard's index), are most in sum. A
    sentence that shares no word with its pair is at no place. The output's places are counted after
    what was added before them: a sentence stands at its place if as many paired ones stand before
    it as in the source.

    Args:
        output: Text of the output.
        source: Text of the source.
    """
    mine, other = (
        [{word.lower() for word in words_of(sentence)} for sentence in split_sentences(one)]
        for one in (output, source)
    )
    if not mine or not other:
        return 0.0
    shared = np.array([[_jaccard(one, of) for of in mine] for one in other])
    rows, columns = linear_sum_assignment(-shared)
    pairs = [(r, c) for r, c in zip(rows, columns, strict=True) if shared[r, c] > 0]
    ranks = {c: place for place, c in enumerate(sorted(c for _, c in pairs))}
    kept = [place == ranks[c] for place, (_, c) in enumerate(sorted(pairs))]
    return sum(kept) / len(other)


def _jaccard(one: set[str], other: set[str]) -> float:
    either = len(one | other)
    return len(one & other) / either if either else 0.0


def front(points: Mapping[str, tuple[float, ...]]) -> tuple[str, ...]:
    """Names of systems that no other dominates, in their order.

    Args:
        points: For each system its scores, each the better the larger.
    """
    return tuple(
        name
        for name, own in points.items()
        if not any(dominates(other, own) for other in points.values())
    )


def moves_words_alone(own: Mapping[str, float], copy: Mapping[str, float]) -> bool:
    """Whether a system moves the easiest view alone: words, and neither what they mask nor grammar.

    That is so where the seen or the unseen judge of words gives it more of the target style than a
    copy, by `MOVES` or more, and both the judge of masked text and that of function words do not.

    Args:
        own: Share of the target style by judge, as `a-Acc/seen`, of the system.
        copy: The same of a copy of the source.
    """
    gained = {key: own[key] - copy[key] for key in own if key in copy}
    easy, hard = (
        max(gained.get(f"a-Acc/{judge}", 0.0) for judge in judges)
        for judges in (("seen", "unseen"), ("masked", "function_words"))
    )
    return easy >= MOVES > hard


MOVES = 0.1
"""Share of texts by which a judge must change its mind for a system to have moved a view."""


def dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether scores are nowhere smaller than others and somewhere larger."""
    pairs = list(zip(one, other, strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)
