"""What `collapse profile --models` does: models of a chain held against its generation 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.commands.options import wide_console
from data.errors import BadInput


@dataclass(frozen=True, kw_only=True)
class ModelFiles:
    """The human text that models read, and where their comparison goes."""

    reference: Sequence[Path]
    field: str
    json: Path | None
    picture: Path | None


def profile_models(models: Sequence[str], controls: Sequence[str], files: ModelFiles) -> None:
    """Print how far models have moved from generation 0, and write it where that is asked for.

    Args:
        models: Folders or names of the models in the order of their generations, 0 first.
        controls: The same of models that are no later generation of the chain.
        files: Text and outputs.

    Raises:
        BadInput: There is no text, or a model is none, has another depth or is named twice.
    """
    from benchmarks.comparing.pictures.files import save
    from benchmarks.profile.representations import (
        compare_models,
        models_json,
        models_picture,
        models_table,
        reader,
    )
    from data.files import write_atomic
    from data.text.reading import read_files

    if not files.reference:
        raise BadInput("models are compared on human text: name it with --reference FILE")
    texts = read_files(files.reference, field=files.field)[0].texts()
    found = compare_models(models, controls, reader(texts))
    wide_console().print(models_table(found))
    if files.json is not None:
        write_atomic(files.json, models_json(found))
    if files.picture is not None:
        save(models_picture(found), [files.picture], dpi=150)
