"""What runs inside the stages: texts are chosen, edited by a prior and by emulators, compared."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.families.layer_emulators.edits.agreement import ALL_TEXTS, Measure, agree
from data.editing import EditRule
from data.errors import BadInput
from data.files import discard
from data.ledger import Passage
from data.prior import Prior, load_prior
from data.randomness import stream
from data.sources.texts import SOURCES, check_source
from data.text.corpus import Corpus, write_corpus
from data.text.tokens import encode, load_tokenizer
from lightning_modules.device import Advance, Device
from lightning_modules.editing import token_editing
from lightning_modules.editing.shard_batches import EditJob
from lightning_modules.layers.selection.measures import Measures
from lightning_modules.layers.selection.rules import select
from lightning_modules.layers.surgery import keep
from lightning_modules.processes import on_lead
from lightning_modules.trainer import predicting_alone

LEDGERS = "ledgers"
"""Folder of a stage that holds a ledger for every text."""
_EDIT, _AGAIN = 1, 2
"""Generations that key the draws of the edits, and of the same edit done again."""


def choose_texts(
    folder: Path,
    *,
    seed: int,
    model: Path,
    sources: Sequence[str],
    tokens: int,
    calibration_texts: int,
) -> Mapping[str, Any]:
    """Draw documents that are edited, and others of the same sources on which layers are measured.

    Args:
        folder: Receives `edited/NAME.arrow` and `calibration/NAME.arrow` for every source.
        seed: Replicate; it decides which documents are drawn.
        model: Checkpoint whose tokenizer counts tokens.
        sources: Names of human texts.
        tokens: Tokens of each source that are edited, at least.
        calibration_texts: Documents of all sources together on which layers are measured.

    Raises:
        BadInput: A source is unknown, or has too few documents.
    """
    if unknown := [name for name in sources if name not in SOURCES]:
        raise BadInput(f"unknown source {unknown[0]!r}; use some of {', '.join(SOURCES)}")
    tokenizer = load_tokenizer(model)
    for part in ("edited", "calibration"):
        (folder / part).mkdir()
    for place, name in enumerate(sources):
        corpus = list(check_source(SOURCES[name]))
        order = stream(seed, "layer_emulators/edits", name).permutation(len(corpus))
        drawn = [corpus[index] for index in order]
        ends = np.cumsum([len(ids) for ids in encode(tokenizer, _first(drawn, tokens))])
        n_edited = int(np.searchsorted(ends, tokens)) + 1
        n_others = len(range(place, calibration_texts, len(sources)))
        if n_edited + n_others > len(drawn):
            raise BadInput(
                f"{name} has {ends[-1]:,} tokens in {len(drawn)} documents, too few to edit "
                f"{tokens:,} and measure on {n_others} others; lower tokens"
            )
        write_corpus(folder / "edited" / f"{name}.arrow", drawn[:n_edited])
        others = drawn[n_edited : n_edited + n_others]
        write_corpus(folder / "calibration" / f"{name}.arrow", others)
    return {}


def _first(documents: Sequence[Any], tokens: int) -> list[str]:
    """The texts of the first documents; a document has a token at least."""
    return [document.text for document in documents[:tokens]]


def edit_whole(
    folder: Path,
    *,
    texts: Path,
    model: Path,
    context: int,
    rule: EditRule,
    seed: int,
    again: bool,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Edit every text with all layers of the prior, into `NAME.parquet`.

    Args:
        folder: Receives a ledger for every text.
        texts: Folder of the texts.
        model: Checkpoint of the prior.
        context: Longest window that is scored.
        rule: Which tokens are redrawn, and from what.
        seed: Replicate; it keys the draws.
        again: Whether the layers are put together anew and the draws are others.
        device: Device that the prior runs on.
        advance: Told how many more tokens were scored.
    """
    prior = load_prior(model, context=context, prefix=None)
    if again:
        n_layers = int(prior.model.config.num_hidden_layers)
        prior = replace(prior, model=keep(prior.model, tuple(range(n_layers))).model)
    editing = _Editing(rule, seed, _AGAIN if again else _EDIT, device, advance)
    return {"tokens": editing.edit_all(prior, texts, folder / LEDGERS)}


