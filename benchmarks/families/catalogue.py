"""The one list of families; every command reads it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from benchmarks.chains.recipe import Recipe
from benchmarks.families.critical_data.family import FAMILY as CRITICAL_DATA
from benchmarks.families.layer_emulators.family import FAMILY as LAYER_EMULATORS
from benchmarks.families.preference_data.family import FAMILY as PREFERENCE_DATA
from benchmarks.families.program_distillation.family import FAMILY as PROGRAM_DISTILLATION
from benchmarks.families.story_style.family import FAMILY as STORY_STYLE
from benchmarks.families.toedit.family import FAMILY as TOEDIT
from benchmarks.paper.family import AnyRecipe, Family, GivenMethod, Plan
from benchmarks.running.own_code import load_function
from benchmarks.running.record import Envelope, in_their_places, read_one
from benchmarks.running.study import FamilyRecipe
from data.errors import BadInput

FAMILIES: tuple[Family, ...] = (
    TOEDIT,
    LAYER_EMULATORS,
    CRITICAL_DATA,
    PROGRAM_DISTILLATION,
    PREFERENCE_DATA,
    STORY_STYLE,
)  # fmt: skip
"""All families in the order in which they joined; the tables of the first one need no family's
name."""

RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {
    name: make for family in FAMILIES for name, make in family.recipes.items()
}
"""The recipes of all families by name; a recipe's name is its function's name."""

GIVEN: Mapping[str, GivenMethod] = {
    given.workflow: given for family in FAMILIES for given in family.methods
}
"""Methods that families give to every chain, by the workflow's name."""


def find_family(name: str) -> Family:
    """A family by its name.

    Raises:
        BadInput: No family has this name.
    """
    for family in FAMILIES:
        if family.name == name:
            return family
    known = ", ".join(family.name for family in FAMILIES)
    raise BadInput(f"unknown family {name!r}; use one of {known}")


def find_recipe(name: str) -> AnyRecipe:
    """A recipe by its name, or by `file.py:function` for one of your own.

    Raises:
        BadInput: No recipe has this name, or the file has no such function.
    """
    if name in RECIPES:
        return RECIPES[name]()
    path, _, function = name.rpartition(":")
    if name.endswith(".py"):
        raise BadInput(f"{name} is a file; name a function in it: {name}:FUNCTION")
    if not path.endswith(".py"):
        known = ", ".join(RECIPES)
        raise BadInput(f"unknown recipe {name!r}; use one of {known}, or FILE.py:FUNCTION")
    make = load_function(name)
    try:
        recipe = make()
    except BadInput:
        raise
    except Exception as error:  # whatever goes wrong in a function of the user's own
        name = type(error).__name__
        raise BadInput(f"{path}: {name}: {error}; mend the recipe") from error
    if not isinstance(recipe, Recipe):
        kind = type(recipe).__name__
        raise BadInput(f"{path}:{function} returns {kind}, not a Recipe; mend the function")
    return recipe


def find_chains(name: str) -> Recipe:
    """A recipe of chains of generations by its name; see `find_recipe`.

    Raises:
        BadInput: No recipe has this name, or its arms are no chains.
    """
    recipe = find_recipe(name)
    if not isinstance(recipe, Recipe):
        raise BadInput(f"{name} is no recipe of chains, which this command is about")
    return recipe


def find_plan(name: str) -> tuple[Family, Plan] | None:
    """An experiment of tier `paper` by its name, with its family; None where there is none."""
    for family in FAMILIES:
        plans = family.plans()
        if name in plans:
            return family, plans[name]
    return None


def family_of(recipe: FamilyRecipe) -> Family:
    """The family whose class reads the records of a recipe."""
    for family in FAMILIES:
        if recipe.name in family.recipes and not isinstance(recipe, Recipe):
            return family
    return FAMILIES[0]


def find_tables(names: Iterable[str]) -> dict[str, list[str]]:
    """Names of tables by family; `6` is one of the first family, `family/6` of another.

    A family's name alone means all of its tables, no name at all those of every family.

    Raises:
        BadInput: A family is unknown.
    """
    found: dict[str, list[str]] = {}
    for name in names:
        known = {family.name for family in FAMILIES}
        family, _, table = name.rpartition("/") if name not in known else (name, "", "")
        tables = found.setdefault(find_family(family).name if family else FAMILIES[0].name, [])
        tables += [table] if table else []
    return found or {family.name: [] for family in FAMILIES}


def read_any(path: Path) -> Envelope:
    """Read and validate one record of whatever family.

    Raises:
        BadInput: The file is no valid record, or is of a family that is not in the catalogue.
    """
    record = read_one({family.record_family: family.record() for family in FAMILIES}, path)
    if record is None:
        known = ", ".join(family.record_family for family in FAMILIES)
        raise BadInput(f"{path}: family: none of {known}; correct it")
    return record


def read_all(folder: Path) -> list[Envelope]:
    """The records of all families below a folder, in the order of their paths.

    Raises:
        BadInput: A file is no valid record, or lies where another record belongs.
    """
    return in_their_places(
        {path: read_any(path) for path in sorted(folder.glob("*/*.json"))}, folder
    )


def records_of(recipe: FamilyRecipe, folder: Path) -> list[Envelope]:
    """All records of a recipe as it stands now.

    Raises:
        BadInput: No record is of this recipe, or `read_all` finds fault.
    """
    digest = recipe.digest
    found = [record for record in read_all(folder) if record.digest == digest]
    if not found:
        raise BadInput(
            f"{folder} has no record of {recipe.name}-{digest}; make one: collapse run "
            f"{recipe.name}"
        )
    return found
