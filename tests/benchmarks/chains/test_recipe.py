import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.chains.recipe import Recipe, recipe_digest
from benchmarks.chains.settings import Base, Evaluation, HumanText, Judging
from benchmarks.families.catalogue import RECIPES, find_recipe
from benchmarks.running.digests import _defaults
from data.editing import EditRule
from data.measures.health_limits import HealthLimits
from lightning_modules.rewarding.settings import RewardSettings
from lightning_modules.settings import Lora, ModelShape, Optimization, SamplingRule


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_carries_its_functions_name_and_a_stable_digest(name: str) -> None:
    recipe = RECIPES[name]()

    assert recipe.name == name
    assert recipe.digest == RECIPES[name]().digest


def test_a_digest_changes_with_any_setting_but_not_with_the_summary() -> None:
    recipe = RECIPES["smoke"]()

    assert replace(recipe, generations=4).digest != recipe.digest
    assert replace(recipe, fit=replace(recipe.fit, learning_rate=1.0)).digest != recipe.digest
    assert replace(recipe, summary="other words").digest == recipe.digest


KINDS = (
    Recipe,
    HumanText,
    Base,
    Judging,
    Evaluation,
    ModelShape,
    Optimization,
    Lora,
    SamplingRule,
    EditRule,
    HealthLimits,
    RewardSettings,
)
DEFAULTS = json.loads(Path(__file__).with_name("defaults.json").read_text())
"""By kind and setting, as they were when the first record of a recipe with them was written."""


def test_the_defaults_of_every_kind_are_pinned() -> None:
    assert DEFAULTS.keys() == {kind.__name__ for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_default_keeps_its_value(kind: type) -> None:
    """A digest leaves out what is at its default, so that another default changes old recipes."""
    pinned = DEFAULTS[kind.__name__]
    now = {name: value for name, value in _defaults(kind).items() if name in pinned}
    assert now == pinned, (
        "a default that records rely on has changed: keep it, or raise RECORD_SCHEMA and write the "
        "new value into defaults.json"
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_default_is_pinned(kind: type) -> None:
    """A default that is pinned nowhere could change unseen."""
    assert _defaults(kind).keys() == DEFAULTS[kind.__name__].keys(), (
        "write the new default into defaults.json"
    )


def test_a_misspelt_field_fails_before_anything_runs() -> None:
    with pytest.raises(TypeError, match="generatoins"):
        replace(RECIPES["smoke"](), generatoins=3)


def test_an_impossible_recipe_is_refused() -> None:
    with pytest.raises(ValueError, match="generations is 0"):
        replace(RECIPES["smoke"](), generations=0)
    with pytest.raises(ValueError, match="workflows \\['invent'\\] are unknown"):
        replace(RECIPES["smoke"](), workflows=("invent",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("def f(:\n", "SyntaxError"),
        ("def f():\n    return 3\n", "returns int, not a Recipe"),
        (
            "from dataclasses import replace\n"
            "from benchmarks.families.toedit.recipes.smoke import smoke\n"
            "def f():\n    return replace(smoke(), generatoins=3)\n",
            "generatoins.*mend the recipe",
        ),
        (
            "from dataclasses import replace\n"
            "from benchmarks.families.toedit.recipes.smoke import smoke\n"
            "def f():\n    return replace(smoke(), prior_context=1)\n",
            "prior_context is 1; it must be at least 2",
        ),
    ],
)
def test_a_broken_recipe_file_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "broken.py").write_text(content)

    with pytest.raises(ValueError, match=message):
        find_recipe(f"{tmp_path}/broken.py:f")


def test_an_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown recipe 'smok'; use one of smoke"):
        find_recipe("smok")


def test_a_recipe_of_ones_own_is_found_by_file_and_function(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from dataclasses import replace\n"
        "from benchmarks.families.toedit.recipes.smoke import smoke\n"
        "def longer():\n"
        "    return replace(smoke(), name='longer', generations=5)\n"
    )

    recipe = find_recipe(f"{file}:longer")

    assert isinstance(recipe, Recipe)
    assert (recipe.name, recipe.generations) == ("longer", 5)
    with pytest.raises(ValueError, match="has no function 'shorter'"):
        find_recipe(f"{file}:shorter")
    with pytest.raises(ValueError, match=r"gone\.py: no such file"):
        find_recipe(f"{tmp_path}/gone.py:longer")
    with pytest.raises(ValueError, match=r"mine\.py is a file; name a function in it"):
        find_recipe(str(file))


@pytest.mark.parametrize("text", ["raise KeyError('a')", "def mine():\n    raise KeyError('a')\n"])
def test_whatever_goes_wrong_in_a_file_of_your_own_is_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.py"
    file.write_text(text)

    with pytest.raises(ValueError, match=r"mine\.py: KeyError: 'a'; mend the"):
        find_recipe(f"{file}:mine")


def test_a_record_stays_valid_when_the_recipe_gains_a_setting(tiny: Recipe) -> None:
    """Known to nobody when it was written: left out, inside and out, they mean their defaults."""
    older = tiny.as_dict()
    del older["human_share"], older["edit_rule"]["side"], older["health"]["repeated_id"]

    assert recipe_digest(older) == tiny.digest


@pytest.mark.parametrize("path", ["generations", "model.width", "health.empty", "edit_rule.side"])
def test_any_setting_that_differs_changes_the_digest(tiny: Recipe, path: str) -> None:
    changed = tiny.as_dict()
    *outer, last = path.split(".")
    place = changed[outer[0]] if outer else changed
    place[last] = "below" if last == "side" else place[last] + 1

    assert recipe_digest(changed) != tiny.digest


def test_a_part_that_may_be_missing_counts_by_what_differs_from_its_defaults(tiny: Recipe) -> None:
    """A base that was written before it had a field means that field's default."""
    based = replace(tiny, base=Base(source="b.txt", held_out_bytes=1, tokens=9, fit=tiny.first_fit))
    older = based.as_dict()
    del older["base"]["field"], older["base"]["fit"]["lora"]

    assert recipe_digest(older) == based.digest != tiny.digest
    older["base"]["fit"]["z_loss"] = 0.5
    assert recipe_digest(older) != based.digest


def test_a_chain_starts_from_one_thing(tiny: Recipe) -> None:
    base = Base(source="b.txt", held_out_bytes=1, tokens=9, fit=tiny.first_fit)

    with pytest.raises(ValueError, match="checkpoint and base are both given"):
        replace(tiny, base=base, checkpoint="smollm2")
    with pytest.raises(ValueError, match=r"base\.source and human.source are both"):
        replace(tiny, base=replace(base, source=tiny.human.source))


def test_a_base_is_fitted_without_adapters(tiny: Recipe) -> None:
    fit = replace(tiny.first_fit, lora=Lora(rank=2, alpha=4.0))
    base = Base(source="b.txt", held_out_bytes=1, tokens=9, fit=fit)

    with pytest.raises(ValueError, match=r"base\.fit\.lora is given"):
        replace(tiny, base=base)


def test_adapters_have_a_rank_and_a_place() -> None:
    with pytest.raises(ValueError, match=r"lora\.rank is 0"):
        Lora(rank=0, alpha=1)
    with pytest.raises(ValueError, match=r"lora\.targets is empty"):
        Lora(rank=1, alpha=1, targets=())


def test_a_setting_that_no_recipe_has_changes_the_digest(tiny: Recipe) -> None:
    assert recipe_digest({**tiny.as_dict(), "unheard_of": 1}) != tiny.digest
