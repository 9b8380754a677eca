"""Fast: writing documents against `transformers`, batch by batch and continuously batched."""

import statistics
import time
from dataclasses import replace

import numpy as np
from transformers import GenerationConfig, PreTrainedModel

from benchmarks.gpu.hardware import peak_memory
from benchmarks.gpu.scoring import SMALL
from benchmarks.gpu.training import MEDIUM, TINY
from benchmarks.running.step import FoundRatio, Workbench
from benchmarks.speed.speed import generate, writer_of_documents
from lightning_modules.device import wait
from lightning_modules.settings import SamplingRule
from lightning_modules.writing.sampling import Task, write_documents


def medium(bench: Workbench) -> None:
    """Writing with the model of `workflows_gpu`: documents that end by themselves."""
    shape = TINY if bench.miniature else MEDIUM
    model = writer_of_documents(shape, mean_length=shape.context // 4, device=bench.device)
    longest = shape.context - 1
    rule = SamplingRule(max_tokens=longest, documents_per_batch=8 if bench.miniature else 256)
    _measure(bench, model, "55 M parameters", rule, 16 if bench.miniature else 512)


def small(bench: Workbench) -> None:
    """Writing at the shape of SmolLM2-135M: documents of one length."""
    length = 8 if bench.miniature else 256
    rule = SamplingRule(max_tokens=length, min_tokens=length, documents_per_batch=256)
    if bench.miniature:
        model = writer_of_documents(TINY, mean_length=4, device=bench.device)
    else:
        model = SMALL.build(bench.device.kind)
    _measure(bench, model, SMALL.name, rule, 16 if bench.miniature else 256)


def _measure(
    bench: Workbench, model: PreTrainedModel, name: str, rule: SamplingRule, n_documents: int
) -> None:
    """Tokens/s of our sampler, of `generate` in batches, and of its continuous batching."""
    kind = bench.device.kind
    model = model.to(kind).eval()  # type: ignore[arg-type]
    end = int(model.config.eos_token_id)
    rng = np.random.default_rng(0)
    tasks = [Task([end], rng.random(rule.max_tokens)) for _ in range(n_documents)]

    def ours() -> int:
        written = write_documents(model, tasks, end, 1 + rule.max_tokens, rule, lambda n: None)
        return sum(map(len, written))

    memory = peak_memory(kind, ours)
    n_tokens, rate = 0, []
    for _ in range(3):
        started = time.perf_counter()
        n_tokens = ours()
        wait(kind)
        rate.append(n_tokens / (time.perf_counter() - started))
    words = (
        f"writing, {name}, {n_documents:,} documents of {n_tokens / n_documents:.0f} tokens in the "
        f"mean, {rule.documents_per_batch} at a time: to "
    )
    beside = {"memory of ours, GiB": memory}
    own = statistics.median(rate)
    baselines = {"transformers.generate": generate}
    if kind == "cuda":
        baselines["transformers.generate_batch"] = _continuous
    short = replace(rule, min_tokens=0, max_tokens=4)
    for other, write in baselines.items():
        write(model, rule.documents_per_batch, short)  # warms up
        started = time.perf_counter()
        n_tokens = write(model, n_documents, rule)
        wait(kind)
        theirs = n_tokens / (time.perf_counter() - started)
        bench.found(
            FoundRatio(
                name=words + other,
                ours=own,
                baseline=theirs,
                unit="tokens/s",
                goal=2.0,
                beside=beside,
            )
        )


def _continuous(model: PreTrainedModel, n_documents: int, rule: SamplingRule) -> int:
    """Write with the continuous batching of transformers; return the number of tokens."""
    end = int(model.config.eos_token_id)
    settings = GenerationConfig(
        do_sample=True,
        temperature=rule.temperature,
        min_new_tokens=rule.min_tokens or None,
        max_new_tokens=rule.max_tokens,
        bos_token_id=end,
        eos_token_id=-1 if rule.min_tokens == rule.max_tokens else end,
        pad_token_id=end,
    )
    done = model.generate_batch(  # type: ignore[operator]
        inputs=[[end]] * n_documents, generation_config=settings, progress_bar=False
    )
    return sum(len(one.generated_tokens) for one in done.values())
