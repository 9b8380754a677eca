"""What length and place tell of human preferences: the pairs of HHH, from their lengths alone.

`published/hhh.csv` holds numbers of each pair and no text; `data.preference_data.hhh` reads the
file that they were taken from.
"""

import csv
from pathlib import Path

import pandas as pd

from data.preference_data.hhh import PARTS, HumanLeaks, human_leaks

_FILE = Path(__file__).parents[1] / "published" / "hhh.csv"
COLUMNS = ("part", "pair", "preferred_first", "preferred_characters", "other_characters")


def human_lines() -> list[dict[str, str]]:
    """Each pair as a line of the file."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def human_frame() -> pd.DataFrame:
    """By part and of all: pairs, and how often the longer and the first answer was preferred."""
    lines = human_lines()
    return pd.DataFrame(
        [
            _row(part or "all", [line for line in lines if part in (line["part"], None)])
            for part in (*PARTS, None)
        ]
    )


def longer_is_preferred() -> float:
    """Share of all pairs whose longer answer is preferred."""
    return _leaks(human_lines()).longer


def _leaks(lines: list[dict[str, str]]) -> HumanLeaks:
    return human_leaks(
        [(int(line["preferred_characters"]), int(line["other_characters"])) for line in lines],
        [line["preferred_first"] == "1" for line in lines],
    )


def _row(name: str, lines: list[dict[str, str]]) -> dict[str, str]:
    found = _leaks(lines)
    error = found.standard_error(found.longer)
    return {
        "judged for": name,
        "pairs": str(found.n),
        "the longer answer is preferred": f"{found.longer:.3f}",
        "standard error": f"{error:.3f}",
        "the first answer is preferred": f"{found.first:.3f}",
    }
