"""Counted edits as stages make them: their number, where they are, what is on record of them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from numpy.typing import NDArray

from benchmarks.chains.work.counted import edit_counted, score_text
from benchmarks.chains.work.edit import edit
from data.editing import EditRule
from data.edits.places import Law, Place
from data.errors import BadInput
from data.ledger import changes, edited_texts
from data.prior import Prior, load_prior
from data.text.corpus import Corpus, Document, write_corpus
from data.text.token_text import Pieces, locate
from lightning_modules.device import Device

_RULE = EditRule(share=0.25)
_N = 12
_SURER = 10.0
"""Factor of the logits of a model as it was initialised, which is sure of nothing."""
_CONTEXT = 32
Made = tuple[dict[str, Any], Path]
Editing = Callable[..., Made]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("counted")


@pytest.fixture(scope="module")
def sentences(corpus: Corpus) -> Corpus:
    """Documents that fit into one window."""
    texts = enumerate(" ".join(text.split()[:5]) for text in corpus.texts())
    return Corpus.of(Document(f"doc:{i}", text, "tiny", "none", 0) for i, text in texts)


@pytest.fixture
def given(folder: Path, prior: Prior, sentences: Corpus) -> dict[str, Any]:
    """What every edit is told."""
    if not (folder / "prior").exists():
        with torch.no_grad():  # surer of some tokens than of others
            prior.model.get_output_embeddings().weight.mul_(_SURER)
        prior.model.save_pretrained(folder / "prior")
        prior.tokenizer.save_pretrained(folder / "prior")
        write_corpus(folder / "text.arrow", sentences)
    return {
        "corpora": [folder / "text.arrow"],
        "prior": folder / "prior",
        "prefix": True,
        "context": _CONTEXT,
        "rule": _RULE,
        "device": Device(name="cpu"),
        "advance": lambda n_tokens: None,
    }


@pytest.fixture
def scores(folder: Path, given: dict[str, Any]) -> Path:
    """Scores of the text, made once."""
    if not (folder / "scored" / "scores").exists():
        (folder / "scored").mkdir()
        score_text(folder / "scored", **given)
    return folder / "scored" / "scores"


@pytest.fixture
def counted(folder: Path, given: dict[str, Any], scores: Path, tmp_path: Path) -> Editing:
    def run(place: Place, law: Law = "prior", n_changed: int = _N, **settings: Any) -> Made:
        target = tmp_path / re.sub(r"\W", "_", f"{place}-{law}-{n_changed}")
        target.mkdir()
        told = {**given, **settings}
        facts = edit_counted(
            target,
            scores=scores,
            human=folder / "text.arrow",
            tokenizer=folder / "prior",
            place=place._asdict(),
            law=law,
            n_changed=n_changed,
            seed=3,
            generation=1,
            **told,
        )
        return facts["edit"], target

    return run


_PLACES = (Place("flagged"), Place("random"), Place("band", 0.0, 0.001), Place("band", 0.001, 0.1))


@pytest.mark.parametrize("law", get_args(Law))
@pytest.mark.parametrize("place", _PLACES, ids=str)
def test_every_arm_changes_as_many_tokens_where_it_may_and_to_others(
    counted: Editing, sentences: Corpus, place: Place, law: Law
) -> None:
    facts, folder = counted(place, law)
    rows = pq.read_table(folder / "ledger.parquet")
    changed = rows.filter(rows.column("changed"))
    p = changed.column("probability").to_numpy()

    assert facts["changed"] == len(changed) == _N
    assert facts["eligible"] >= facts["flagged"]
    assert (changed.column("observed_token").to_numpy() != changed["drawn_token"].to_numpy()).all()
    if place.kind == "band":
        assert ((p >= place.low) & ((p < place.high) | (place.high == 1.0))).all()
    if place.kind == "flagged":
        assert (p >= facts["threshold"]).all()
    edited = Corpus.open(folder / "corpus.arrow").texts()
    replayed = edited_texts(sentences.texts(), changes(folder / "ledger.parquet"))
    assert list(edited) == list(replayed) != list(sentences.texts())


def test_laws_change_the_same_places(counted: Editing) -> None:
    """The lot knows the place and nothing of the law, but for draws that cannot be written."""
    first, *others = (
        pq.read_table(counted(Place("random"), law)[1] / "ledger.parquet") for law in get_args(Law)
    )

    for other in others:
        assert len(_places(first) & _places(other)) > 0.7 * _N


def _places(rows: pa.Table) -> set[tuple[int, int]]:
    columns = (rows.column(name).to_pylist() for name in ("document", "position"))
    return set(zip(*columns, strict=True))


def test_kept_scores_give_the_edits_of_a_pass_over_the_text(
    counted: Editing, given: dict[str, Any], tmp_path: Path
) -> None:
    """A band of everything is the random control, with a rule that always writes another token."""
    _, banded = counted(Place("band", 0.0, 1.0))
    direct = tmp_path / "direct"
    direct.mkdir()
    rule = EditRule(threshold=0.0, replaces=True)
    told = given | {"rule": rule}
    edit(direct, tokenizer=given["prior"], arm="random", n_changed=_N, seed=3, generation=1, **told)

    assert pq.read_table(direct / "ledger.parquet").equals(pq.read_table(banded / "ledger.parquet"))


@pytest.mark.parametrize("law", get_args(Law))
def test_what_is_on_record_is_what_the_prior_says(
    counted: Editing, given: dict[str, Any], prior: Prior, sentences: Corpus, law: Law
) -> None:
    """Against a forward pass of each document by itself, with all of its logits."""
    facts, folder = counted(Place("random"), law)
    model = load_prior(given["prior"], context=_CONTEXT, prefix=True).model
    pieces = Pieces(prior.tokenizer)
    text = locate(list(sentences.texts()), pieces)
    ids = [text.tokens_of(i) for i in range(len(text))]
    assert max(map(len, ids)) < _CONTEXT
    change, divergence = 0.0, 0.0
    for row in pq.read_table(folder / "ledger.parquet").to_pylist():
        if not row["changed"]:
            continue
        mine, position, observed = ids[row["document"]], row["position"], row["observed_token"]
        with torch.inference_mode():
            logits = model(torch.tensor([[prior.prefix, *mine]])).logits[0, position]
        p = logits.double().softmax(-1).numpy()
        q = _law(law, p, observed, mine[position - 1], ids, pieces)
        change += float(np.log2(p[row["drawn_token"]] / p[observed]))
        divergence += sum(q[token] * np.log2(q[token] / p[token]) for token in np.flatnonzero(q))

    assert facts["changed"] == _N
    assert facts["log_probability_change"] == pytest.approx(change, rel=1e-3)
    assert facts["divergence"] == pytest.approx(divergence, rel=1e-3)


def _law(
    law: Law,
    p: NDArray[np.float64],
    observed: int,
    before: int,
    ids: list[NDArray[np.int64]],
    pieces: Pieces,
) -> NDArray[np.float64]:
    """Probabilities that a replacement is drawn with, counted one token at a time."""
    q = np.zeros(len(p))
    if law == "prior":
        best = np.argsort(-p)[: _RULE.top_k]
        q[best] = p[best]
    else:
        for document in ids:
            for place, token in enumerate(document.tolist()):
                is_counted = law == "unigram" or (place > 0 and document[place - 1] == before)
                q[token] += is_counted and pieces.is_text[token]
    q[observed] = 0.0
    return np.asarray(q / q.sum())


def test_a_band_with_too_few_tokens_is_named_with_its_count(counted: Editing) -> None:
    with pytest.raises(
        BadInput, match=r"P in \[0\.99, 1\]: \d+ tokens, of which .* changed_tokens"
    ):
        counted(Place("band", 0.99, 1.0), n_changed=10_000)
