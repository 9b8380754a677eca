from dataclasses import replace
from importlib.util import find_spec

import pytest
from rich.console import Console

from benchmarks.profile.corpora import profile_corpora
from benchmarks.profile.embedded import with_embeddings
from benchmarks.running.progress import Progress
from data.prior import Prior
from tests.conftest import paragraphs

pytestmark = pytest.mark.skipif(
    find_spec("mauve") is None, reason="the extra `embeddings` is not installed"
)


def test_a_corpus_of_one_sentence_is_far_below_the_human_floor(prior: Prior) -> None:
    human = [text.replace("king", f"king {i}") for i, text in enumerate(paragraphs(500, 1))]
    corpora = {
        "collapsed": [f"The king {i} saw the river." for i in range(500)],
        "like human": [text.replace("king", f"king {i}") for i, text in enumerate(paragraphs(500))],
    }
    profile = profile_corpora(corpora, human, subject="two corpora")

    found = with_embeddings(
        profile, corpora, human, prior=prior, most=100, progress=Progress(Console(quiet=True), 1)
    )

    collapsed, alike = found.measures
    for name in ("mauve", "vendi"):
        floor = collapsed.floor[name]
        assert collapsed.values[name].value < floor.value - 5 * float(floor.stderr or 0)
        assert collapsed.values[name].n_words == floor.n_words == 100
    error = float(alike.floor["vendi"].stderr or 0) + float(alike.values["vendi"].stderr or 0)
    assert abs(alike.values["vendi"].value - alike.floor["vendi"].value) < 3 * error
    assert alike.values["mauve"].value > 0.9


def test_too_few_documents_are_refused(prior: Prior) -> None:
    human = [f"{text * 5} Number {i}." for i, text in enumerate(paragraphs(200, 1))]
    corpora = {"mine": human[::-1]}
    profile = profile_corpora(corpora, human, subject="mine")

    with pytest.raises(ValueError, match=r"held-out quarter: .* at least 80"):
        with_embeddings(
            profile,
            corpora,
            human,
            prior=replace(prior, prefix=None),
            most=256,
            progress=Progress(Console(quiet=True), 1),
        )
