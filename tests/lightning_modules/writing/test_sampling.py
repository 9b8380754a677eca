import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from scipy import stats
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
)

from data.prior import Prior
from data.randomness import Purpose
from data.text.corpus import Corpus
from data.text.tokens import special_tokens, train_tokenizer
from lightning_modules.device import Device
from lightning_modules.settings import SamplingRule
from lightning_modules.trainer import predicting
from lightning_modules.writing.corpus_sampling import (
    DocumentSampler,
    SampledDocuments,
    sample_documents,
)
from lightning_modules.writing.drawing import draw, truncate
from lightning_modules.writing.sampling import Task, never_drawn, write_documents
from tests.support.processes.forked import start_python, wait_until

pytestmark = pytest.mark.long


def _ignore(n: int) -> None:
    """Progress that nobody watches."""


def _sample(
    prior: Prior, n_tokens: int, *, batch: int = 256, mean: float = 20.0
) -> SampledDocuments:
    rule = SamplingRule(max_tokens=60, documents_per_batch=batch)
    sampler = DocumentSampler(
        prior, rule, seed=0, purpose=Purpose.SAMPLE, generation=1, advance=_ignore
    )
    return sample_documents(sampler, n_tokens, mean, predicting(Device(name="cpu"), _ignore))


def test_a_text_does_not_depend_on_the_batch_it_was_written_in(prior: Prior) -> None:
    together = _sample(prior, 1_000).tokens
    one_by_one = _sample(prior, 1_000, batch=3, mean=50.0).tokens

    assert together == one_by_one


def test_the_corpus_has_the_size_asked_for(prior: Prior) -> None:
    documents = _sample(prior, 500).tokens

    total = sum(map(len, documents))
    assert total >= 500
    assert total - len(documents[-1]) < 500


def test_no_document_holds_a_special_token_but_its_end(
    model: PreTrainedModel, corpus: Corpus
) -> None:
    """Of 300 tokens about as likely as each other 20 are special: without care, 1 in 15 is."""
    tokenizer = train_tokenizer(corpus.texts(), 280)
    tokenizer.backend_tokenizer.add_special_tokens([f"<|reserved_{i}|>" for i in range(20)])
    prior = Prior(model, tokenizer, 32, tokenizer.eos_token_id)

    sampled = _sample(prior, 1_000).tokens

    special = special_tokens(tokenizer)
    assert len(special) == 21
    assert special.isdisjoint(token for document in sampled for token in document)
    assert "<|" not in "".join(tokenizer.batch_decode(sampled))
    assert never_drawn(tokenizer) == sorted(special - {tokenizer.eos_token_id})
    careless = write_documents(
        model,
        [Task([0], np.random.default_rng(i).random(60)) for i in range(20)],
        0,
        32,
        SamplingRule(max_tokens=60),
        _ignore,
    )
    assert not special.isdisjoint(token for document in careless for token in document[:-1])


def test_documents_at_the_limit_are_counted_as_cut_off(prior: Prior) -> None:
    sampled = _sample(prior, 1_000)

    assert sampled.cut_off == sum(len(document) == 60 for document in sampled.tokens)


