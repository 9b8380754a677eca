from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from numpy.typing import NDArray
from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.accelerators import CPUAccelerator
from pytorch_lightning.callbacks import Callback
from transformers import PreTrainedTokenizerFast

from data.editing import EditRule
from data.ledger import Passage, changes, edited_texts
from data.output_layer import Part
from data.prior import Prior, Scores, ScoresLater
from data.randomness import Purpose, uniforms
from data.text.corpus import Corpus
from data.text.tokens import encode
from lightning_modules.device import Device
from lightning_modules.editing.shard_batches import EditJob
from lightning_modules.editing.shard_editing import ShardWriter
from lightning_modules.editing.token_editing import (
    EditSummary,
    cut_into_shards,
    edit_all,
    settle,
    write_ledger,
)
from lightning_modules.trainer import predicting_alone

_HALF = EditRule(share=0.5, temperature=1.5)
_ALL = EditRule(threshold=0.0, temperature=2.0)


@dataclass(frozen=True)
class Edited:
    """Outcome of one edit."""

    texts: list[str]
    ledger: pa.Table
    summary: EditSummary


Edit = Callable[..., Edited]


def _trainer(*callbacks: Callback) -> Trainer:
    return predicting_alone(Device(name="cpu"), lambda n: None, *callbacks)


def _job(passages: list[Passage], folder: Path, rule: EditRule, **settings: int) -> EditJob:
    characters = settings.pop("characters", 1000)
    folder.mkdir(parents=True, exist_ok=True)
    return EditJob(
        passages=lambda: passages,
        shards=cut_into_shards((len(p.text) for p in passages), characters),
        folder=folder,
        rule=rule,
        seed=settings.pop("seed", 0),
        generation=1,
        **settings,
    )


@pytest.fixture
def edit_in(tmp_path: Path, prior: Prior) -> Edit:
    """Edits passages in a folder of its own."""
    count = iter(range(100))

    def run(
        passages: Iterable[Passage],
        rule: EditRule = _HALF,
        *,
        judge: Prior = prior,
        **settings: int,
    ) -> Edited:
        folder = tmp_path / str(next(count))
        given = list(passages)
        ledger = folder / "ledger.parquet"
        job = _job(given, folder / "shards", rule, **settings)
        edit_all(job, judge, _trainer)
        summary = write_ledger(job, ledger)
        texts = list(edited_texts((p.text for p in given), changes(ledger)))
        return Edited(texts, pq.read_table(ledger), summary)

    return run


@pytest.fixture
def passages(corpus: Corpus) -> list[Passage]:
    return [Passage(document.id, document.text) for document in corpus]


def test_a_rule_that_flags_nothing_returns_the_text(edit_in: Edit, passages: list[Passage]) -> None:
    for rule in (EditRule(threshold=2.0), EditRule(share=0.0), EditRule(share=0.0, side="below")):
        edited = edit_in(passages, rule)

        assert edited.texts == [p.text for p in passages]
        assert (edited.summary.flagged, edited.summary.changed) == (0, 0)
        assert edited.ledger.num_rows == 0


def test_a_share_is_reached_whatever_the_shards(edit_in: Edit, passages: list[Passage]) -> None:
    whole, cut = (edit_in(passages, characters=size) for size in (10**6, 500))

    assert whole.summary.flagged == round(0.5 * whole.summary.counts.editable)
    assert 0 < whole.summary.changed < whole.summary.flagged
    assert sum(whole.summary.counts.histogram) == whole.summary.counts.tokens
    assert cut.summary.threshold == pytest.approx(whole.summary.threshold, abs=1e-6)
    assert cut.texts == whole.texts


