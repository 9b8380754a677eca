import json
import re

import numpy as np
import pytest

from benchmarks.comparing.differences import ratio_interval
from benchmarks.profile import page as profile_page
from benchmarks.profile.answers import (
    DEFINITIONS,
    Profile,
    Replicates,
    assess,
    corrected,
    late_slope,
    profile_records,
)
from benchmarks.profile.corpora import _blocks, divide, profile_corpora
from benchmarks.profile.markdown import profile_markdown
from benchmarks.profile.page import as_html
from benchmarks.profile.promise import promise
from tests.support.records import record_of

pytestmark = pytest.mark.long

_WORDS = [f"w{i}" for i in range(400)]
_BY_ID = {definition.id: definition for definition in DEFINITIONS}


def _zipf(n_documents: int, seed: int, exponent: float = 1.1) -> list[str]:
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, len(_WORDS) + 1) ** exponent
    draws = rng.choice(_WORDS, size=(n_documents, 25), p=share / share.sum())
    return [" ".join(row) + "." for row in draws]


def _replicates(rise: float, noise: float, n: int = 5, generations: int = 6) -> Replicates:
    rng = np.random.default_rng(0)
    control = 2.0 + rng.normal(0, noise, (n, generations))
    ramp = 1 + rise * np.linspace(0, 1, generations)
    return Replicates(2.0 * ramp + rng.normal(0, noise, (n, generations)), control)


@pytest.mark.parametrize(
    ("rise", "noise", "expected"),
    [(0.1, 0.001, "yes"), (0.0, 0.001, "no"), (0.004, 0.1, "undecided")],
)
def test_an_answer_is_on_one_side_of_the_threshold_or_undecided(
    rise: float, noise: float, expected: str
) -> None:
    assert assess(_BY_ID["any-increase"], _replicates(rise, noise)).answer == expected


def test_definitions_are_answered_separately() -> None:
    replicates = _replicates(0.1, 0.001)

    answers = {
        name: assess(_BY_ID[name], replicates).answer for name in ("catastrophic", "divergence")
    }

    assert answers == {"catastrophic": "no", "divergence": "yes"}


def test_one_chain_decides_nothing() -> None:
    found = assess(_BY_ID["any-increase"], _replicates(0.5, 0.0, n=1))

    assert found.answer == "undecided"
    assert (found.low, found.high) == (None, None)
    assert found.effect == pytest.approx(0.5)


def test_without_replicates_there_is_no_answer() -> None:
    assert assess(_BY_ID["tails"], None).answer == "undecided"


def test_chains_without_any_spread_are_no_certainty() -> None:
    """They weigh as in a sign test: five of one mind leave it open, six do not."""
    same = np.tile(np.linspace(2, 3, 6), (6, 1))

    found = assess(_BY_ID["any-increase"], Replicates(same, same))
    fewer = assess(_BY_ID["any-increase"], Replicates(same[:5], same[:5]))

    assert (found.answer, found.low, found.high) == ("no", 0.0, 0.0)
    assert found.p == 2.0**-5
    assert (fewer.answer, fewer.low, fewer.high, fewer.effect) == ("undecided", None, None, 0.0)


def test_a_plateau_does_not_diverge() -> None:
    """The slope is that of the later half: a rise at the beginning is no divergence."""
    values = np.tile([2.0, 2.4, 2.5, 2.5, 2.5, 2.5, 2.5], (4, 1))

    parts = late_slope(Replicates(values, np.full_like(values, 2.0)))

    assert parts is not None
    assert parts[0] == pytest.approx(0.0, abs=1e-12)


def test_a_slope_needs_three_late_generations() -> None:
    assert late_slope(_replicates(0.1, 0.0, generations=3)) is None


def test_the_ratio_interval_covers_at_its_rate_where_the_denominator_is_noisy() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(600):
        bottom = 1.0 + rng.normal(0, 0.2, 6)
        top = 0.3 + rng.normal(0, 0.2, 6)
        _, low, high = ratio_interval(top, bottom)
        covered += low < 0.3 < high

    assert 0.93 < covered / 600 < 0.975


