"""What the model is asked for, in its own chat format, with an answer to each request before it."""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerFast

from data.errors import BadInput

EVOLVE, ASK, REPLY, RATE = "evolve", "ask", "reply", "rate"
_SYSTEM = "You write questions for medical exams."
_CASE = "Make a case of a patient out of this exam question. Ask for the same.\n\n{question}"
_ASK = "{abstract}\n\nWrite a question that this abstract answers."
_REPLY = "{abstract}\n\nQuestion: {question}\nAnswer in one sentence."
_RATE = (
    "How complex is this exam question, from 1 (everybody knows the answer) to 9 (experts reason "
    "in several steps)? Answer with the number alone.\n\n{question}"
)
_ASTHMA = (
    "We followed 120 adults with asthma for one year. Those who were taught how to use their "
    "inhaler had fewer attacks than those who were not."
)
_ASTHMA_ASKED = "Does teaching adults with asthma how to use their inhaler prevent attacks?"
_EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    EVOLVE: (
        (
            _CASE.format(question="Which vitamin is lacking in scurvy?"),
            "A sailor has eaten no fresh fruit for months. His gums bleed, and old wounds open "
            "again. Which vitamin does he lack?",
        ),
        (
            _CASE.format(question="Which nerve is damaged in wrist drop?"),
            "A man slept with his arm over the back of a chair. He wakes up and cannot lift his "
            "hand. Which nerve is damaged?",
        ),
    ),
    ASK: ((_ASK.format(abstract=_ASTHMA), _ASTHMA_ASKED),),
    REPLY: (
        (
            _REPLY.format(abstract=_ASTHMA, question=_ASTHMA_ASKED),
            "Yes, over one year adults who were taught had fewer attacks than those who were not.",
        ),
    ),
    RATE: (),
}
"""Requests with their answers that stand before the real one, by the name of the request; all were
written for this study."""
_TEXTS = {EVOLVE: _CASE, ASK: _ASK, REPLY: _REPLY, RATE: _RATE}


def chat(tokenizer: PreTrainedTokenizerFast, request: str, **places: str) -> list[int]:
    """Token ids of a request, up to where the model answers.

    Args:
        tokenizer: Tokenizer of the model.
        request: Name of the request.
        places: What stands in it: `question`, `abstract`.

    Raises:
        BadInput: The model takes no instructions.
    """
    if tokenizer.chat_template is None:
        raise BadInput(
            "the model has no chat template: it takes no instructions; use a model that does"
        )
    turns = [{"role": "system", "content": _SYSTEM}]
    asked: Sequence[tuple[str, str | None]] = (
        *_EXAMPLES[request],
        (_TEXTS[request].format(**places), None),
    )
    for said, answered in asked:
        turns.append({"role": "user", "content": said})
        if answered is not None:
            turns.append({"role": "assistant", "content": answered})
    tokens: list[int] = tokenizer.apply_chat_template(  # type: ignore[assignment]
        turns, add_generation_prompt=True, return_dict=False
    )
    return tokens