def _shared_keys(context: int) -> PreTrainedModel:
    """Four heads that share the keys of two; norms that are not all ones."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=300,
                hidden_size=32,
                intermediate_size=48,
                num_hidden_layers=2,
                num_attention_heads=4,
                num_key_value_heads=2,
                max_position_embeddings=context,
            )
        ).eval()
        for name, weight in model.named_parameters():
            if "norm" in name:
                torch.nn.init.uniform_(weight, 0.5, 2.0)
    return model


@pytest.mark.parametrize("kind", ["llama", "shared keys", "another"])
def test_the_cache_changes_nothing(model: PreTrainedModel, kind: str) -> None:
    """Every token is the inverse CDF of a full forward pass over the window it was drawn from.

    Documents of different lengths, with and without a prompt, take turns in three rows.
    """
    context, limit = 32, 50
    if kind == "shared keys":
        model = _shared_keys(context)
    if kind == "another":
        model = GPT2LMHeadModel(
            GPT2Config(vocab_size=300, n_positions=context, n_embd=32, n_layer=2, n_head=2)
        ).eval()
    rng = np.random.default_rng(0)
    prompts = [[0], [0, 5, 6], [0, *range(10, 50)], [0], [0, 9], [0], [0, 3, 3, 3]]
    tasks = [Task(prompt, rng.random(limit)) for prompt in prompts * 4]
    rule = SamplingRule(max_tokens=limit, min_tokens=3, documents_per_batch=3)

    documents = write_documents(model, tasks, 0, context, rule, _ignore)

    assert len({len(document) for document in documents}) > 1
    for task, document in zip(tasks, documents, strict=True):
        text, head = [*task.prompt, *document], len(task.prompt)
        start = max(head - context, 0)
        for position in range(len(document)):
            stop = head + position
            if stop - start > context:
                start = stop - context // 2
            with torch.no_grad():
                logits = model(torch.tensor([text[start:stop]])).logits[:, -1]
            if position < 3:
                logits[:, 0] = -torch.inf
            uniform = torch.tensor([task.uniform[position]])
            assert int(draw(logits, uniform, rule)) == text[stop]


def test_rows_that_come_and_go_write_what_one_row_writes(model: PreTrainedModel) -> None:
    """Documents end one after the other, so that finished rows stand still beside long ones."""
    n_rows, limit = 20, 40
    tasks = [Task([0], np.full(limit, 0.9)) for _ in range(2 * n_rows)]
    for index in range(n_rows):
        tasks[index].uniform[index] = 0.0  # the first token, which is the end

    def write(n: int) -> list[list[int]]:
        rule = SamplingRule(max_tokens=limit, documents_per_batch=n)
        return write_documents(model, tasks, 0, 32, rule, _ignore)

    documents = write(n_rows)

    assert documents == write(1)
    assert [len(document) for document in documents[:n_rows]] == list(range(1, n_rows + 1))
    assert {len(document) for document in documents[n_rows:]} == {limit}


@pytest.fixture
def two_processes() -> Iterator[None]:
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("needs two cores of Linux")
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_processes")
def test_processes_write_what_one_process_writes(model: PreTrainedModel) -> None:
    rng = np.random.default_rng(0)
    tasks = [Task([0], rng.random(40)) for _ in range(49)]
    rule = SamplingRule(max_tokens=40, documents_per_batch=17)
    told: list[int] = []
    before = torch.get_rng_state()

    documents = write_documents(model, tasks, 0, 32, rule, told.append)

    assert sum(told) == sum(map(len, documents))
    assert len(told) < 49 * 40 / 17 / 2  # two processes tell now and then, and not at every step
    assert torch.equal(torch.get_rng_state(), before)
    torch.set_num_threads(1)
    assert documents == write_documents(model, tasks, 0, 32, rule, _ignore)


@pytest.mark.usefixtures("two_processes")
def test_an_error_ends_all_processes(model: PreTrainedModel) -> None:
    tasks = [Task([0], np.full(2_000, 0.9)) for _ in range(32)]
    rule = SamplingRule(max_tokens=2_000, min_tokens=2_000, documents_per_batch=32)
    told: list[int] = []

    def fail(n: int) -> None:
        told.append(n)
        if len(told) == 3:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        write_documents(model, tasks, 0, 32, rule, fail)

    assert len(told) == 3
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("two_processes")
def test_an_error_in_a_process_is_told(model: PreTrainedModel) -> None:
    tasks = [Task([0], np.full(2, 0.9)) for _ in range(32)]
    rule = SamplingRule(max_tokens=3, documents_per_batch=32)  # more than there are draws

    with pytest.raises(RuntimeError, match=r"(?s)worker process.*expanded size"):
        write_documents(model, tasks, 0, 32, rule, _ignore)

    assert not multiprocessing.active_children()


def _rests(process: psutil.Process) -> bool:
    """Whether a process that has worked does no more."""
    before = sum(process.cpu_times()[:2])
    time.sleep(0.5)
    return 0.1 < before == sum(process.cpu_times()[:2])


@pytest.mark.usefixtures("two_processes")
def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Each with a report that is larger than a pipe, which nobody reads."""
    script = """
import time
import numpy as np, torch
from transformers import LlamaConfig, LlamaForCausalLM
from lightning_modules.writing.sampling import SamplingRule, Task, write_documents

def wait(n):
    print(flush=True)
    time.sleep(600)

config = LlamaConfig(vocab_size=300, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
                     num_attention_heads=1, num_key_value_heads=1)
rule = SamplingRule(max_tokens=4, min_tokens=4, documents_per_batch=16_000)
tasks = [Task([0], np.full(4, 0.9))] * 64_000
write_documents(LlamaForCausalLM(config).eval(), tasks, 0, 4, rule, wait)
"""
    parent = start_python("-c", script, folder=tmp_path, OMP_NUM_THREADS="2")
    wait_until(lambda: bool(parent.said()))
    children = psutil.Process(parent.pid).children()
    wait_until(lambda: all(map(_rests, children)))  # each has written what nobody reads

    parent.send_signal(signal.SIGKILL)
    parent.ended()
    _, alive = psutil.wait_procs(children, timeout=10)
    for process in alive:
        process.kill()

    assert len(children) == 2
    assert alive == []


