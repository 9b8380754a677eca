"""Systems that rewrite stories of made-up authors: their stages, and what must be equal."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

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
from benchmarks.families.story_style.model.work.fits import fit_filler
from benchmarks.families.story_style.model.work.judging import placed
from benchmarks.families.story_style.model.work.stories import prepare_pair, read_stories
from benchmarks.families.story_style.model.work.writing import _room
from benchmarks.running.bench import Bench
from data.errors import BadInput
from data.story_style.stories import Work
from lightning_modules.device import Device
from lightning_modules.settings import Optimization
from lightning_modules.story_style.settings import StoryFit, StoryShape
from lightning_modules.story_style.tokens import StoryTokens
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


def test_a_step_whose_parts_would_be_of_one_style_is_refused(small: ModelStudy) -> None:
    fit = replace(small.rewriting.fit, windows_at_once=2)
    divided = replace(small, rewriting=replace(small.rewriting, fit=fit))

    with pytest.raises(BadInput, match="windows_at_once is 2, less than a step of 4"):
        divided.stages(FULL, 100, cast(Bench, None))


def _prepared(folder: Path, authors: tuple[str, str], context: int, share: float) -> None:
    """Prepare the stories of two made-up authors with tokens of their own."""
    if not (folder / "tokenizer").is_dir():
        texts = [work.text for author in authors for work in _works(author)]
        StoryTokens.train(texts, 300).tokenizer.save_pretrained(folder / "tokenizer")
    prepare_pair(
        folder, authors=authors, content=(), sentences=3, words=(6, 40), masked_share=share,
        context=context, tokenizer=folder / "tokenizer", test_stories=3, seed=0,
    )  # fmt: skip


def test_stories_that_nothing_can_be_learnt_from_are_refused(
    small: ModelStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(works, "read_works", _works)
    with pytest.raises(BadInput, match="no story of melville in the part train fits into 8"):
        _prepared(tmp_path, ("melville", "austen"), 8, 0.2)

    _prepared(tmp_path, ("melville", "austen"), 128, 0.001)
    stories = read_stories(tmp_path / "train.jsonl")
    assert stories
    assert not any(one.keywords for one in stories)
    with pytest.raises(BadInput, match=r"no story of train\.jsonl has a keyword"):
        fit_filler(
            tmp_path, name="filler", stories=tmp_path / "train.jsonl",
            tokenizer=tmp_path / "tokenizer", authors=("melville", "austen"), shape=small.model,
            settings=small.filling, base=None, seed=0, device=Device(name="cpu"),
            advance=lambda n: None,
        )  # fmt: skip


def test_a_text_of_nothing_is_filled_as_one_mask() -> None:
    assert _room([], 4, 7) == [7]
    assert _room([1, 2, 3], 2, 7) == [1, 2]


def test_a_work_of_a_file_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"name": 1, "text": "The sea rose."}\n', encoding="utf-8")
    assert works.works_of(str(path)) == (Work(author=str(path), name="1", text="The sea rose."),)

    path.write_text('{"name": 1, "text": null}\n', encoding="utf-8")
    with pytest.raises(BadInput, match="text of 1 is a NoneType"):
        works.works_of(str(path))


def test_settings_that_do_not_belong_together_are_refused(small: ModelStudy) -> None:
    with pytest.raises(BadInput, match="'polk' is named twice"):
        replace(small, authors=("polk", "austen"))
    with pytest.raises(BadInput, match="no order"):
        replace(small, sentences=1)
    with pytest.raises(BadInput, match="style_of is 'both'; use one of other, own"):
        replace(story_style_cpu(), style_of="both")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="no system"):
        replace(small, arms=(*ARMS, "another"))
