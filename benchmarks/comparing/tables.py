"""What a run prints at its end: tables of workflow by generation, and one sentence per workflow."""

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import CONTROL, LOSS, Curve, compare_all, curves, excess, verdict
from benchmarks.comparing.differences import BOOTSTRAP_SEEDS, Difference, support
from benchmarks.comparing.thresholds import threshold_words, thresholds
from data.errors import BadInput
from data.workflow import label


def loss_table(records: Sequence[Record]) -> Table:
    """Held-out bits per byte, workflow by generation, with the spread over seeds."""
    found = worst_first(records)
    n_seeds = max(len(curve.seeds) for curve in found)
    spread = f" ± standard deviation over {n_seeds} seeds" if n_seeds > 1 else ", 1 seed"
    table = Table(title=f"Held-out bits per byte{spread}")
    table.add_column("workflow")
    for generation in range(found[0].values.shape[1]):
        table.add_column(f"gen {generation}", justify="right")
    for curve in found:
        table.add_row(curve.workflow, *_loss_cells(curve))
    return table


LEGEND = """distinct-2 and tail: different bigrams, and rare held-out bigrams, in text it writes.
flagged, changed: of the tokens it was trained on. from P: probability from which the last edit
flagged. human, seen: tokens of the whole chain."""


def text_table(records: Sequence[Record]) -> Table:
    """What the last models write, what was edited, and what it cost; means over seeds."""
    floor = records[0].human.floor
    table = Table(title="At the last generation")
    for name in (
        "workflow",
        "distinct-2",
        "tail",
        "flagged",
        "from P",
        "changed",
        "human",
        "seen",
        "time",
    ):
        table.add_column(name, justify="left" if name == "workflow" else "right", no_wrap=True)
    for curve in worst_first(records):
        mine = [record for record in records if record.workflow == curve.workflow]
        table.add_row(
            curve.workflow,
            *(
                f"{_mean([r.last.metrics[key].value for r in mine]):.3f}"
                for key in ("samples/distinct_2/none", "samples/tail_coverage/none")
            ),
            _share(mine, "flagged"),
            _threshold(mine),
            _share(mine, "changed"),
            f"{_mean([r.last.human_tokens_used for r in mine]) / 1e3:,.0f} k",
            f"{_mean([sum(g.tokens_seen for g in r.generations) for r in mine]) / 1e3:,.0f} k",
            f"{_mean([r.seconds for r in mine]):,.0f} s",
        )
    table.add_section()
    table.add_row(
        "human text",
        *(
            f"{floor[k].value:.3f}"
            for k in ("samples/distinct_2/none", "samples/tail_coverage/none")
        ),
        style="dim",
    )
    return table


def comparison_table(records: Sequence[Record]) -> Table:
    """Every workflow against the control, with intervals, test, correction and slope."""
    found = compare_all(records)
    has_bootstrap = any(one.bootstrap.low is not None for one in found)
    table = Table(title=f"Excess of bits per byte over {CONTROL}, paired by seed")
    table.add_column("workflow", no_wrap=True)
    has_texts = any(one.over_texts is not None for one in found)
    more = [*["other texts"] * has_texts, *["bootstrap"] * has_bootstrap]
    for name in ("n", "excess, t interval", *more, "corrected p", "slope, t interval"):
        table.add_column(name, justify="right")
    for one in found:
        table.add_row(
            label(one.workflow),
            str(one.excess.n),
            f"{one.excess.mean:+.3f} {_ends(one.excess)}",
            *([_ends(one.over_texts) if one.over_texts else ""] if has_texts else []),
            *([_ends(one.bootstrap)] if has_bootstrap else []),
            "" if one.adjusted_p is None else f"{one.adjusted_p:.2g}",
            "" if one.slope is None else f"{one.slope.mean:+.3f} {_ends(one.slope)}",
        )
    table.caption = (
        "slope: per generation from the first on; correction: Benjamini and Hochberg; intervals "
        "over seeds are for this held-out text"
    )
    if has_texts:
        table.caption += "; other texts: interval over seeds and documents, for other texts too"
    if has_bootstrap:
        table.caption += f"; bootstrap: studentised, from {BOOTSTRAP_SEEDS} seeds on"
    return table


def downstream_table(records: Sequence[Record]) -> Table:
    """Scores of the last models on tasks: mean over seeds, and the standard error over items."""
    scored = [record for record in records if record.last.downstream is not None]
    facts = [record.last.downstream for record in scored if record.last.downstream is not None]
    keys = sorted({key for found in facts for key in found.scores})
    limits = {f"first {found.limit:,} items" if found.limit else "all items" for found in facts}
    table = Table(title=f"Downstream, last generation, {', '.join(sorted(limits))}")
    table.add_column("task/metric/filter", no_wrap=True)
    workflows = list(dict.fromkeys(label(record.workflow) for record in scored))
    for name in workflows:
        table.add_column(name, justify="right")
    for key in keys:
        table.add_row(key, *(_score_cell(scored, name, key) for name in workflows))
    table.caption = "± standard error over the items of one evaluation; mean over seeds"
    counts = [item for found in facts for item in (found.searched or {}).items()]
    unchecked = sorted({task for task, count in counts if count == 0})
    if unchecked:
        table.caption += f"; not looked for in the text to train on: {', '.join(unchecked)}"
    return table


