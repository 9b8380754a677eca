"""Claims on rewriters can come out either way, and what stands on the page follows from records."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from matplotlib.axes import Axes

from benchmarks.families.story_style.floors.systems import APPENDED, BLIND, COPY, RANDOM, SWAP
from benchmarks.families.story_style.model.claims import CLAIMS
from benchmarks.families.story_style.model.needs import Alike
from benchmarks.families.story_style.model.picture import paragraph_picture, systems_picture
from benchmarks.families.story_style.model.shown import SENTENCES, draw, section, systems_of
from benchmarks.families.story_style.model.study import (
    DETACHED,
    ERASURE,
    FULL,
    MEAN_GAP,
    NEITHER,
    NO_DISENTANGLING,
    NO_ORDER,
    NO_STYLE,
    ONE_STAGE,
    OWN_STYLE,
    RELEASED,
    SYSTEMS,
    story_style_cpu,
    story_style_cpu_released,
)
from benchmarks.families.story_style.record import StoryRecord, study_of
from benchmarks.paper.claims import judge_all
from benchmarks.running.record import Metric
from tests.support.records import study_record

RECIPE = story_style_cpu()
SEEDS = range(5)
_TEXTS = ("first", "final", "placed", COPY, RANDOM, SWAP, APPENDED, BLIND)
_EXAMPLE = {
    "author": "roosevelt_t",
    "target": "cleveland",
    "source": "The corporation must be regulated. " * 8,
    "keywords": ("corporation",),
    "first": "The <mask> shall be governed. " * 8,
    "final": "The corporation shall be governed. " * 8,
    "own": "The Treasury was, in the year named, embarrassed. " * 6,
}


def _values(arm: str, good: bool, finds: bool) -> dict[str, float]:
    """Numbers under which every claim holds, or none does.

    Args:
        arm: The system.
        good: Whether claims hold.
        finds: Whether the pointer finds an order where they do not: it must for one claim to be
            tested, and must not for another one to fail.
    """
    order = 0.5 if good else 0.4 if finds else 0.15
    style = {FULL: 0.6, MEAN_GAP: 0.6, ERASURE: 0.5}.get(arm, 0.9)
    if not good:
        style = {FULL: 0.92, MEAN_GAP: 0.95, ERASURE: 0.97}.get(arm, 0.9)
    content = 0.3 if not good and arm in (FULL, ERASURE) else 0.5
    copied = {NEITHER: 0.9, FULL: 0.5}.get(arm, 0.7)
    if not good:
        copied = {NEITHER: 0.3, FULL: 0.5}.get(arm, 0.4)
    values = {f"{text}/{key}": 0.5 for text in _TEXTS for key in _TEXT_KEYS}
    return values | {
        "weights/crc32": float(1 if arm in (NO_DISENTANGLING, DETACHED) and good else len(arm)),
        **{f"{key}/last": 4.0 for key in ("base/loss", "loss/own", "base_filler/loss")},
        "filler/loss/last": 4.0,
        "human/a-Acc/unseen": 0.9,
        "human/a-Acc/masked": 0.8,
        "probe/style": style,
        "probe/content": content,
        "probe/variance": 0.1 if arm == FULL and good else 1.0,
        "probe/ratio": 0.2,
        "copy of masked": copied,
        "own/copy of masked": 0.95,
        "classifier/accuracy": 0.8,
        "order/as_is": 0.9 if good else 0.1,
        "order/shuffled": order + (0.1 if (arm == NO_ORDER) != good else 0.0),
        "order/mixed": 0.2 if good else 0.6,
        "fill/alike": 0.8,
        "fill/BLEU-1": 0.2 if good else -0.2,
        "fill/recall": 0.2 if good else -0.2,
        "first/recall": 0.1,
        "final/recall": 0.3,
        "first/a-Acc/loss": 0.9 if good else 0.1,
        "first/a-Acc/like it": 0.5,
        "placed/released BLEU-1": 0.45 if good else 0.65,
        "final/released BLEU-1": 0.4 if (arm == ONE_STAGE) == good else 0.6,
        "final/a-Acc/unseen": {
            NO_STYLE: 0.4 if good else 0.7,
            OWN_STYLE: 0.5 if good else 0.65,
        }.get(arm, 0.65 if good else 0.6),
    }


_TEXT_KEYS = (
    "a-Acc/unseen", "a-Acc/masked", "r-Acc/unseen", "released BLEU-1", "released BLEU-2", "length",
)  # fmt: skip


@cache
def _records(good: bool, finds: bool = True) -> tuple[StoryRecord, ...]:
    found = []
    for place, arm in enumerate((*SYSTEMS, *RELEASED)):
        recipe = RECIPE if arm in SYSTEMS else story_style_cpu_released()
        for seed in SEEDS:
            noise = 1e-5 * (seed - 2) * (1 + place)
            metrics = {
                key: Metric(
                    value=value if key == "weights/crc32" else value + noise * (1 + at),
                    stderr=0.01,
                    n=80,
                    version=1,
                )
                for at, (key, value) in enumerate(_values(arm, good, finds).items())
            }
            found.append(study_record(StoryRecord, recipe, arm, seed, metrics, examples=[_EXAMPLE]))
    return tuple(found)


def _verdicts(records: tuple[StoryRecord, ...]) -> Mapping[str, str]:
    return {entry.claim.id: entry.verdict for entry in judge_all(CLAIMS, records, None)}


def test_every_claim_can_come_out_either_way() -> None:
    good, lost, found = (
        _verdicts(_records(*world)) for world in ((True, True), (False, False), (False, True))
    )

    assert set(good.values()) == {"reproduced"}, good
    assert {id: v for id, v in lost.items() if v != "not reproduced"} == {
        "st.order_falls": "undecided"
    }
    assert {id: v for id, v in found.items() if v != "not reproduced"} == {"st.order": "reproduced"}
    assert {sentence.claim for sentence in SENTENCES} <= good.keys()


@pytest.mark.parametrize(
    ("key", "value", "claims"),
    [
        ("own/copy of masked", 0.3, {"st.autoencode", "st.autoencode_less", "st.autoencode_dis"}),
        (
            "classifier/accuracy",
            0.6,
            {"st.style_loss", "st.style_judge", "st.style_released", "st.style_of"},
        ),
    ],
)
def test_a_model_that_cannot_do_it_is_no_test(key: str, value: float, claims: set[str]) -> None:
    worse = tuple(
        one.model_copy(
            update={
                "metrics": {
                    **one.metrics, key: one.metrics[key].model_copy(update={"value": value})
                }
            }
        )
        for one in _records(True)
    )  # fmt: skip

    assert {id for id, v in _verdicts(worse).items() if v != "reproduced"} == claims


def test_content_of_stages_is_compared_at_equal_style_alone() -> None:
    unlike = Alike("final/a-Acc/unseen", 0.1)
    full, one_stage = (
        [one for one in _records(True) if one.arm == arm] for arm in (FULL, ONE_STAGE)
    )
    no_style = [one for one in _records(True) if one.arm == NO_STYLE]

    assert not unlike.missing(list(zip(full, one_stage, strict=True)))
    assert "apart: no test" in unlike.missing(list(zip(full, no_style, strict=True)))


def test_nothing_is_said_without_records(tmp_path: Path) -> None:
    found = {entry.verdict for entry in judge_all(CLAIMS, (), None)}

    assert found == {"not attempted"}
    assert "have no records yet" in section((), {})
    assert draw((), tmp_path) == []


def test_section_and_pictures_follow_from_records() -> None:
    records = _records(True)
    entries = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, None)}

    text = section(records, entries)

    systems = systems_of(records)
    assert list(systems) == [*SYSTEMS, *RELEASED]
    assert systems_of([one for one in records if one.arm in RELEASED]) == {}
    assert text.count("**reproduced**") == len(CLAIMS)
    assert "| word swap" in text
    inside, written = systems_picture(systems).axes
    floors = {f"floor: {name}" for name in (COPY, RANDOM, SWAP, APPENDED, BLIND)}
    assert _named(inside) == {*SYSTEMS, *RELEASED}
    assert _named(written) == {*SYSTEMS, *RELEASED, *floors}
    assert written.get_legend() is not None


def _named(axes: Axes) -> set[str]:
    return set(axes.get_legend_handles_labels()[1])


def test_a_claim_without_a_test_says_why_on_the_page() -> None:
    records = _records(False, False)
    entries = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, None)}

    text = section(records, entries)

    untested = [one for one in entries.values() if not one.observed]
    assert untested
    assert all(one.reason and f"`{one.claim.id}`: {one.reason})" in text for one in untested)
    assert "no record yet" not in text


def test_keywords_and_masks_are_coloured_wherever_they_stand() -> None:
    source, first, *_ = paragraph_picture(_records(True)[0].examples[0]).axes
    colours = [
        {(one.get_text(), one.get_color()) for one in axes.texts} for axes in (source, first)
    ]

    assert ("corporation", "#c2410c") in colours[0]
    assert ("<mask>", "#8a8a8a") in colours[1]
    assert ("governed.", "#222222") in colours[1]


def test_a_record_knows_its_study() -> None:
    record = _records(True)[0]

    assert study_of(record.recipe) is type(RECIPE)
    assert record.recipe_digest() == RECIPE.digest
