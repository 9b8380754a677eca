"""Small files in the place of sets of texts that are in no package, and runs of studies on them."""

import json
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.families.critical_data.text.record import FamilyRecord
from benchmarks.families.critical_data.text.study import TextStudy
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from lightning_modules.device import Device

SETS = ("imdb", "yelp_polarity", "task846")


def write_sets(home: Path, n_texts: int = 80) -> None:
    """Put small files in the place of the sets that are in no package: two words tell the class."""
    folder = home / "data" / "labelled"
    folder.mkdir(parents=True)
    for number, name in enumerate(SETS):
        rng = np.random.default_rng(number)
        lines = []
        for place in range(n_texts):
            label = place % 2
            words = rng.choice([f"word{n}" for n in range(30)], size=rng.integers(3, 15)).tolist()
            words[int(rng.integers(len(words)))] = ("awful", "lovely")[label]
            lines.append(json.dumps({"text": f"{' '.join(words)} no{place}", "label": label}))
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run_study(study: TextStudy, folder: Path) -> list[FamilyRecord]:
    """Records of one seed of every arm."""
    session = Session(
        outputs=folder / "outputs",
        records=folder / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    return [one for one in run_recipe(study, (0,), session) if isinstance(one, FamilyRecord)]