def test_a_prompt_that_was_read_in_another_precision_is_continued(model: PreTrainedModel) -> None:
    """Under autocast the model's own pass leaves keys in fp32, and a step makes them in bf16."""
    tasks = [Task([0, 5, 6], np.full(8, 0.5)) for _ in range(3)]
    rule = SamplingRule(max_tokens=8, documents_per_batch=3)

    with torch.autocast("cpu", dtype=torch.bfloat16):
        documents = write_documents(model, tasks, 0, 32, rule, _ignore)

    assert all(documents)


def test_no_document_is_shorter_than_the_least_length(prior: Prior) -> None:
    with torch.no_grad():
        prior.model.lm_head.weight[0] += 1.0 * prior.model.lm_head.weight[1:].mean(0)
    rule = SamplingRule(max_tokens=60, min_tokens=20)
    sampler = DocumentSampler(
        prior, rule, seed=0, purpose=Purpose.SAMPLE, generation=1, advance=_ignore
    )

    written = sample_documents(sampler, 1_000, 30.0, predicting(Device(name="cpu"), _ignore))

    assert min(map(len, written.tokens)) >= 20


def test_a_prompt_steers_a_document_and_is_no_part_of_it(prior: Prior) -> None:
    rule = SamplingRule(max_tokens=10, prompt_tokens=2)

    def write(prompts: list[list[int]]) -> list[list[int]]:
        sampler = DocumentSampler(
            prior,
            rule,
            prompts=prompts,
            seed=0,
            purpose=Purpose.SAMPLE,
            generation=1,
            advance=_ignore,
        )
        return sample_documents(sampler, 100, 10.0, predicting(Device(name="cpu"), _ignore)).tokens

    first, second = write([[7, 8, 9], [5]]), write([[7, 8, 250], [6]])

    assert max(map(len, first)) == 10
    assert first[0::2] == second[0::2]
    assert first[1::2] != second[1::2]


def test_a_rule_with_prompts_needs_prompts(prior: Prior) -> None:
    with pytest.raises(ValueError, match="prompt_tokens is 2, but there is no prompt"):
        DocumentSampler(
            prior,
            SamplingRule(prompt_tokens=2),
            seed=0,
            purpose=Purpose.SAMPLE,
            generation=1,
            advance=_ignore,
        )


def test_frequencies_match_the_probabilities() -> None:
    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0]])
    n = 20_000
    uniform = torch.from_numpy(np.random.default_rng(0).random(n))

    drawn = draw(logits.expand(n, -1), uniform, SamplingRule(temperature=0.8))

    expected = (logits[0] / 0.8).softmax(-1).double().numpy()
    counts = np.bincount(drawn.numpy(), minlength=4)
    assert stats.chisquare(counts, n * expected / expected.sum()).pvalue > 1e-3


def test_top_k_and_top_p_keep_the_likeliest() -> None:
    probability = torch.tensor([[0.1, 0.5, 0.15, 0.25]])

    by_k = truncate(probability, SamplingRule(top_k=2))
    by_p = truncate(probability, SamplingRule(top_p=0.6))

    assert (by_k > 0).tolist() == [[False, True, False, True]]
    assert (by_p > 0).tolist() == [[False, True, False, True]]


def test_a_wide_mass_is_found_whatever_stands_beside_it() -> None:
    flat = torch.full((1, 2_000), 1 / 2_000)
    steep = torch.zeros(1, 2_000)
    steep[0, :2] = torch.tensor([0.6, 0.4])

    kept = truncate(torch.cat([flat, steep]), SamplingRule(top_p=0.5))

    assert int((kept[0] > 0).sum()) in range(998, 1_003)  # rounding of a sum of 2,000 terms
    assert (kept[1] > 0).nonzero().flatten().tolist() == [0]
    assert torch.equal(kept[:1], truncate(flat, SamplingRule(top_p=0.5)))


def test_a_draw_of_nearly_one_is_still_a_token() -> None:
    uniform = torch.tensor([np.nextafter(1.0, 0.0)])

    assert int(draw(torch.zeros(1, 5), uniform, SamplingRule())) == 4
    assert int(draw(torch.tensor([[5.0, 0.0, 0.0]]), uniform, SamplingRule(top_k=1))) == 0


def test_a_model_that_writes_nothing_is_an_error(prior: Prior) -> None:
    with torch.no_grad():
        hidden = prior.model.model(torch.tensor([[0]])).last_hidden_state[0, 0]
        head = torch.zeros_like(prior.model.lm_head.weight)
        head[0] = 1e3 * hidden
    prior.model.lm_head.weight = torch.nn.Parameter(head)

    with pytest.raises(ValueError, match="empty documents"):
        _sample(prior, 1_000)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", 0.0),
        ("top_k", 0),
        ("top_p", 0.0),
        ("max_tokens", 0),
        ("min_tokens", 1_000),
        ("prompt_tokens", -1),
        ("documents_per_batch", 0),
    ],
)
def test_an_impossible_rule_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        SamplingRule(**{field: value})
