"""Health of a corpus before a generation trains on it: numbers that unmask a faked collapse.

A corpus of duplicates, of cut-off documents or of held-out text gives a loss that says nothing
about the workflow. All numbers go on record; a recipe's limits flag, or stop the chain.
"""

import hashlib
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from scipy import stats

from data.errors import BadInput, RunFailed
from data.measures.health_limits import HealthLimits
from data.measures.near_copies import NearCopies
from data.measures.ngrams import ngrams, split_words
from data.text.corpus import Corpus

_OVERLAP = 13
_OPENING = 8
_TRIGRAMS = 10
_END = re.compile(r"[.!?:;\u2026][\"')\]\u2019\u201d]*$")
_BROKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")


class Unhealthy(RunFailed):
    """A corpus breaks a limit of a recipe that stops."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What is wrong with a corpus; numbers are shares of its documents, if nothing else is said."""

    documents: int
    mean_bytes: float
    """Mean size of a document, in bytes of UTF-8."""
    empty: float
    """Share of documents without any character but spaces."""
    duplicate: float
    """Share of documents that are exact copies of an earlier one."""
    near_duplicate: float
    """Share of documents with an estimated Jaccard similarity of at least 0.8 of word 5-grams to an
    earlier one (MinHash, Broder 1997), exact copies counted too. Documents of fewer than five words
    are compared whole."""
    unfinished: float
    """Share of documents that do not end in a mark that ends a sentence: cut off, or of another
    format."""
    malformed: float
    """Share of documents with control or replacement characters."""
    length_shift: float
    """Kolmogorov-Smirnov distance of document lengths in words from those of the human text."""
    concentration: float
    """Share of all word trigrams that the ten most frequent ones take."""
    held_out_overlap: float
    """Share of documents that share a run of 13 words with held-out text (the rule of Brown et al.
    2020)."""
    repeated_opening: float
    """Share of documents that begin with the same eight words as an earlier one: one prompt, or one
    seed, used twice."""
    repeated_id: float
    """Share of documents with the id of an earlier one: the same random draws would serve both."""


@dataclass
class _Seen:
    """Contents, openings and ids of earlier documents, to find what is repeated."""

    texts: set[bytes] = field(default_factory=set)
    openings: set[tuple[str, ...]] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    originals: NearCopies = field(default_factory=NearCopies)
    """Documents that are no exact copies."""


def examine(corpus: Corpus, *, human: Corpus, held_out: Corpus) -> Health:
    """Read a corpus once and count what is wrong with it.

    Args:
        corpus: Corpus that a generation is about to be trained on.
        human: The human text of the chain, for document lengths.
        held_out: Text that is measured on.

    Raises:
        BadInput: The corpus has no document.
    """
    if len(corpus) == 0:
        raise BadInput("the corpus is empty: nothing to train on")
    protected = frozenset(ngrams(map(split_words, held_out.texts()), _OVERLAP))
    seen, found = _Seen(), Counter[str]()
    lengths, trigrams, size = [], Counter[tuple[str, ...]](), 0
    for document in corpus:
        words = split_words(document.text)
        size += len(document.text.encode())
        lengths.append(len(words))
        trigrams.update(ngrams([words], 3))
        found.update(_faults(document.id, document.text, words, protected, seen))
    found["near_duplicate"] = found["duplicate"] + seen.originals.count()
    n = len(corpus)
    human_lengths = [len(split_words(text)) for text in human.texts()]
    top = sum(count for _, count in trigrams.most_common(_TRIGRAMS))
    return Health(
        documents=n,
        mean_bytes=size / n,
        length_shift=_distance(lengths, human_lengths),
        concentration=top / max(trigrams.total(), 1),
        **{name: found[name] / n for name in _FAULTS},
    )


def _distance(lengths: Sequence[int], others: Sequence[int]) -> float:
    """Kolmogorov-Smirnov distance of two samples."""
    with warnings.catch_warnings():
        # Of the p-value, which is not used: for some sizes scipy cannot count it exactly.
        warnings.filterwarnings("ignore", "(?i).*exact.*", RuntimeWarning)
        return float(stats.ks_2samp(lengths, others).statistic)


_FAULTS = (
    "empty",
    "duplicate",
    "near_duplicate",
    "unfinished",
    "malformed",
    "held_out_overlap",
    "repeated_opening",
    "repeated_id",
)


def _faults(
    name: str,
    text: str,
    words: Sequence[str],
    protected: frozenset[tuple[str, ...]],
    seen: _Seen,
) -> Iterable[str]:
    """Names of what is wrong with one document; remembers it in `seen`."""
    content = hashlib.blake2b(text.encode(), digest_size=16).digest()
    opening = tuple(words[:_OPENING])
    stripped = text.strip()
    is_copy = content in seen.texts
    if not is_copy:
        seen.originals.add(words)
    faults = {
        "empty": not stripped,
        "duplicate": is_copy,
        "unfinished": bool(stripped) and _END.search(stripped) is None,
        "malformed": _BROKEN.search(text) is not None,
        "held_out_overlap": not protected.isdisjoint(ngrams([words], _OVERLAP)),
        "repeated_opening": len(opening) == _OPENING and opening in seen.openings,
        "repeated_id": name in seen.ids,
    }
    seen.texts.add(content)
    seen.openings.add(opening)
    seen.ids.add(name)
    return [fault for fault, is_there in faults.items() if is_there]


def shared_documents(measured: Corpus, trained: Corpus) -> float:
    """Share of the documents to measure on that share a run of 13 words with text to train on.

    Prompts count as text. `examine` asks the other way round: which documents to train on do so.

    Raises:
        BadInput: There is no document to measure on.
    """
    if len(measured) == 0:
        raise BadInput("the held-out text is empty: nothing to measure on")
    runs = [set(ngrams([split_words(text)], _OVERLAP)) for text in measured.whole_texts()]
    protected = set[tuple[str, ...]]().union(*runs)
    words = map(split_words, trained.whole_texts())
    found = {run for run in ngrams(words, _OVERLAP) if run in protected}
    return sum(not found.isdisjoint(own) for own in runs) / len(runs)


def breaches(health: Health, limits: HealthLimits) -> list[str]:
    """The limits that a corpus breaks, as `name value > limit`.

    Raises:
        Unhealthy: There is one and the limits stop.
    """
    values = asdict(health)
    broken = [
        f"{name} {values[name]:.3f} > {limit:g}"
        for name, limit in asdict(limits).items()
        if name != "on_breach" and values[name] > limit
    ]
    if broken and limits.on_breach == "stop":
        raise Unhealthy(
            f"the corpus breaks limits of the recipe: {'; '.join(broken)}; mend the workflow or "
            "raise the limits in the recipe's health"
        )
    return broken
