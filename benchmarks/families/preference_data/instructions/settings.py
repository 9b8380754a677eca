"""What instructions are made of, which are kept, and how a model is tuned on them; no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from benchmarks.families.preference_data.instructions.names import ANSWERS, Answers
from benchmarks.running.study import Study
from data.errors import BadInput, Count, Range, in_range
from data.preference_data.exams import EXAMS
from data.sources.packaged_prior import PACKAGED_PRIORS
from data.sources.texts import SOURCES
from lightning_modules.settings import ModelShape, Optimization, SamplingRule

Inner = Annotated[float, Range(above=0, below=1)]


@dataclass(frozen=True, kw_only=True)
class InstructionSettings(Study):
    """One model writes, scores and answers instructions, and is tuned on those that are kept."""

    learnt: Mapping[str, Answers]
    """Which answers each arm learns; all arms learn as many."""
    model: str
    """The packaged instruction model, which is tuned as well."""
    shape: ModelShape
    """Its size, and the tokens of a window that it is tuned on."""
    exam: str
    """Exam whose questions are rewritten, answered, and asked at the end."""
    abstracts_of: str
    """Name of the human text that questions are asked about."""
    questions: Count
    """Questions of the exam that instructions are made of."""
    tested: Count
    """Further questions, no near-duplicates of them, that a model is asked before and after."""
    abstracts: Count
    """Abstracts that the model asks and answers a question about."""
    most_words: Count
    """Words of a question with its options, at most."""
    abstract_words: Count
    """Words of an abstract that are read, from its beginning."""
    reads: Annotated[int, Range(least=2)]
    """Tokens of prompt and answer that the model looks back at."""
    writing: SamplingRule
    """How the model writes."""
    simplest: Inner
    """Share of the instructions that are left out for the lowest score of complexity."""
    rows: Count
    """Answers of options that are learnt, at most."""
    passes: Count
    """How often they are read."""
    fit: Optimization

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: A number is out of its range, a name is unknown, or an arm has no answers.
        """
        in_range(self)
        if set(self.arms) != set(self.learnt):
            odd = sorted(set(self.arms) ^ set(self.learnt))
            raise BadInput(f"arm {odd[0]!r} has no answers, or is none; name each in both")
        if unknown := [one for one in self.learnt.values() if one not in ANSWERS]:
            raise BadInput(f"unknown answers {unknown[0]!r}; use one of {', '.join(ANSWERS)}")
        if self.exam not in EXAMS:
            raise BadInput(f"unknown exam {self.exam!r}; use one of {', '.join(EXAMS)}")
        if self.abstracts_of not in SOURCES:
            raise BadInput(f"unknown text {self.abstracts_of!r}; use one of {', '.join(SOURCES)}")
        if self.model not in PACKAGED_PRIORS:
            known = ", ".join(PACKAGED_PRIORS)
            raise BadInput(f"{self.model!r} is no packaged model; use one of {known}")
        if self.writing.prompt_tokens:
            raise BadInput(
                "writing.prompt_tokens is for text that a model continues; leave it at 0"
            )
