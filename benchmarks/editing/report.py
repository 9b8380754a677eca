"""What an edit did, to read and to look at."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pyarrow.parquet as pq
from matplotlib.figure import Figure
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from data.edits.places import band_end
from data.ledger import Change, changes
from lightning_modules.editing.token_editing import EditSummary
from lightning_modules.library_warnings import in_words

if TYPE_CHECKING:
    from benchmarks.editing.outcome import EditOutcome


_CHARACTERS_AROUND = 90


def summary_lines(outcome: "EditOutcome") -> Iterator[str]:
    """What was read, flagged and changed, and how fast; every document is accounted for."""
    source, summary, counts = outcome.source, outcome.summary, outcome.summary.counts
    n_skipped = sum(source.skipped.values())
    yield (
        f"documents: {source.documents + n_skipped:,} read = {counts.documents:,} written + "
        f"{n_skipped:,} left out"
    )
    for reason, count in source.skipped.items():
        yield f"  left out, {reason}: {count:,}"
    for example in source.examples:
        yield f"    {example}"
    if counts.not_given_back:
        yield (
            f"  {counts.not_given_back:,} documents are not what decoding their tokens gives; only "
            "tokens that stand in the text as they are were edited there"
        )
    yield (
        f"tokens: {counts.tokens:,} in {counts.windows:,} windows; {counts.editable:,} editable; "
        f"the prior read {counts.padded_tokens:,} with overlap and padding"
    )
    relation = {"above": ">", "below": "<"}[outcome.rule.side] + "=" * outcome.rule.inclusive
    yield (
        f"flagged: {summary.flagged:,} ({_percent(summary.flagged, counts.tokens)}) with "
        f"P {relation} {summary.threshold:.6g}{band_end(outcome.rule)}; the paper's rule flags "
        f"{counts.flagged_by_paper:,} ({_percent(counts.flagged_by_paper, counts.tokens)})"
    )
    yield (
        f"changed: {summary.changed:,} ({_percent(summary.changed, counts.tokens)}); "
        f"{summary.unwritable:,} draws were no text; "
        f"{summary.changed + summary.unwritable:,} draws differ, expected "
        f"{summary.expected_changes:,.1f} with standard deviation "
        f"{summary.expected_changes_sd:,.1f}"
    )
    yield from in_words(outcome.library_warnings, "library_warnings in summary.json")
    yield (
        f"speed: {outcome.tokens_in_seconds / outcome.seconds:,.0f} tokens/s in this run of "
        f"{outcome.seconds:,.1f} s; peak memory {outcome.peak_memory_bytes / 2**30:.2f} GiB"
    )


def histogram_table(summary: EditSummary, beside: Sequence[float]) -> Table:
    """Tokens by probability, beside the shares of the paper's Table 6, in percent."""
    table = Table(title="How likely the tokens are to the prior")
    for column in ("P(token)", "tokens", "share", "paper, Table 6"):
        table.add_column(column, justify="right")
    histogram = summary.counts.histogram
    for place, (count, printed) in enumerate(zip(histogram, beside, strict=True)):
        end = "]" if place == len(histogram) - 1 else ")"
        interval = escape(f"[{place / 10:.1f}, {(place + 1) / 10:.1f}{end}")
        share = _percent(count, sum(histogram))
        table.add_row(interval, f"{count:,}", share, f"{printed:.1f} %")
    return table


def draw_histogram(summary: EditSummary, path: Path, beside: Sequence[float]) -> None:
    """Draw the histogram beside the shares of the paper's Table 6, in percent."""
    counts = np.array(summary.counts.histogram)
    places = np.arange(len(counts))
    with mpl.rc_context({"font.size": 11, "font.family": "sans-serif"}):
        figure = Figure(figsize=(7.6, 4.2), layout="constrained")
        axes = figure.subplots()
        share = 100 * counts / max(counts.sum(), 1)
        axes.bar(
            places - 0.2, share, 0.4, color="#2166ac", label=f"this text (n = {sum(counts):,})"
        )
        label = "paper, Table 6 (biomedicine)"
        axes.bar(places + 0.2, beside, 0.4, color="#bdbdbd", label=label)
        axes.set_xticks(places - 0.5, [f"{place / 10:.1f}" for place in places])
        axes.set(xlabel="probability that the prior gives the token", ylabel="share of tokens, %")
        flagged = summary.flagged / max(summary.counts.tokens, 1)
        changed = summary.changed / max(summary.counts.tokens, 1)
        at = f"threshold {summary.threshold:.3g}"
        axes.set_title(f"{flagged:.2%} flagged ({at}), {changed:.2%} changed", loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
        figure.savefig(path, dpi=150)


def side_by_side(texts: Iterable[str], ledger: Path, n_passages: int) -> Table:
    """Passages before and after, evenly spread over the documents that changed."""
    table = Table(show_lines=True, title=f"{n_passages} of the passages that changed")
    for column in ("document", "before", "after"):
        table.add_column(column, ratio=None if column == "document" else 1)
    chosen = _spread(ledger, n_passages)
    found = (change for change in changes(ledger) if change.document in chosen)
    groups = itertools.groupby(found, key=lambda change: change.document)
    remaining = enumerate(texts)
    for document, group in groups:
        text = next(text for place, text in remaining if place == document)
        before, after = _passage(text, list(group))
        table.add_row(f"{document:,}", before, after)
    return table


def _spread(ledger: Path, n: int) -> set[int]:
    table = pq.read_table(ledger, columns=["document", "changed"])
    changed = table.column("document").to_numpy()[table.column("changed").to_numpy()]
    documents = np.unique(changed)
    places = np.linspace(0, len(documents) - 1, min(n, len(documents))).round().astype(int)
    return set(documents[places].tolist())


def _passage(text: str, edits: Sequence[Change]) -> tuple[Text, Text]:
    """The text around the first change, with every change in it marked."""
    start = max(edits[0].start - _CHARACTERS_AROUND, 0)
    stop = edits[0].stop + _CHARACTERS_AROUND
    before, after, last = Text(), Text(), start
    for edit in (edit for edit in edits if edit.stop <= stop):
        for side, piece, style in (
            (before, text[edit.start : edit.stop], "bold red"),
            (after, edit.replacement, "bold green"),
        ):
            side.append(text[last : edit.start])
            side.append(piece, style=style)
        last = edit.stop
    for side in (before, after):
        side.append(text[last:stop])
    return before, after


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "-"
