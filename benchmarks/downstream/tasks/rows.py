"""The rows of the local tasks, in the form that the YAML files beside this one name.

Prompts have the shape that lm-eval gives the same sets: the answer itself is scored where it does
so, the letter of the answer where the choices stand in the prompt.
"""

from collections.abc import Callable
from typing import Any

from datasets import Dataset

from data.sources.evaluation_sets import EVALUATION_SETS, Question, load_questions

Row = dict[str, Any]
LETTERS = "ABCDEFGH"


def answers(prompt: str) -> Callable[[Question], Row]:
    """Rows whose choices are the answers themselves.

    Args:
        prompt: Prompt with the places `{context}` and `{question}`.
    """

    def row(item: Question) -> Row:
        query = prompt.format(context=item.context, question=item.question)
        return {"query": query, "choices": list(item.choices), "gold": item.gold}

    return row


def letters(prompt: str) -> Callable[[Question], Row]:
    """Rows whose choices are letters.

    Args:
        prompt: Prompt with the places `{context}`, `{question}` and `{options}`, one lettered line
            each.
    """

    def row(item: Question) -> Row:
        names = list(LETTERS[: len(item.choices)])
        options = "\n".join(f"{a}. {text}" for a, text in zip(names, item.choices, strict=True))
        query = prompt.format(context=item.context, question=item.question, options=options)
        return {"query": query, "choices": names, "gold": item.gold}

    return row


_LETTERED = letters("Question: {question}\n{options}\nAnswer:")

ROWS: dict[str, Callable[[Question], Row]] = {
    "piqa": answers("Question: {question}\nAnswer:"),
    "openbookqa": answers("{question}"),
    "boolq": answers("{context}\nQuestion: {question}?\nAnswer:"),
    "siqa": answers("Q: {context} {question}\nA:"),
    "commonsenseqa": _LETTERED,
    "mmlu": letters("{question}\n{options}\nAnswer:"),
    "medqa": _LETTERED,
    "medmcqa": _LETTERED,
    "pubmedqa": answers("Abstract: {context}\nQuestion: {question}\nAnswer:"),
    "logiqa": answers("Passage: {context}\nQuestion: {question}\nAnswer:"),
}
"""Function that turns a question into a row, by evaluation set."""


def rows(name: str) -> list[Row]:
    """All rows of a set, in the order of its file.

    Raises:
        BadInput: The package of the set is not at hand, or is not the pinned one.
    """
    return [ROWS[name](item) for item in load_questions(EVALUATION_SETS[name])]


def _loader(name: str) -> Callable[..., dict[str, Dataset]]:
    def load(**_: object) -> dict[str, Dataset]:
        return {"test": Dataset.from_list(rows(name))}

    return load


piqa = _loader("piqa")
openbookqa = _loader("openbookqa")
boolq = _loader("boolq")
siqa = _loader("siqa")
commonsenseqa = _loader("commonsenseqa")
mmlu = _loader("mmlu")
medqa = _loader("medqa")
medmcqa = _loader("medmcqa")
pubmedqa = _loader("pubmedqa")
logiqa = _loader("logiqa")
