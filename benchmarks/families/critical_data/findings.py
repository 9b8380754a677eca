"""The sentences that open the family's page: each says no more than its claim was decided to be."""

from collections.abc import Mapping

from benchmarks.paper.claims import Entry
from benchmarks.paper.sentences import Sentence

SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="cds.threshold",
        reproduced="Models of one layer that learn addition modulo 31 generalise above a critical "
        "size and not below it, each seed its own; half of the seeds do at {size}",
        not_reproduced="Models of one layer that learn addition modulo 31 keep to no critical size "
        "within a seed; half of the seeds generalise at {size}",
        subject="models of one layer that learn addition modulo 31 keep to one critical size "
        "within a seed; half of the seeds generalise at {size}",
    ),
    Sentence(
        claim="cds.mirror",
        reproduced="Below it they know a + b more often where they have learnt b + a than where "
        "they have not: commutativity looks like early generalisation",
        not_reproduced="Below it they know a + b no better where they have learnt b + a",
        subject="they know a + b better, below it, where they have learnt b + a",
    ),
    Sentence(
        claim="cds.floor",
        reproduced="With fewer than 2 p examples no model is right more often than what follows "
        "from them for unnamed symbols, and chance; the critical size is {of_floor} times 2 p",
        not_reproduced="With fewer than 2 p examples models are right more often than what "
        "follows for unnamed symbols, and chance",
        subject="a model with fewer than 2 p examples is right more often than what follows from "
        "them, and chance",
    ),
    Sentence(
        claim="cds.peak",
        reproduced="Generalising takes longest at the critical size, three times as long as with "
        "the most data or more, as the paper says",
        not_reproduced="Generalising at the critical size takes less than three times as long as "
        "with the most data",
        subject="generalising takes three times as long at the critical size as with the most data",
    ),
    Sentence(
        claim="cds.decay_printed",
        reproduced="The paper's law of the delay holds as it is printed",
        not_reproduced="The paper's law of the delay lacks the learning rate, and is a thousand "
        "times too short at the settings of its own runs on text",
        subject="the paper's law of the delay holds as it is printed",
    ),
)
"""Five sentences, in the order of the page."""
SURPRISES: tuple[Sentence, ...] = (
    Sentence(
        claim="cds.width",
        reproduced="Larger models need more data, as the paper says of film reviews",
        not_reproduced="Larger models need less data here, by Kendall's tau over four widths, "
        "where the paper, of accuracies on film reviews, says that they need more",
        subject="larger models need more data",
    ),
    Sentence(
        claim="cds.lazy_apart",
        reproduced="A lazy student answers a + b where it has learnt b + a, and else is right by "
        "chance or less",
        not_reproduced="A lazy student is right more often than by chance where it has not learnt "
        "b + a",
        subject="a lazy student knows more than commutativity",
    ),
    Sentence(
        claim="cds.exponent_square",
        reproduced="The size that trained models need grows as p^2 too, as that of a kernel does",
        not_reproduced="The size that trained models need does not grow as p^2, as that of a "
        "kernel does",
        subject="the size that trained models need grows as p^2",
    ),
    Sentence(
        claim="cds.scale_law",
        reproduced="A larger initial scale delays generalising by what decay takes to undo it",
        not_reproduced="A larger initial scale delays generalising by another time than decay "
        "takes to undo it",
        subject="a larger initial scale delays generalising by what decay takes to undo it",
    ),
    Sentence(
        claim="cds.share_transformers",
        reproduced="Transformers need as much fresh human text as bigrams, within a factor of two",
        not_reproduced="Transformers and bigrams need shares of fresh human text that lie more "
        "than a factor of two apart",
        subject="transformers need as much fresh human text as bigrams",
    ),
)
"""What we did not expect, or the paper says otherwise."""


CONTROLS: tuple[tuple[str, str], ...] = (
    ("scrambled labels: test accuracy stays at chance", "cds.scrambled"),
    ("no weight decay: no model generalises", "cds.no_decay"),
    ("initial weights as drawn, twice and four times as large: later by scale", "cds.scale_order"),
    ("nested subsets in place of fresh ones: the same critical size", "cds.nested"),
    ("questions whose mirror image was learnt, apart from the rest", "cds.mirror"),
    ("fewer than 2 p examples: right by chance alone", "cds.floor"),
    ("a lazy student, apart from mirror images: right by chance or less", "cds.lazy_apart"),
)
"""What each control should show, and the claim that says whether it does."""


def opening(entries: Mapping[str, Entry], numbers: Mapping[str, str]) -> list[str]:
    """The sentences, by what became of their claims.

    Args:
        entries: The family's ledger by claim.
        numbers: Numbers of records, in words, by the names that sentences have for them.
    """
    return [sentence.said(entries[sentence.claim], numbers) for sentence in SENTENCES]


def surprises(entries: Mapping[str, Entry]) -> list[str]:
    """What we did not expect, as the claims that were decided say it."""
    decided = ("reproduced", "not reproduced")
    found = [one for one in SURPRISES if entries[one.claim].verdict in decided]
    return [sentence.said(entries[sentence.claim], {}) for sentence in found]
