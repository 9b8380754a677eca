"""Recipes on text, what their stages make, and what is refused, in one line."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.families.critical_data.family import FAMILY
from benchmarks.families.critical_data.paper import PLANS, start
from benchmarks.families.critical_data.text import work
from benchmarks.families.critical_data.text.linear import linear_share
from benchmarks.families.critical_data.text.paper_runs import critical_data_paper_text
from benchmarks.families.critical_data.text.record import FamilyRecord
from benchmarks.families.critical_data.text.settings import TextSweep
from benchmarks.families.critical_data.text.study import TextStudy, critical_data_cpu_text
from benchmarks.running.record import sealed
from data.errors import BadInput
from lightning_modules.critical_data.text.settings import FILL, FIRST_WORD, UNKNOWN

_SWEEP = TextSweep(source="imdb", sizes=(10, 20), steps=50, batch=8, context=12, vocabulary=40)


def test_the_digests_of_the_recipes_are_pinned() -> None:
    assert critical_data_cpu_text().digest == "fad9f64d"
    assert critical_data_paper_text().digest == "e14d5df2"


_WRONG: dict[str, Callable[[], object]] = {
    "ends before 900 texts were seen once": lambda: replace(_SWEEP, sizes=(900,)),
    "give sizes or parts": lambda: replace(_SWEEP, sizes=()),
    "part 1.5 is not above 0": lambda: replace(_SWEEP, sizes=(), parts=(1.5,)),
    "no multiple of 25": lambda: replace(_SWEEP, steps=30),
    "decays is empty": lambda: replace(_SWEEP, decays=()),
    "size 61 is not from 1 to 60": lambda: replace(_SWEEP, sizes=(61,)).sizes_of(80),
    "test_share 0.25 of 1 texts is none": lambda: _SWEEP.sizes_of(1),
    "ends before 60000 texts": lambda: replace(_SWEEP, sizes=(), parts=(1.0,)).sizes_of(80_000),
    "arm 'few' has no sweep": lambda: replace(critical_data_cpu_text(), arms=("few",), texts={}),
    "unknown set 'letters'": lambda: work.usable("letters", 12, "cut"),
}


@pytest.mark.parametrize("words", _WRONG)
def test_what_cannot_be_measured_is_refused_in_one_line(words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        _WRONG[words]()

    assert "\n" not in str(refused.value)


def test_texts_set_aside_are_never_learnt_and_their_words_are_not_counted(home: Path) -> None:
    sweep = replace(_SWEEP, context=20, vocabulary=10_000)
    texts = work.usable("imdb", 20, "cut")
    aside, pool = work.divided(sweep, texts, 0)
    drawn = work.pool_of(sweep, texts, 0)

    assert (len(aside), len(pool)) == (20, 60)
    assert not set(aside) & set(pool)
    assert not np.array_equal(aside, work.divided(sweep, texts, 1)[0])
    assert np.array_equal(drawn.expected, texts.labels[aside])
    # Each text ends with a word of its own, which only a text of the pool can have brought.
    assert {row[row != FILL][-1] for row in drawn.asked} == {UNKNOWN}
    assert UNKNOWN not in drawn.texts
    few = work.pool_of(replace(sweep, vocabulary=40), texts, 0).texts
    assert UNKNOWN in few
    assert few.max() < 40 + FIRST_WORD


def test_longer_texts_are_cut_or_left_out(home: Path) -> None:
    cut, left = (work.usable("imdb", 8, longer) for longer in ("cut", "left out"))

    assert len(cut.labels) == 80 > len(left.labels) > 0
    assert max(map(len, cut.words)) == max(map(len, left.words)) == 8
    assert cut.fingerprint == left.fingerprint


def test_scrambled_labels_are_the_same_labels_elsewhere(home: Path) -> None:
    texts = work.usable("imdb", 12, "cut")
    right, wrong = (
        work.lesson_of(replace(_SWEEP, labels=labels), texts, 0, 40)
        for labels in ("right", "scrambled")
    )

    assert np.array_equal(right.places, wrong.places)
    assert sorted(right.labels) == sorted(wrong.labels)
    assert (right.labels != wrong.labels).mean() > 0.3


def test_a_linear_kernel_knows_a_planted_word_and_nothing_of_scrambled_labels() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, size=200)
    words = [
        [*rng.choice([f"w{n}" for n in range(9)], size=6).tolist(), ("bad", "good")[label]]
        for label in labels
    ]

    def share(taught: NDArray[np.int64]) -> float:
        return linear_share(words[:100], taught, words[100:], labels[100:])

    assert share(labels[:100]) == 1
    assert share(rng.permutation(labels[:100])) < 0.8
    assert linear_share([["a"]], np.array([1]), [["b"], []], np.array([1, 0])) == 0.5


def test_a_record_holds_every_encoder_of_its_arm(records: dict[str, FamilyRecord]) -> None:
    record = records["sizes"]

    assert [run.size for run in record.texts] == [10, 20, 40]
    assert all(run.looks[0] == 0 and run.looks[-1] == 50 == run.budget for run in record.texts)
    assert any(run.memorised for run in record.texts)
    assert {run.tested for run in record.texts} == {20}
    assert all(run.linear is not None for run in record.texts)
    assert {"n10_wd0.01_x1/test", "n10/linear"} <= record.metrics.keys()
    assert list(record.stages) == ["batch-0", "batch-1", "linear"]
    assert records["scrambled"].texts[0].linear is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": 11}, "texts are not those of the arm"),
        ({"looks": (0, 50)}, "series are not of one length"),
        ({"budget": 100}, "looks do not grow up to its last step"),
        ({"memorised": 1}, "when it memorised is not what its looks say"),
        ({"generalised": 1}, "when it generalised is not what its looks say"),
    ],
)
def test_a_record_whose_runs_contradict_each_other_is_refused(
    records: dict[str, FamilyRecord], change: dict[str, Any], words: str
) -> None:
    record = records["sizes"]
    texts = (record.texts[0].model_copy(update=change), *record.texts[1:])

    with pytest.raises(ValueError, match=words):
        FamilyRecord.model_validate(sealed(record.model_copy(update={"texts": texts})).model_dump())


def _small(study: TextStudy) -> TextStudy:
    """The paper's study with small models and budgets, and two of the sixteen widths."""
    arms = [
        arm for arm in study.arms if not arm.startswith("width") or arm in ("width_16", "width_32")
    ]
    texts = {
        arm: replace(
            study.texts[arm], steps=25, batch=8, context=12, vocabulary=40, inner=8, heads=2,
            width=study.texts[arm].width // 8, at_once=10,
        )
        for arm in arms
    }  # fmt: skip
    return replace(study, arms=tuple(arms), texts=texts)


