"""The work inside an edit stage: a corpus edited by a prior, or one of its controls."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from transformers import PreTrainedTokenizerFast

from data.edit_controls import Arm, counted, keep_random, observed_wins, rule_of, unchanged
from data.editing import EditRule
from data.files import discard
from data.ledger import Passage, changes, edited_texts
from data.prior import load_prior
from data.randomness import Purpose, stream
from data.text.corpus import Corpus, join, write_corpus
from data.text.tokens import encode, load_tokenizer
from lightning_modules.device import Advance, Device
from lightning_modules.editing import token_editing
from lightning_modules.editing.shard_batches import EditJob
from lightning_modules.editing.token_editing import EditSummary
from lightning_modules.processes import on_lead
from lightning_modules.trainer import predicting_alone

_CHARACTERS_PER_SHARD = 2**17


def edit(
    folder: Path,
    *,
    corpora: Iterable[Path],
    prior: Path,
    tokenizer: Path,
    prefix: bool,
    context: int,
    rule: EditRule,
    arm: Arm,
    n_changed: int | None,
    seed: int,
    generation: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Token-edit corpora into `corpus.arrow`, with one row per flagged token in `ledger.parquet`.

    A document's prompt is read by the prior, and never edited.

    Args:
        folder: Folder that receives corpus and ledger.
        corpora: Files that are read one after the other.
        prior: Checkpoint of the prior.
        tokenizer: Folder of the tokenizer of the models that will be trained; it counts tokens.
        prefix: Whether the prior saw its end-of-text token before every document.
        context: Longest window that the prior scores.
        rule: Edit rule that says which tokens are drawn anew, and from what.
        arm: Whether the rule edits, or one of its controls; see `data.edit_controls`.
        n_changed: Number of tokens that the random arm changes; None for the other arms.
        seed: Replicate of the chain.
        generation: Index of the generation that will read the corpus; it keys the random draws.
        device: Device that the prior runs on.
        advance: Told how many more tokens were scored.
    """
    corpus = join([Corpus.open(path) for path in corpora])
    working = folder / "working"
    on_lead(lambda: working.mkdir(exist_ok=True))
    job = EditJob(
        passages=lambda: (Passage(d.id, d.text, d.prompt) for d in corpus),
        shards=token_editing.cut_into_shards(map(len, corpus.texts()), _CHARACTERS_PER_SHARD),
        folder=working,
        rule=rule_of(arm, rule),
        seed=seed,
        generation=generation,
        advance=advance,
    )
    editor = load_prior(prior, context=context, prefix=prefix)
    token_editing.edit_all(
        job,
        editor,
        lambda writer: predicting_alone(device, advance, writer),
    )
    summary = on_lead(
        lambda: _write_edited(
            folder, corpus, job, arm=arm, n_changed=n_changed, tokenizer=editor.tokenizer
        )
    )
    edited = Corpus.open(folder / "corpus.arrow")
    words = load_tokenizer(tokenizer)
    return {
        "documents": len(edited),
        "tokens": sum(len(ids) for ids in encode(words, edited.texts())),
        "edit": {
            "tokens": summary.counts.tokens,
            "editable": summary.counts.editable,
            "flagged": summary.flagged,
            "changed": summary.changed,
            "unwritable": summary.unwritable,
            "threshold": summary.threshold,
            "flagged_by_paper": summary.counts.flagged_by_paper,
            "histogram": summary.counts.histogram,
        },
    }


def _write_edited(
    folder: Path,
    corpus: Corpus,
    job: EditJob,
    *,
    arm: Arm,
    n_changed: int | None,
    tokenizer: PreTrainedTokenizerFast,
) -> EditSummary:
    """Make ledger and corpus from finished shards."""
    path = folder / "ledger.parquet"
    summary = token_editing.write_ledger(job, path)
    written = path
    if arm == "random":
        rng = stream(job.seed, Purpose.RANDOM_EDIT, job.generation)
        rows = keep_random(pq.read_table(path), n_changed or 0, rng=rng)
        summary = replace(summary, **counted(rows))
        pq.write_table(rows, path, compression="zstd")
    if arm == "redraw":
        written = job.folder / "written.parquet"
        rows = observed_wins(pq.read_table(path), tokenizer)
        pq.write_table(rows, written)
        rows = unchanged(rows)
        summary = replace(summary, **counted(rows))
        pq.write_table(rows, path, compression="zstd")
    texts = edited_texts(corpus.texts(), changes(written))
    edited = (
        replace(document, text=text, generation=job.generation)
        for document, text in zip(corpus, texts, strict=True)
    )
    write_corpus(folder / "corpus.arrow", edited)
    discard(job.folder)
    return summary
