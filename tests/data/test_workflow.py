from collections.abc import Callable
from dataclasses import dataclass

import pytest

from data.executing.verification import Check
from data.selection import Score
from data.workflow import MEANING, METHODS, WORKFLOWS, Workflow, label

Parts = tuple[str, ...]


@dataclass
class Names:
    """Materials whose parts are names of what was done."""

    previous: Parts = ("human",)
    pool: Parts = ("human",)
    generation: int = 1
    source: Parts = ("human",)
    human_share: float = 0.25
    candidates: float = 2.0

    def sample(self, size: float = 1.0) -> Parts:
        return (f"sample {self.generation} of {size:g}",)

    def edit(self, text: Parts, *, layers: float = 1.0) -> Parts:
        by = "" if layers == 1.0 else f" by {layers:g} of the layers"
        return (f"edited {'+'.join(text)}{by}",)

    def edit_random(self, text: Parts, *, like: Workflow) -> Parts:
        return (f"{'+'.join(text)} edited like {like}",)

    def rewrite(self, text: Parts, *, like: Workflow) -> Parts:
        return (f"{'+'.join(text)} rewritten like {like}",)

    def redraw(self, text: Parts) -> Parts:
        return (f"redrawn {'+'.join(text)}",)

    def reencode(self, text: Parts) -> Parts:
        return (f"reencoded {'+'.join(text)}",)

    def fresh(self) -> Parts:
        return (f"fresh {self.generation}",)

    def keep(self, score: Score, text: Parts, size: float = 1.0) -> Parts:
        return (f"{size:g} of {'+'.join(text)} {score.__name__}",)

    def truncated_loss(self, text: Parts) -> Parts:
        return (f"{'+'.join(text)} truncated",)

    def answers(self, text: Parts, size: float = 1.0) -> Parts:
        return (f"{size:g} of answers to {'+'.join(text)}",)

    def verify(self, check: Check, text: Parts, size: float = 1.0) -> Parts:
        return (f"{size:g} of {'+'.join(text)} {check.__name__}",)

    def best_of(self, group: int, *, at_random: bool = False) -> Parts:
        return (f"{'any' if at_random else 'best'} of {group} of sample {self.generation}",)


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [
        ("replace", ("sample 1 of 1",)),
        ("accumulate", ("human", "sample 1 of 1")),
        ("accumulate_subsample", ("1 of human+sample 1 of 1 at_random",)),
        ("mix", ("0.25 of human at_random", "sample 1 of 0.75")),
        ("edit_source", ("edited human",)),
        ("edit_thinned", ("edited human by 0.5 of the layers",)),
        ("edit_previous", ("edited human",)),
        ("fresh_human", ("fresh 1",)),
        ("same_human", ("human",)),
        ("edit_random", ("human edited like edit_source",)),
        ("edit_random_previous", ("human edited like edit_previous",)),
        ("redraw", ("redrawn human",)),
        ("reencode", ("reencoded human",)),
        ("importance", ("1 of sample 1 of 2 by_importance",)),
        ("verified", ("1 of sample 1 of 2 by_verifier",)),
        ("long_tail", ("1 of sample 1 of 2 by_long_tail",)),
        ("truncated_loss", ("sample 1 of 1 truncated",)),
        ("executed", ("1 of 2 of answers to human by_execution",)),
        ("executed_source", ("1 of 2 of answers to human by_execution",)),
        ("executed_accumulate", ("human", "1 of 2 of answers to human by_execution")),
        ("best_of_2", ("best of 2 of sample 1",)),
        ("best_of_8", ("best of 8 of sample 1",)),
        ("random_of_8", ("any of 8 of sample 1",)),
        ("rewrite_source", ("human rewritten like edit_source",)),
        ("rewrite_previous", ("human rewritten like edit_previous",)),
    ],
)
def test_the_first_step(workflow: Workflow, expected: Parts) -> None:
    assert METHODS[workflow](Names()) == expected


def test_accumulate_takes_the_pool_and_adds_to_it() -> None:
    second = Names(previous=("x",), pool=("human", "sample 1"), generation=2)

    assert METHODS["accumulate"](second) == ("human", "sample 1", "sample 2 of 1")


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [
        ("edit_source", ("edited human",)),
        ("edit_previous", ("edited edited human",)),
        ("edit_random", ("human edited like edit_source",)),
        ("edit_random_previous", ("edited human edited like edit_previous",)),
        ("rewrite_source", ("human rewritten like edit_source",)),
        ("rewrite_previous", ("edited human rewritten like edit_previous",)),
        ("executed", ("1 of 2 of answers to edited human by_execution",)),
        ("executed_source", ("1 of 2 of answers to human by_execution",)),
    ],
)
def test_the_second_step_is_made_of_the_source_or_the_last_corpus(
    workflow: Workflow, expected: Parts
) -> None:
    assert METHODS[workflow](Names(previous=("edited human",))) == expected


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_only_what_a_workflow_needs_is_made(workflow: Workflow) -> None:
    """Sampling and editing are what costs: no workflow does both, and controls do neither."""
    asked: list[str] = []

    class Counted(Names):
        def sample(self, size: float = 1.0) -> Parts:
            asked.append("sample")
            return ()

        def edit(self, text: Parts, *, layers: float = 1.0) -> Parts:
            asked.append("edit")
            return ()

    METHODS[workflow](Counted())

    assert len(asked) <= 1
    assert not (workflow in ("same_human", "fresh_human") and asked)


def test_every_workflow_has_a_meaning() -> None:
    assert all(MEANING[workflow] for workflow in WORKFLOWS)


def test_a_method_of_ones_own_is_called_by_its_function() -> None:
    assert (label("studies/mine.py:keep_longest"), label("mix")) == ("keep_longest", "mix")


def test_a_method_is_any_function_of_materials() -> None:
    mine: Callable[[Names], Parts] = lambda materials: materials.sample(3.0)[:1]  # noqa: E731

    assert mine(Names()) == ("sample 1 of 3",)