def test_a_denominator_that_may_be_zero_gives_no_bounds() -> None:
    _, low, high = ratio_interval(np.array([1.0, 2.0, 1.0]), np.array([-1.0, 1.0, 0.1]))

    assert (low, high) == (-np.inf, np.inf)


@pytest.fixture(scope="module")
def human() -> list[str]:
    return _zipf(900, 1)


def test_fresh_human_text_does_not_collapse(human: list[str]) -> None:
    profile = profile_corpora({"fresh": _zipf(500, 2)}, human, subject="fresh")

    assert [f.id for f in profile.assessments if f.answer == "yes"] == []


def test_copies_share_a_block(human: list[str]) -> None:
    """A corpus of which every document is there four times has no more replicates by that."""
    text = _zipf(400, 6)
    divided = divide({"copied": text * 4}, human)

    blocks = [set(block.texts) for block in _blocks(text * 4, divided.n_words)]

    assert sum(map(len, blocks)) == len(set.union(*blocks))


def test_copies_on_both_sides_are_no_collapse(human: list[str]) -> None:
    copied = profile_corpora({"fresh": _zipf(250, 2) * 3}, human * 3, subject="copied")

    assert [f.id for f in copied.assessments if f.answer == "yes"] == []


def test_a_series_of_steeper_corpora_loses_tails_and_diverges(human: list[str]) -> None:
    corpora = {f"g{i}": _zipf(500, 10 + i, 1.1 + 0.2 * i) for i in range(6)}

    profile = profile_corpora(corpora, human, subject="steeper")

    answers = {f.id: f.answer for f in profile.assessments}
    assert {answers[name] for name in ("any-increase", "divergence", "tails")} == {"yes"}


def test_the_order_of_documents_does_not_matter(human: list[str]) -> None:
    text = _zipf(300, 3, 1.3)

    there = profile_corpora({"x": text}, human, subject="x")
    back = profile_corpora({"x": text[::-1]}, human[::-1], subject="x")

    assert there.assessments == back.assessments
    assert there.measures == back.measures


def test_too_little_text_names_the_corpus(human: list[str]) -> None:
    with pytest.raises(ValueError, match="short: 8 blocks of at least 200 words"):
        profile_corpora({"short": _zipf(20, 4)}, human, subject="short")


def test_a_corpus_that_repeats_one_document_is_answered(human: list[str]) -> None:
    """The clearest collapse there is, which a refusal would hide."""
    profile = profile_corpora({"stuck": [human[0]] * 400}, human, subject="stuck")

    answers = {f.id: f.answer for f in profile.assessments}
    assert {answers[name] for name in ("catastrophic", "variance", "tails")} == {"yes"}
    assert "so few documents differ in stuck (1)" in profile.replicate
    assert profile.health is not None
    assert profile.health["stuck"].duplicate == 399 / 400
    json.loads(profile_page.as_json([profile]))
    assert "so few documents differ in stuck (1)" in profile_page.as_html([profile])


def test_copies_in_several_blocks_are_mixed_as_in_the_whole(human: list[str]) -> None:
    text = ["a b c d"] * 700 + ["e f g h"] * 300
    divided = divide({"two": text}, human)

    shares = [block.texts.count("a b c d") / len(block.texts) for block in _blocks(text, 400)]

    assert divided.n_words >= 400
    assert shares == pytest.approx([0.7] * 8, abs=0.15)


@pytest.mark.parametrize(
    ("corpus", "human_copies", "said"),
    [
        (["... !!"] * 900, None, "odd: no document has a word"),
        (None, 1, "the reference: all documents are copies of one"),
        (None, 3, "the reference: 8 blocks .* 1 different ones"),
        (["one two"] * 20, None, "odd: 8 blocks of at least 200 words .* of 40 words in 20"),
    ],
)
def test_what_says_nothing_is_refused_by_its_name(
    human: list[str], corpus: list[str] | None, human_copies: int | None, said: str
) -> None:
    reference = human if human_copies is None else human[:human_copies] * 300

    with pytest.raises(ValueError, match=said):
        profile_corpora({"odd": corpus or human}, reference, subject="odd")


