"""Systems that rewrite stories of made-up authors: their stages, and what must be equal."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.families.story_style.floors.systems import SYSTEMS as FLOORS
from benchmarks.families.story_style.model import stages as model_stages
from benchmarks.families.story_style.model.study import (
    DETACHED,
    ERASURE,
    FULL,
    NO_DISENTANGLING,
    NO_ORDER,
    ONE_STAGE,
    SYSTEMS,
    ModelStudy,
    story_style_cpu,
)
from benchmarks.families.story_style.model.work import works
from benchmarks.families.story_style.model.work.judging import placed
from data.errors import BadInput
from data.story_style.stories import Work
from lightning_modules.settings import Optimization
from lightning_modules.story_style.settings import StoryFit, StoryShape
from tests.support.chains import Workshop

ARMS = (FULL, NO_DISENTANGLING, DETACHED, ERASURE, ONE_STAGE, NO_ORDER)
_WORDS = {
    "melville": "whale ship sea captain harpoon deck sailor mast wave boat",
    "austen": "ball letter sister carriage parson drawing estate manner dinner lady",
    "polk": "treaty mexico army tariff congress bank treasury nation peace war",
}

_COMMON = "the of and a to in was that his her"


def _works(author: str) -> tuple[Work, ...]:
    rng = np.random.default_rng(len(author))
    words = [
        *_WORDS[author].split(),
        *["the", "of", "and", "a", "to", "in", "was", "that", "his", "her"],
    ]
    return tuple(
        Work(
            author=author,
            name=f"work {number}",
            text=" ".join(
                f"{' '.join(rng.choice(words, size=6))}.".capitalize() for _ in range(18)
            ),
        )
        for number in range(6)
    )


@pytest.fixture(scope="module")
def small() -> ModelStudy:
    """A few thousand parameters and a few steps; stories of three sentences."""
    fit = StoryFit(
        steps=2, fit=Optimization(learning_rate=5e-3, warmup_steps=1, windows_per_step=4)
    )
    return replace(
        story_style_cpu(),
        name="small",
        arms=ARMS,
        systems={arm: SYSTEMS[arm] for arm in ARMS},
        authors=("melville", "austen"),
        base_authors=("polk",),
        sentences=3,
        words=(6, 40),
        model=StoryShape(
            layers=1, width=16, heads=2, feed_forward=32, context=128, vocabulary_size=300
        ),
        base=fit,
        base_filling=fit,
        classifier=fit,
        rewriting=fit,
        filling=fit,
        test_stories=3,
        probed_stories=10,
        kept=1,
    )


@pytest.fixture(scope="module")
def found(small: ModelStudy, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every arm found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(works, "read_works", _works)
        patch.setattr(model_stages, "identities", lambda authors: list(authors))
        workshop = Workshop(tmp_path_factory.mktemp("stories"))
        return {arm: small.found(arm, small.stages(arm, 100, workshop.bench(arm))) for arm in ARMS}


def _value(found: dict[str, Any], arm: str, key: str) -> float:
    value: float = found[arm]["metrics"][key].value
    return value


def test_the_released_loss_trains_what_no_loss_trains_bit_by_bit(found: dict[str, Any]) -> None:
    none, released = (found[arm]["metrics"] for arm in (NO_DISENTANGLING, DETACHED))

    # The total is larger by a number without a gradient.
    different = {key for key in none if none[key] != released[key]}
    assert different == {"loss/all/first", "loss/all/last"}
    assert released.keys() - none.keys() == {"loss/disentangling/first", "loss/disentangling/last"}
    assert found[FULL]["metrics"]["weights/crc32"] != none["weights/crc32"]


def test_erasure_changes_no_weight_and_takes_style_out(found: dict[str, Any]) -> None:
    assert _value(found, ERASURE, "weights/crc32") == _value(
        found, NO_DISENTANGLING, "weights/crc32"
    )
    assert _value(found, ERASURE, "probe/gap") != _value(found, NO_DISENTANGLING, "probe/gap")


def test_every_system_is_measured_beside_its_floors(found: dict[str, Any]) -> None:
    for arm in ARMS:
        for text in ("first", "final", "placed", *FLOORS):
            assert 0 <= _value(found, arm, f"{text}/a-Acc/unseen") <= 1
        assert _value(found, arm, "copy/released BLEU-1") == pytest.approx(1)
        assert _value(found, arm, "copy/r-Acc/unseen") == 0
        (one, other) = found[arm]["examples"]
        assert (one["author"], other["author"]) == ("melville", "austen")
        assert "<mask>" not in one["source"]


def test_keywords_fill_masks_in_their_order() -> None:
    assert placed("The <mask> of <mask>s.", ["whale", "ship"]) == "The whale of ships."
    assert placed("The <mask> of <mask>.", ["whale"]) == "The whale of ."
    assert placed("No mask.", ["whale"]) == "No mask. whale"


def test_a_base_without_the_loss_of_order_serves_the_system_without_it_alone(
    found: dict[str, Any],
) -> None:
    assert "base_no_order/loss/last" in found[NO_ORDER]["metrics"]
    assert "base_no_order/loss/last" not in found[FULL]["metrics"]
    assert _value(found, NO_ORDER, "classifier/accuracy") == _value(
        found, FULL, "classifier/accuracy"
    )


def test_settings_that_do_not_belong_together_are_refused(small: ModelStudy) -> None:
    with pytest.raises(BadInput, match="'polk' is named twice"):
        replace(small, authors=("polk", "austen"))
    with pytest.raises(BadInput, match="no order"):
        replace(small, sentences=1)
    with pytest.raises(BadInput, match="no system"):
        replace(small, arms=(*ARMS, "another"))
