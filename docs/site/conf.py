"""Settings of the site: Sphinx with MyST for the pages and AutoAPI for the docstrings.

AutoAPI reads the sources and imports nothing. `build.py` stages what Sphinx reads.
"""

import re
from typing import Any

project = "Collapse Ledger"
root_doc = "index"
extensions = ["myst_parser", "sphinx.ext.napoleon", "autoapi.extension"]
html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False

myst_heading_anchors = 4
myst_enable_extensions = ["dollarmath"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

autoapi_dirs = ["theory", "data", "lightning_modules", "benchmarks"]
autoapi_root = "api"
autoapi_keep_files = True
autoapi_add_toctree_entry = False
autoapi_options = ["members", "undoc-members", "show-module-summary"]
autoapi_member_order = "bysource"
autoapi_python_class_content = "class"
default_role = "code"
napoleon_use_ivar = True
suppress_warnings = [
    "autoapi.python_import_resolution",  # of names that other packages define
    "myst.header",  # pages that are made from tables begin where they like
    # Of docstrings, whose pages are linked from others: every page's contents would list them all,
    # which takes longer than all the rest. Pages of words are all named by `build.py`.
    "toc.not_included",
    "ref.python",  # one name in two classes: dataclasses often share fields
]

_CODE = re.compile(r"(``.+?``|`[^`]+`)", re.DOTALL)
_SECTIONS = ("Args:", "Returns:", "Raises:", "Yields:")


def plain(text: str) -> str:
    """A docstring in which reStructuredText marks nothing but what stands between backticks.

    Paragraphs that are tables, or indented below a line that ends with a colon, stay as they are.
    """
    shown: list[str] = []
    for paragraph in text.split("\n\n"):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        last = shown[-1].rstrip().rpartition("\n")[2].strip() if shown else ""
        is_code = last.endswith(":") and last not in _SECTIONS
        is_code = is_code and all(line.startswith("    ") for line in lines)
        if lines and (is_code or all(line.lstrip().startswith("|") for line in lines)):
            shown += ["::", "\n".join(f"    {line}" for line in lines)]
        else:
            shown.append(_escaped(paragraph))
    return "\n\n".join(shown)


def _escaped(text: str) -> str:
    parts = _CODE.split(text)
    for place, part in enumerate(parts):
        if place % 2:
            parts[place] = f"``{part.strip('`')}``"
            continue
        escaped = re.sub(r"([\\*|]|_(?=\W|$))", r"\\\1", part)
        parts[place] = f"\\ {escaped}" if place and re.match(r"\w", part) else escaped
    return "".join(parts)


def _process(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    lines[:] = plain("\n".join(lines)).split("\n")


def setup(app: Any) -> None:
    """Docstrings are plain text with code between backticks."""
    app.connect("autodoc-process-docstring", _process, priority=1)
