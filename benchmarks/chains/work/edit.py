"""The work inside an edit stage: a corpus edited by a prior, or one of its controls."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from transformers import PreTrainedTokenizerFast

from data.edit_controls import Arm, counted, keep_random, observed_wins, rule_of, unchanged
from data.editing import EditRule
from data.edits.facts import EditEffect, effect
from data.files import discard
from data.ledger import Passage, changes_in, edited_texts
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
    job = as_job(corpus, folder / "working", rule_of(arm, rule), seed, generation, advance)
    editor = load_prior(prior, context=context, prefix=prefix)
    token_editing.edit_all(
        job,
        editor,
        lambda writer: predicting_alone(device, advance, writer),
    )
    control = _control(job, arm, n_changed, editor.tokenizer)
    edited = on_lead(lambda: write_edited(folder, corpus, job, control))
    return edit_facts(folder, tokenizer, edited, job.rule)


def as_job(
    corpus: Corpus, working: Path, rule: EditRule, seed: int, generation: int, advance: Advance
) -> EditJob:
    """The edit of a corpus by a rule, whose shards go to a folder that is made for them."""
    on_lead(lambda: working.mkdir(exist_ok=True))
    return EditJob(
        passages=lambda: (Passage(d.id, d.text, d.prompt) for d in corpus),
        shards=token_editing.cut_into_shards(map(len, corpus.texts()), _CHARACTERS_PER_SHARD),
        folder=working,
        rule=rule,
        seed=seed,
        generation=generation,
        advance=advance,
    )


class Edited(NamedTuple):
    """What an edit did."""

    summary: EditSummary
    effect: EditEffect
    eligible: int
    """Number of tokens that the rule could have changed, before any lot."""


def edit_facts(folder: Path, tokenizer: Path, edited: Edited, rule: EditRule) -> dict[str, Any]:
    """Facts of a stage that wrote an edited corpus.

    Args:
        folder: Folder of the edited corpus.
        tokenizer: Folder of the tokenizer of the models that will be trained; it counts tokens.
        edited: What the edit did.
        rule: Rule of the edit.
    """
    corpus, words = Corpus.open(folder / "corpus.arrow"), load_tokenizer(tokenizer)
    summary = edited.summary
    return {
        "documents": len(corpus),
        "tokens": sum(len(ids) for ids in encode(words, corpus.texts())),
        "edit": {
            "tokens": summary.counts.tokens,
            "editable": summary.counts.editable,
            "eligible": edited.eligible,
            "flagged": summary.flagged,
            "changed": summary.changed,
            "unwritable": summary.unwritable,
            "threshold": summary.threshold,
            "below": rule.below,
            "flagged_by_paper": summary.counts.flagged_by_paper,
            "histogram": summary.counts.histogram,
            **edited.effect._asdict(),
        },
    }


class Rows(NamedTuple):
    """Rows of a ledger: what goes on record, and what is written into the text."""

    on_record: pa.Table
    written: pa.Table


def write_edited(
    folder: Path, corpus: Corpus, job: EditJob, choose: Callable[[pa.Table], Rows] | None
) -> Edited:
    """Make ledger and corpus from finished shards.

    Args:
        folder: Folder that receives `ledger.parquet` and `corpus.arrow`.
        corpus: The text as it stood.
        job: What was edited, and how.
        choose: Makes the rows of a control of the rows of the rule; None keeps those of the rule.
    """
    path = folder / "ledger.parquet"
    summary = token_editing.write_ledger(job, path)
    rows = pq.read_table(path)
    chosen = Rows(rows, rows)
    if choose is not None:
        chosen = choose(rows)
        summary = replace(summary, **counted(chosen.on_record))
        pq.write_table(chosen.on_record, path, compression="zstd")
    before = list(corpus.texts())
    texts = edited_texts(before, changes_in([chosen.written]))
    edited = (
        replace(document, text=text, generation=job.generation)
        for document, text in zip(corpus, texts, strict=True)
    )
    write_corpus(folder / "corpus.arrow", edited)
    discard(job.folder)
    return Edited(summary, effect(chosen.on_record, before), len(rows))


def _control(
    job: EditJob, arm: Arm, n_changed: int | None, tokenizer: PreTrainedTokenizerFast
) -> Callable[[pa.Table], Rows] | None:
    """What a control makes of the rows of the rule; None for the rule itself."""
    if arm == "rule":
        return None

    def choose(rows: pa.Table) -> Rows:
        if arm == "random":
            rng = stream(job.seed, Purpose.RANDOM_EDIT, job.generation)
            kept = keep_random(rows, n_changed or 0, rng=rng)
            return Rows(kept, kept)
        written = observed_wins(rows, tokenizer)
        return Rows(unchanged(written), written)

    return choose
