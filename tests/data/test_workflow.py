import pytest

from data.workflow import MEANING, WORKFLOWS, Workflow, next_corpus

Parts = tuple[str, ...]


def _step(workflow: Workflow, previous: Parts = ("human",), generation: int = 1) -> Parts:
    return next_corpus(
        workflow,
        source=("human",),
        previous=previous,
        sample=lambda: (f"sample {generation}",),
        edit=lambda text: (f"edited {'+'.join(text)}",),
        fresh=lambda: (f"fresh {generation}",),
    )


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [
        ("replace", ("sample 1",)),
        ("accumulate", ("human", "sample 1")),
        ("edit_source", ("edited human",)),
        ("edit_previous", ("edited human",)),
        ("fresh_human", ("fresh 1",)),
        ("same_human", ("human",)),
    ],
)
def test_the_first_step(workflow: Workflow, expected: Parts) -> None:
    assert _step(workflow) == expected


def test_accumulate_never_loses_a_part() -> None:
    assert _step("accumulate", ("human", "sample 1"), 2) == ("human", "sample 1", "sample 2")


def test_edit_source_always_edits_the_original() -> None:
    assert _step("edit_source", ("edited human",), 2) == ("edited human",)


def test_edit_previous_edits_the_edited() -> None:
    assert _step("edit_previous", ("edited human",), 2) == ("edited edited human",)


def test_only_what_a_workflow_needs_is_made() -> None:
    def never() -> Parts:
        raise AssertionError

    made = next_corpus(
        "same_human",
        source=("human",),
        previous=("x",),
        sample=never,
        edit=lambda text: never(),
        fresh=never,
    )

    assert made == ("human",)


def test_every_workflow_has_a_meaning() -> None:
    assert set(MEANING) == set(WORKFLOWS)
