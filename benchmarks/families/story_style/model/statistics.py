"""Numbers that decide the claims on rewriters, from records of one seed."""

from collections.abc import Sequence

from benchmarks.families.story_style.floors.systems import SWAP
from benchmarks.families.story_style.record import StoryRecord

Records = Sequence[StoryRecord]


def value(record: StoryRecord, key: str) -> float:
    """A measure of a record."""
    return record.metrics[key].value


def style_less(records: Records) -> float:
    """Balanced accuracy of the linear probe of style, of the first system less the second."""
    one, other = records
    return value(one, "probe/style") - value(other, "probe/style")


def content_less(records: Records) -> float:
    """Share of content that representations give back, of the first system less the second."""
    one, other = records
    return value(one, "probe/content") - value(other, "probe/content")


def variance_ratio(records: Records) -> float:
    """Variance of representations inside styles, of the first system as a part of the second's."""
    one, other = records
    return value(one, "probe/variance") / value(other, "probe/variance")


def copied(records: Records) -> float:
    """BLEU-1 of what the first stage wrote with the masked source."""
    (record,) = records
    return value(record, "copy of masked")


def copied_less(records: Records) -> float:
    """The same, of the first system less the second."""
    one, other = records
    return value(one, "copy of masked") - value(other, "copy of masked")


def order_above_chance(records: Records) -> float:
    """Share of places of shuffled held-out stories that the pointer has right, less chance."""
    (record,) = records
    return value(record, "order/shuffled") - 1 / int(record.recipe["sentences"])


def order_above_mixed(records: Records) -> float:
    """The same less that of stories whose sentences come from different stories."""
    (record,) = records
    return value(record, "order/shuffled") - value(record, "order/mixed")


def order_read_off(records: Records) -> float:
    """Share of places right of stories as they are less that of shuffled ones."""
    (record,) = records
    return value(record, "order/as_is") - value(record, "order/shuffled")


def order_less(records: Records) -> float:
    """Share of places of shuffled stories right, of the first system less the second."""
    one, other = records
    return value(one, "order/shuffled") - value(other, "order/shuffled")


def filled_content(records: Records) -> float:
    """Change of BLEU-1 by filling, of stories whose style the judge sees unchanged."""
    (record,) = records
    return value(record, "fill/BLEU-1")


def filled_keywords(records: Records) -> float:
    """Change of the recall of keywords by filling, of the same stories."""
    (record,) = records
    return value(record, "fill/recall")


def filled_above_placed(records: Records) -> float:
    """BLEU-1 of the final text less that of keywords put into the masks of the first stage."""
    (record,) = records
    measure = "released BLEU-1"
    return value(record, f"final/{measure}") - value(record, f"placed/{measure}")


def content_of_text_less(records: Records) -> float:
    """BLEU-1 of the final text with the source, of the first system less the second."""
    one, other = records
    return value(one, "final/released BLEU-1") - value(other, "final/released BLEU-1")


def style_of_text_less(records: Records) -> float:
    """a-Acc of the final text by the unseen judge, of the first system less the second."""
    one, other = records
    return value(one, "final/a-Acc/unseen") - value(other, "final/a-Acc/unseen")


def judge_gap(records: Records) -> float:
    """a-Acc of the first stage by the classifier inside the loss less that by one like it.

    Both have the same layers and steps and say how often a text is of the target author; the second
    one has read other works, and had no say.
    """
    (record,) = records
    return value(record, "first/a-Acc/loss") - value(record, "first/a-Acc/like it")


def above_swap(records: Records) -> float:
    """By how much a system beats the word swap in the worse of a-Acc and BLEU-1.

    Above 0 it is better in both, which is dominance.
    """
    (record,) = records
    return min(
        value(record, f"final/{measure}") - value(record, f"{SWAP}/{measure}")
        for measure in ("a-Acc/unseen", "released BLEU-1")
    )


def same_weights(records: Records) -> bool:
    """Whether two systems have the same weights, bit by bit, as their checksums say."""
    one, other = records
    return value(one, "weights/crc32") == value(other, "weights/crc32")