def test_the_papers_runs_go_from_files_to_records(
    home: Path, tmp_path: Path, run_study: Callable[[TextStudy, Path], list[FamilyRecord]]
) -> None:
    (study,) = start("critical_data_paper")

    records = {one.arm: one for one in run_study(_small(study), tmp_path)}

    assert list(records) == ["imdb", "yelp", "task846", "width_16", "width_32"]
    usable = len(work.usable("imdb", 12, "left out").labels)
    pool = usable - round(usable / 4)
    assert [run.size for run in records["imdb"].texts] == [pool]
    assert [run.size for run in records["yelp"].texts][1] < 0.2 * records["yelp"].texts[0].size
    grid = [run.size for run in records["width_16"].texts]
    assert grid == [round(tenth * pool / 10) for tenth in range(1, 11)]
    assert {run.scale for run in records["width_32"].texts} == {10.0}
    assert len({record.fingerprint for record in records.values()}) == 3


def test_the_papers_runs_have_a_price_and_are_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    said = " ".join(PLANS["critical_data_paper"].lines("critical_data_paper"))

    assert "164 runs per seed" in said
    assert "128 hours of one H100" in said
    with pytest.raises(BadInput, match=r"in no package, and missing in .* are imdb .*task846"):
        start("critical_data_paper")
    assert set(FAMILY.recipes) >= {"critical_data_cpu_text", "critical_data_paper_text"}
