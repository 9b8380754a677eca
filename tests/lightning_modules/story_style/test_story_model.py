"""Models of stories: tokens, batches, the pointer, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
import torch

from data.errors import BadInput
from lightning_modules.settings import Optimization
from lightning_modules.story_style.batches import ShownFills, ShownStories, StoryRows, drawn_order
from lightning_modules.story_style.learning import LOSSES, Rewriting, words_loss
from lightning_modules.story_style.model import Filler, Rewriter, StyleClassifier, padded
from lightning_modules.story_style.pointer import Pointer
from lightning_modules.story_style.settings import (
    STYLES_OF,
    StoryLosses,
    StoryShape,
    StoryWriting,
    StyleOf,
)
from lightning_modules.story_style.tokens import StoryTokens
from lightning_modules.story_style.writing import Draws, fill, orders, rewrite

SHAPE = StoryShape(layers=1, width=16, heads=2, feed_forward=32, context=64, vocabulary_size=290)
STORIES = [
    ("The sea rose.", "A ship sank."),
    ("A king spoke.", "Men went home."),
    ("I ate.", "So."),
]


@pytest.fixture(scope="module")
def tokens() -> StoryTokens:
    """Tokens of a few sentences."""
    return StoryTokens.train((one for story in STORIES for one in story), SHAPE.vocabulary_size)


@pytest.fixture(scope="module")
def model(tokens: StoryTokens) -> Rewriter:
    """A rewriter of two styles that has learnt nothing."""
    return Rewriter.new(SHAPE, tokens, 2, 0).eval()


def test_texts_come_back_with_their_masks(tokens: StoryTokens, tmp_path: Path) -> None:
    assert len(tokens) == SHAPE.vocabulary_size
    for text in ("The <mask> rose.", "<mask> sank <mask>", "A <mask>, a ship."):
        ids = tokens.text(text)
        assert tokens.decode([*ids, tokens.end, *ids]) == text
        assert ids.count(tokens.mask) == text.count("<mask>")
    # A mark in a text is text, and only a mask is one.
    assert tokens.sentence not in tokens.text("a <SEN> b")
    tokens.tokenizer.save_pretrained(tmp_path / "tokenizer")
    assert StoryTokens.load(tmp_path / "tokenizer").text("A <mask>") == tokens.text("A <mask>")


def test_representations_are_those_of_the_sentences(model: Rewriter, tokens: StoryTokens) -> None:
    rows = [tokens.marked_sentences(tokens.sentences(one)) for one in STORIES]

    together = model.represent(padded(rows, tokens.pad))

    assert together.shape == (3, 2, 16)
    alone = torch.cat([model.represent(padded([row], tokens.pad)) for row in rows])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)
    with pytest.raises(BadInput, match="different numbers of sentences"):
        model.represent(padded([rows[0], rows[1][:4]], tokens.pad))


def test_words_are_read_off_the_representation_of_their_own_sentence(
    model: Rewriter, tokens: StoryTokens
) -> None:
    stories = [tokens.sentences(one) for one in STORIES]
    rows = padded([tokens.marked_sentences(one) for one in stories], tokens.pad)
    sentences = model.represent(rows)

    found = words_loss(model, sentences, rows)

    logs = model.bags(sentences)
    each = [
        -logs[text, place, token]
        for text, story in enumerate(stories)
        for place, sentence in enumerate(story)
        for token in sentence
    ]
    torch.testing.assert_close(found, torch.stack(each).mean())
    torch.testing.assert_close(logs.exp().sum(dim=-1), torch.ones(3, 2))


@pytest.mark.parametrize("style_of", STYLES_OF)
def test_the_loss_of_style_is_of_the_style_that_settings_name(
    style_of: StyleOf, tokens: StoryTokens
) -> None:
    model = Rewriter.new(SHAPE, tokens, 2, 0).eval()
    classifier = StyleClassifier.new(SHAPE, tokens, 2, 1).eval()
    stories = [tokens.sentences(one) for one in STORIES]
    rows = padded([tokens.marked_sentences(one) for one in stories], tokens.pad)
    text = padded([tokens.text(" ".join(one)) for one in STORIES], tokens.pad)
    order = torch.arange(2).expand(len(STORIES), 2)
    styles = torch.tensor([0, 1, 1])
    fit = Optimization(learning_rate=1e-3, warmup_steps=0, windows_per_step=3)
    module = Rewriting(model, classifier, StoryLosses(), fit, 1, style_of)

    module.training_step(StoryRows(rows, rows, order, text, styles), 0)

    wanted = styles if style_of == "own" else 1 - styles
    soft = model.rewritten(model.represent(rows), wanted, text)
    said = classifier.of_soft(soft, text != tokens.pad)
    expected = torch.nn.functional.cross_entropy(said, wanted)
    assert module.last[LOSSES.index("style")] == pytest.approx(expected.item(), rel=1e-5)


def test_writing_depends_on_the_story_and_not_on_the_batch(
    model: Rewriter, tokens: StoryTokens
) -> None:
    ids = [tokens.sentences(one) for one in STORIES]
    draws = Draws(seed=3, purpose="story_style/test")

    together = rewrite(model, ids, 1, StoryWriting(), draws, "cpu")
    apart = rewrite(model, ids, 1, StoryWriting(stories_at_once=1), draws, "cpu")

    assert together == apart
    longest = max(len(tokens.marked_sentences(one)) for one in ids)
    assert all(len(one.tokens) <= 1.25 * longest for one in together)


def test_the_pointer_learns_an_order_that_can_be_seen() -> None:
    rng = torch.Generator().manual_seed(0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        pointer = Pointer(8)
    places = torch.eye(8)[:4]
    optimizer = torch.optim.Adam(pointer.parameters(), lr=0.02)
    for _ in range(60):
        order = torch.stack([torch.randperm(4, generator=rng) for _ in range(16)])
        read = places[order.argsort(dim=1)]
        optimizer.zero_grad()
        pointer.loss(read, order).backward()
        optimizer.step()

    order = torch.stack([torch.randperm(4, generator=rng) for _ in range(16)])
    assert torch.equal(pointer.points(places[order.argsort(dim=1)]), order)


def test_found_orders_are_permutations(model: Rewriter, tokens: StoryTokens) -> None:
    found = orders(model, [tokens.sentences(one) for one in STORIES], 2, "cpu")

    assert np.sort(found, axis=1).tolist() == [[0, 1]] * 3


def test_steps_have_as_many_stories_of_each_style() -> None:
    styles = [0, 0, 0, 1, 1]
    order = drawn_order(styles, 6, 4, np.random.default_rng(0))

    assert order.shape == (6, 4)
    assert all(sum(styles[at] for at in step) == 2 for step in order)
    assert set(order.ravel().tolist()) == set(range(5))
    with pytest.raises(BadInput, match="cannot be shared equally"):
        drawn_order(styles, 6, 3, np.random.default_rng(0))


def test_stories_that_no_model_reads_are_refused(tokens: StoryTokens) -> None:
    rng = np.random.default_rng(0)
    order = np.zeros((1, 1), dtype=np.int64)
    long = [tokens.sentences(["word " * 80, "Short."])]
    with pytest.raises(BadInput, match=r"the longest story has .* raise model\.context"):
        ShownStories(long, [0], tokens, SHAPE.context, order, rng)
    odd = [tokens.sentences(one) for one in (STORIES[0], ("A.", "B.", "C."))]
    with pytest.raises(BadInput, match="from 2 to 3 sentences"):
        ShownStories(odd, [0, 1], tokens, SHAPE.context, order, rng)
    with pytest.raises(BadInput, match="no story to learn"):
        ShownStories([], [], tokens, SHAPE.context, order, rng)
    with pytest.raises(BadInput, match="no text with masks"):
        ShownFills([], [], tokens, SHAPE.context, order)
    with pytest.raises(BadInput, match="no story to learn"):
        drawn_order([], 1, 2, rng)
    with pytest.raises(BadInput, match="disentangling is 'mine'"):
        StoryLosses(disentangling="mine")  # type: ignore[arg-type]


def test_texts_that_are_longer_than_the_context_are_neither_read_nor_filled(
    model: Rewriter, tokens: StoryTokens
) -> None:
    long = [tokens.sentences(["word " * 80, "Short."])]
    draws = Draws(seed=3, purpose="story_style/test")
    with pytest.raises(BadInput, match=r"the longest text has .* reads 64 at once"):
        rewrite(model, long, 1, StoryWriting(), draws, "cpu")
    filler = Filler.new(SHAPE, tokens, 0)
    with pytest.raises(BadInput, match=r"the longest text has .* reads 64 at once"):
        fill(filler, [tokens.text("word " * 80)], StoryWriting(), draws, "cpu")
    with pytest.raises(BadInput, match=r"the longest story has .* reads 64 at once"):
        orders(model, long, 2, "cpu")
    with pytest.raises(BadInput, match="no story to represent"):
        orders(model, [], 2, "cpu")


@pytest.mark.parametrize("style", [-1, 3])
def test_a_style_that_the_rewriter_does_not_know_is_refused(
    style: int, model: Rewriter, tokens: StoryTokens
) -> None:
    draws = Draws(seed=3, purpose="story_style/test")
    with pytest.raises(BadInput, match="this rewriter knows the styles 0 to 2"):
        rewrite(model, [tokens.sentences(STORIES[0])], style, StoryWriting(), draws, "cpu")


def test_the_weights_of_another_model_are_refused(
    model: Rewriter, tokens: StoryTokens, tmp_path: Path
) -> None:
    model.save(tmp_path / "model")
    again = Rewriter.new(SHAPE, tokens, 2, 5)
    again.restore(tmp_path / "model")

    assert all(
        torch.equal(one, other)
        for one, other in zip(model.parameters(), again.parameters(), strict=True)
    )
    with pytest.raises(BadInput, match="fit the model again"):
        Rewriter.new(SHAPE, tokens, 4, 0).restore(tmp_path / "model")
