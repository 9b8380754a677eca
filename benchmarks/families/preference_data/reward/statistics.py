"""The number that decides each claim about reward heads and decontamination, from one seed."""

from collections.abc import Sequence
from statistics import mean

from scipy.optimize import brentq
from scipy.stats import norm

from benchmarks.families.preference_data.reward.names import HALF, JUDGED
from benchmarks.running.record import Metric, StudyRecord
from theory.preference_data.voting import OPTIONS, best_of_n_accuracy, majority_accuracy

Records = Sequence[StudyRecord]
"""The record of one seed."""
ERRORS = 2.0
"""Standard errors, over questions, by which a head must lead its baselines."""


def metric(records: Records, name: str) -> Metric:
    """A measure of the one record by its name."""
    (record,) = records
    return record.metrics[name]


def value(records: Records, name: str) -> float:
    """The value of a measure."""
    return metric(records, name).value


def _less_errors(records: Records, name: str) -> float:
    one = metric(records, name)
    assert one.stderr is not None, "a lead has a standard error"
    return one.value - ERRORS * one.stderr


def hard_lead(records: Records) -> float:
    """Least lead on hard pairs over length and cosine, each less two standard errors."""
    return min(
        _less_errors(records, f"lead/hard head over {other}") for other in ("length", "cosine")
    )


def hard_lead_over_position(records: Records) -> float:
    """Lead on hard pairs over the place of the option, less two standard errors."""
    return _less_errors(records, "lead/hard head over position")


def easy_lead(records: Records) -> float:
    """Lead on easy pairs over the cosine, less two standard errors."""
    return _less_errors(records, "lead/easy head over cosine")


def lead_by_question(records: Records) -> float:
    """Accuracy on hard pairs less that of a head that does not see the question."""
    return value(records, "lead/hard head over option alone")


def permuted(records: Records) -> float:
    """Accuracy on hard pairs of heads whose labels were drawn, mean over their draws."""
    (record,) = records
    return mean(
        one.value for name, one in record.metrics.items() if name.startswith("hard/permuted ")
    )


def least_step(records: Records) -> float:
    """The smaller of two differences of accuracy: easy less hard, hard less length."""
    easy, hard, length = (value(records, f"{kind}/head") for kind in ("easy", "hard", "length"))
    return min(easy - hard, hard - length)


def length_left(records: Records) -> float:
    """Size of the correlation with length after balanced training, less that before."""
    balanced, plain = (
        abs(value(records, f"length correlation/{name}")) for name in ("balanced", "head")
    )
    return balanced - plain


def price_of_balance(records: Records) -> float:
    """Accuracy on hard pairs after balanced training less that before."""
    return value(records, "lead/hard balanced over head")


def calibration_error(records: Records) -> float:
    """Expected calibration error on hard pairs."""
    return value(records, "calibration/error")


def hard_best_less_majority(records: Records) -> float:
    """Accuracy of the best of ten less that of the majority of ten, at p = .5, hard items."""
    return value(records, f"hard items/best less majority of {JUDGED}/p {HALF:g}")


def easy_best_less_majority(records: Records) -> float:
    """The same of easy items."""
    return value(records, f"easy items/best less majority of {JUDGED}/p {HALF:g}")


def hard_fall(records: Records) -> float:
    """Accuracy at the turning point that other questions name, less that of the most answers."""
    return value(records, f"hard items/fall/p {HALF:g}")


def easy_fall(records: Records) -> float:
    """The same of easy items."""
    return value(records, f"easy items/fall/p {HALF:g}")


def crossover_less_foretold(records: Records) -> float:
    """Of easy items, the p at which the majority of ten overtakes, less what their AUC foretells.

    That is the p of normal rewards of equal spread with the same AUC within questions, where every
    answer has a reward of its own.
    """
    auc = value(records, "easy items/auc within questions")
    return value(records, "easy items/crossover") - foretold_crossover(auc)


def foretold_crossover(auc: float, n: int = JUDGED) -> float:
    """The p from which the majority of n is better than the best of n by normal rewards.

    Args:
        auc: Probability that a right answer has a larger reward than a wrong one.
        n: Number of answers.

    Returns:
        The p between chance and 1; chance where the majority is better from there on, and 1 where
        it never is.
    """
    shift = 2**0.5 * float(norm.ppf(auc))

    def lead(p: float) -> float:
        return best_of_n_accuracy(p, n, shift=shift) - majority_accuracy(p, n)

    low, high = 1 / (1 + OPTIONS) + 1e-4, 1 - 1e-4
    if lead(low) <= 0:
        return 1 / (1 + OPTIONS)
    return float(brentq(lead, low, high, xtol=1e-5)) if lead(high) < 0 else 1.0


def people_over_length(records: Records) -> float:
    """Share of human pairs that are told right less that by the longer answer."""
    return value(records, "lead/people head over length")


def published_recall(records: Records) -> float:
    """Share of questions with one word swapped that the published rule removes."""
    return value(records, "one word swapped/published")


def chosen_recall(records: Records) -> float:
    """The same of either chosen threshold."""
    return value(records, "one word swapped/either")


def false_removals(records: Records) -> float:
    """Share of questions that either chosen threshold removes, and that are nobody's copy."""
    return value(records, "no copy/either")


def embedding_over_words(records: Records) -> float:
    """Recall of one swapped word by embedding less that by words, at equal false removals."""
    return value(records, "one word swapped/chosen") - value(records, "one word swapped/words")
