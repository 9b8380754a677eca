"""The documentation as a site: what becomes of links, what is missed, what docstrings look like.

The site itself is built by `tox run -e docs`, which follows every link.
"""

import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.checkout import load_script
from tests.support.places import ROOT

_SITE = ROOT / "docs" / "site"


def _script(name: str) -> ModuleType:
    return load_script(_SITE / f"{name}.py")


_BUILD, _CONF = _script("build"), _script("conf")
_FILES = {Path(name) for name in ("data/editing.py", "data/__init__.py", "docs/a.md", "tox.ini")}


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("[edit](../data/editing.py)", "[edit](../api/data/editing/index.rst)"),
        ("[data](../data/)", "[data](../api/data/index.rst)"),
        ("[data](../data/__init__.py)", "[data](../api/data/index.rst)"),
        ("[here](a.md#place)", "[here](a.md#place)"),
        ("[chores](../tox.ini)", "[chores](../tox.ini)"),
        ("[place](#place)", "[place](#place)"),
        ("[paper](https://arxiv.org/abs/2412.14689)", "[paper](https://arxiv.org/abs/2412.14689)"),
        ("see [all records](../records) there", "see all records there"),
        ("![picture](figures/a.png)", "![picture](figures/a.png)"),
        ('<img src="a.png" width="4" alt="picture">', "![picture](a.png)"),
    ],
)
def test_links_to_sources_lead_to_their_docstrings(link: str, shown: str) -> None:
    assert _BUILD.rewritten(link, Path("docs/b.md"), _FILES) == shown


def test_a_link_to_nowhere_and_a_question_to_a_network_are_found(tmp_path: Path) -> None:
    (tmp_path / "b.html").write_text('<p id="place">')
    (tmp_path / "a.html").write_text(
        '<a href="b.html#place"></a><a href="b.html#gone"></a><a href="c.html"></a>'
        '<a href="https://example.org"></a><img src="https://example.org/x.png">'
    )
    (tmp_path / "a.css").write_text("@import url(https://example.org/f.css); a {color: red}")

    assert sorted(_BUILD.faults(tmp_path)) == [
        "a.css asks @import url(https://example.org/f.css); of a network",
        "a.html asks https://example.org/x.png of a network",
        "a.html links to b.html#gone, which has no such place",
        "a.html links to c.html, which is not there",
    ]


@pytest.mark.parametrize(
    ("docstring", "shown"),
    [
        ("The `name` of *all* a_b.", "The ``name`` of \\*all\\* a_b."),
        ("``Answer``s of a_ and |b|", "``Answer``\\ s of a\\_ and \\|b\\|"),
        ("So:\n\n    f(a_)\n\nEnd.", "So:\n\n::\n\n        f(a_)\n\nEnd."),
        ("T.\n\n| a | b |\n|---|---|", "T.\n\n::\n\n    | a | b |\n    |---|---|"),
        ("T.\n\nArgs:\n    a: One.\n\n    b: Two_.", "T.\n\nArgs:\n    a: One.\n\n    b: Two\\_."),
    ],
)
def test_docstrings_are_plain_text_with_code(docstring: str, shown: str) -> None:
    assert _CONF.plain(docstring) == shown


def test_every_page_has_a_place_in_the_contents() -> None:
    """In a table of contents by name, or in the last one, which takes all others."""
    index = (_SITE / "index.myst").read_text(encoding="utf-8")
    lines = re.findall(r"^(?:docs/[\w*/-]+|[A-Z]{4,})$", index, re.MULTILINE)

    named = [line for line in lines if "*" not in line and line != _BUILD._REST]

    assert index.count(f"\n{_BUILD._REST}\n") == 1
    assert [name for name in named if not (ROOT / f"{name}.md").is_file()] == []
    assert Path("docs/site/index.myst") in _BUILD.tracked()
