import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from data.editing import (
    DELETE,
    DELETED,
    PAPER,
    RELEASED,
    SHARE,
    EditRule,
    Edits,
    check_share,
    flag,
    nothing,
    resample,
    splice,
    with_threshold,
)

_CANDIDATES = np.array([7, 8, 9])
_PROBABILITIES = np.array([0.5, 0.3, 0.1])


def _resample(observed: int, p: float, uniform: NDArray[np.float64], rule: EditRule) -> Edits:
    n = len(uniform)
    return resample(
        np.full(n, observed),
        np.full(n, p),
        np.tile(_CANDIDATES, (n, 1)),
        np.tile(_PROBABILITIES, (n, 1)),
        uniform[:, None] if uniform.ndim == 1 else uniform,
        rule,
    )


def test_the_named_rules_are_those_of_the_paper_and_of_the_script() -> None:
    assert (PAPER.threshold, PAPER.top_k, PAPER.temperature, PAPER.inclusive) == (
        0.99,
        8,
        1.0,
        True,
    )
    assert (RELEASED.threshold, RELEASED.top_k, RELEASED.temperature) == (0.99, 8, 1.5)
    assert not RELEASED.inclusive
    assert SHARE.share == 0.125


def test_only_the_threshold_itself_separates_the_two_rules() -> None:
    probability = np.array([0.98, 0.99, 0.995])

    assert flag(probability, PAPER).tolist() == [False, True, True]
    assert flag(probability, RELEASED).tolist() == [False, False, True]


def test_a_token_below_the_threshold_is_kept() -> None:
    edits = _resample(5, 0.3, np.linspace(0, 0.999, 50), EditRule(threshold=0.4, top_k=3))

    assert not edits.flagged.any()
    assert (edits.drawn == 5).all()


@given(st.floats(0, 1), st.floats(0, 0.999999))
def test_a_threshold_above_one_edits_nothing(p: float, u: float) -> None:
    edits = _resample(5, p, np.array([u]), EditRule(threshold=1.01, top_k=3))

    assert not edits.flagged.any()
    assert not edits.changed(np.array([5])).any()


@pytest.mark.parametrize(
    ("uniform", "expected"), [(0.0, 7), (0.49, 7), (0.51, 8), (0.79, 8), (0.81, 9), (0.99, 5)]
)
def test_the_draw_inverts_the_distribution_of_top_k_and_observed(
    uniform: float, expected: int
) -> None:
    """Weights 0.5, 0.3, 0.1 and 0.1 for the observed token, which is no candidate of the prior."""
    edits = _resample(5, 0.1, np.array([uniform]), EditRule(threshold=0.0, top_k=3))

    assert edits.drawn.tolist() == [expected]
    assert edits.candidate_mass == pytest.approx(1.0)


def test_an_observed_token_among_the_candidates_counts_once() -> None:
    edits = _resample(7, 0.5, np.array([0.999]), EditRule(threshold=0.0, top_k=3))

    assert edits.candidate_mass == pytest.approx(0.9)
    assert edits.drawn.tolist() == [9]


def test_top_k_leaves_out_what_is_less_likely() -> None:
    edits = _resample(7, 0.5, np.linspace(0, 0.999, 100), EditRule(threshold=0.0, top_k=2))

    assert set(edits.drawn.tolist()) == {7, 8}


@pytest.mark.parametrize("temperature", [1.0, 1.5, 0.7])
def test_frequencies_follow_the_tempered_distribution(temperature: float) -> None:
    n = 20_000
    uniform = np.random.default_rng(0).random(n)
    weight = np.array([0.5, 0.3, 0.1, 0.1]) ** (1 / temperature)

    edits = _resample(5, 0.1, uniform, EditRule(threshold=0.0, top_k=3, temperature=temperature))

    counts = [int((edits.drawn == token).sum()) for token in (7, 8, 9, 5)]
    assert stats.chisquare(counts, n * weight / weight.sum()).pvalue > 1e-3


@given(st.integers(0, 100), st.integers(1, 300))
def test_a_share_flags_that_share(percent: int, n: int) -> None:
    probability = np.random.default_rng(n).permutation(np.linspace(0.001, 0.9, n))

    rule = with_threshold(EditRule(share=percent / 100), probability)

    assert flag(probability, rule).sum() == round(percent / 100 * n)


def test_a_rule_without_share_keeps_its_threshold() -> None:
    assert with_threshold(PAPER, np.array([0.1, 0.2])) == PAPER


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("threshold", -0.1),
        ("share", 1.5),
        ("share", -0.1),
        ("top_k", 0),
        ("top_p", 0.0),
        ("proposals", 0),
        ("temperature", 0.0),
    ],
)
def test_an_impossible_rule_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        EditRule(**{field: value})


def test_too_few_scored_candidates_are_refused() -> None:
    with pytest.raises(ValueError, match="3 candidates scored, the rule needs 8"):
        _resample(5, 0.1, np.array([0.5]), PAPER)


def test_a_nucleus_is_the_fewest_likeliest_tokens_of_its_mass() -> None:
    """0.5 alone falls short of 0.6; 0.5 and 0.3 do not."""
    rule = EditRule(threshold=0.0, sampling="top_p", top_p=0.6)

    edits = _resample(5, 0.05, np.linspace(0, 0.999, 200), rule)

    assert set(edits.drawn.tolist()) == {7, 8, 5}
    assert edits.candidate_mass == pytest.approx(0.85)


