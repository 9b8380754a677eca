"""Where templates of pages are found, and how all of them are set: nothing undefined is printed."""

from jinja2 import Environment, PackageLoader, StrictUndefined


def templates(
    package: str = "benchmarks", *, is_html: bool = True, keep_trailing_newline: bool = False
) -> Environment:
    """The templates of a package's own folder of them.

    Args:
        package: Package with a folder `templates`.
        is_html: Whether what is set into a template is escaped for HTML.
        keep_trailing_newline: Whether the last newline of a template is kept.
    """
    return Environment(
        loader=PackageLoader(package),
        undefined=StrictUndefined,
        autoescape=is_html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=keep_trailing_newline,
    )
