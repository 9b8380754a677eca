import numpy as np
import pytest
import torch

from lightning_modules.fitting.text_data import PackedWindows, ResumableLoader, batches


def test_every_token_is_predicted_exactly_once() -> None:
    windows = PackedWindows(np.arange(13, dtype=np.int32), context=4)

    assert [window.tolist() for window in windows] == [
        [0, 1, 2, 3, 4],
        [4, 5, 6, 7, 8],
        [8, 9, 10, 11, 12],
    ]


def test_a_stream_shorter_than_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match="3 tokens, less than one window of 5"):
        PackedWindows(np.arange(3, dtype=np.int32), context=4)


def test_an_epoch_visits_every_window_at_most_once() -> None:
    order = batches(10, 3, np.random.default_rng(0))

    flat = [index for batch in order for index in batch]
    assert [len(batch) for batch in order] == [3, 3, 3]
    assert len(set(flat)) == 9
    assert set(flat) <= set(range(10))


def test_too_few_windows_for_one_batch_are_refused() -> None:
    with pytest.raises(ValueError, match="2 windows, less than one batch of 3"):
        batches(2, 3, np.random.default_rng(0))


def test_a_loader_continues_where_another_stopped() -> None:
    windows = PackedWindows(np.arange(41, dtype=np.int32), context=4)
    order = batches(10, 2, np.random.default_rng(0))
    whole = list(ResumableLoader(windows, order))
    stopped = ResumableLoader(windows, order)
    iterator = iter(stopped)
    begun = [next(iterator), next(iterator)]

    resumed = ResumableLoader(windows, order)
    resumed.load_state_dict(stopped.state_dict())

    assert torch.equal(torch.stack([*begun, *resumed]), torch.stack(whole))
    assert len(resumed) == len(order)
