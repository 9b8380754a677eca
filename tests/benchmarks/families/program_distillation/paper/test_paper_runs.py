"""The published experiment: its plan, what it refuses, and its code on stand-ins of seconds."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, T5Config, T5ForConditionalGeneration

from benchmarks.families.program_distillation.gpu.settings import BY_WORDS
from benchmarks.families.program_distillation.paper.needs import check
from benchmarks.families.program_distillation.paper.plan import PLANS, SIZES, start
from benchmarks.families.program_distillation.paper.settings import ROUNDS, file_of
from benchmarks.families.program_distillation.paper.study import (
    SequenceStudy,
    program_distillation_paper_students,
)
from benchmarks.families.program_distillation.paper.work import (
    read_set,
    solve_sets,
)
from benchmarks.running.record import Metric
from data.checkpoints.other import load_other
from data.errors import BadInput
from data.program_distillation.gsm8k import load_problems
from data.program_distillation.taught.tokens import train_digit_tokenizer
from data.program_distillation.twins import Twin, twins_of
from lightning_modules.device import Device
from lightning_modules.program_distillation.settings import SequenceSettings
from tests.support.chains import Workshop

_NAME = "program_distillation_paper"


@pytest.fixture(scope="module")
def twins() -> list[Twin]:
    return list(twins_of(load_problems("train")[:16], "train"))


@pytest.fixture
def stand_in(twins: Sequence[Twin], tmp_path: Path) -> Path:
    """A model of some thousand weights in place of CodeT5."""
    texts = [text for twin in twins for text in (twin.question, twin.program)]
    words = train_digit_tokenizer(texts, 300)
    torch.manual_seed(0)
    config = T5Config(vocab_size=len(words), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
    config.decoder_start_token_id = config.pad_token_id = config.eos_token_id = 0
    folder = tmp_path / "codet5"
    T5ForConditionalGeneration(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


@pytest.fixture
def home(twins: Sequence[Twin], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with two rounds of a teacher, who is wrong at times, and a small test set."""
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path / "home"))
    file_of(ROUNDS).parent.mkdir(parents=True)
    programs = [(twin.question, twin.program) for twin in twins]
    written = [
        *((1, question, program) for question, program in programs),
        *((2, question, f"{program}\nw = 1/0") for question, program in programs),
        (2, *programs[0]),
    ]
    rows = (
        {"question": question, "program": program, "round": number, "model": "a stand-in"}
        for number, question, program in written
    )
    file_of(ROUNDS).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    asked = [{"question": "Ann has 2 apples. How many?", "answer": "2"}] * 2
    file_of("svamp").write_text("".join(f"{json.dumps(row)}\n" for row in asked))
    return tmp_path / "home"


@pytest.fixture
def study(stand_in: Path) -> SequenceStudy:
    return replace(
        program_distillation_paper_students(),
        arms=("small",),
        models={"small": str(stand_in)},
        fit=SequenceSettings(batch=4, epochs=2, learning_rate=1e-2, source_tokens=110),
        sets=("svamp",),
        widths=(2,),
        encoder=BY_WORDS,
        max_tokens=12,
        test=2,
    )


def test_the_code_of_the_published_runs_works_on_stand_ins(
    study: SequenceStudy, home: Path, twins: Sequence[Twin], tmp_path: Path
) -> None:
    check(study)
    bench = Workshop(tmp_path / "shop").bench()

    stages = study.stages("small", 0, bench)
    found: dict[str, Metric] = dict(study.found("small", stages)["metrics"])

    n = len(twins)
    assert found["rounds/class/zero division"].value == n
    assert found["rounds/class/written before"].value == 1
    kept = found["rounds/class/right"].value
    assert found["rounds/kept"].value == pytest.approx(kept / (2 * n + 1))
    assert found["fit/pairs"].value + found["fit/too_long"].value == kept
    assert found["fit/too_long"].value > 0
    assert found["fit/epochs"].value == 2
    ways = {key.rpartition("/")[0] for key in found if key.endswith("/right")}
    assert ways >= {f"{s}/{w}_2" for s in ("gsm8k", "svamp") for w in ("beam", "verified")}
    assert found["svamp/beam_2/right"].n == found["gsm8k/verified_2/ran"].n == 2
    again = study.stages("small", 0, bench)
    assert [stage.digest for stage in again] == [stage.digest for stage in stages]


