"""MAUVE and Vendi scores of corpora beside their human-human floor, at one number of documents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchmarks.profile.answers import Measures, Profile
from benchmarks.profile.corpora import divide
from benchmarks.running.progress import Progress
from data.errors import BadInput
from data.measures.embedded import Floats, embed, mauve, mauve_error, need_mauve, vendi, vendi_error
from data.measures.statistics import Estimate, take
from data.prior import Prior
from data.text.tokens import encode

LEAST_DOCUMENTS = 80
"""Number of documents that a set needs, for one cluster of forty documents in each half."""


def with_embeddings(
    profile: Profile,
    corpora: Mapping[str, Sequence[str]],
    human: Sequence[str],
    *,
    prior: Prior,
    most: int,
    progress: Progress,
) -> Profile:
    """Add `mauve` and `vendi` to the measures of a profile of corpora.

    The human text is divided as for the profile: MAUVE compares with its held-out documents, and
    the floor is that of its control documents.

    Args:
        profile: Profile of the same corpora and human text.
        corpora: Texts of each corpus, by name.
        human: Human texts to compare with.
        prior: Model whose hidden states are the space of the embeddings.
        most: Number of documents of a set at most; all sets have as many, chosen by a hash of their
            content.
        progress: Told the number of tokens that were read.

    Raises:
        BadInput: A set has fewer than 80 documents, or the extra is not installed.
    """
    need_mauve()
    divided = divide(corpora, human)
    control, held_out = "the human text's control half", "the human text's held-out quarter"
    texts = {**corpora, control: divided.control, held_out: divided.held_out}
    chosen = {name: take(found).texts[:most] for name, found in texts.items()}
    size = min(map(len, chosen.values()))
    if size < LEAST_DOCUMENTS:
        short = min(chosen, key=lambda name: len(chosen[name]))
        raise BadInput(
            f"{short}: {size} documents with words; embeddings compare at least {LEAST_DOCUMENTS}"
        )
    ids = {
        name: [document[: prior.context] for document in encode(prior.tokenizer, found[:size])]
        for name, found in chosen.items()
    }
    n_tokens = sum(len(document) for documents in ids.values() for document in documents)
    with progress.stage(f"embed {size} documents of each", n_tokens):
        points = {name: embed(prior, d, said=progress.advance) for name, d in ids.items()}
    floor = _measured(points[control], points[held_out])
    return replace(
        profile,
        measures=tuple(
            Measures(
                one.name,
                {**one.values, **_measured(points[one.name], points[held_out])},
                {**one.floor, **floor},
            )
            for one in profile.measures
        ),
    )


def _measured(points: Floats, human: Floats) -> dict[str, Estimate]:
    n = len(points)
    return {
        "mauve": Estimate(mauve(points, human), mauve_error(points, human), n),
        "vendi": Estimate(vendi(points), vendi_error(points), n),
    }
