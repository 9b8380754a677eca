"""Pictures as files: equal pictures are equal files, whenever they were drawn."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

_SUFFIXES = (".png", ".pdf")


def save(figure: Figure, paths: Iterable[Path], *, dpi: int) -> None:
    """Write a picture into files, by their suffixes, without the time at which it was drawn.

    Args:
        figure: The picture.
        paths: Files; their folders are made.
        dpi: Pixels per inch, where the format has any.
    """
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        undated = {"CreationDate": None} if path.suffix == ".pdf" else None
        figure.savefig(path, dpi=dpi, metadata=undated)


def save_all(pictures: Mapping[str, Callable[[], Figure]], folder: Path) -> list[Path]:
    """Draw pictures by their names, each as PNG and PDF; return the files.

    Args:
        pictures: What draws each picture, by the name of its files.
        folder: Receives the files.
    """
    written = []
    with mpl.rc_context({"font.size": 10, "font.family": "sans-serif"}):
        for name, draw in pictures.items():
            paths = [folder / f"{name}{suffix}" for suffix in _SUFFIXES]
            save(draw(), paths, dpi=150)
            written += paths
    return written
