"""Names of annotators and of the arms' answers; loads without torch."""

from typing import Literal, get_args

Annotator = Literal["alone", "example", "encoder"]
"""Who answers: the model by the question alone, the same after the most similar other question with
its right option, or an encoder, which takes the option nearest to the question."""
ANNOTATORS: tuple[Annotator, ...] = get_args(Annotator)
Answers = Literal["right", "any", "given"]
"""Which answers are learnt: those of an annotator that are right, the first annotator's whether
right or not, or the exam's own."""
ANSWERS: tuple[Answers, ...] = get_args(Answers)
