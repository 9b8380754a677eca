"""The numbers printed about critical data sizes, and where the paper contradicts itself."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from benchmarks.paper.audit import Audit, Check, Kind, rounded, stands_for
from benchmarks.paper.published import Cell, PublishedNumbers, PublishedTable
from theory.critical_data.shrinkage import Shrinkage, decay_steps, printed_steps

PUBLISHED = PublishedNumbers(Path(__file__).parent / "published", versions=("v3",))
"""The third version of the paper, which prints no table of results."""
IMDB = Shrinkage(alpha=10.0, rate=1e-3, decay=1e-2)
"""Settings of the paper's runs on film reviews."""
_CHANCE = Fraction(50)
"""Share right by chance of two classes, in percent."""
_YELP_SHARE = Fraction(1, 10)
"""Share of the declared reviews that generalise in the paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inconsistency:
    """Two statements of the paper, or of it and its released code, that cannot both be so."""

    subject: str
    one: str
    """What one place says, with its number."""
    other: str
    """What the other says, with its number."""
    ours: str
    """What follows, or what was found here; names in braces are numbers of records."""


def _text(cell: Cell) -> str:
    return f"{cell.printed} {cell.unit} ({cell.table})"


def _find(table: str, row: str, column: str) -> Cell:
    cells = PUBLISHED.tables["figures"].cells
    (cell,) = (one for one in cells if one.key == (table, row, column))
    return cell


_ALPHA = _find("Settings", "modular addition, p = 113", "initial scale alpha")
_STEPS = _find("Text", "IMDB", "steps to generalise")
_BELOW = _find("Text", "IMDB, below the critical size", "test accuracy")
_YELP = _find("Text", "Yelp", "reviews declared")
_ABLATION = _find("Appendix", "IMDB, weight decay .01", "test accuracy after 800000 steps")
_MEMORISED = _find("Figure 1", "modular addition, p = 113", "steps to memorise")
_NARROW, _WIDE = (
    _find("Figure 7", f"IMDB, width {width}", "mean test accuracy") for width in (16, 256)
)
_STEP = IMDB.rate * IMDB.decay
"""What one step of decay takes away, in the runs on film reviews."""
_ACCURACIES = tuple(
    _find(place, "IMDB", "test accuracy") for place in ("Text", "Section 6", "Figure 7")
)

INCONSISTENCIES: tuple[Inconsistency, ...] = (
    Inconsistency(
        subject="initial scale of the modular runs",
        one=f"alpha = {_ALPHA.printed}, which would make all weights 0",
        other="the released script passes none, which is alpha = 1",
        ours="runs with alpha = 1 grok, as printed",
    ),
    Inconsistency(
        subject="accuracy on film reviews after grokking",
        one=_text(_ACCURACIES[0]),
        other=" and ".join(map(_text, _ACCURACIES[1:])),
        ours="three numbers for one run; none has an interval",
    ),
    Inconsistency(
        subject="generalisation below the critical size",
        one=f"none, which would be {_CHANCE} % of two classes",
        other=_text(_BELOW),
        ours="on arithmetic, at n = {below_n}: {below}, and {apart} where b + a was not learnt; "
        "chance is {chance}; see `cds.below`",
    ),
    Inconsistency(
        subject="time to learn by heart",
        one=f"not changed by the size of the data: {_text(_MEMORISED)}",
        other="grows with the size of the data, without a number",
        ours="{fastest} to {slowest} steps from n = {least_n} to {most_n}; see `cds.memorise_flat`",
    ),
    Inconsistency(
        subject="how reliably models grok",
        one="stably, under the proposed settings",
        other="an appendix on unstable grokking",
        ours="near the critical size some seeds generalise and others do not: {near} at n = "
        "{near_n}",
    ),
    Inconsistency(
        subject="reviews of Yelp",
        one=f"{_YELP.printed} declared",
        other=f"a tenth used: {rounded(_YELP.value * _YELP_SHARE, 0)}",
        ours="the size that generalises is a tenth of the one in the table of data",
    ),
    Inconsistency(
        subject="weight decay of .01 on film reviews",
        one=f"{_text(_ACCURACIES[0])} in the main run",
        other=f"{_text(_ABLATION)} in the ablation, after 800,000 steps",
        ours="the same setting at chance in one place and working in the other",
    ),
    Inconsistency(
        subject="stages of training",
        one="boundaries in the text",
        other="boundaries in the figure, ten times as late",
        ours="no number can be compared with it",
    ),
    Inconsistency(
        subject="weight decay as a term of the loss",
        one="the norm without a square, in the formula: weights of length L would be halved after "
        f"{0.5 / _STEP:,.0f} L steps",
        other="decoupled decay (AdamW), whose term would be the square: halved after "
        f"{math.log(2) / _STEP:,.0f} steps, whatever L is",
        ours="the gradient of a norm without its square has length 1: no shrinking by a share",
    ),
    Inconsistency(
        subject="steps that decay needs to undo the scale (Eq. 7)",
        one=f"ln(10) / .01 = {printed_steps(IMDB):.0f} steps by the printed equation",
        other=f"the run itself generalises after {int(_STEPS.printed):,} steps",
        ours=f"with the learning rate {decay_steps(IMDB):,.0f}: see `cds.decay_printed`",
    ),
    Inconsistency(
        subject="the statistic of the model-wise figure",
        one="larger models need more data, a statement about a critical size, from "
        f"{_NARROW.printed} at width 16 and {_WIDE.printed} at width 256 ({_WIDE.table})",
        other="the released code takes the maximum over training of the smoothed test accuracy, "
        "one run a cell, and fits a line to 16 means",
        ours="it selects on the test set and measures no critical size; see `cds.width`",
    ),
)
"""The eleven places, in the order in which they were found."""


def _checks(table: PublishedTable) -> Iterator[Check]:
    """What can be computed of them, one check each."""
    yield _of(_ALPHA, "product", Fraction(1), "a model whose weights are all 0 learns nothing")
    for cell in _ACCURACIES[1:]:
        first = _ACCURACIES[0]
        yield _of(cell, "repeated", first.value, f"{first.table}: the same run")
    yield _of(_BELOW, "repeated", _CHANCE, "no generalisation, of two classes")
    used = _YELP.value * _YELP_SHARE
    yield _of(_YELP, "product", used, "the tenth of the reviews that the runs use")
    main = _ACCURACIES[0].value / 100
    yield _of(_ABLATION, "repeated", main, "the main run, at the same weight decay")
    law = Fraction(round(printed_steps(IMDB)))
    yield _of(_STEPS, "ratio", law, f"Eq. 7, ln(alpha) / wd = {math.log(10):.4f} / .01")


def _of(cell: Cell, kind: Kind, other: Fraction, how: str) -> Check:
    around = stands_for(cell)
    fits = around.low <= other < around.high
    status = "follows" if fits else "inconsistent as printed"
    return Check(cell, kind, status, rounded(other, max(cell.decimals, 0)), how)  # type: ignore[arg-type]


AUDIT = Audit(published=PUBLISHED, derived={"figures": _checks})
