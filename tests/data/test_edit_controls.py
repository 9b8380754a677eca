import numpy as np
import pyarrow as pa
import pytest

from data.edit_controls import counted, keep_random, observed_wins, reencode, rule_of, unchanged
from data.editing import SHARE, flag
from data.ledger import SCHEMA
from data.prior import Prior
from data.text.corpus import Corpus


def _ledger(n: int, token: int = 5) -> pa.Table:
    """Every second row a change."""
    changed = [row % 2 == 0 for row in range(n)]
    columns = {
        "document": [0] * n,
        "document_id": ["a"] * n,
        "position": range(n),
        "start": range(n),
        "stop": range(1, n + 1),
        "probability": np.linspace(0, 1, n),
        "observed_token": [token] * n,
        "drawn_token": [token + 1 if c else token for c in changed],
        "changed": changed,
        "replacement": ["x" if c else None for c in changed],
        "candidate_mass": [1.0] * n,
        "change_probability": [0.5] * n,
        "drawn_probability": [0.5] * n,
        "divergence": [0.0] * n,
    }
    return pa.table({name: list(values) for name, values in columns.items()}, schema=SCHEMA)


def test_every_editable_token_is_drawn_before_the_lot() -> None:
    assert flag(np.array([0.0, 0.5, 1.0]), rule_of("random", SHARE)).all()
    assert rule_of("redraw", SHARE) == SHARE


def test_exactly_as_many_tokens_change_as_are_asked_for() -> None:
    found = keep_random(_ledger(200), 57, rng=np.random.default_rng(0))

    assert found.column("changed").to_numpy().sum() == 57
    assert (np.diff(found.column("position").to_numpy()) > 0).all()


def test_the_lot_prefers_no_place() -> None:
    found = keep_random(_ledger(4000), 500, rng=np.random.default_rng(0))

    assert found.column("probability").to_numpy().mean() == pytest.approx(0.5, abs=0.03)


def test_no_changes_leave_an_empty_ledger_and_too_many_are_refused() -> None:
    assert len(keep_random(_ledger(10), 0, rng=np.random.default_rng(0))) == 0
    with pytest.raises(ValueError, match="6 random changes are asked for"):
        keep_random(_ledger(10), 6, rng=np.random.default_rng(0))


def test_the_observed_token_is_written_as_it_was(prior: Prior) -> None:
    token = prior.tokenizer.backend_tokenizer.encode(" the", add_special_tokens=False).ids[0]
    text = prior.tokenizer.decode([token])

    found = observed_wins(_ledger(6, token), prior.tokenizer)

    assert set(found.column("replacement").to_pylist()) == {text}
    assert found.column("drawn_token").equals(found.column("observed_token"))
    assert counted(unchanged(found)) == {"flagged": 6, "changed": 0, "unwritable": 0}
    assert unchanged(found).schema.equals(SCHEMA)


def test_reencoding_with_a_byte_level_tokenizer_changes_no_byte(
    corpus: Corpus, prior: Prior
) -> None:
    documents = reencode(corpus, prior.tokenizer, 3)

    assert [d.text for d in documents] == list(corpus.texts())
    assert {d.generation for d in documents} == {3}
