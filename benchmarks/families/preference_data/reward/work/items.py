"""The exam as a table of candidates: the options of each question, and others' right options."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from data.files import write_atomic
from data.preference_data.exams import Exam, leaks, load_exam
from data.preference_data.pairs import KINDS, check_pairs, make_pairs, of_kind, strangers
from data.preference_data.splitting import near_duplicates
from data.randomness import stream

ITEMS, PAIRS = "items.json", "pairs.jsonl"
_PURPOSE = "preference_data/questions"
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Items:
    """Questions with their candidates; row `first[i]` of a table of candidates is option 0 of i."""

    questions: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    """The options of every question, in the exam's order."""
    gold: tuple[int, ...]
    """Place of the right option."""
    strangers: tuple[tuple[str, ...], ...]
    """Right options of other questions, as many as a question has wrong options."""
    groups: tuple[int, ...]
    """Group of near-duplicates of every question."""

    @cached_property
    def first(self) -> Places:
        """Row of the first candidate of every question; its strangers follow its options."""
        sizes = [2 * len(one) - 1 for one in self.options]
        return np.cumsum([0, *sizes[:-1]])

    @cached_property
    def right(self) -> Places:
        """Row of the right option of every question."""
        return np.asarray(self.first + np.array(self.gold))

    def wrong(self, place: int) -> list[int]:
        """Rows of the wrong options of a question."""
        first = int(self.first[place])
        return [first + at for at in range(len(self.options[place])) if at != self.gold[place]]

    def rows_of_strangers(self, place: int) -> list[int]:
        """Rows of the strangers of a question."""
        first = int(self.first[place]) + len(self.options[place])
        return list(range(first, first + len(self.strangers[place])))

    @cached_property
    def candidates(self) -> list[tuple[int, str]]:
        """Question and text of every candidate, in the order of the rows."""
        return [
            (place, text)
            for place, options in enumerate(self.options)
            for text in (*options, *self.strangers[place])
        ]


def read_items(path: Path) -> Items:
    """The items that a stage has written."""
    found = json.loads(path.read_text())
    return Items(
        tuple(found["questions"]),
        tuple(map(tuple, found["options"])),
        tuple(found["gold"]),
        tuple(map(tuple, found["strangers"])),
        tuple(found["groups"]),
    )


def make_items(folder: Path, *, exam: str, questions: int, wheel: str) -> Mapping[str, Any]:
    """Draw questions of an exam, which no seed changes, and write them and their pairs.

    Args:
        folder: Receives `items.json`, and `pairs.jsonl` with where every pair is from.
        exam: Name of the exam.
        questions: Number of questions.
        wheel: Package that the exam is read from, by its requirement.

    Raises:
        BadInput: The exam has fewer usable questions.
    """
    whole = load_exam(exam)
    if len(whole.questions) < questions:
        raise BadInput(
            f"{exam} has {len(whole.questions):,} usable questions, {questions:,} are asked for; "
            "lower questions"
        )
    chosen = np.sort(stream(0, _PURPOSE, exam).permutation(len(whole.questions))[:questions])
    drawn = _part(whole, chosen)
    pairs = make_pairs(drawn)
    check_pairs(exam, pairs)
    texts = [one.question for one in drawn.questions]
    items = Items(
        tuple(texts),
        tuple(one.choices for one in drawn.questions),
        tuple(one.gold for one in drawn.questions),
        tuple(
            tuple(drawn.questions[other].choices[drawn.questions[other].gold] for other in others)
            for others in strangers(drawn)
        ),
        tuple(near_duplicates(texts).tolist()),
    )
    write_atomic(folder / ITEMS, json.dumps(asdict(items)))
    lines = (json.dumps(asdict(pair), ensure_ascii=False) for pair in pairs)
    write_atomic(folder / PAIRS, "\n".join(lines) + "\n")
    return {
        "measures": _leaks_as_measures(whole),
        "package": wheel,
        "pairs": {kind: len(of_kind(pairs, kind)) for kind in KINDS},
        "groups": len(set(items.groups)),
        "equal_options": whole.equal_options,
    }


def _part(exam: Exam, places: Places) -> Exam:
    return Exam(
        exam.name,
        exam.licence,
        tuple(exam.questions[place] for place in places),
        tuple(exam.places[place] for place in places),
        exam.equal_options,
    )


def _leaks_as_measures(exam: Exam) -> dict[str, dict[str, Any]]:
    """What length and place tell of the labels of the whole exam."""
    found = leaks(exam.questions)
    shares = {
        "chance": found.chance,
        "longest option right": found.longest,
        **{f"option {at} right": share for at, share in enumerate(found.positions, start=1)},
        "pairs longer": found.longer_wins,
        "pairs earlier": found.earlier_wins,
    }
    return {
        f"leak/{name}": {"value": share, "stderr": found.standard_error(share), "n": found.n}
        for name, share in shares.items()
    }


def lengths(items: Items) -> Places:
    """Characters of every candidate, shape (candidates,)."""
    return np.array([max(len(text), 1) for _, text in items.candidates])


def pairs_of(items: Items, places: Sequence[int]) -> dict[str, tuple[Places, Places, Places]]:
    """Chosen row, rejected row and question of the pairs of each kind of some questions.

    `matched` are the hard pairs whose lengths differ by at most a tenth.
    """
    size = lengths(items)
    found: dict[str, list[tuple[int, int, int]]] = {
        kind: [] for kind in ("easy", "hard", "length", "matched")
    }
    for place in places:
        mine = int(items.right[place])
        found["easy"] += [(mine, other, place) for other in items.rows_of_strangers(place)]
        for wrong in items.wrong(place):
            found["hard"].append((mine, wrong, place))
            if size[wrong] > size[mine]:
                found["length"].append((mine, wrong, place))
            if abs(np.log(size[wrong] / size[mine])) <= _MATCHED:
                found["matched"].append((mine, wrong, place))
    return {kind: _columns(rows) for kind, rows in found.items()}


_MATCHED = 0.1
"""Difference of log lengths up to which two options are equally long."""


def _columns(rows: Sequence[tuple[int, int, int]]) -> tuple[Places, Places, Places]:
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]
