import itertools
import math
from collections.abc import Sequence

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from data.errors import BadInput
from data.text.tokens import END_OF_TEXT
from lightning_modules.writing.beams import (
    BeamRule,
    LineVerifier,
    Written,
    finished_lines,
    search_beams,
)

_SYMBOLS = (END_OF_TEXT, "\n", "a", "b")
_LONGEST = 5
_SEEDS = (0, 1, 2, 8, 17, 22)
_EXHAUSTIVE = BeamRule(width=3**_LONGEST, max_tokens=_LONGEST)
"""As many beams as there are answers without an end."""


@pytest.fixture(scope="module")
def letters() -> PreTrainedTokenizerFast:
    """A tokenizer of two letters, the end of a line, and the end of a text."""
    words = models.WordLevel({s: n for n, s in enumerate(_SYMBOLS)}, unk_token=END_OF_TEXT)
    tokenizer = Tokenizer(words)
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END_OF_TEXT,
        clean_up_tokenization_spaces=False,
    )


def _writer(seed: int) -> PreTrainedModel:
    """A model of four tokens whose next token depends much on what stands before it."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(_SYMBOLS), hidden_size=16, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=16, initializer_range=0.8,
        tie_word_embeddings=False,
    )  # fmt: skip
    model: PreTrainedModel = LlamaForCausalLM(config).eval()
    return model


def _judge(written: Sequence[Written]) -> list[float]:
    """Lines are the better the more of their letters are `b`; the prompt decides how much."""
    return [
        -(3 + prompt) * sum(line.count("a") for line in lines) / len(lines)
        for prompt, lines in written
    ]


def _gained(prompt: int, tokens: list[int]) -> float:
    """What an answer gains by its lines, as they stand before its last token."""
    lines = finished_lines("".join(_SYMBOLS[token] for token in tokens[:-1]), ended=True)
    return sum(_judge([(prompt, lines[: n + 1])])[0] for n in range(len(lines)))


@torch.inference_mode()
def _log_probabilities(
    model: PreTrainedModel, before: list[int], answers: list[list[int]]
) -> list[float]:
    """Log probability of each answer, all of one length."""
    rows = torch.tensor([[*before, *answer] for answer in answers])
    logs = model(rows).logits[:, len(before) - 1 : -1].log_softmax(-1)
    found: list[float] = logs.gather(2, rows[:, len(before) :, None]).sum((1, 2)).tolist()
    return found


def _best(model: PreTrainedModel, before: list[int], *, judged: bool) -> tuple[list[int], float]:
    """The best of all answers, found by looking at each of them."""
    found: list[tuple[list[int], float]] = []
    for length in range(1, _LONGEST + 1):
        inside = itertools.product(range(1, len(_SYMBOLS)), repeat=length - 1)
        lasts = range(len(_SYMBOLS)) if length == _LONGEST else (0,)
        answers = [[*first, last] for first in inside for last in lasts]
        scores = _log_probabilities(model, before, answers)
        found += zip(answers, scores, strict=True)
    if judged:
        found = [(answer, score + _gained(0, answer)) for answer, score in found]
    return max(found, key=lambda one: one[1])


@pytest.mark.parametrize("judged", [False, True], ids=["plain", "verified"])
@pytest.mark.parametrize("seed", _SEEDS)
def test_as_many_beams_as_answers_find_the_best_of_all(
    letters: PreTrainedTokenizerFast, seed: int, judged: bool
) -> None:
    model = _writer(seed)
    tokens, score = _best(model, [0, 2, 1], judged=judged)

    (found,) = search_beams(model, letters, ["a\n"], _EXHAUSTIVE, judge=_judge if judged else None)

    assert found.tokens == [token for token in tokens if token]
    assert found.finished == (tokens[-1] == 0)
    assert found.score == pytest.approx(score, abs=1e-4)


def test_a_verifier_changes_what_is_found(letters: PreTrainedTokenizerFast) -> None:
    best = [
        [_best(_writer(seed), [0, 2, 1], judged=judged)[0] for seed in _SEEDS]
        for judged in (False, True)
    ]

    assert best[0] != best[1]


@pytest.mark.parametrize("seed", range(6))
def test_a_score_is_the_log_probability_and_the_gain_of_every_line(
    letters: PreTrainedTokenizerFast, seed: int
) -> None:
    model, prompts = _writer(seed), ["a\n", "b", "abab\n"]

    found = search_beams(model, letters, prompts, BeamRule(width=3, max_tokens=9), judge=_judge)

    for place, (prompt, answer) in enumerate(zip(prompts, found, strict=True)):
        ended = [*answer.tokens, *([0] if answer.finished else [])]
        (expected,) = _log_probabilities(model, [0, *letters.encode(prompt)], [ended])
        assert answer.score == pytest.approx(expected + _gained(place, ended), abs=1e-3)


def test_some_answers_end_and_some_are_cut_off(letters: PreTrainedTokenizerFast) -> None:
    found = [
        search_beams(_writer(seed), letters, ["a\n"], BeamRule(width=3, max_tokens=9))[0].finished
        for seed in range(6)
    ]

    assert any(found)
    assert not all(found)


def test_prompts_side_by_side_are_answered_as_each_alone(letters: PreTrainedTokenizerFast) -> None:
    model, prompts = _writer(1), ["a", "bab\nab", "\n", "ba"]
    rule = BeamRule(width=2, max_tokens=7)

    together = search_beams(model, letters, prompts, rule)
    alone = [search_beams(model, letters, [prompt], rule)[0] for prompt in prompts]

    assert [one.tokens for one in together] == [one.tokens for one in alone]


@pytest.mark.parametrize("seed", range(3))
def test_lines_that_cannot_end_a_beam_need_not_be_judged(
    letters: PreTrainedTokenizerFast, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[int] = []

    def counting(written: Sequence[Written]) -> list[float]:
        judged.append(len(written))
        return _judge(written)

    model, rule = _writer(seed), BeamRule(width=2, max_tokens=9)
    few = search_beams(model, letters, ["a\n", "b"], rule, judge=counting)
    n_few = sum(judged)
    monkeypatch.setattr(LineVerifier, "_may_end", lambda self, scores: [True] * len(scores))
    assert search_beams(model, letters, ["a\n", "b"], rule, judge=counting) == few
    assert sum(judged) - n_few >= n_few


def _verifier(letters: PreTrainedTokenizerFast) -> LineVerifier:
    return LineVerifier(_judge, letters, [0], width=2, start=1, max_tokens=9)


def _scores() -> torch.Tensor:
    return torch.zeros(2, len(_SYMBOLS))


def test_beams_gain_when_every_beam_has_finished_a_line(letters: PreTrainedTokenizerFast) -> None:
    verifier = _verifier(letters)

    one_line = verifier(torch.tensor([[0, 2, 1, 3], [0, 2, 2, 2]]), _scores())
    assert one_line[:, 2].tolist() == [0, 0]
    assert one_line[:, 0].tolist() == [-3 - 1.5, -9]

    both = verifier(torch.tensor([[0, 2, 1, 3, 2], [0, 2, 2, 2, 1]]), _scores())
    assert both[:, 2].tolist() == [-3, -9]
    assert both[:, 0].tolist() == [-3 - 3, -9]

    again = verifier(torch.tensor([[0, 2, 1, 3, 2, 2], [0, 2, 2, 2, 1, 1]]), _scores())
    assert again[:, 2].tolist() == [0, 0]


def test_beams_that_are_cut_off_gain_for_all_that_they_have(
    letters: PreTrainedTokenizerFast,
) -> None:
    verifier = LineVerifier(_judge, letters, [0], width=2, start=1, max_tokens=4)

    last = verifier(torch.tensor([[0, 2, 1, 3], [0, 2, 2, 2]]), _scores())

    assert last.tolist() == [[-3 - 1.5] * len(_SYMBOLS), [-9] * len(_SYMBOLS)]


@pytest.mark.parametrize(
    ("text", "ended", "lines"),
    [
        ("", False, ()),
        ("v1 = 2", False, ()),
        ("v1 = 2", True, ("v1 = 2",)),
        ("v1 = 2\n", False, ("v1 = 2",)),
        ("v1 = 2\n\n  \nv2", False, ("v1 = 2",)),
        ("v1 = 2\nv2 = 3", True, ("v1 = 2", "v2 = 3")),
    ],
)
def test_a_line_is_finished_by_its_end(text: str, ended: bool, lines: tuple[str, ...]) -> None:
    assert finished_lines(text, ended=ended) == lines


def test_what_is_written_is_told(letters: PreTrainedTokenizerFast) -> None:
    told: list[int] = []
    rule = BeamRule(width=3, max_tokens=4, prompts_at_once=2)

    search_beams(_writer(0), letters, ["a", "b", "ab"], rule, advance=told.append)

    assert len(told) == 2
    assert all(n % 3 == 0 and 0 < n <= 3 * 2 * 4 for n in told)


def test_no_prompt_has_no_answer(letters: PreTrainedTokenizerFast) -> None:
    assert search_beams(_writer(0), letters, [], BeamRule(width=2, max_tokens=4)) == []


def test_an_answer_must_fit_beside_its_prompt(letters: PreTrainedTokenizerFast) -> None:
    with pytest.raises(BadInput, match="takes 17 tokens, the model reads 16"):
        search_beams(_writer(0), letters, ["a" * 12], BeamRule(width=2, max_tokens=4))


def test_a_single_beam_is_refused() -> None:
    with pytest.raises(BadInput, match="width"):
        BeamRule(width=1, max_tokens=4)


def test_an_encoder_with_a_decoder_is_searched_too(letters: PreTrainedTokenizerFast) -> None:
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(_SYMBOLS), d_model=8, d_kv=4, d_ff=16, num_layers=1, num_heads=2
    )
    config.decoder_start_token_id = config.eos_token_id = config.pad_token_id = 0
    model = T5ForConditionalGeneration(config).eval()
    rule = BeamRule(width=3, max_tokens=6)

    (found,) = search_beams(model, letters, ["ab"], rule, judge=_judge)
    (short,) = search_beams(model, letters, ["ab"], rule)

    assert math.isfinite(found.score)
    assert found.score <= short.score
    assert len(found.tokens) <= rule.max_tokens