def test_a_student_of_right_programs_is_right(
    stand_in: Path, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The measures follow what is written, whatever writes it."""
    monkeypatch.setattr(
        "benchmarks.families.program_distillation.paper.work._search",
        lambda student, words, problems, rule, judge, advance: (
            ["v1 = 2", "v1 = 3"] if judge is None else ["v1 = 4/2", "def solution():\n  return 2"]
        )[: len(problems)],
    )
    monkeypatch.setattr(
        "benchmarks.families.program_distillation.paper.work.load_problems",
        lambda part: load_problems(part)[:1],
    )

    found = solve_sets(
        tmp_path, model=stand_in, sets={"svamp": file_of("svamp")}, widths=(2,), max_tokens=8,
        prompts_at_once=4, test=0, encoder=None, device=Device(name="cpu"), advance=lambda n: None,
    )["measures"]  # fmt: skip

    assert found["svamp/beam_2/right"]["value"] == 0.5
    assert found["svamp/beam_2/ran"]["value"] == 1
    assert found["svamp/verified_2/right"]["value"] == 1


def test_a_run_without_its_files_is_refused_with_all_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))

    with pytest.raises(BadInput) as refused:
        start(_NAME)
    with pytest.raises(BadInput, match=r"rounds\.jsonl is missing"):
        program_distillation_paper_students().stages("small", 0, Workshop(tmp_path).bench())

    said = str(refused.value)
    for part in ("rounds.jsonl", "svamp.jsonl", "Salesforce/codet5-large", "fetch minilm"):
        assert part in said
    assert said.endswith("collapse run program_distillation_paper --dry-run")
    assert "\n" not in said


def test_the_plan_counts_programs_steps_and_hours() -> None:
    plan = PLANS[_NAME]
    lines = plan.lines(_NAME)

    assert plan.written == 8 * 7473
    assert plan.pairs == round(8 * 7473 * 0.7285)
    assert plan.steps == round(plan.pairs * 0.95 / 8) * 50
    assert "59,784 programs" in " ".join(lines)
    hours = [plan.hours(size) for size in SIZES.values()]
    assert hours == sorted(hours)
    assert hours[0] == pytest.approx(plan.steps * 12 * 0.0017 / 3600)
    whole = plan.flops(SIZES["large"])
    assert whole == pytest.approx(6 * 737.7e6 * (128 + 256) / 2 * plan.steps * 8)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"question": "Q?"}', "svamp.jsonl:1: "),
        ('{"question": "Q?", "answer": "many"}', "svamp.jsonl:1: "),
        ("", "holds no question"),
    ],
)
def test_a_damaged_test_set_is_refused(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "svamp.jsonl"
    path.write_text(f"{line}\n")

    with pytest.raises(BadInput, match=message):
        read_set(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arms": ("tiny",)}, "arm 'base' has no model"),
        ({"widths": (1, 2)}, "widths are"),
        ({"encoder": "roscoe"}, "encoder is 'roscoe'"),
    ],
)
def test_settings_that_do_not_belong_together_are_refused(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        replace(program_distillation_paper_students(), **changes)  # type: ignore[arg-type]


def test_a_model_that_lacks_weights_is_refused(stand_in: Path) -> None:
    config = json.loads((stand_in / "config.json").read_text())
    (stand_in / "config.json").write_text(json.dumps(config | {"num_layers": 2}))

    with pytest.raises(BadInput, match="lacks"):
        load_other(AutoModelForSeq2SeqLM, stand_in)
