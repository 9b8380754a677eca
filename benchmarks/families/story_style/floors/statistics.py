"""The number that decides each claim about judges and floors, from the records of one seed."""

from collections.abc import Sequence
from statistics import mean

from benchmarks.running.record import StudyRecord

Records = Sequence[StudyRecord]
"""Records of one seed, one for each arm."""
WORDS, FUNCTION_WORDS = "accuracy/words", "accuracy/function_words"
MASKED, PUNCTUATION = "accuracy/masked", "accuracy/punctuation"
BLIND = ("blind words", "thinned")
"""Systems that change a tenth of the words and know nothing of style."""
HIGH_STYLE, HIGH_CONTENT = 0.75, 0.5
"""Share of outputs told to be the target's, and BLEU-1, from which a system looks as if it
transferred style and kept content: the first is the authors' best ablations', the second twice the
BLEU-1 of their full runs."""


def _values(records: Records, name: str) -> list[float]:
    return [record.metrics[name].value for record in records]


def least_by_function_words(records: Records) -> float:
    """Accuracy by function words alone, in the arm where it is least."""
    return min(_values(records, FUNCTION_WORDS))


def least_by_punctuation(records: Records) -> float:
    """Accuracy by marks alone, in the arm where it is least."""
    return min(_values(records, PUNCTUATION))


def least_masked(records: Records) -> float:
    """Accuracy without names and keywords, in the arm where it is least."""
    return min(_values(records, MASKED))


def novelists_lead(records: Records) -> float:
    """Accuracy by words of the first arm less that of the second."""
    first, second = _values(records, WORDS)
    return first - second


def by_words(records: Records) -> float:
    """Accuracy by words, of one arm."""
    return mean(_values(records, WORDS))


def by_masked_words(records: Records) -> float:
    """Accuracy without names and keywords, of one arm."""
    return mean(_values(records, MASKED))


def blind_r_acc(records: Records) -> float:
    """r-Acc of systems that know nothing of style by the unseen judge, mean over them and arms."""
    return mean(mean(_values(records, f"{system}/r-Acc/unseen")) for system in BLIND)


def swap_passes(records: Records) -> float:
    """By how much the word swap passes both marks, by the unseen judge, in the worst arm."""
    return min(
        *(value - HIGH_STYLE for value in _values(records, "word swap/a-Acc/unseen")),
        *(value - HIGH_CONTENT for value in _values(records, "word swap/BLEU-1")),
    )


def swap_over_target(records: Records) -> float:
    """a-Acc of the word swap less that of the target's own text, by the judge that it reads."""
    swap, own = (
        mean(_values(records, f"{system}/a-Acc/seen")) for system in ("word swap", "random target")
    )
    return swap - own


def unseen_sees_less(records: Records) -> float:
    """a-Acc of the word swap by the judge it reads, less that by one fitted on other works."""
    return _swap_by(records, "seen") - _swap_by(records, "unseen")


def masked_sees_less(records: Records) -> float:
    """a-Acc of the word swap by an unseen judge of all words, less that by one of masked text."""
    return _swap_by(records, "unseen") - _swap_by(records, "masked")


def _swap_by(records: Records, judge: str) -> float:
    return mean(_values(records, f"word swap/a-Acc/{judge}"))
