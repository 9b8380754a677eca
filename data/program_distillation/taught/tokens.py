"""A tokenizer for students: letters are merged as in any text, and every digit stands alone.

A student copies numbers from the question, most of which it has never seen. Where `17` is one token
and `18` two, copying is a rule for each number; digit by digit it is one rule for all.
"""

import re
from collections.abc import Iterable

from transformers import PreTrainedTokenizerFast

from data.text.tokens import train_tokenizer

_DIGITS = re.compile(r"\d+")


def train_digit_tokenizer(texts: Iterable[str], vocabulary_size: int) -> PreTrainedTokenizerFast:
    """Byte-level BPE whose merges were learnt without any digit, so that none joins two.

    Args:
        texts: Texts to learn merges from.
        vocabulary_size: Number of tokens, 257 at least.
    """
    return train_tokenizer((_DIGITS.sub("", text) for text in texts), vocabulary_size)
