"""`collapse emulate` as a user meets it, with a model of six small layers."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from benchmarks.emulating.emulate import _refuse_other
from benchmarks.emulating.report import Loss, spans
from data.errors import RunFailed
from data.prior import load_prior
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.layers.checkpoint import describe
from lightning_modules.layers.layout import Layout
from lightning_modules.settings import ModelShape
from tests.support.processes.commands import Collapse, in_this_process

LAYERS = 6
_TEXTS = ("--text", "texts.jsonl", "--texts", "4", "--tokens", "12")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, tokenizer: PreTrainedTokenizerFast) -> Path:
    """A folder with a model and texts."""
    folder = tmp_path_factory.mktemp("emulate")
    shape = ModelShape(
        layers=LAYERS,
        width=16,
        heads=2,
        feed_forward=32,
        context=32,
        vocabulary_size=len(tokenizer),
    )
    model = build_model(shape, seed=0)
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.1 * torch.randn(
                weight.shape, generator=torch.Generator().manual_seed(weight.numel())
            )
    model.save_pretrained(folder / "whole")
    tokenizer.save_pretrained(folder / "whole")
    lines = [
        json.dumps({"text": f"The {n} heavens and the {n * n} earths were made."}) for n in range(9)
    ]
    (folder / "texts.jsonl").write_text("\n".join(lines))
    return folder


@pytest.fixture
def collapse(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Collapse:
    """Runs the command in this process."""
    monkeypatch.chdir(place)
    return in_this_process("emulate", monkeypatch, capsys)


def test_an_emulator_is_written_with_its_report(place: Path, collapse: Collapse) -> None:
    done = collapse("whole", "half", "--keep", "3", *_TEXTS)

    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads((place / "half" / "report.json").read_text())
    kept = tuple(report["kept"])
    assert f"kept 3 of 6 layers by skip_cost: {spans(kept)}" in done.stdout
    assert sorted((*kept, *report["dropped"])) == list(range(LAYERS))
    assert report["parameters"] < report["parameters_whole"]
    assert report["held_out"]["texts"] == report["calibration"]["texts"] == 4
    card = (place / "half" / "README.md").read_text()
    assert "collapse emulate whole half --keep 3 --rule skip_cost --text texts.jsonl" in card
    assert report["parameters_written"] == report["parameters"]
    assert describe(place / "half").layout == Layout(n_layers=LAYERS, kept=kept)
    plain = AutoModelForCausalLM.from_pretrained(place / "half")
    assert plain.config.num_hidden_layers == 3
    assert (
        load_prior(place / "half", context=None, prefix=None).model.num_parameters()
        == (report["parameters"])
    )


def test_the_layers_that_stay_are_those_that_cost_most(place: Path, collapse: Collapse) -> None:
    """Without its dearest layer the model loses more than without its cheapest."""
    for n_kept in (5, 1):
        assert collapse("whole", f"of{n_kept}", "--keep", f"{n_kept}", *_TEXTS).returncode == 0
    reports = [json.loads((place / f"of{n}" / "report.json").read_text()) for n in (5, 1)]

    assert not set(reports[0]["dropped"]) & set(reports[1]["kept"])


def test_all_layers_kept_lose_nothing(place: Path, collapse: Collapse) -> None:
    done = collapse("whole", "all", "--keep", "6", "--rule", "uniform", *_TEXTS)

    assert "left out: none" in done.stdout
    losses = json.loads((place / "all" / "report.json").read_text())["held_out"]
    assert losses["whole"] == losses["emulator"]


def test_shared_layers_fill_all_places(place: Path, collapse: Collapse) -> None:
    arguments = ("--keep", "2", "--rule", "uniform", "--sharing", "all")
    done = collapse("whole", "shared all", *arguments, *_TEXTS, "--dtype", "bfloat16")

    assert "shared over all places (all): 0, 5" in done.stdout
    report = json.loads((place / "shared all" / "report.json").read_text())
    with safe_open(place / "shared all" / "model.safetensors", "pt") as file:
        in_file = sum(math.prod(file.get_slice(key).get_shape()) for key in list(file.keys()))
    assert report["parameters"] < report["parameters_written"] == in_file
    assert f"; {in_file:,} in its file, which holds a layer once a place" in done.stdout
    card = (place / "shared all" / "README.md").read_text()
    assert "'shared all' --keep 2 --rule uniform --sharing all" in card
    assert "--dtype bfloat16\n" in card
    assert describe(place / "shared all").layout.sources == (0, 0, 0, 5, 5, 5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("whole", "new", "--keep", "7"), "7 layers are to be kept; the model has 6, keep 1 to 6"),
        (("whole", "new", "--keep", "0"), "--keep is 0"),
        (("whole", "new", "--keep", "3", "--rule", "luck"), "unknown rule 'luck'; use one of unif"),
        (("whole", "whole", "--keep", "3"), "whole: is there already; name a folder that is not"),
        (("nowhere", "new", "--keep", "3"), "nowhere: no such folder"),
        (("whole", "new", "--keep", "3", "--texts", "5"), "texts.jsonl: 9 documents; 5 are to be"),
        (("whole", "new", "--keep", "3", "--text", "no.jsonl"), "no.jsonl"),
    ],
)
def test_bad_input_ends_in_one_line_and_leaves_nothing(
    place: Path, collapse: Collapse, arguments: tuple[str, ...], said: str
) -> None:
    model, output, *options = arguments

    done = collapse(model, output, *_TEXTS, *options)

    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not [path for path in place.iterdir() if path.name.startswith("new")]


def test_a_model_that_is_read_back_as_another_is_no_emulator(place: Path) -> None:
    model = load_prior(place / "whole", context=None, prefix=None).model
    other = load_prior(place / "whole", context=None, prefix=None).model
    with torch.no_grad():
        next(other.parameters()).mul_(1.5)

    _refuse_other(model, model, [1, 2, 3])
    with pytest.raises(RunFailed, match="read back, the emulator is another model"):
        _refuse_other(other, model, [1, 2, 3])


@pytest.mark.parametrize(
    ("places", "said"), [((), ""), ((0, 1, 2, 4, 7, 8), "0-2, 4, 7-8"), ((3,), "3")]
)
def test_neighbouring_layers_are_said_together(places: tuple[int, ...], said: str) -> None:
    assert spans(places) == said


def test_a_rise_of_one_text_has_no_error() -> None:
    assert Loss.of(np.array([1.0]), np.array([1.5]), [[1, 2]]).words == (
        "1.000 to 1.500 nats per token, +0.500"
    )
