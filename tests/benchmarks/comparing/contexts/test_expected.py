"""The theory of contexts on n-gram chains: against the product's own edits, counts and fits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import benchmarks
from benchmarks.chains.ngrams import Encoded, NgramRecipe, NgramText, divide
from benchmarks.chains.recipe import read_recipe
from benchmarks.chains.record import read_record
from benchmarks.comparing.contexts.confronted import (
    Confronted,
    confront,
    confronted_table,
)
from benchmarks.comparing.contexts.expected import (
    Counts,
    alive_after,
    edited,
    expected_chain,
    expected_logs,
    fitted,
    flagging_threshold,
    loss,
    pair_counts,
    word_logs,
)
from benchmarks.comparing.differences import Difference
from benchmarks.profile.calibration import NGRAMS, markov_text
from data.editing import EditRule, with_threshold
from data.errors import BadInput
from data.measures.ngram_lm import END, edit_ngrams, fit_ngrams, log_probabilities

RECORDS = Path(benchmarks.__file__).parent / "records"
RECIPE = replace(NGRAMS, generations=3)
SIZE = RECIPE.vocabulary


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return markov_text(RECIPE)


@pytest.fixture(scope="module")
def text(texts: list[str]) -> NgramText:
    return divide(Encoded.of(texts, RECIPE), RECIPE, 0)


def test_expected_counts_are_fitted_as_the_chain_fits_its_text(text: NgramText) -> None:
    model = fit_ngrams([text.first], SIZE, order=2, strength=RECIPE.strength)

    assert fitted(pair_counts(text.first, SIZE), RECIPE.strength) == pytest.approx(
        model.probability
    )


def test_the_loss_of_pairs_is_the_loss_of_the_text(text: NgramText) -> None:
    model = fit_ngrams([text.first], SIZE, order=2, strength=RECIPE.strength)
    bits = -log_probabilities(model, text.held_out).mean() / np.log(2)

    assert loss(np.log2(model.probability), pair_counts(text.held_out, SIZE)) == pytest.approx(bits)


@pytest.mark.parametrize(
    "rule", [EditRule(threshold=0.2), EditRule(share=0.125), EditRule(threshold=0.3, top_k=2)]
)
def test_expected_edits_are_the_mean_of_drawn_edits(text: NgramText, rule: EditRule) -> None:
    model = fit_ngrams([text.first], SIZE, order=2, strength=RECIPE.strength)
    drawn = [
        edit_ngrams(model, text.source, rule, rng=np.random.default_rng(seed))[0]
        for seed in range(40)
    ]
    shares = np.array([(tokens != text.source).sum() / (len(tokens) - 1) for tokens in drawn])
    words = np.array([np.bincount(tokens[1:], minlength=SIZE) for tokens in drawn])

    human = pair_counts(text.source, SIZE)
    after, changed, _, _ = edited(Counts(mean=human, kept=human), model.probability, rule)

    assert changed == pytest.approx(shares.mean(), abs=4 * shares.std() / 40**0.5)
    assert after.mean.sum() == pytest.approx(human.sum())
    off = np.abs(after.mean.sum(axis=0) - words.mean(axis=0))
    assert (off <= 5 * words.std(axis=0) / 40**0.5 + 0.5).all()
    assert (after.kept <= after.mean + 1e-9).all()


def test_the_threshold_of_a_share_is_the_one_of_the_rule(text: NgramText) -> None:
    model = fit_ngrams([text.first], SIZE, order=2, strength=RECIPE.strength)
    tokens = text.source
    inside = (tokens[1:] != END) & (tokens[:-1] != END)
    probability = np.exp(log_probabilities(model, tokens))[inside]
    editable = np.ones((SIZE, SIZE), dtype=bool)
    editable[END], editable[:, END] = False, False

    rule = EditRule(share=0.1)
    found = flagging_threshold(pair_counts(tokens, SIZE), model.probability, editable, rule)

    assert found == pytest.approx(with_threshold(rule, probability).threshold)


def test_a_text_that_nothing_redrew_has_the_logs_of_its_model(text: NgramText) -> None:
    human = pair_counts(text.source, SIZE)
    wanted = np.ones_like(human, dtype=bool)

    logs = expected_logs(Counts(mean=human, kept=human), RECIPE.strength, wanted)

    assert logs == pytest.approx(np.log2(fitted(human, RECIPE.strength)))


def test_drawn_counts_cost_more_than_their_mean(text: NgramText) -> None:
    human = pair_counts(text.source, SIZE)
    wanted = np.ones_like(human, dtype=bool)
    held_out = pair_counts(text.held_out, SIZE)

    known = expected_logs(Counts(mean=human, kept=human), RECIPE.strength, wanted)
    drawn = expected_logs(Counts(mean=human, kept=0 * human), RECIPE.strength, wanted)

    assert loss(drawn, held_out) > loss(known, held_out)


def test_words_die_out_as_poisson_copies_do() -> None:
    rng = np.random.default_rng(0)
    counts = np.array([1, 2, 5, 30])
    copies = np.tile(counts, (20_000, 1))
    for _ in range(6):
        copies = rng.poisson(copies + 0.3)

    assert alive_after(counts, 6, 0.3) == pytest.approx((copies > 0).sum(axis=1).mean(), abs=0.03)
    logs = np.log(copies + 0.3).mean(axis=0)
    assert word_logs(counts, 6, 0.3) == pytest.approx(logs, abs=0.06)


def test_edits_of_a_fixed_threshold_die_out_and_those_of_a_share_do_not(text: NgramText) -> None:
    longer = replace(RECIPE, generations=12)
    stops = expected_chain(
        text, replace(longer, edit_rule=EditRule(threshold=0.3)), "edit_previous"
    )
    goes_on = expected_chain(
        text, replace(longer, edit_rule=EditRule(share=0.125)), "edit_previous"
    )

    assert stops.changed[-1] < 0.1 * stops.changed[1]
    assert goes_on.changed[-1] > 0.5 * goes_on.changed[1]
    assert goes_on.threshold[-1] < goes_on.threshold[1]
    assert goes_on.flagged[1:] == pytest.approx(0.125, abs=0.02)


def test_a_prediction_is_held_against_chains(texts: list[str]) -> None:
    found = confront(texts, RECIPE, range(2))

    assert len({one.id for one in found}) == len(found)
    assert {one.measured.n for one in found} == {2}
    assert any(one.id.startswith("edit_previous-stops") for one in found)


def test_what_failed_is_shown_first() -> None:
    one = Confronted(
        id="a",
        statement="a prediction",
        predicted="> 0",
        measured=Difference(0.5, 0.1, 0.9, 5),
        outcome="held",
    )

    table = confronted_table([one, replace(one, id="b", outcome="failed")])

    assert list(table.columns[-1].cells) == ["failed", "held"]


def test_the_threshold_of_a_share_falls_in_every_recorded_generation() -> None:
    """What docs/theory-discrete.md says of the transformers of two recipes."""
    folders = [*(RECORDS).glob("smoke-*"), *RECORDS.glob("workflows-*")]
    chains = [
        read_record(path) for folder in folders for path in folder.glob("edit_previous-seed*.json")
    ]
    thresholds = [
        [g.corpus.edit.threshold for g in record.generations if g.corpus.edit is not None]
        for record in chains
        if read_recipe(record.recipe).edit_rule.share is not None
    ]

    assert len(thresholds) >= 8
    assert all((np.diff(chain) < 0).all() for chain in thresholds)


def test_other_models_and_workflows_are_refused(text: NgramText, texts: list[str]) -> None:
    with pytest.raises(BadInput, match="for order 2, this recipe has 3"):
        expected_chain(text, replace(RECIPE, order=3), "edit_source")
    with pytest.raises(BadInput, match="not for 'replace'"):
        expected_chain(text, RECIPE, "replace")
    with pytest.raises(BadInput, match="3 generations and 2 seeds"):
        confront(texts, NgramRecipe(generations=2), range(2))