@pytest.fixture(scope="module")
def profile(human: list[str]) -> Profile:
    """Of one corpus, whose name tries to be code."""
    return profile_corpora({"a <b>": _zipf(300, 5)}, human, subject="a <b>")


def test_the_page_is_one_file_that_asks_for_nothing_else(profile: Profile) -> None:
    page = profile_page.as_html([profile])

    assert page.startswith("<!doctype html>")
    assert re.findall('<svg role="img" aria-label="(.*) of a &lt;b&gt; against', page) == [
        "answers", "loss", "tail_coverage", "judge_spread", "perplexity histogram",
    ]  # fmt: skip
    assert "a &lt;b&gt;" in page
    assert "src=" not in page
    assert 'href="http' not in page
    assert all(definition.question in page for definition in DEFINITIONS)


def test_the_json_holds_every_answer_with_its_number(profile: Profile) -> None:
    (read,) = json.loads(profile_page.as_json([profile]))

    assert read["health"]["a <b>"]["documents"] == 300
    assert read["health"]["a <b>"]["duplicate"] == 0.0

    assert [f["id"] for f in read["findings"]] == [d.id for d in DEFINITIONS]
    assert read["evidence"]["tail_coverage"]["values"] == (
        profile.by_measure["tail_coverage"].values.tolist()
    )


def test_measures_of_records_name_the_seed_they_are_of() -> None:
    records = [record_of("fresh_human", seed, [1.0, 1.0]) for seed in (0, 7)]
    records.append(record_of("replace", 7, [1.0, 1.1]))

    (profile,) = profile_records(records)

    assert [measures.name for measures in profile.measures] == ["seed 7"]


def _loss_profile(rise: float, spread: float, name: str) -> Profile:
    shape = np.linspace(0, 1, 6)
    noise = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])[:, None] * spread * shape
    values = 2.0 * (1 + rise * shape) + noise
    replicates = Replicates(values, np.full((5, 6), 2.0))
    found = tuple(assess(d, replicates if d.measure == "loss" else None) for d in DEFINITIONS)
    return Profile(name, "fresh_human", "chain of one seed", found, {})


def test_an_answer_and_its_p_value_say_the_same() -> None:
    rng = np.random.default_rng(4)
    for _ in range(40):
        replicates = _replicates(0.02, 0.02 * rng.random() + 1e-4)
        found = assess(_BY_ID["any-increase"], replicates)
        assert found.p is not None
        assert (found.p < 0.05) == (found.answer != "undecided")


def test_few_of_many_answers_stand_together() -> None:
    """A p value of 0.004 stands alone, and not beside 119 others."""
    weak, strong = _loss_profile(0.05, 0.02, "weak"), _loss_profile(0.5, 0.0001, "strong")

    (alone,) = corrected([weak])
    many = corrected([weak, strong, *[weak] * 13])

    by_id = {a.id: a for a in alone.assessments}
    beside = {a.id: a for a in many[0].assessments}
    assert by_id["any-increase"].answer == beside["any-increase"].answer == "yes"
    assert by_id["any-increase"].stands
    assert not beside["any-increase"].stands
    assert {a.id for a in many[1].assessments if a.stands} >= {"catastrophic", "any-increase"}
    assert many[0].together == 120


def test_the_promise_stands_where_answers_are_printed() -> None:
    profiles = corrected([_loss_profile(0.5, 0.0001, "strong")] * 15)

    text = profile_markdown(profiles)

    assert "**yes** (+0.500) *" in text
    assert "Of 120 answers given together 6 on average may so be wrong; those with * stand" in text
    assert "of 5 with skewed noise in up to 9 %" in text
    assert promise(profiles[:1]) in " ".join(as_html(profiles[:1]).split())
    assert promise(profiles[:1]) in str(profile_page.profile_table(profiles[0]).caption)