@pytest.mark.filterwarnings("ignore:.*pin_memory.*")
def test_processes_that_tokenize_beside_a_gpu_change_nothing(
    edit_in: Edit, passages: list[Passage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a CPU they would take its cores; taken for a GPU, it has them."""
    alone = edit_in(passages, characters=500)
    monkeypatch.setattr("lightning_modules.editing.token_scoring.CUDAAccelerator", CPUAccelerator)

    helped = edit_in(passages, characters=500)

    assert helped.texts == alone.texts
    assert helped.ledger.equals(alone.ledger)


def test_scores_that_are_on_their_way_are_taken_a_batch_later(
    edit_in: Edit, passages: list[Passage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from a GPU, which computes the next batch meanwhile; the last is taken at the end."""
    at_once = edit_in(passages, characters=500)
    taken: list[int] = []

    class Slow(ScoresLater):
        def __init__(self, parts: list[Part], model: str) -> None:
            super().__init__(parts, model)
            self.is_in_flight = True
            self.number = len(made)
            made.append(self)

        def scores(self) -> Scores:
            if self.number not in taken:
                taken.append(self.number)
                assert self.number >= len(made) - 2
            return super().scores()

    made: list[Slow] = []
    monkeypatch.setattr("data.prior.ScoresLater", Slow)

    later = edit_in(passages, characters=500)

    assert later.ledger.equals(at_once.ledger)
    assert len(made) > 3
    assert taken == list(range(len(made)))


@pytest.mark.parametrize("side", ["above", "below"])
def test_a_shard_that_holds_most_of_what_is_flagged_is_edited_again(
    edit_in: Edit, passages: list[Passage], side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hardly any rows kept at first, no shard has enough of them."""
    settled: list[list[int]] = []

    def settle_and_tell(job: EditJob) -> tuple[EditRule, list[int]]:
        rule, again = settle(job)
        settled.append(again)
        return rule, again

    rule = EditRule(share=0.1, side=side)  # type: ignore[arg-type]
    at_once = edit_in(passages, rule, characters=10**6)
    monkeypatch.setattr("lightning_modules.editing.shard_editing._SHARE_KEPT", 1.0)

    monkeypatch.setattr("lightning_modules.editing.token_editing.settle", settle_and_tell)

    again = edit_in(passages, rule, characters=400)

    assert len(settled[0]) > 1

    assert again.summary.flagged == round(0.1 * again.summary.counts.editable)
    assert again.texts == at_once.texts


def test_the_same_seed_edits_the_same_and_another_differently(
    edit_in: Edit, passages: list[Passage]
) -> None:
    first, again, other = (edit_in(passages, seed=seed).texts for seed in (0, 0, 1))

    assert first == again
    assert first != other


@pytest.mark.parametrize("settings", [{"characters": 300}, {"tokens_per_batch": 64}])
def test_edits_do_not_depend_on_order_shards_or_batches(
    edit_in: Edit, passages: list[Passage], settings: dict[str, int]
) -> None:
    forward = edit_in(passages).texts
    backward = edit_in(passages[::-1], **settings).texts

    assert forward == backward[::-1]


def test_the_ledger_explains_every_change(
    edit_in: Edit, passages: list[Passage], tokenizer: PreTrainedTokenizerFast
) -> None:
    edited = edit_in(passages)
    rebuilt = encode(tokenizer, [p.text for p in passages])

    for row in edited.ledger.to_pylist():
        assert passages[row["document"]].id == row["document_id"]
        assert rebuilt[row["document"]][row["position"]] == row["observed_token"]
        if row["changed"]:
            rebuilt[row["document"]][row["position"]] = row["drawn_token"]

    assert [tokenizer.decode(ids) for ids in rebuilt] == edited.texts
    assert edited.summary.changed == sum(edited.ledger.column("changed").to_pylist())


def test_the_first_token_is_edited_only_after_a_context(
    edit_in: Edit, passages: list[Passage]
) -> None:
    alone = edit_in(passages, _ALL).ledger
    after = edit_in([p._replace(context="The king said: ") for p in passages], _ALL).ledger

    assert alone.column("position").to_numpy().min() == 1
    assert after.column("position").to_numpy().min() == 0


def test_without_a_prefix_the_same_tokens_are_editable(
    edit_in: Edit, passages: list[Passage], prior: Prior
) -> None:
    bare = edit_in(passages, judge=replace(prior, prefix=None)).summary.counts

    assert bare.editable == edit_in(passages).summary.counts.editable


def _direct(prior: Prior, head: list[int], text: list[int]) -> NDArray[np.float64]:
    """P(next token) at every place of a short text in float64, shape (tokens, vocabulary)."""
    model = prior.model.double()
    tokens = torch.tensor([[*head, *text]])
    with torch.inference_mode():
        table = model(tokens).logits.softmax(-1)[0, len(head) - 1 : -1].numpy()
    model.float()
    return np.asarray(table)


def test_a_context_is_read_and_not_edited(
    edit_in: Edit, prior: Prior, tokenizer: PreTrainedTokenizerFast
) -> None:
    question, answer = "Who saw a lamp? ", "the king saw a lamp by the sea"
    head, text = encode(tokenizer, [question, answer])
    assert prior.prefix is not None
    expected = _direct(prior, [prior.prefix, *head], text)

    ledger = edit_in([Passage("qa", answer, question)], _ALL).ledger

    assert len(head) + len(text) < prior.context
    assert ledger.column("observed_token").to_pylist() == text
    mine = expected[np.arange(len(text)), text]
    np.testing.assert_allclose(ledger.column("probability").to_numpy(), mine, atol=1e-6)


_RULES = {
    "top_k": EditRule(threshold=0.0033, top_k=5, temperature=1.5),
    "exclusive": EditRule(threshold=0.0033, top_k=3, inclusive=False),
    "below": EditRule(threshold=0.0033, side="below", top_k=4),
    "top_p": EditRule(threshold=0.0033, sampling="top_p", top_p=0.2),
    "rejection": EditRule(threshold=0.0033, sampling="rejection", top_k=6, proposals=3),
    "delete": EditRule(threshold=0.0033, action="delete"),
    "share": EditRule(share=0.2),
}


def _naive(
    prior: Prior, tokenizer: PreTrainedTokenizerFast, passage: Passage, rule: EditRule, seed: int
) -> dict[int, tuple[float, int]]:
    """Flagged probability and draw by position: one token at a time, from a dense softmax."""
    text = encode(tokenizer, [passage.text])[0]
    assert prior.prefix is not None
    table = _direct(prior, [prior.prefix], text)
    draws = uniforms(
        len(text) * rule.n_uniforms,
        seed=seed,
        purpose=Purpose.EDIT,
        generation=1,
        document_id=passage.id,
    ).reshape(len(text), -1)
    outcome: dict[int, tuple[float, int]] = {}
    for position in range(1, len(text)):
        p, token = table[position], text[position]
        above = p[token] >= rule.threshold if rule.inclusive else p[token] > rule.threshold
        if above if rule.side == "above" else p[token] <= rule.threshold:
            outcome[position] = (p[token], _naive_draw(p, token, draws[position], rule))
    return outcome


def _naive_draw(
    p: NDArray[np.float64], token: int, uniform: NDArray[np.float64], rule: EditRule
) -> int:
    if rule.action == "delete":
        return -1
    ranked = np.argsort(-p)
    if rule.sampling == "top_p":
        size = int(np.searchsorted(np.cumsum(p[ranked]), rule.top_p)) + 1
        pool = ranked[:size].tolist()
    else:
        pool = ranked[: rule.top_k].tolist()
    if token not in pool:
        pool.append(token)
    weight = p[pool] ** (1 / rule.temperature)
    if rule.sampling == "rejection":
        for propose, accept in uniform.reshape(-1, 2):
            place = int(propose * len(pool))
            if accept < weight[place] / weight.max():
                return int(pool[place])
        return token
    cumulative = np.cumsum(weight / weight.sum())
    return int(pool[int(np.searchsorted(cumulative, uniform[0], side="right"))])


@pytest.mark.parametrize("name", _RULES)
def test_the_engine_agrees_with_a_dense_softmax_in_double_precision(
    edit_in: Edit, prior: Prior, tokenizer: PreTrainedTokenizerFast, name: str
) -> None:
    rule = _RULES[name]
    texts = ("the king saw", "a lamp by the sea", "seven lambs at night", "the people heard it")
    short = [Passage(f"{i}", text) for i, text in enumerate(texts)]
    edited = edit_in(short, rule, seed=3)
    if rule.share is not None:
        rule = replace(rule, share=None, threshold=edited.summary.threshold - 1e-7)

    expected = {
        (place, position): outcome
        for place, passage in enumerate(short)
        for position, outcome in _naive(prior, tokenizer, passage, rule, 3).items()
    }

    rows = {(r["document"], r["position"]): r for r in edited.ledger.to_pylist()}
    clear = {at for at, (p, _) in expected.items() if abs(p - rule.threshold) > 1e-6}
    assert clear <= rows.keys()
    assert all(
        at in expected or abs(rows[at]["probability"] - rule.threshold) < 1e-6 for at in rows
    )
    assert len(clear) > 2
    for at in clear:
        p, drawn = expected[at]
        assert rows[at]["probability"] == pytest.approx(p, abs=1e-6)
        assert rows[at]["drawn_token"] == drawn


@pytest.mark.parametrize("name", _RULES)
def test_as_many_tokens_change_as_the_exact_probabilities_say(
    edit_in: Edit, passages: list[Passage], name: str
) -> None:
    thrice = [p._replace(id=f"{p.id}-{i}") for i in range(3) for p in passages]
    edited = edit_in(thrice, _RULES[name])
    p = edited.ledger.column("change_probability").to_numpy()
    observed, drawn = (
        edited.ledger.column(c).to_numpy() for c in ("observed_token", "drawn_token")
    )
    documents = edited.ledger.column("document").to_numpy()
    summary = edited.summary

    realised = int((drawn != observed).sum())
    assert summary.expected_changes == pytest.approx(p.sum(), rel=1e-5)
    assert realised == summary.changed + summary.unwritable
    if summary.expected_changes_sd == 0:
        assert realised == summary.expected_changes
        return
    assert abs(realised - summary.expected_changes) < 4 * summary.expected_changes_sd
    excess = np.bincount(documents, (drawn != observed) - p)
    variance = np.bincount(documents, p * (1 - p))
    some = variance > 0.2
    squares = excess[some] ** 2 / variance[some]
    assert abs(squares.sum() - some.sum()) < 5 * np.sqrt(2 * some.sum())


def test_parts_of_characters_are_never_edited(edit_in: Edit) -> None:
    text = "The king \u4e2d\u6587 saw \U0001f600 the r\u00edver"

    result = edit_in([Passage("d", text)], EditRule(threshold=0.0, temperature=3.0)).texts[0]

    assert "\ufffd" not in result
    assert all(character in result for character in "\u4e2d\u6587\U0001f600\u00ed")


@pytest.mark.parametrize("text", ["", "a"])
def test_a_document_without_a_second_token_is_kept(
    edit_in: Edit, passages: list[Passage], text: str
) -> None:
    short = Passage("short", text)

    assert edit_in([passages[0], short]).texts[1] == text
    assert edit_in([short]).texts == [text]


def test_every_token_of_a_long_document_is_scored(edit_in: Edit, passages: list[Passage]) -> None:
    long = Passage("long", " ".join(p.text for p in passages))

    counts = edit_in([long], _ALL).summary.counts

    assert sum(counts.histogram) == counts.tokens
    assert counts.windows > counts.tokens / 32


class _Killed(Exception):
    pass


class _KilledAfter(Callback):
    def __init__(self, n_batches: int) -> None:
        self.left = n_batches

    def on_predict_batch_end(
        self, trainer: Trainer, module: LightningModule, *args: object, **kwargs: object
    ) -> None:
        self.left -= 1
        if self.left == 0:
            raise _Killed


@pytest.mark.parametrize("rule", [_ALL, _HALF], ids=["threshold", "share"])
def test_an_edit_that_is_cut_off_goes_on_to_the_same_bytes(
    passages: list[Passage], prior: Prior, tmp_path: Path, rule: EditRule
) -> None:
    whole = _job(passages, tmp_path / "whole", rule)
    edit_all(whole, prior, _trainer)
    write_ledger(whole, tmp_path / "whole.parquet")
    cut = _job(passages, tmp_path / "cut", rule)

    def killed(writer: ShardWriter) -> Trainer:
        return _trainer(writer, _KilledAfter(3))

    with pytest.raises(_Killed):
        edit_all(cut, prior, killed)
    n_left = len(cut.missing())
    edit_all(cut, prior, _trainer)
    write_ledger(cut, tmp_path / "cut.parquet")

    assert 0 < n_left < len(cut.shards)
    assert (tmp_path / "cut.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_shards_cover_every_document_once() -> None:
    shards = cut_into_shards([5, 5, 30, 0, 0, 9, 1], 10)

    assert shards == [range(0, 2), range(2, 3), range(3, 7)]
    assert cut_into_shards([3], 10) == [range(0, 1)]
    assert cut_into_shards([], 10) == []


def test_scores_that_are_no_numbers_stop_with_the_document(
    edit_in: Edit, passages: list[Passage], prior: Prior
) -> None:
    """Broken is not the same as not scored."""
    word = int(encode(prior.tokenizer, [passages[3].text])[0][2])
    head = prior.model.get_output_embeddings()
    head.weight = torch.nn.Parameter(head.weight.detach().clone())  # only reading the word breaks
    with torch.no_grad():
        prior.model.get_input_embeddings().weight[word] = torch.nan

    with pytest.raises(ValueError, match=r"document 'doc:\d+', token \d+: .*NaN"):
        edit_in(passages)
    with pytest.raises(ValueError, match="NaN"):
        edit_in(passages, EditRule(threshold=0.9))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"half of it"])
def test_a_damaged_part_is_named(
    prior: Prior, passages: list[Passage], tmp_path: Path, content: bytes
) -> None:
    job = _job(passages, tmp_path / "shards", _HALF, characters=500)
    edit_all(job, prior, _trainer)
    job.path(1).write_bytes(content)

    with pytest.raises(ValueError, match=r"000001\.parquet: .*delete it and run again"):
        settle(job)


def test_rows_that_miss_the_share_are_refused(
    prior: Prior, passages: list[Passage], tmp_path: Path
) -> None:
    job = _job(passages, tmp_path / "shards", _HALF)
    edit_all(job, prior, _trainer)
    for shard in range(len(job.shards)):
        table = pq.read_table(job.path(shard))
        pq.write_table(table.slice(0, 2), job.path(shard))

    with pytest.raises(ValueError, match="the share asks for"):
        settle(job)


def test_a_paragraph_stays_one_and_draws_that_would_cut_it_are_counted(
    edit_in: Edit, passages: list[Passage], prior: Prior
) -> None:
    newline = encode(prior.tokenizer, ["a\n\nb"])[0][1]
    with torch.no_grad():  # breaks of lines are likely everywhere
        prior.model.get_output_embeddings().weight[newline] *= 50
    free = edit_in(passages, _ALL)
    kept = edit_in([one._replace(is_paragraph=True) for one in passages], _ALL)

    assert any("\n\n" in text for text in free.texts)
    assert not any("\n\n" in text or not text.strip() for text in kept.texts)
    assert any("\n" in text for text in kept.texts)
    assert kept.summary.flagged == free.summary.flagged
    assert kept.summary.unwritable > free.summary.unwritable
    drawn = [one.summary.changed + one.summary.unwritable for one in (free, kept)]
    assert drawn[0] == drawn[1]
