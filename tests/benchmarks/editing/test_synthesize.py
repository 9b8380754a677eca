"""Synthetic text with its provenance, from a model of a few thousand parameters."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.chains.text.human_text import without_held_out
from benchmarks.editing.synthesize import STYLES, SynthesisRequest, synthesize
from data.text.corpus import Corpus
from data.text.reading import read_files
from data.text.tokens import train_tokenizer
from lightning_modules.device import Device
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape, SamplingRule

_TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory, text_file: Path) -> Path:
    """An instruction model: its tokenizer has a chat template."""
    folder = tmp_path_factory.mktemp("writer")
    shape = ModelShape(
        layers=1, width=16, heads=2, feed_forward=32, context=256, vocabulary_size=300
    )
    build_model(shape, seed=0).save_pretrained(folder)
    tokenizer = train_tokenizer([*text_file.read_text().split("\n\n"), *STYLES.values()], 300)
    tokenizer.chat_template = _TEMPLATE
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def request_of(writer: Path, text_file: Path) -> SynthesisRequest:
    return SynthesisRequest(
        source=str(text_file),
        model=str(writer),
        documents=7,
        rule=SamplingRule(max_tokens=12, documents_per_batch=3),
        context=256,
        extract_words=6,
        held_out_bytes=5_000,
        documents_per_shard=3,
    )


def _write(request: SynthesisRequest, folder: Path) -> list[dict[str, object]]:
    synthesize(request, folder, device=Device(name="cpu"), advance=lambda n: None)
    with (folder / "text.jsonl").open("rb") as lines:
        return [json.loads(line) for line in lines]


def test_every_document_is_there_with_what_it_was_asked(
    request_of: SynthesisRequest, tmp_path: Path
) -> None:
    rows = _write(request_of, tmp_path / "out")
    provenance = json.loads((tmp_path / "out" / "provenance.json").read_text())

    assert [row["id"] for row in rows] == [f"written-{i}" for i in range(7)]
    assert [row["style"] for row in rows[:3]] == list(STYLES)
    assert provenance["written"]["documents"] == 7
    assert provenance["written"]["tokens"] == sum(int(str(row["tokens"])) for row in rows)
    assert provenance["request"]["seed"] == 0
    assert provenance["prompts"]["chat_template"] == _TEMPLATE
    assert {"prior", "tokenizer"} <= provenance["model"].keys()
    assert not (tmp_path / "out" / "working").exists()


def test_no_held_out_text_is_quoted(request_of: SynthesisRequest, tmp_path: Path) -> None:
    corpus, _ = read_files([Path(request_of.source)])
    allowed = {d.id for d in without_held_out(corpus, request_of.held_out_bytes, "text")}

    quoted = {str(row["quotes"]) for row in _write(request_of, tmp_path / "out")}

    assert quoted <= allowed
    assert len(allowed) < len(corpus)


def test_the_held_out_text_is_that_of_a_chain(request_of: SynthesisRequest, tmp_path: Path) -> None:
    from benchmarks.chains.text.human_text import human_identity, prepare

    human = replace(request_of.human, first_tokens=2_000, generation_tokens=500)
    prepare(
        tmp_path,
        human=human,
        content=human_identity(human),
        vocabulary_size=300,
        generations=1,
        seed=0,
    )
    corpus, _ = read_files([Path(human.source)])
    rest = without_held_out(corpus, human.held_out_bytes, "text")

    held_out = {document.id for document in Corpus.open(tmp_path / "held_out.arrow")}
    assert held_out
    assert not held_out & {document.id for document in rest}


def test_a_killed_run_goes_on_to_the_same_text(
    request_of: SynthesisRequest, tmp_path: Path
) -> None:
    whole = _write(request_of, tmp_path / "whole")
    steps: list[int] = []

    def die(n_tokens: int) -> None:
        steps.append(n_tokens)
        if len(list((tmp_path / "killed" / "working").glob("*.jsonl"))) == 1:
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        synthesize(request_of, tmp_path / "killed", device=Device(name="cpu"), advance=die)
    first = (tmp_path / "killed" / "working" / "000000.jsonl").stat().st_mtime_ns

    def look(n_tokens: int) -> None:
        path = tmp_path / "killed" / "working" / "000000.jsonl"
        assert path.stat().st_mtime_ns == first

    synthesize(request_of, tmp_path / "killed", device=Device(name="cpu"), advance=look)
    assert _write(request_of, tmp_path / "killed") == whole


def _die(n_tokens: int) -> None:
    raise RuntimeError("killed")


def test_a_document_may_hold_any_end_of_line(request_of: SynthesisRequest, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with pytest.raises(RuntimeError, match="killed"):
        synthesize(request_of, folder, device=Device(name="cpu"), advance=_die)
    texts = [f"one{end}two" for end in "\u0085\u2028\u2029\n\r\v\f"]
    for shard, indices in enumerate((range(3), range(3, 6), range(6, 7))):
        rows = [
            {"id": f"written-{i}", "text": texts[i], "finished": True, "tokens": 3, "style": "x"}
            for i in indices
        ]
        lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        (folder / "working" / f"{shard:06d}.jsonl").write_bytes(lines.encode())

    rows = _write(request_of, folder)

    assert [row["text"] for row in rows] == texts
    assert list(read_files([folder / "text.jsonl"])[0].texts()) == texts


def test_finished_text_that_was_changed_is_not_taken_for_the_text(
    request_of: SynthesisRequest, tmp_path: Path
) -> None:
    rows = _write(request_of, tmp_path / "out")
    text = tmp_path / "out" / "text.jsonl"
    assert _write(request_of, tmp_path / "out") == rows

    text.write_bytes(text.read_bytes() + b"{}\n")
    with pytest.raises(
        ValueError, match=r"not the text that .*provenance\.json describes; restore"
    ):
        _write(request_of, tmp_path / "out")
    text.unlink()
    with pytest.raises(ValueError, match=r"text\.jsonl: not the text that"):
        _write(request_of, tmp_path / "out")


def test_what_a_kill_at_the_very_end_leaves_is_cleaned_up(
    request_of: SynthesisRequest, tmp_path: Path
) -> None:
    rows = _write(request_of, tmp_path / "out")
    working = tmp_path / "out" / "working"
    working.mkdir()
    (working / "000000.jsonl").write_text("left")

    assert _write(request_of, tmp_path / "out") == rows
    assert not working.exists()


def test_another_precision_or_other_prompts_are_another_request(
    request_of: SynthesisRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RuntimeError, match="killed"):
        synthesize(request_of, tmp_path / "out", device=Device(name="cpu"), advance=_die)

    with monkeypatch.context() as patch:
        patch.setattr(Device, "precision", "bf16-mixed")
        with pytest.raises(ValueError, match=r"another request \(other precision\)"):
            _write(request_of, tmp_path / "out")
    backwards = dict(reversed(STYLES.items()))
    monkeypatch.setattr("benchmarks.editing.synthesize.STYLES", backwards)
    with pytest.raises(ValueError, match=r"another request \(other prompts\)"):
        _write(request_of, tmp_path / "out")


def test_the_text_does_not_depend_on_how_many_are_written_at_once(
    request_of: SynthesisRequest, tmp_path: Path
) -> None:
    other = replace(
        request_of,
        documents_per_shard=7,
        rule=replace(request_of.rule, documents_per_batch=2),
    )

    assert _write(request_of, tmp_path / "a") == _write(other, tmp_path / "b")
    assert _write(request_of, tmp_path / "a") != _write(replace(request_of, seed=1), tmp_path / "c")


def test_a_folder_of_another_request_is_refused(
    request_of: SynthesisRequest, tmp_path: Path
) -> None:
    _write(request_of, tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note").write_text("")

    with pytest.raises(ValueError, match="holds text of another request"):
        _write(replace(request_of, seed=1), tmp_path / "out")
    with pytest.raises(ValueError, match="holds no synthetic text"):
        _write(request_of, tmp_path / "mine")


def test_a_model_without_a_chat_template_is_refused(
    request_of: SynthesisRequest, tmp_path: Path, writer: Path
) -> None:
    from shutil import copytree

    base = copytree(writer, tmp_path / "base")
    (base / "chat_template.jinja").unlink()

    with pytest.raises(ValueError, match="has no chat template"):
        _write(replace(request_of, model=str(base)), tmp_path / "new" / "out")

    assert {*tmp_path.iterdir()} == {base}  # nothing is left behind


def test_a_prompt_that_leaves_no_room_is_refused(
    request_of: SynthesisRequest, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"more than the context of 64; lower max_tokens"):
        _write(replace(request_of, context=64), tmp_path / "out")
