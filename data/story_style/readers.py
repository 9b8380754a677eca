"""How the works of each author are read out of the archive that carries them.

All text is brought to one typography: straight quotation marks, a dash in place of two hyphens, no
marks of italics. Editions differ in these and authors do not, and a judge of style would read them.
"""

import ast
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping

from data.errors import BadInput

_TYPOGRAPHY = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "`": "'",
        "_": None, "*": None, "\\": None, "\u2011": "-", "\u2013": "\u2014",
    }
)  # fmt: skip
_HEADING = re.compile(r"(?i)^(chapter|volume)\b.{0,12}$")
_CLOSING = re.compile(r"(?i)^(the end|finis|a note on the text)\.?$")
_R_VECTOR, _R_STRING = 0x10, 0x09
_MOST_BYTES = 8 * 2**20
"""Bytes that one novel may have when it is unpacked."""


def in_one_typography(text: str) -> str:
    """A text with straight quotation marks, dashes for double hyphens, and no marks of italics."""
    text = re.sub(r"-{2,}", "\u2014", text.translate(_TYPOGRAPHY))
    return re.sub(r"\n\s*\n\s*", "\n\n", re.sub(r"[ \t]+", " ", text)).strip()


def read_chapters(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Name and text of the chapters of *Moby-Dick* and of its epilogue, in their order.

    Its etymology and extracts are left out, which are words of others, and its table of contents.
    """
    chapters: dict[int, str] = {}
    epilogue = ""
    for name, content in files.items():
        stem = name.rsplit("/", 1)[-1].removesuffix(".json")
        if number := re.fullmatch(r"chapter_(\d+)", stem):
            chapters[int(number[1])] = _field(name, content)
        elif stem == "epilogue":
            epilogue = _field(name, content)
    for place in sorted(chapters):
        yield f"chapter {place}", chapters[place]
    if epilogue:
        yield "epilogue", epilogue


def read_messages(files: Mapping[str, bytes], president: str) -> Iterator[tuple[str, str]]:
    """Year and text of the annual messages of one president.

    What a stenographer put in brackets (applause) is left out.

    Args:
        files: Files called `<year>_<president>_<party>.json`.
        president: Name as it stands in the names of the files.
    """
    for name in sorted(files):
        stem = name.rsplit("/", 1)[-1]
        if found := re.fullmatch(rf"(\d{{4}})_{re.escape(president)}_[a-z]+\.json", stem):
            yield found[1], re.sub(r"\[[^\]]{0,60}\]", "", _field(name, files[name]))


def _field(name: str, content: bytes) -> str:
    """The text of one JSON file.

    Raises:
        BadInput: It is no JSON object with a text.
    """
    try:
        text = json.loads(content)["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{name}: no JSON object with a text; fetch the archive again") from error
    if not isinstance(text, str):
        raise BadInput(f"{name}: its text is a {type(text).__name__}; fetch the archive again")
    return text


def read_novels(rows: bytes) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Title of each of Austen's novels, with name and text of its chapters.

    Args:
        rows: A database of R (`.rdb`): for each object four bytes, the big-endian length of what
            follows unpacked, and a zlib stream of a serialised vector of lines.

    Raises:
        BadInput: The bytes are no such database.
    """
    place = 0
    while place < len(rows):
        announced = int.from_bytes(rows[place : place + 4], "big")
        unpacking = zlib.decompressobj()
        try:
            unpacked = unpacking.decompress(rows[place + 4 :], _MOST_BYTES)
        except zlib.error as error:
            raise BadInput(f"byte {place} of the novels begins no zlib stream") from error
        if len(unpacked) != announced or not unpacking.eof:
            raise BadInput(f"the novel at byte {place} is not as long as it says, {announced:,}")
        place = len(rows) - len(unpacking.unused_data)
        lines = _strings(unpacked)
        yield lines[0].title(), list(_chapters(lines))


def _strings(serialised: bytes) -> list[str]:
    """The strings of one vector in R's binary serialisation, version 2 or 3.

    A string is four bytes of type and flags, four of its length, and its bytes.
    """
    if serialised[:2] != b"X\n":
        raise BadInput("a novel is not serialised as R does it")
    version = _number(serialised, 2)
    place = 14 if version == 2 else 18 + _number(serialised, 14)
    if _number(serialised, place) & 0xFF != _R_VECTOR:
        raise BadInput("a novel is no vector of strings")
    count, place = _number(serialised, place + 4), place + 8
    strings = []
    for _ in range(count):
        if _number(serialised, place) & 0xFF != _R_STRING:
            raise BadInput(f"byte {place} of a novel begins no string")
        end = place + 8 + _number(serialised, place + 4)
        strings.append(serialised[place + 8 : end].decode())
        place = end
    return strings


def _number(content: bytes, place: int) -> int:
    return int.from_bytes(content[place : place + 4], "big")


def _chapters(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Chapters of a novel, numbered through; what stands before and after them is left out."""
    number, text = 0, list[str]()
    for line in lines:
        if _CLOSING.match(line.strip()):
            break
        if not _HEADING.match(line.strip()):
            text.append(line)
            continue
        if line.strip().lower().startswith("chapter"):
            if number:
                yield f"chapter {number}", "\n".join(text)
            number, text = number + 1, []
    if number:
        yield f"chapter {number}", "\n".join(text)


def read_play(text: str) -> str:
    """What is spoken in a play that is written in Markdown.

    Left out are headings, names of speakers, which stand in bold, and directions, which stand
    between underscores, on one line or on several.
    """
    kept = re.sub(r"(?m)^(#.*|\*\*.*\*\*\s*)$", "", text)
    return re.sub(r"_[^_]*_", " ", kept)


def read_books(module: bytes) -> Iterator[tuple[str, str]]:
    """Name and text of the books of the Bible, from the module that carries the King James version.

    Its source is parsed and not run. It is a call whose arguments are, from the second on, the
    whole text, the places at which verses begin and end, by book, chapter and verse as digits of
    one number, the chapters' lengths, and names of books.
    """
    call = next(node for node in ast.walk(ast.parse(module)) if isinstance(node, ast.Call))
    text = ast.literal_eval(call.args[1])
    verses = call.args[2]
    names = call.args[5]
    if not isinstance(verses, ast.Dict) or not isinstance(names, ast.Dict):
        raise BadInput("the King James version is not laid out as it was; fetch the package again")
    starts: dict[int, int] = {}
    for key, place in ast.literal_eval(verses).items():
        starts.setdefault(key // 1_000_000, place)
    ends = [*list(starts.values())[1:], len(text)]
    titles = [ast.literal_eval(value) for value in names.values]
    for title, start, end in zip(titles, starts.values(), ends, strict=True):
        # Words that the translators supplied stand in brackets; some parentheses stand ill.
        plain = re.sub(r"[\[\]]", "", text[start:end])
        yield title, re.sub(r"(?<=[,;:.])\(", " (", re.sub(r"\(\s+", "(", plain))
