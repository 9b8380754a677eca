from typing import Any

import pytest

from benchmarks.chains.recipe import Recipe, read_recipe
from benchmarks.families.catalogue import find_recipe
from benchmarks.variants import in_words, read_settings, with_settings
from data.errors import BadInput


@pytest.mark.parametrize(
    ("changes", "place", "value"),
    [
        ({"generations": "6"}, "generations", 6),
        ({"generations": 6}, "generations", 6),
        ({"fit.learning_rate": "1e-4"}, "fit.learning_rate", 1e-4),
        ({"fit": {"learning_rate": 1e-4}}, "fit.learning_rate", 1e-4),
        ({"fit": '{"learning_rate": 1e-4}'}, "fit.learning_rate", 1e-4),
        ({"workflows": "replace, mix"}, "workflows", ("replace", "mix")),
        ({"workflows": ["replace"]}, "workflows", ("replace",)),
        ({"downstream_limit": "5"}, "downstream_limit", 5),
        ({"human.source": "123"}, "human.source", "123"),
        ({"fit.lora": '{"rank": 4, "alpha": 8}'}, "fit.lora.rank", 4),
        (
            {"human": {"first_tokens": 900}, "human.generation_tokens": 800},
            "human.first_tokens",
            900,
        ),
    ],
)
def test_a_changed_setting_has_its_type_and_changes_the_digest(
    changes: dict[str, Any], place: str, value: object
) -> None:
    before = find_recipe("smoke")

    after = with_settings(before, changes)

    found: Any = after
    for name in place.split("."):
        found = getattr(found, name)
    assert found == value
    assert type(found) is type(value)
    assert after.digest != before.digest
    assert place in in_words(before, after)
    assert isinstance(after, Recipe)
    assert read_recipe(after.as_dict()) == after  # a record holds all of it


def test_changes_that_need_each_other_are_made_together() -> None:
    changes = {"model.heads": "3", "model.width": "33"}

    assert with_settings(find_recipe("smoke"), changes).as_dict()["model"]["width"] == 33
    with pytest.raises(BadInput, match="width 33 is not a multiple of heads 4"):
        with_settings(find_recipe("smoke"), {"model.width": "33"})


def test_null_is_none_and_the_setting_as_it_was_changes_nothing() -> None:
    before = find_recipe("smoke")

    after = with_settings(before, {"downstream_limit": "null", "generations": "3"})

    assert after == before
    assert in_words(before, after) == ""


def test_a_recipe_of_another_family_is_changed_in_its_parts() -> None:
    after = with_settings(find_recipe("critical_data"), {"sweeps.sizes.steps": "500"})

    assert after.as_dict()["sweeps"]["sizes"]["steps"] == 500
    assert (
        after.as_dict()["sweeps"]["few"] == find_recipe("critical_data").as_dict()["sweeps"]["few"]
    )
    assert after.digest != find_recipe("critical_data").digest


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"generatoins": 6}, "no setting of smoke; did you mean generations?"),
        ({"fit.learing_rate": 1}, "did you mean fit.learning_rate?"),
        ({"learning_rate": 1}, "did you mean first_fit.learning_rate or fit.learning_rate?"),
        ({"fit": {"learing_rate": 1}}, "fit.learing_rate is no setting"),
        ({"zzz": 1}, "dry-run shows them all"),
        ({"generations": "six"}, "generations is 'six': Input should be a valid integer"),
        ({"generations": 6.5}, "generations is '6.5'"),
        ({"generations": "0"}, "generations is 0; a chain needs at least 1"),
        ({"fit.learning_rate": "NaN"}, "learning_rate is nan; it must be a finite number"),
        ({"base.tokens": "5"}, "base is null, so give all of it as JSON"),
        ({"fit": "{}", "fit.z_loss": "1"}, "fit is given twice"),
        ({"name": "mine"}, "name stays as it is"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_one_line(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInput) as error:
        with_settings(find_recipe("smoke"), changes)

    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("given", ["generations", "=6", ""])
def test_what_is_no_setting_on_the_command_line_is_refused(given: str) -> None:
    with pytest.raises(BadInput, match="give field=value"):
        read_settings([given])


def test_a_setting_is_given_once_and_its_value_may_hold_an_equals_sign() -> None:
    assert read_settings(["human.source=a=b.txt"]) == {"human.source": "a=b.txt"}
    with pytest.raises(BadInput, match="is given twice"):
        read_settings(["generations=1", "generations=2"])