def _score_cell(records: Sequence[Record], workflow: str, key: str) -> str:
    found = [
        record.last.downstream.scores[key]
        for record in records
        if label(record.workflow) == workflow
        and record.last.downstream is not None
        and key in record.last.downstream.scores
    ]
    if not found:
        return ""
    errors = [score.stderr for score in found if score.stderr is not None]
    spread = f" ± {_mean(errors):.3f}" if errors else ""
    return f"{_mean([score.value for score in found]):.3f}{spread}"


def _ends(difference: Difference) -> str:
    if difference.low is None:
        return ""
    return f"[{difference.low:+.3f}, {difference.high:+.3f}]"


def health_line(records: Sequence[Record]) -> str:
    """Which limits of the health gate were broken, and by how many corpora."""
    corpora = {g.corpus.fingerprint: g.corpus.breaches for r in records for g in r.generations}
    names = Counter(breach.split()[0] for breaches in corpora.values() for breach in breaches)
    if not names:
        return f"Health: none of {len(corpora)} corpora breaks a limit of the recipe."
    found = ", ".join(f"{name} in {count}" for name, count in names.most_common())
    return f"Health: of {len(corpora)} corpora, limits of the recipe are broken: {found}."


def markdown(records: Sequence[Record]) -> str:
    """The loss table for a README: mean and spread over seeds, and the excess over the control."""
    found = worst_first(records)
    control = next((curve for curve in found if curve.workflow == CONTROL), None)
    if control is None:
        raise BadInput(f"no {CONTROL} chain to compare with: run the recipe with it")
    generations = range(found[0].values.shape[1])
    rows = [
        ["workflow", *(f"generation {g}" for g in generations), f"excess over `{CONTROL}`"],
        ["---", *("---:" for _ in generations), "---:"],
    ]
    significant = _significant(records)
    for curve in found:
        cell = _excess_cell(curve, control, is_significant=significant.get(curve.workflow))
        rows.append([f"`{curve.workflow}`", *_loss_cells(curve), cell])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    notes = [
        "Held-out bits per byte, mean ± standard deviation over seeds; excess at the last "
        "generation with its t interval for this held-out text, paired by seed; * differs from 0 "
        "after correction over the workflows (Benjamini and Hochberg, 5 %).",
        support(len(control.seeds)),
        *_edit_lines(records),
    ]
    return "\n".join([*lines, "", *notes]) + "\n"


def _loss_cells(curve: Curve) -> list[str]:
    spread = curve.spread
    return [
        f"{mean:.3f}" if spread is None else f"{mean:.3f} ± {spread[generation]:.3f}"
        for generation, mean in enumerate(curve.mean)
    ]


def _significant(records: Sequence[Record]) -> dict[str, bool | None]:
    return {one.workflow: one.is_significant for one in compare_all(records)}


def _excess_cell(curve: Curve, control: Curve, *, is_significant: bool | None) -> str:
    difference = excess(curve, control)
    if curve.workflow == control.workflow or difference is None:
        return ""
    if difference.low is None:
        return f"{difference.mean:+.3f}"
    mark = " *" if is_significant else ""
    return f"{difference.mean:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]{mark}"


def sentences(records: Sequence[Record]) -> list[str]:
    """A verdict per workflow, then what the number of seeds supports."""
    found = {curve.workflow: curve for curve in worst_first(records)}
    if CONTROL not in found:
        alone = f"No {CONTROL} chain: these are observations, nothing is compared."
        return [alone, *_edit_lines(records)]
    control = found.pop(CONTROL)
    first, last = control.mean[0], control.mean[-1]
    lines = [f"{CONTROL}: {first:.3f} -> {last:.3f} bits per byte, the control"]
    significant = _significant(records)
    lines += [
        verdict(curve, control, is_significant=significant.get(curve.workflow))
        for curve in found.values()
    ]
    return [*lines, support(len(control.seeds)), *_edit_lines(records)]


def _edit_lines(records: Sequence[Record]) -> list[str]:
    corpora = {g.corpus.fingerprint: g.corpus.edit for r in records for g in r.generations}
    edits = [edit for edit in corpora.values() if edit is not None]
    if not edits:
        return []
    tokens = sum(edit.tokens for edit in edits)
    by_paper = sum(edit.flagged_by_paper for edit in edits)
    flagged = sum(edit.flagged for edit in edits)
    changed = sum(edit.changed for edit in edits)
    return [
        f"Token editing read {tokens:,} tokens in {len(edits)} corpora: {flagged:,} flagged "
        f"({flagged / tokens:.1%}), {changed:,} changed ({changed / tokens:.2%}); the paper's "
        f"threshold of 0.99 flags {by_paper:,} of them. Thresholds in force, first to last edit: "
        f"{threshold_words(records)}."
    ]


def worst_first(records: Sequence[Record]) -> list[Curve]:
    """One loss curve per workflow, highest at the last generation first."""
    return sorted(curves(records, LOSS), key=lambda curve: -curve.mean[-1])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _threshold(records: Sequence[Record]) -> str:
    """The threshold of the last edit, mean over seeds; empty where none was in force."""
    return "".join(f"{values[-1]:.2f}" for values in thresholds(records).values())


def _share(records: Sequence[Record], what: str) -> str:
    edits = [r.last.corpus.edit for r in records]
    shares = [getattr(edit, what) / edit.tokens for edit in edits if edit is not None]
    return f"{_mean(shares):.2%}" if shares else ""
