"""Workflows: how the corpus of the next generation is made."""

from collections.abc import Callable
from typing import Literal, TypeVar, assert_never, get_args

Workflow = Literal[
    "replace", "accumulate", "edit_source", "edit_previous", "fresh_human", "same_human"
]
WORKFLOWS: tuple[Workflow, ...] = get_args(Workflow)

MEANING: dict[Workflow, str] = {
    "replace": "only text sampled from the last model (pure synthetic)",
    "accumulate": "human text plus the samples of all generations",
    "edit_source": "the human text, token-edited with the current prior",
    "edit_previous": "the last corpus, token-edited again (the paper's recursion)",
    "fresh_human": "control: new human text each generation",
    "same_human": "control: the same human text again",
}

Parts = TypeVar("Parts", bound=tuple[object, ...])


def next_corpus(
    workflow: Workflow,
    *,
    source: Parts,
    previous: Parts,
    sample: Callable[[], Parts],
    edit: Callable[[Parts], Parts],
    fresh: Callable[[], Parts],
) -> Parts:
    """The next corpus, as a tuple of parts that are read one after the other.

    Args:
        workflow: How.
        source: The human text of the chain.
        previous: What the last generation was trained on; `source` at the first step.
        sample: Lets the last model write a corpus of the size of `source`.
        edit: Token-edits a corpus with the current prior.
        fresh: Human text of the size of `source` that no generation has seen.
    """
    match workflow:
        case "replace":
            return sample()
        case "accumulate":
            return previous + sample()  # type: ignore[return-value]  # tuples of parts add up
        case "edit_source":
            return edit(source)
        case "edit_previous":
            return edit(previous)
        case "fresh_human":
            return fresh()
        case "same_human":
            return source
        case _:
            assert_never(workflow)
