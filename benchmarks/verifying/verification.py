"""Verifies the programs of files, one after the other, and counts what became of them."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.verifying.reading import Row
from data.executing.execute import Executor, why
from data.executing.outcome import Layer, Line, Number, Outcome, OutcomeClass
from data.files import atomic
from data.text.packed_lines import Writer, create_packed
from data.text.text_files import ReadReport


class Example(NamedTuple):
    """A program that is shown with all that became of it."""

    row: Row
    outcome: Outcome
    lines: tuple[Line, ...]
    """Its values line by line, of the sandbox too."""


@dataclass
class Verification:
    """What became of the programs of some files."""

    report: ReadReport = field(default_factory=ReadReport)
    """What was read and left out."""
    classes: Counter[OutcomeClass] = field(default_factory=Counter)
    layers: Counter[Layer] = field(default_factory=Counter)
    """Programs by what decided about them."""
    n_released: int = 0
    """Programs that the scorer released with PaD counts as right."""
    n_released_alone: int = 0
    """Those of them that are not right."""
    examples: dict[OutcomeClass, list[Example]] = field(default_factory=dict)
    """The first programs of every class."""
    seconds: float = 0.0

    @property
    def n_programs(self) -> int:
        """Programs that were verified."""
        return self.classes.total()

    def add(self, outcome: Outcome) -> None:
        """Count a program."""
        self.classes[outcome.kind] += 1
        self.layers[outcome.layer] += 1
        self.n_released += outcome.released
        self.n_released_alone += outcome.released and not outcome.is_right


def verify_rows(
    rows: Iterable[Row],
    executor: Executor,
    found: Verification,
    *,
    results: Path | None = None,
    most_examples: int = 0,
    tell: Callable[[OutcomeClass], None] = lambda kind: None,
) -> None:
    """Verify rows as they are read.

    Args:
        rows: Programs with their answers.
        executor: What executes them.
        found: Counts them.
        results: File of JSON lines, one for each program, packed if its name ends in .gz or .zst;
            it appears when all is done, and not at all where something went wrong.
        most_examples: Programs of each class that are kept.
        tell: Called after each program with its class.
    """
    with _writer(results) as writer:
        for row in rows:
            outcome = executor.verify(row.program, row.answer)
            found.add(outcome)
            kept = found.examples.setdefault(outcome.kind, [])
            if len(kept) < most_examples:
                kept.append(Example(row, outcome, executor.lines(row.program)))
            if writer is not None:
                line = json.dumps(as_result(row, outcome), ensure_ascii=False)
                writer.write(f"{line}\n".encode("utf-8", "backslashreplace"))
            tell(outcome.kind)


@contextmanager
def _writer(results: Path | None) -> Iterator[Writer | None]:
    if results is None:
        yield None
        return
    with atomic(results) as partial, create_packed(partial, results.suffix) as writer:
        yield writer


def as_result(row: Row, outcome: Outcome) -> dict[str, Any]:
    """What became of a program, as a line of the results has it."""
    return {
        "id": row.id,
        "class": outcome.kind.value,
        "value": plain(outcome.value),
        "answer": plain(outcome.answer),
        "released": outcome.released,
        "layer": outcome.layer.value,
        "steps": outcome.steps,
        "reason": why(outcome),
        "lines": [[line.number, line.name, plain(line.value)] for line in outcome.lines],
    }


def plain(value: Number | str | None) -> str | None:
    """A value as text that says all of it: `18`, `7/3`, `0.30000000000000004`, or text itself."""
    if value is None or isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | Fraction) else repr(value)
