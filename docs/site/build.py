"""Builds the documentation as one static folder: `tox run -e docs`.

The tracked pages are copied with what they link to, links to sources become links to the pages of
their docstrings, Sphinx makes the site, `collapse leaderboard` adds its page, and every link of
every file is followed. A page that asks anything of a network, or a link to nowhere, is an error.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("theory", "data", "lightning_modules", "benchmarks")
LEADERBOARD = "leaderboard-page"
"""Folder of the page that sorts and filters, in the site."""
_REST = "REST"
"""Line of the first page's tables of contents in whose place stand all pages that none names."""
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")
_IMAGE = re.compile(r'<img src="([^"]+)"[^>]*? alt="([^"]*)">')
"""A picture with a width of its own, which Sphinx would not copy."""
_ASKED = {("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src")}
"""Attributes that a browser follows by itself."""


def tracked() -> list[Path]:
    """Files of the checkout that git knows or would take, relative to its root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file())


def rewritten(text: str, page: Path, files: set[Path]) -> str:
    """A page whose links to sources lead to their docstrings, and those to folders nowhere.

    Args:
        text: The page, in Markdown.
        page: Where it lies, relative to the root.
        files: All files, relative to the root.
    """

    def replaced(found: re.Match[str]) -> str:
        words, link = found.groups()
        name, mark, anchor = link.partition("#")
        if not name or "://" in name:
            return found.group()
        target = Path(os.path.normpath(page.parent / name))
        if target in files and not _is_module(target):
            return found.group()
        if target not in files and target / "__init__.py" not in files:
            return str(words)
        module = target.parent if target.name == "__init__.py" else target.with_suffix("")
        place = os.path.relpath(Path("api") / module / "index.rst", page.parent)
        return f"[{words}]({Path(place).as_posix()}{mark}{anchor})"

    return _LINK.sub(replaced, _IMAGE.sub(r"![\2](\1)", text))


def _is_module(path: Path) -> bool:
    """Whether a file has a page of docstrings."""
    return path.suffix == ".py" and path.parts[0] in PACKAGES and path.name != "__main__.py"


def stage(source: Path) -> None:
    """Copy what Sphinx reads into an empty folder."""
    files = tracked()
    known = set(files)
    for file in files:
        target = source / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".md":
            text = (ROOT / file).read_text(encoding="utf-8")
            target.write_text(rewritten(text, file, known), encoding="utf-8")
        else:
            shutil.copyfile(ROOT / file, target)
    site = source / "docs" / "site"
    for name in ("conf.py", "_static"):
        shutil.move(site / name, source / name)
    pages = [file.with_suffix("").as_posix() for file in files if file.suffix == ".md"]
    index = (site / "index.myst").read_text(encoding="utf-8")
    rest = [page for page in pages if not _is_named(page, index)]
    text = index.replace(_REST, "\n".join(rest))
    (source / "index.md").write_text(text, encoding="utf-8")


def _is_named(page: str, index: str) -> bool:
    """Whether a line of a table of contents names a page, or a pattern that fits it."""
    lines = [line for line in index.splitlines() if re.fullmatch(r"[\w./*-]+", line)]
    return any(fnmatchcase(page, line) for line in lines)


class _Page(HTMLParser):
    """Links and fragments of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.ids.add(value)
            if name in ("href", "src") and value:
                self.links.append((tag, name, value))


def faults(site: Path) -> Iterator[str]:
    """Links that lead nowhere, and all that a browser would ask of a network."""
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        shown = path.relative_to(site)
        for tag, attribute, link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("data", "mailto"):
                continue
            if parts.scheme or parts.netloc:
                if (tag, attribute) in _ASKED:
                    yield f"{shown} asks {link} of a network"
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            fragment = unquote(parts.fragment)
            if not target.exists():
                yield f"{shown} links to {link}, which is not there"
            elif fragment and target in pages and fragment not in pages[target].ids:
                yield f"{shown} links to {link}, which has no such place"
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        for asked in re.findall(r"url\(\s*['\"]?(?:https?:)?//[^)]*\)|@import[^;]*//[^;]*;", text):
            yield f"{sheet.relative_to(site)} asks {asked} of a network"


def main() -> int:
    """Build the site; 1 where a link is broken or a network would be asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder of the site; replaced")
    parser.add_argument("--work", type=Path, required=True, help="folder for the copy; replaced")
    given = parser.parse_args()
    source, out = given.work.resolve() / "source", given.out.resolve()
    for folder in (source, out):
        shutil.rmtree(folder, ignore_errors=True)
    stage(source)
    page = [sys.executable, "-m", "benchmarks", "leaderboard", "--html", str(source / LEADERBOARD)]
    subprocess.run(page, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    sphinx = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-W", "--keep-going"]
    subprocess.run([*sphinx, str(source), str(out)], check=True)
    shutil.copytree(source / LEADERBOARD, out / LEADERBOARD)
    found = list(faults(out))
    sys.stdout.write("\n".join(found or [f"site: {out / 'index.html'}"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
