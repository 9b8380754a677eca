"""The majority vote: of several programs for one question, the value that most of them give."""

from collections import Counter
from collections.abc import Sequence

from data.program_distillation.running import value_of


def majority(programs: Sequence[str]) -> str:
    """The first program with the value that most programs give; values are compared exactly.

    A program without a value has no vote. Of values with equally many votes the one that was given
    first wins; where no program has a value, the first program stands.

    Args:
        programs: Programs for one question, at least one, in the order in which they were drawn.
    """
    values = [value_of(program) for program in programs]
    votes = Counter(value for value in values if value is not None)
    if not votes:
        return programs[0]
    ((winner, _),) = votes.most_common(1)  # of equals the one that was counted first
    return programs[values.index(winner)]
