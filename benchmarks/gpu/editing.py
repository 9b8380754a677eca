"""Fast and equal: `collapse edit` of files, end to end, killed and resumed."""

import time
from pathlib import Path

import torch
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel

from benchmarks.editing.edit import Watcher, edit_files
from benchmarks.editing.folder import EditFolder
from benchmarks.editing.replay import replay
from benchmarks.editing.request import EditRequest
from benchmarks.gpu.hardware import seconds_on_device
from benchmarks.gpu.scoring import SMALL
from benchmarks.running.side_by_side import server
from benchmarks.running.step import FoundEquality, FoundRatio, Workbench
from data.checkpoints.loading import load_model
from data.editing import EditRule
from data.files import folder_identity
from data.sources.texts import SOURCES, check_source
from data.text.text_files import Fields
from data.text.tokens import train_tokenizer

_COPIES = 8
"""Copies of the King James Bible that are edited: 34 MB, about 9 million tokens."""
_CONTEXT = 2048
_VOCABULARY = 8192
_MANY_SHARDS = 2**20
"""Characters of a shard, a quarter of what is usual on a GPU, so that some are finished when the
edit is killed."""


def files(bench: Workbench) -> None:
    """Edit files, kill the edit half-way, resume it, replay it; rate beside the forward pass."""
    copies, vocabulary, context = (
        (1, 512, 64) if bench.miniature else (_COPIES, _VOCABULARY, _CONTEXT)
    )
    texts = [document.text for document in check_source(SOURCES["king_james"])]
    if bench.miniature:
        texts = texts[:30]
    inputs = _written(bench.folder, texts, copies)
    prior = _prior(bench, texts, vocabulary, context)
    request = EditRequest(
        inputs=tuple(inputs),
        fields=Fields(),
        prior=str(prior),
        rule=EditRule(share=0.125),
        seed=0,
        context=context,
        prefix=True,
        dtype="auto",
        device="cuda" if bench.device.kind == "cuda" else "cpu",
        characters_per_shard=2000 if bench.miniature else _MANY_SHARDS,
        strict=True,
    )
    started = time.perf_counter()
    outcome = edit_files(request, bench.folder / "edited", 1, Watcher())
    seconds = time.perf_counter() - started
    n_bytes = sum(path.stat().st_size for path in inputs)
    bare = _tokens_per_second(load_model(prior, dtype=torch.float32), bench, context)
    bench.found(
        FoundRatio(
            name=f"collapse edit, {SMALL.layers} layers of {SMALL.width}, {n_bytes / 1e6:,.3g} MB, "
            "reading, tokenizing and writing included: to the bare forward pass of full windows",
            ours=outcome.tokens_in_seconds / seconds,
            baseline=bare,
            unit="tokens/s",
            goal=0.8,
            beside={"MB/s": n_bytes / 1e6 / seconds},
        )
    )
    _killed_and_resumed(bench, request)
    replayed = bench.folder / "replayed"
    replay(bench.folder / "edited" / "ledger.parquet", inputs, replayed)
    _same(bench, "the edit, replayed from its ledger", bench.folder / "edited" / "text", replayed)


def _written(folder: Path, texts: list[str], copies: int) -> list[Path]:
    paths = []
    for copy in range(copies):
        path = folder / f"copy_{copy}.txt"
        path.write_text("\n\n".join(f"{copy} {text}" for text in texts), encoding="utf-8")
        paths.append(path)
    return paths


def _prior(bench: Workbench, texts: list[str], vocabulary: int, context: int) -> Path:
    """A model with random weights at the shape of SmolLM2-135M but for its vocabulary."""
    tokenizer = train_tokenizer(texts[:3000], vocabulary)
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=32 if bench.miniature else SMALL.width,
        intermediate_size=64 if bench.miniature else SMALL.feed_forward,
        num_hidden_layers=1 if bench.miniature else SMALL.layers,
        num_attention_heads=1 if bench.miniature else SMALL.heads,
        num_key_value_heads=1 if bench.miniature else SMALL.key_heads,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=tokenizer.eos_token_id,
    )
    torch.manual_seed(0)
    path = bench.folder / "prior"
    LlamaForCausalLM(config).save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


def _tokens_per_second(model: PreTrainedModel, bench: Workbench, context: int) -> float:
    """Of the bare forward pass on full windows, as many as the edit reads at a time."""
    kind = bench.device.kind
    dtype = torch.bfloat16 if kind == "cuda" else torch.float32
    model = model.to(kind, dtype).eval()  # type: ignore[arg-type]
    rows = 2 if bench.miniature else max(65_536 // context, 1)
    tokens = torch.randint(model.config.vocab_size, (rows, context), device=kind)

    @torch.inference_mode()
    def forward() -> Tensor:
        logits: Tensor = model(input_ids=tokens, use_cache=False).logits
        return logits

    return rows * context / seconds_on_device(kind, forward, 5)


def _killed_and_resumed(bench: Workbench, request: EditRequest) -> None:
    """SIGKILL an edit when some of its shards are finished; run it again; compare the text."""
    output = bench.folder / "killed"
    process = server().Process(target=_edit, args=(request, output))
    process.start()
    folder = EditFolder(output)
    while process.is_alive() and len(list(folder.working.glob("*.parquet"))) < 2:
        time.sleep(0.002)
    n_done = len(list(folder.working.glob("*.parquet")))
    was_alive = process.is_alive()
    process.kill()
    process.join()
    edit_files(request, output, 1, Watcher())
    how = f"killed after {n_done} shards" if was_alive else "ended before it could be killed"
    whole, resumed = bench.folder / "edited" / "text", output / "text"
    _same(bench, f"the edit, {how} and resumed, to one in one go", whole, resumed)


def _edit(request: EditRequest, output: Path) -> None:
    edit_files(request, output, 1, Watcher())


def _same(bench: Workbench, name: str, first: Path, second: Path) -> None:
    holds = folder_identity(str(first)) == folder_identity(str(second))
    bench.found(
        FoundEquality(
            name=name,
            outcome="the same bytes" if holds else "other bytes",
            tolerance="the same bytes",
            holds=holds,
        )
    )
