"""Recipes, the chain of generations, records, and what is drawn from them."""

import importlib.util
import sys
from pathlib import Path

_BESIDE = ("data", "lightning_modules", "theory")
"""The packages that come with this one, whose names other projects have too."""
_ROOT = Path(__file__).resolve().parents[1]


def _places(name: str) -> list[Path]:
    """Folders and files that a module of this name would be read from, or was."""
    loaded = sys.modules.get(name)
    spec = importlib.util.find_spec(name) if loaded is None else loaded.__spec__
    if spec is None:
        return []
    folders = spec.submodule_search_locations or [spec.origin or name]
    return [Path(folder).resolve() for folder in folders]


def _shadowed() -> str | None:
    """Which package of ours another module hides, with the mend; None where none is hidden."""
    for name in _BESIDE:
        places = _places(name)
        if places and _ROOT / name not in places:
            return (
                f"{name} is read from {places[0]} and not from this project: start with "
                "`collapse`, of several processes with `torchrun --no-python collapse`; or give "
                "that file or folder another name"
            )
    return None


if (_said := _shadowed()) is not None:
    if sys.argv[0] == "-m" or Path(sys.argv[0]).stem == "collapse":  # a command
        sys.stderr.write(f"error: {_said}\n")
        sys.exit(2)
    raise ImportError(_said)
