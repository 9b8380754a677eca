"""The Python API: its page runs, and it gives what the commands give."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from transformers import PreTrainedTokenizerFast

from benchmarks import api
from benchmarks.families.catalogue import RECIPES
from benchmarks.profile.calibration import zipf_text
from data.errors import BadInput
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape
from tests.conftest import paragraphs
from tests.support.places import RECORDS, ROOT

pytestmark = pytest.mark.long
_PAGE = ROOT / "docs" / "python.md"


def test_the_api_loads_nothing_heavy() -> None:
    script = "import sys, benchmarks.api; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script]
    loaded = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert not {"torch", "pandas", "numpy", "typer", "pydantic"} & set(loaded.stdout.split())


def test_no_setting_of_a_recipe_is_hidden_by_an_argument() -> None:
    arguments = set(inspect.signature(api.run_recipe).parameters) - {"settings"}

    for make in RECIPES.values():
        assert arguments & set(make().as_dict()) == set()


@pytest.fixture(scope="module")
def prior_folder(
    tmp_path_factory: pytest.TempPathFactory, shape: ModelShape, tokenizer: PreTrainedTokenizerFast
) -> Path:
    """An untrained model with its tokenizer."""
    folder = tmp_path_factory.mktemp("prior")
    build_model(shape, seed=0).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_the_page_runs(
    recipe_text: str, prior_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its code as it stands, with a small recipe and a small prior in place of those it names."""
    blocks = re.findall(r"```python\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    code = "\n".join(blocks)
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(recipe_text)
    small_ones = {
        '"smoke"': '"mine.py:mine"',
        '"smollm2"': repr(str(prior_folder)),
        "generations=2": "generations=1",
        "seeds=[0, 1]": "seeds=[0]",
    }
    for named, small in small_ones.items():
        assert code.count(named) == 1
        code = code.replace(named, small)
    rng = np.random.default_rng(0)
    texts = zipf_text(70, 1.0, rng)
    names: dict[str, Any] = {"texts": texts, "human": zipf_text(250, 1.0, rng)}

    exec(compile(code, str(_PAGE), "exec"), names)

    loss = names["loss"]
    assert set(loss.arm) == {"fresh_human", "replace"}
    assert sorted(set(loss.generation)) == [0, 1]
    assert set(loss.seed) == {0}
    assert (loss.groupby(["arm", "seed", "generation"]).size() == 1).all()
    edited = names["edited"]
    changed = edited.ledger[edited.ledger.changed]
    differ = [place for place, text in enumerate(texts) if edited.texts[place] != text]
    assert set(differ) <= set(changed.document)
    assert differ
    assert edited.outcome.summary.changed == len(changed)
    assert len(names["found"].answers) == 8
    assert set(names["claims"].family) == {"layer_emulators"}


def test_an_edit_of_a_text_is_the_same_beside_others(prior_folder: Path) -> None:
    texts = paragraphs(6)

    whole = api.edit_texts(texts, prior_folder, rule="paper", threshold=0.0, device="cpu")
    part = api.edit_texts(texts[:2], prior_folder, rule="paper", threshold=0.0, device="cpu")

    assert whole.texts[:2] == part.texts
    assert part.texts != texts[:2]


def test_records_of_the_project_are_a_tidy_table() -> None:
    frame = api.read_records("smoke", folders=[RECORDS / "smoke-470bad5f"])
    key = ["recipe", "digest", "arm", "seed", "generation", "metric"]

    assert list(frame.columns[:7]) == [*key, "value"]
    assert not frame.duplicated(key).any()
    assert isinstance(frame, pd.DataFrame)
    assert set(frame.generation) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: api.run_recipe("smoke", generatoins=6), "did you mean generations?"),
        (lambda: api.run_recipe("smokee"), "unknown recipe 'smokee'"),
        (lambda: api.run_recipe("smoke", seeds=[-1]), "seeds is -1"),
        (lambda: api.edit_texts("one", "."), "texts is one text; give a list"),
        (lambda: api.edit_texts([], "."), "texts is empty"),
        (lambda: api.edit_texts(["a", 3], "."), r"texts\[1\] is a int"),  # type: ignore[list-item]
        (lambda: api.edit_texts(["a"], ".", rule="papper"), "unknown rule 'papper'"),
        (lambda: api.edit_texts(["a"], ".", treshold=1), "treshold is no setting of a rule"),
        (lambda: api.edit_texts(["a"], ".", contexts=[]), "1 texts and 0 contexts"),
        (lambda: api.profile_texts(["a"], []), "human is empty"),
        (lambda: api.judge_claims("toeditt"), "unknown family 'toeditt'"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(call: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        call()
