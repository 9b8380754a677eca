"""The work inside stages of counted edits: a text scored once, and as many changes as asked for."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from transformers import PreTrainedTokenizerFast

from benchmarks.chains.work.edit import Rows, as_job, edit_facts, write_edited
from data.editing import EditRule
from data.edits.counted import keep_counted, places_of, redrawn, tokens_before, with_scores
from data.edits.laws import TokenLaw, follower, unigram
from data.edits.places import Law, Place
from data.prior import Prior, load_prior
from data.randomness import Purpose, stream
from data.text.corpus import Corpus, join
from data.text.token_text import Located, Pieces, locate
from data.text.tokens import load_tokenizer
from lightning_modules.device import Advance, Device
from lightning_modules.editing import token_editing
from lightning_modules.editing.law_scoring import Replacements, score_replacements
from lightning_modules.editing.shard_batches import EditJob
from lightning_modules.editing.stored_scores import edit_from_scores, keep_scores
from lightning_modules.processes import on_lead
from lightning_modules.trainer import predicting_alone

_LAWS = {"unigram": unigram, "follower": follower}


def score_text(
    folder: Path,
    *,
    corpora: Iterable[Path],
    prior: Path,
    prefix: bool,
    context: int,
    rule: EditRule,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Keep what a prior says of every token of corpora, and its candidates, in `scores/`.

    Args:
        folder: Folder that receives the scores.
        corpora: Files that are read one after the other.
        prior: Checkpoint of the prior.
        prefix: Whether the prior saw its end-of-text token before every document.
        context: Longest window that the prior scores.
        rule: Edit rule that says which candidates are kept.
        device: Device that the prior runs on.
        advance: Told how many more tokens were scored.
    """
    corpus = join([Corpus.open(path) for path in corpora])
    scores = folder / "scores"
    everywhere = Place("random").rule(rule)
    job = as_job(corpus, scores, everywhere, seed=0, generation=0, advance=advance)
    keep_scores(
        job,
        load_prior(prior, context=context, prefix=prefix),
        lambda writer: predicting_alone(device, advance, writer),
    )
    return {"documents": len(corpus), "shards": len(job.shards)}


def edit_counted(
    folder: Path,
    *,
    corpora: Iterable[Path],
    scores: Path,
    human: Path,
    prior: Path,
    tokenizer: Path,
    prefix: bool,
    context: int,
    rule: EditRule,
    place: Mapping[str, Any],
    law: Law,
    n_changed: int,
    seed: int,
    generation: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Change so many tokens of corpora, in a place and by a law; write what `edit` writes.

    Args:
        folder: Folder that receives `corpus.arrow` and `ledger.parquet`.
        corpora: Files that are read one after the other.
        scores: The folder `scores` that `score_text` made of the same corpora.
        human: Human text whose tokens the laws `unigram` and `follower` count.
        prior: Checkpoint of the prior that gave the scores.
        tokenizer: Folder of the tokenizer of the models that will be trained; it counts tokens.
        prefix: Whether the prior saw its end-of-text token before every document.
        context: Longest window that the prior scores.
        rule: Edit rule that says what flags, and how the prior draws.
        place: Tokens that may be changed, as the fields of a `Place`.
        law: What replacements are drawn from.
        n_changed: Number of tokens that are changed.
        seed: Replicate of the chain.
        generation: Index of the generation that will read the corpus; it keys the random draws.
        device: Device that the prior runs on.
        advance: Told how many more tokens were scored.
    """
    corpus = join([Corpus.open(path) for path in corpora])
    where = Place(**place)
    job = as_job(corpus, folder / "working", where.rule(rule), seed, generation, advance)
    words = load_tokenizer(prior)
    _draw(job, scores, words)
    load = partial(load_prior, prior, context=context, prefix=prefix)
    work = _Counting(corpus, words, load, human, where, law, n_changed, device)
    choose = partial(_chosen, job, work)
    edited = on_lead(lambda: write_edited(folder, corpus, job, choose))
    return edit_facts(folder, tokenizer, edited, job.rule)


class _Counting(NamedTuple):
    """What decides which rows are kept, and what stands in them."""

    corpus: Corpus
    words: PreTrainedTokenizerFast
    """Tokenizer of the prior."""
    load: Callable[[], Prior]
    """Loads the prior, which only a law of another's tokens has to ask."""
    human: Path
    place: Place
    law: Law
    n_changed: int
    device: Device


def _draw(job: EditJob, scores: Path, words: PreTrainedTokenizerFast) -> None:
    """Draw every token of the place from the prior; see `token_editing.edit_all`."""
    edit_from_scores(job, scores, words, job.rule)
    rule, again = on_lead(lambda: token_editing.settle(job))
    if again:
        edit_from_scores(job, scores, words, rule)


def _chosen(job: EditJob, work: _Counting, rows: pa.Table) -> Rows:
    kept = _kept(job, work, rows)
    return Rows(kept, kept)


def _kept(job: EditJob, work: _Counting, rows: pa.Table) -> pa.Table:
    """The rows that are kept of a ledger of all tokens in the place."""
    rng = stream(job.seed, Purpose.RANDOM_EDIT, job.generation)
    if work.law == "prior":
        return keep_counted(rows, work.place, work.n_changed, rng=rng)
    pieces = Pieces(work.words)
    text = locate(list(work.corpus.texts()), pieces)
    context = locate(list(work.corpus.prompts()), pieces)
    law = _law(work, pieces)
    before = tokens_before(rows, text, context)
    rows = redrawn(rows, law, before, pieces, seed=job.seed, generation=job.generation)
    rows = keep_counted(rows, work.place, work.n_changed, rng=rng)
    return _scored(rows, work, law, text, context)


def _law(work: _Counting, pieces: Pieces) -> TokenLaw:
    human = locate(list(Corpus.open(work.human).texts()), pieces)
    return _LAWS[work.law]([human.tokens_of(i) for i in range(len(human))], pieces.is_text)


def _scored(
    rows: pa.Table, work: _Counting, law: TokenLaw, text: Located, context: Located
) -> pa.Table:
    """The rows with what the prior says of the replacements."""
    changes = rows.filter(rows.column("changed"))
    observed, drawn = (
        changes.column(name).to_numpy().astype("int64")
        for name in ("observed_token", "drawn_token")
    )
    asked = Replacements(
        places_of(changes, text),
        law.states(tokens_before(changes, text, context)),
        observed,
        drawn,
    )
    found = score_replacements(
        work.load(),
        [text.tokens_of(i) for i in range(len(text))],
        [context.tokens_of(i) for i in range(len(context))],
        law,
        asked,
        predicting_alone(work.device, lambda n_tokens: None),
    )
    return with_scores(rows, *found)
