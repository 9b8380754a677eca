"""Claims about linear representations follow from records, and can come out either way."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from benchmarks.commands.run import check_data
from benchmarks.families.story_style.floors.study import story_style
from benchmarks.families.story_style.linear import shown
from benchmarks.families.story_style.linear.claims import CLAIMS
from benchmarks.families.story_style.linear.names import (
    ERASED,
    NONE,
    PAIRS,
    SHOWN,
    SHRINKING,
    SHRUNK,
)
from benchmarks.families.story_style.linear.statistics import removed
from benchmarks.families.story_style.linear.study import story_style_linear
from benchmarks.families.story_style.model.study import story_style_cpu
from benchmarks.families.story_style.record import StoryRecord
from benchmarks.paper.claims import judge_all
from benchmarks.running.record import Metric
from benchmarks.running.study import Study
from data.errors import BadInput
from data.story_style import authors
from tests.support.records import study_record

_SIZES = ("variance inside", "squared gap", "loss")
_OTHERS = {
    "difference/released": 0.0,
    "gradient/released": 0.0,
    "gradient/written": 2.0,
    **{f"stories/{part}": 300.0 for part in ("train", "validation", "test")},
    **{f"works/{part}": 10.0 for part in ("train", "validation", "test")},
}


def _record(arm: str, seed: int, planted: Mapping[str, float]) -> StoryRecord:
    """A record in which every probe reads .9 and every size is 1, but for what is planted."""
    values = {f"{what}/{name}": 0.9 for what in ("probe", "other probe") for name in SHOWN}
    values |= {f"{what}/{name}": 0.6 for what in ("content", "directions") for name in SHOWN}
    values |= {f"{what}/{name}": 1.0 for what in _SIZES for name in SHOWN}
    values |= {**_OTHERS, f"loss/{SHRUNK}": 1 / SHRINKING**2, **planted}
    values = {
        name: value + 1e-4 * seed * name.startswith("probe") for name, value in values.items()
    }
    metrics = {k: Metric(value=v, stderr=None, n=300, version=1) for k, v in values.items()}
    return study_record(StoryRecord, story_style_linear(), arm, seed, metrics)


def _verdicts(planted: Mapping[str, float]) -> dict[str, str]:
    arms = story_style_linear().arms
    records = [_record(arm, seed, planted) for arm in arms for seed in range(10)]
    return {entry.claim.id: entry.judgement.verdict for entry in judge_all(CLAIMS, records, None)}


def test_a_loss_that_removes_style_is_reproduced_and_one_that_does_not_is_not() -> None:
    works = _verdicts({f"{p}/written 1": 0.6 for p in ("probe", "other probe")})
    fails = _verdicts({f"{p}/written 1": 0.95 for p in ("probe", "other probe")})

    assert (works["st.dis_effect"], works["st.dis_removes"]) == ("reproduced", "reproduced")
    assert (fails["st.dis_effect"], fails["st.dis_removes"]) == ("not reproduced",) * 2


def test_a_fall_that_costs_content_is_none() -> None:
    planted = {f"{p}/written 1": 0.6 for p in ("probe", "other probe")} | {"content/written 1": 0.5}

    assert _verdicts(planted)["st.dis_effect"] != "reproduced"


def test_erasure_is_judged_by_the_better_probe() -> None:
    record = _record("melville_austen", 0, {f"probe/{ERASED}": 0.5, f"other probe/{ERASED}": 0.7})

    assert removed(record, ERASED) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("claim", "planted"),
    [
        ("st.dis_grad", {"gradient/released": 0.1}),
        ("st.dis_detached", {"difference/released": 1e-16}),
        ("st.dis_scale", {f"loss/{SHRUNK}": 1.0}),
    ],
)
def test_one_number_that_differs_refutes_what_is_exact(
    claim: str, planted: Mapping[str, float]
) -> None:
    assert _verdicts({})[claim] == "reproduced"
    assert _verdicts(planted)[claim] == "not reproduced"


def test_controls_can_fail() -> None:
    assert _verdicts({})["st.linear_permuted"] == "not reproduced"
    assert _verdicts({f"probe/{NONE}": 0.501})["st.linear_permuted"] == "reproduced"


def test_without_records_nothing_is_attempted_and_rates_are_drawn(tmp_path: Path) -> None:
    entries = {entry.claim.id: entry for entry in judge_all(CLAIMS, (), None)}

    assert {entry.verdict for entry in entries.values()} == {"not attempted"}
    assert shown.leading(()) is None
    assert {path.stem for path in shown.draw((), tmp_path)} == {"rates"}
    assert "collapse run story_style_linear" in shown.section((), entries)


def test_the_section_shows_every_claim(tmp_path: Path) -> None:
    arms = story_style_linear().arms
    records: Sequence[StoryRecord] = [_record(arm, seed, {}) for arm in arms for seed in (0, 1)]
    entries = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, None)}

    text = shown.section(records, entries)

    assert [one.id for one in CLAIMS if f"`{one.id}`" not in text] == []
    assert {path.stem for path in shown.draw(records, tmp_path)} == {
        "rates",
        "probe-against-weight",
    }


@pytest.mark.parametrize("study", [story_style_linear(), story_style(), story_style_cpu()])
def test_studies_ask_for_their_works_before_anything_is_loaded(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authors, "at_hand", lambda archive: False)

    with pytest.raises(BadInput, match="not at hand as pinned"):
        check_data([study])


def test_the_opening_names_weights_and_both_pairs() -> None:
    records = [_record(arm, seed, {}) for arm in PAIRS for seed in (0, 1)]

    found = shown.numbers(records)

    assert found["weights"] == "0.1, 1 and 10"
    assert all(words in found["by_pair"] for words in ("Melville, Austen", "Cleveland"))
