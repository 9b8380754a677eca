"""How far the models of a chain move away from generation 0, layer by layer, beside a control.

CKA alone says little: models that are trained on come apart, whatever they are trained on. The
control says how far: another model that nobody calls collapsed, such as the same generation of a
chain on human text, or generation 0 of another seed.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from rich.markup import escape
from rich.table import Table

from benchmarks.comparing.decisions import Region, sides
from benchmarks.comparing.differences import CONFIDENCE, Difference, in_words, paired
from benchmarks.comparing.pictures.colours import KINDS
from data.errors import BadInput
from lightning_modules.layers.drift import FEWEST, GROUPS, Likeness, likeness

Floats = NDArray[np.float64]
Answer = Literal["yes", "no", "undecided"]
MARGIN = 0.01
"""How much less alike than the control a generation is to be called moved: a hundredth of the range
of CKA."""
_MOVED = Region(below=-MARGIN)
_ANSWER: Mapping[str, Answer] = {"inside": "yes", "outside": "no", "open": "undecided"}
_DASHES = ("--", ":", "-.")
_LIGHT = {kind.name: kind.light for kind in KINDS}

States = NDArray[np.float32]
"""A pooled state for each layer and text, shape (layers + 1, texts, width)."""
MOST_TEXTS, TOKENS = 256, 128
"""Number of texts that are read at most, and of their first tokens."""
_LEAST_CHARACTERS = 64
"""Length of a text from which every tokenizer finds several tokens in it."""


@dataclass(frozen=True)
class Moved:
    """How alike a model is to generation 0, and whether less so than the control."""

    name: str
    cka: Floats
    """CKA of the embeddings and of each layer after them with those of generation 0."""
    mean: Difference
    """Its mean over layers, embeddings left out, with its interval over texts."""
    less_control: Difference | None
    """That mean less that of the first control, paired over texts; None of a control, and where
    there is none."""
    answer: Answer | None
    """Whether it lies more than `MARGIN` below that control's; None without one."""


@dataclass(frozen=True)
class Representations:
    """Generations of one chain, and controls, held against the chain's generation 0."""

    first: str
    """Name of generation 0."""
    texts: int
    """Number of human texts that all models read."""
    generations: tuple[Moved, ...]
    controls: tuple[Moved, ...]


def compare_models(
    models: Sequence[str], controls: Sequence[str], read: Callable[[str], States]
) -> Representations:
    """Hold the models of a chain, and controls, against its first.

    Args:
        models: Names of the models in the order of their generations, 0 first.
        controls: Names of models that say how far a model moves without any collapse; generations
            are compared with the first.
        read: Reads the states of a model's layers; every model reads the same texts.

    Raises:
        BadInput: There is nothing to compare, a model is named twice, or two have other depths.
    """
    if len(models) < 2:
        raise BadInput("one model is nothing to compare; name generation 0 and later ones")
    named = [*models, *controls]
    places = [Path(name).resolve() if Path(name).exists() else name for name in named]
    for name, place in zip(named, places, strict=True):
        if places.count(place) > 1:
            raise BadInput(f"{name} is named twice; a model compared with itself is alike to 1")
    first = read(models[0])
    found = {name: _held(name, first, read) for name in named[1:]}
    floor = _of_texts(found[controls[0]]) if controls else None
    return Representations(
        first=models[0],
        texts=first.shape[1],
        generations=tuple(_moved(name, found[name], floor) for name in models[1:]),
        controls=tuple(_moved(name, found[name], None) for name in controls),
    )


def reader(documents: Iterable[str]) -> Callable[[str], States]:
    """Lets models read the first documents that differ and are long enough, of all the same ones.

    Args:
        documents: Human texts.
    """
    long = dict.fromkeys(text for text in documents if len(text) >= _LEAST_CHARACTERS)
    texts = list(islice(long, MOST_TEXTS))
    windows: dict[str, int] = {}  # of the models that have read, in their order

    def read(name: str) -> States:
        from benchmarks.running.packaged import prior_folder
        from data.prior import load_prior
        from data.text.tokens import encode
        from lightning_modules.layers.selection.readings import read_layers

        if len(texts) < FEWEST:
            raise BadInput(
                f"{len(texts)} different human texts of {_LEAST_CHARACTERS} characters; models are "
                f"compared on {FEWEST} and more"
            )
        prior = load_prior(prior_folder(name), context=None, prefix=None)
        windows[name] = min(prior.context, TOKENS)
        first, most = next(iter(windows.items()))
        if windows[name] < most:
            raise BadInput(
                f"{name} reads {windows[name]} tokens at once, {first} {most}: not the same text"
            )
        ids = [list(one[:most]) for one in encode(prior.tokenizer, texts)]
        return read_layers(prior.model, ids).states

    return read


