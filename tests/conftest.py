"""Small real things: a corpus of sentences, a tokenizer, a model of a few thousand parameters."""

import logging
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.settings import Evaluation, HumanText
from benchmarks.families.toedit.recipes.smoke import smoke
from data.prior import Prior
from data.text.corpus import Corpus, Document
from data.text.tokens import train_tokenizer
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.library_warnings import SPEAKING, listen
from lightning_modules.settings import ModelShape, Optimization, SamplingRule
from lightning_modules.trainer import quiet
from tests.support.chains import Workshop

_SUBJECTS = ("the king", "a shepherd", "his brother", "the prophet", "an old woman", "the people")
_VERBS = ("saw", "blessed", "followed", "feared", "heard", "sent")
_OBJECTS = ("the river", "a great city", "the mountain", "seven lambs", "the stranger", "a lamp")
_PLACES = ("in the morning", "by the sea", "after the harvest", "before the gate", "at night")


def sentence(rng: np.random.Generator) -> str:
    """One sentence of a tiny language."""
    words = [str(rng.choice(part)) for part in (_SUBJECTS, _VERBS, _OBJECTS, _PLACES)]
    return " ".join(words).capitalize() + "."


def paragraphs(n_documents: int, seed: int = 0) -> list[str]:
    """Documents of two to six sentences."""
    rng = np.random.default_rng(seed)
    return [" ".join(sentence(rng) for _ in range(rng.integers(2, 7))) for _ in range(n_documents)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first, so that no worker ends alone with one of them."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long bytes name no test: a packed file holds the time, and workers must collect the same."""
    return argname if isinstance(val, bytes) and len(val) > 32 else None


@pytest.fixture(autouse=True)
def _quiet_libraries() -> None:
    quiet()


@pytest.fixture
def _listening() -> Iterator[None]:
    """As in a program that has begun to listen to libraries; as before afterwards."""
    root, loggers = logging.getLogger(), [logging.getLogger(name) for name in SPEAKING]
    before = [*root.handlers], [([*one.handlers], one.propagate) for one in loggers]
    with warnings.catch_warnings():
        warnings.resetwarnings()
        listen()
        listen()
        yield
    root.handlers[:] = before[0]
    for logger, (handlers, propagates) in zip(loggers, before[1], strict=True):
        logger.handlers[:], logger.propagate = handlers, propagates


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    texts = enumerate(paragraphs(60))
    return Corpus.of(Document(f"doc:{i}", text, "tiny", "none", 0) for i, text in texts)


@pytest.fixture(scope="session")
def tokenizer(corpus: Corpus) -> PreTrainedTokenizerFast:
    return train_tokenizer(corpus.texts(), 300)


@pytest.fixture(scope="session")
def shape() -> ModelShape:
    return ModelShape(layers=2, width=32, heads=2, feed_forward=64, context=32, vocabulary_size=300)


@pytest.fixture
def model(shape: ModelShape) -> PreTrainedModel:
    return build_model(shape, seed=0).eval()


@pytest.fixture
def prior(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, shape: ModelShape) -> Prior:
    return Prior(model, tokenizer, shape.context, tokenizer.eos_token_id)


@pytest.fixture(scope="session")
def text_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "tiny.txt"
    path.write_text("\n\n".join(paragraphs(400, seed=1)))
    return path


@pytest.fixture(scope="session")
def tiny(text_file: Path, shape: ModelShape) -> Recipe:
    """The smoke recipe shrunk to seconds, on a text file."""
    fit = Optimization(learning_rate=5e-3, warmup_steps=2, windows_per_step=4)
    return replace(
        smoke(),
        name="tiny",
        generations=2,
        human=HumanText(
            source=str(text_file), held_out_bytes=6_000, first_tokens=6_000, generation_tokens=1_500
        ),
        model=shape,
        first_fit=fit,
        fit=fit,
        sampling=SamplingRule(max_tokens=80),
        prior_context=32,
        evaluation=Evaluation(sample_tokens=600, document_tokens=30, sample_words=100),
    )


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path / "outputs")


@pytest.fixture(scope="session")
def shared_workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Stages that several tests read."""
    return Workshop(tmp_path_factory.mktemp("shared"))