@given(st.floats(0.99, 1.0), st.floats(0, 0.999999))
def test_top_p_of_the_threshold_changes_nothing(p: float, uniform: float) -> None:
    """The paper's 0.99 for both: the nucleus is the observed token alone."""
    rule = EditRule(sampling="top_p", top_p=0.99)
    rest = np.array([[p, (1 - p) / 2, (1 - p) / 2]])

    edits = resample(
        np.array([7]), np.array([p]), _CANDIDATES[None], rest, np.array([[uniform]]), rule
    )

    assert edits.flagged.all()
    assert edits.drawn.tolist() == [7]
    assert edits.change_probability.tolist() == [0.0]


def test_an_observed_token_outside_the_nucleus_is_still_a_candidate() -> None:
    rule = EditRule(threshold=0.0, sampling="top_p", top_p=0.4)

    edits = _resample(9, 0.1, np.linspace(0, 0.999, 200), rule)

    assert set(edits.drawn.tolist()) == {7, 9}
    assert edits.change_probability == pytest.approx(0.5 / 0.6)


@pytest.mark.parametrize("proposals", [1, 2, 16])
def test_rejection_keeps_the_observed_token_when_every_proposal_is_rejected(
    proposals: int,
) -> None:
    rule = EditRule(threshold=0.0, sampling="rejection", top_k=3, proposals=proposals)
    uniform = np.random.default_rng(0).random((20_000, rule.n_uniforms))
    weight = np.array([0.5, 0.3, 0.1, 0.1])
    rejected = (1 - weight.mean() / weight.max()) ** proposals
    expected = (1 - rejected) * weight / weight.sum() + rejected * np.array([0, 0, 0, 1])

    edits = _resample(5, 0.1, uniform, rule)

    counts = [int((edits.drawn == token).sum()) for token in (7, 8, 9, 5)]
    assert stats.chisquare(counts, len(uniform) * expected).pvalue > 1e-3
    assert edits.change_probability == pytest.approx(1 - expected[-1])


def test_a_low_temperature_draws_the_likeliest() -> None:
    rule = EditRule(threshold=0.0, top_k=3, temperature=1e-4)

    edits = _resample(5, 0.1, np.array([0.0, 0.999]), rule)

    assert edits.drawn.tolist() == [7, 7]
    assert edits.change_probability.tolist() == [1.0, 1.0]


def test_what_is_deleted_is_neither_drawn_nor_kept() -> None:
    edits = _resample(7, 0.995, np.array([0.1, 0.9]), DELETE)

    assert edits.drawn.tolist() == [DELETED, DELETED]
    assert edits.changed(np.array([7, 7])).all()
    assert _resample(7, 0.99, np.array([0.5]), DELETE).drawn.tolist() == [7]


@given(st.floats(0.01, 1), st.floats(0, 1))
def test_either_every_token_is_above_or_below(p: float, threshold: float) -> None:
    above = EditRule(threshold=threshold)
    below = EditRule(threshold=threshold, side="below", inclusive=False)

    assert flag(np.array([p]), above)[0] != flag(np.array([p]), below)[0]


def test_a_share_below_flags_the_unlikeliest() -> None:
    probability = np.random.default_rng(0).permutation(np.linspace(0.001, 0.9, 100))

    rule = with_threshold(EditRule(share=0.07, side="below"), probability)

    assert sorted(probability[flag(probability, rule)]) == sorted(probability)[:7]
    assert not flag(probability, nothing(rule)).any()


def test_splicing_touches_nothing_else() -> None:
    assert splice("aaabbbccc", [(3, 6)], ["X"]) == "aaaXccc"
    assert splice("aaabbbccc", [], []) == "aaabbbccc"
    assert splice("aaabbbccc", [(0, 3), (6, 9)], ["", "longer"]) == "bbblonger"


def test_a_candidate_of_the_same_text_counts_as_kept() -> None:
    """The odds of a change are those of candidates with another text; draws stay where they are."""
    observed, uniform = np.full(4, 7), np.array([[0.05], [0.45], [0.75], [0.95]])
    candidates = np.tile([7, 8, 9], (4, 1))
    mass = np.tile([0.3, 0.4, 0.2], (4, 1))
    rule = EditRule(threshold=0.0, top_k=3)
    same = np.tile([False, True, False], (4, 1))

    apart = resample(observed, np.full(4, 0.3), candidates, mass, uniform, rule)
    alike = resample(observed, np.full(4, 0.3), candidates, mass, uniform, rule, same)

    assert apart.drawn.tolist() == [7, 8, 8, 9]
    assert alike.drawn.tolist() == [7, 7, 7, 9]
    assert apart.change_probability == pytest.approx(np.full(4, 0.6 / 0.9))
    assert alike.change_probability == pytest.approx(np.full(4, 0.2 / 0.9))


@pytest.mark.parametrize("name", ["threshold", "share", "top_p", "temperature"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_settings_that_are_no_finite_numbers_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} is {value}; it must be a finite number"):
        EditRule(**{name: value})


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_share_of_probabilities_that_are_no_numbers_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="1 of 3 probabilities are not finite"):
        with_threshold(EditRule(share=0.5), np.array([0.1, value, 0.3]))


@pytest.mark.parametrize(
    ("n_wanted", "n_beyond", "n_from", "is_reached"),
    [(5, 4, 5, True), (5, 2, 9, True), (0, 0, 0, True), (5, 5, 7, False), (5, 3, 4, False)],
)
def test_a_share_is_missed_only_by_ties(
    n_wanted: int, n_beyond: int, n_from: int, is_reached: bool
) -> None:
    if is_reached:
        check_share(n_wanted, n_beyond, n_from)
    else:
        with pytest.raises(ValueError, match=f"asks for {n_wanted} flagged tokens"):
            check_share(n_wanted, n_beyond, n_from)