def _held(name: str, first: States, read: Callable[[str], States]) -> Likeness:
    try:
        return likeness(first, read(name))
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from error


def _of_texts(one: Likeness) -> Floats:
    """Pseudo-values of the mean over layers, shape (groups,)."""
    means: Floats = one.parts[:, 1:].mean(axis=1)
    return means


def _moved(name: str, one: Likeness, floor: Floats | None) -> Moved:
    own = _of_texts(one)
    less = None if floor is None else own - floor
    return Moved(
        name=name,
        cka=one.cka,
        mean=paired(own),
        less_control=None if less is None else paired(less),
        answer=None if less is None else _ANSWER[sides(less, _MOVED).place],
    )


def models_table(found: Representations) -> Table:
    """A row for each model, for a terminal."""
    table = Table(
        title=f"CKA with {escape(found.first)}, layer by layer",
        caption=(
            f"{found.texts} texts; {CONFIDENCE:.0%} intervals over {GROUPS} groups of them "
            f"(jackknife). Moved: more than {MARGIN:g} less alike than the first control."
        ),
    )
    for heading in ("model", "mean of layers", "least layer", "less control", "moved"):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    for role, rows in (("", found.generations), ("control: ", found.controls)):
        for row in rows:
            layers = row.cka[1:]
            table.add_row(
                escape(f"{role}{row.name}"),
                in_words(row.mean),
                f"{layers.min():.3f} (layer {int(layers.argmin())})",
                "" if row.less_control is None else in_words(row.less_control),
                row.answer or "",
            )
    return table


def models_json(found: Representations) -> str:
    """Every number as JSON."""
    content = {
        "first": found.first,
        "texts": found.texts,
        "confidence": CONFIDENCE,
        "margin": MARGIN,
        "generations": [_plain(row) for row in found.generations],
        "controls": [_plain(row) for row in found.controls],
    }
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def _plain(row: Moved) -> dict[str, object]:
    return {
        "model": row.name,
        "cka": row.cka.tolist(),
        "mean": _ends(row.mean),
        "less_control": None if row.less_control is None else _ends(row.less_control),
        "moved": row.answer,
    }


def _ends(one: Difference) -> dict[str, float | None]:
    return {"value": one.mean, "low": one.low, "high": one.high}


def models_picture(found: Representations) -> Figure:
    """CKA over the layers, a line for each generation, and those of controls dashed."""
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    axes = figure.subplots()
    n = len(found.generations)
    for place, row in enumerate(found.generations):
        shade = 0.35 + 0.65 * (place + 1) / n
        axes.plot(row.cka, "o-", ms=4, color=_LIGHT["sampled"], alpha=shade, label=row.name)
    for row, marker, dashes in zip(found.controls, cycle("s^Dv"), cycle(_DASHES)):
        label = f"control: {row.name}"
        axes.plot(row.cka, marker, ls=dashes, ms=5, color=_LIGHT["human"], alpha=0.8, label=label)
    axes.set_xticks(
        range(len(found.generations[0].cka)),
        ["embeddings", *map(str, range(len(found.generations[0].cka) - 1))],
    )
    low = min(float(row.cka.min()) for row in (*found.generations, *found.controls))
    axes.set_ylim(min(low - 0.05, 0.95), 1.01)
    axes.set(xlabel="layer", ylabel=f"CKA with {found.first}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#eeeeee")
    axes.set_axisbelow(True)
    axes.legend(frameon=False, fontsize=8.5)
    axes.set_title("How far do the layers move from generation 0?", loc="left", fontsize=11)
    return figure
