"""DataTables as one script that a page from disk may load, from the package that carries it."""

import base64
import gzip
from importlib.util import find_spec
from pathlib import Path

from data.errors import BadInput


def bundle() -> Path:
    """The module of DataTables within the installed package itables.

    The package is found and not imported, for it would load pandas, which a page has no use for.

    Raises:
        BadInput: The package is missing.
    """
    package = find_spec("itables")
    if package is None or package.origin is None:
        raise BadInput("the page needs the extra `page`: pip install -e '.[page]' in the checkout")
    return Path(package.origin).with_name("html") / "dt_bundle.js"


def script() -> str:
    """DataTables as a script that a page from disk may load.

    A browser loads no module from a file. The module is therefore carried, packed, as text by a
    plain script, which gives `window.dataTables`, the promise of the module.
    """
    encoded = base64.b64encode(gzip.compress(bundle().read_bytes(), mtime=0)).decode()
    return (
        f'const packed = Uint8Array.from(atob("{encoded}"), (c) => c.charCodeAt(0));\n'
        'const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));'
        "\nwindow.dataTables = new Response(unpacked).arrayBuffer().then((bytes) =>\n"
        '  import(URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }))));\n'
    )
