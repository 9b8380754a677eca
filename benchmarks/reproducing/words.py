"""What a comparison with committed chains found: a verdict in a line, a table, what was left."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from benchmarks.reproducing.comparison import ROUNDING, Comparison, Difference, Reproduction
from benchmarks.reproducing.quantities import is_loss

BITS = "bits per byte"
_SHOWN = 3
"""Numbers outside that are named; the others are counted."""


def verdict_line(reproduction: Reproduction) -> str:
    """The verdict over all runs, with the largest difference of a loss and its band."""
    compared = reproduction.comparisons
    if not compared:
        return "nothing to compare with: no other run of these settings is on record"
    n = sum(one.reproduced for one in compared)
    word = "reproduced" if reproduction.verdict else "not reproduced"
    what = "chains" if _has_losses(compared) else "runs"
    said = f"{word}: {n} of {len(compared)} {what}"
    if all(one.exact for one in compared):
        return f"{said}, every number the same within {ROUNDING:.0e}"
    largest = _largest([loss for one in compared for loss in one.losses])
    return f"{said}, largest difference {_with_band(largest)}"


def lines(reproduction: Reproduction) -> Iterator[str]:
    """The verdict, what else was compared, and of every run outside where it left and what differs.

    Each is one line of text without markup.
    """
    yield verdict_line(reproduction)
    compared = reproduction.comparisons
    numbers = [number for one in compared for number in one.differences]
    if compared:
        inside = sum(one.inside for one in numbers)
        yield (
            f"{inside:,} of {len(numbers):,} numbers lie in the reference band of "
            f"{_reference(compared)}"
        )
    if unjudged := sum(one.unjudged for one in compared):
        yield f"{unjudged:,} numbers have no band: measured otherwise, or of one seed alone"
    for one in compared:
        yield from _of_run(one)
    if compared and reproduction.without:
        names = ", ".join(reproduction.without)
        yield f"not compared, for fewer than two other seeds are on record: {names}"


def loss_table(reproduction: Reproduction) -> Table | None:
    """How far every chain is from what is expected, generation by generation; None for studies."""
    compared = reproduction.comparisons
    if not _has_losses(compared):
        return None
    last = max(loss.place.generation for one in compared for loss in one.losses)
    title = f"Held-out loss beside what is on record, {BITS} (± band)"
    table = Table(title=title, title_justify="left")
    table.add_column("chain")
    table.add_column("against")
    for generation in range(last + 1):
        table.add_column(f"{'rise to ' if generation else 'generation '}{generation}")
    table.add_column("")
    for one in compared:
        found = {
            loss.place.generation: loss for loss in one.losses if "held_out" in loss.place.name
        }
        cells = [_cell(found[at]) if at in found else "" for at in range(last + 1)]
        table.add_row(one.name, _against(one), *cells, _mark(one))
    return table


def _of_run(one: Comparison) -> Iterator[str]:
    if one.reproduced:
        return
    left = [text for place, text in one.wrong_facts if place.generation == one.left_at]
    left += [_in_words(number) for number in one.outside if number.place.generation == one.left_at]
    rest = len(one.wrong_facts) + len(one.outside) - len(left[:_SHOWN])
    more = f", and {rest} more" if rest else ""
    said = "; ".join(left[:_SHOWN])
    yield f"{one.name} leaves the band at generation {one.left_at}: {said}{more}"
    if one.surroundings:
        yield f"{one.name} differs in {'; '.join(one.surroundings)}"
    elif one.same_seed:
        yield (
            f"{one.name} has the versions, threads, precision, lock and code of the committed "
            "chain: look at the processor"
        )


def _in_words(number: Difference) -> str:
    expected = f"expected {number.expected:.4g} ± {number.band:.2g}"
    return f"{number.place.name} {number.found:.4g}, {expected}"


def _with_band(number: Difference) -> str:
    if is_loss(number.place.name):
        return f"{abs(number.amount):.4f} {BITS} (band {number.band:.4f})"
    return f"{abs(number.amount):.4g} in {number.place.name} (band {number.band:.2g})"


def _largest(numbers: Sequence[Difference]) -> Difference:
    """The number that is the farthest from what is expected, in relation to its band."""
    return max(numbers, key=lambda one: abs(one.amount) / one.band if one.band else abs(one.amount))


def _has_losses(compared: Sequence[Comparison]) -> bool:
    return any(is_loss(loss.place.name) for one in compared for loss in one.losses)


def _cell(loss: Difference) -> str:
    return f"{loss.amount:+z.4f} ± {loss.band:.4f}{'' if loss.inside else ' !'}"


def _mark(one: Comparison) -> str:
    if one.exact:
        return "the same"
    return "inside" if one.reproduced else f"outside from generation {one.left_at} on"


def _against(one: Comparison) -> str:
    return "itself" if one.same_seed else f"{len(one.seeds)} seeds"


def _reference(compared: Sequence[Comparison]) -> str:
    same = [one.same_seed for one in compared]
    if all(same):
        return "the same seed run elsewhere (machines other than the measured ones are assumed)"
    return "another seed" if not any(same) else "the same or another seed"