class _Editing:
    """Edits texts, each into a ledger."""

    def __init__(
        self, rule: EditRule, seed: int, generation: int, device: Device, advance: Advance
    ) -> None:
        self.rule, self.seed, self.generation = rule, seed, generation
        self.device, self.advance = device, advance

    def edit_all(self, prior: Prior, texts: Path, ledgers: Path) -> int:
        """Edit every text of a folder into a ledger of its name; return how many tokens it has."""
        on_lead(lambda: ledgers.mkdir(parents=True, exist_ok=True))
        return sum(
            self._edit(prior, path, ledgers / f"{path.stem}.parquet")
            for path in sorted(texts.glob("*.arrow"))
        )

    def _edit(self, prior: Prior, text: Path, ledger: Path) -> int:
        """Edit a text; what is drawn depends on document and position alone."""
        corpus = Corpus.open(text)
        working = ledger.with_suffix(".working")
        on_lead(lambda: working.mkdir(exist_ok=True))
        job = EditJob(
            passages=lambda: (Passage(document.id, document.text) for document in corpus),
            shards=[range(len(corpus))],
            folder=working,
            rule=self.rule,
            seed=self.seed,
            generation=self.generation,
            advance=self.advance,
        )
        token_editing.edit_all(
            job, prior, lambda writer: predicting_alone(self.device, self.advance, writer)
        )
        summary = on_lead(lambda: token_editing.write_ledger(job, ledger))
        on_lead(lambda: discard(working))
        return summary.counts.tokens


def compare_again(folder: Path, *, whole: Path, again: Path) -> Mapping[str, Any]:
    """Compare two edits by the whole prior, whose draws differ and nothing else."""
    return {"measures": _measures("all", whole, again)}


def edit_emulated(
    folder: Path,
    *,
    texts: Path,
    calibration: Path,
    calibration_tokens: int,
    whole: Path,
    layer_rule: str,
    kept: Sequence[int],
    model: Path,
    context: int,
    rule: EditRule,
    seed: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Edit every text with emulators of the prior, and compare with the edits by all its layers.

    Args:
        folder: Receives a ledger for every emulator and text.
        texts: Folder of the texts.
        calibration: Folder of other texts, on which the rule measures layers.
        calibration_tokens: First tokens of each of them that are read.
        whole: Folder of the ledgers of all layers.
        layer_rule: Rule by which layers are kept.
        kept: Numbers of layers that the emulators keep.
        model: Checkpoint of the prior.
        context: Longest window that is scored.
        rule: Which tokens are redrawn, and from what.
        seed: Replicate; it keys the draws.
        device: Device that the prior runs on.
        advance: Told how many more tokens were scored.
    """
    prior = load_prior(model, context=context, prefix=None)
    layers = Measures(prior.model, _calibration(calibration, prior, calibration_tokens))
    editing = _Editing(rule, seed, _EDIT, device, advance)
    measures: dict[str, Measure] = {}
    n_tokens = 0
    for n_kept in kept:
        rng = stream(seed, "layer_emulators/edits/layers", n_kept)
        chosen = select(layer_rule, layers, n_kept, rng=rng)
        emulator = replace(prior, model=keep(prior.model, chosen.kept).model)
        ledgers = folder / LEDGERS / str(n_kept)
        n_tokens += editing.edit_all(emulator, texts, ledgers)
        measures |= _measures(str(n_kept), whole, ledgers)
        measures |= {f"{n_kept}/layer {place}": _exact(1) for place in chosen.kept}
        measures[f"{n_kept}/token passes"] = _exact(chosen.cost.token_passes)
    return {"measures": measures, "tokens": n_tokens}


def _calibration(folder: Path, prior: Prior, tokens: int) -> list[list[int]]:
    texts = [text for path in sorted(folder.glob("*.arrow")) for text in Corpus.open(path).texts()]
    return [list(ids[:tokens]) for ids in encode(prior.tokenizer, texts)]


def _measures(n_kept: str, whole: Path, others: Path) -> dict[str, Measure]:
    """Shares of agreement of the ledgers in two folders, of each text and of all together."""
    parts = {
        path.stem: agree(*(pq.read_table(one / path.name) for one in (whole, others)))
        for path in sorted(whole.glob("*.parquet"))
    }
    first, *rest = parts.values()
    parts[ALL_TEXTS] = sum(rest, start=first)
    return {
        f"{n_kept}/{name}/{key}": measure
        for name, agreement in parts.items()
        for key, measure in agreement.measures().items()
    }


def _exact(value: float) -> Measure:
    return {"value": float(value), "stderr": None, "n": 1}
