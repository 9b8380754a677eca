from pathlib import Path

import numpy as np
import pytest

from data.errors import BadInput
from lightning_modules.device import Device
from lightning_modules.preference_data.rewarding.heads import (
    HeadSpec,
    PairFeatures,
    RewardHead,
    fit_heads,
)
from lightning_modules.preference_data.rewarding.settings import HeadSettings

CPU = Device(name="cpu")
DIRECTION = np.array([2.0, -1.0, 0.0, 0.0])
SETTINGS = HeadSettings(steps=150, pairs_per_step=500, learning_rate=0.05, decays=(0.0, 0.3))


def _pairs(n: int, seed: int) -> PairFeatures:
    """Pairs whose chosen answer is drawn as Bradley and Terry say, by a known direction."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(2 * n, 4)).astype(np.float32)
    one, other = np.arange(n), np.arange(n, 2 * n)
    margin = (features[one] - features[other]) @ DIRECTION
    wins = rng.random(n) < 1 / (1 + np.exp(-margin))
    return PairFeatures(features, np.where(wins, one, other), np.where(wins, other, one))


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RewardHead]:
    learnt = _pairs(4000, 0)
    rng = np.random.default_rng(2)
    # Pairs whose chosen answer is the larger in the first feature weigh nothing.
    is_larger = learnt.features[learnt.chosen, 0] > learnt.features[learnt.rejected, 0]
    specs = {
        "plain": HeadSpec(),
        "blind": HeadSpec(sees=np.array([False, True, True, True])),
        "permuted": HeadSpec(flipped=rng.random(4000) < 0.5),
        "weighted": HeadSpec(weights=np.where(is_larger, 0.0, 1.0)),
    }
    return fit_heads(
        specs, learnt, _pairs(1000, 1), SETTINGS, seed=0,
        folder=tmp_path_factory.mktemp("heads"), device=CPU, advance=lambda n: None,
    )  # fmt: skip


def test_a_head_finds_the_direction_that_made_the_pairs(heads: dict[str, RewardHead]) -> None:
    assert heads["plain"].decay == 0.0
    assert heads["plain"].direction == pytest.approx(DIRECTION, abs=0.2)


def test_a_head_knows_nothing_of_a_feature_that_it_does_not_see(
    heads: dict[str, RewardHead],
) -> None:
    assert heads["blind"].direction[0] == 0
    assert heads["blind"].direction[1] < -0.4


def test_turned_labels_leave_nothing_to_learn(heads: dict[str, RewardHead]) -> None:
    assert np.abs(heads["permuted"].direction).max() < 0.15
    assert heads["permuted"].loss == pytest.approx(np.log(2), abs=0.02)


def test_pairs_without_weight_are_not_learnt(heads: dict[str, RewardHead]) -> None:
    assert heads["weighted"].direction[0] < 0


def test_a_fit_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    seen = 0

    def stop(n: int) -> None:
        nonlocal seen
        seen += n
        if seen == 40 * 300:
            raise Stopped

    settings = HeadSettings(steps=60, pairs_per_step=300, decays=(0.01,))
    pairs = _pairs(600, 0), _pairs(100, 1)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    given = {"seed": 0, "device": CPU}
    whole = fit_heads(
        {"a": HeadSpec()}, *pairs, settings, folder=tmp_path / "a", advance=lambda n: None, **given
    )  # type: ignore[arg-type]
    with pytest.raises(Stopped):
        fit_heads({"a": HeadSpec()}, *pairs, settings, folder=tmp_path / "b", advance=stop, **given)  # type: ignore[arg-type]
    assert (tmp_path / "b" / "last.ckpt").is_file()
    rest = []
    gone_on = fit_heads(
        {"a": HeadSpec()}, *pairs, settings, folder=tmp_path / "b", advance=rest.append, **given
    )  # type: ignore[arg-type]

    assert sum(rest) < 60 * 300
    assert (gone_on["a"].direction == whole["a"].direction).all()


def test_features_of_another_width_are_refused(heads: dict[str, RewardHead]) -> None:
    with pytest.raises(BadInput, match="features have 7 numbers, the reward head was fitted on 4"):
        heads["plain"].rewards(np.zeros((2, 7), np.float32))


def test_what_is_no_set_of_pairs_is_refused(tmp_path: Path) -> None:
    none = np.zeros(0, np.int64)
    with pytest.raises(BadInput, match="no pair"):
        PairFeatures(np.zeros((2, 3), np.float32), none, none)
    with pytest.raises(BadInput, match="no finite number"):
        PairFeatures(np.full((2, 3), np.nan, np.float32), np.array([0]), np.array([1]))
    wide = PairFeatures(np.zeros((2, 3), np.float32), np.array([0]), np.array([1]))
    with pytest.raises(BadInput, match="4 and 3 numbers"):
        fit_heads(
            {"a": HeadSpec()}, _pairs(10, 0), wide, SETTINGS, seed=0, folder=tmp_path,
            device=CPU, advance=lambda n: None,
        )  # fmt: skip
    with pytest.raises(BadInput, match=r"heads\.decays is empty"):
        HeadSettings(decays=())
