"""Tokens of stories: those of a byte-level vocabulary, and marks for what is no text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedTokenizerFast

from data.errors import BadInput
from data.story_style.keywords import MASK
from data.text.tokens import encode, load_tokenizer, train_tokenizer
from lightning_modules.story_style.settings import SPECIAL_TOKENS

_SENTENCE, _KEY, _PAD = "<SEN>", "<KEY>", "<pad>"
_ADDED = (MASK, _SENTENCE, _KEY, _PAD)


@dataclass(frozen=True)
class StoryTokens:
    """A tokenizer with the marks of stories; a text never becomes a mark but by `MASK`."""

    tokenizer: PreTrainedTokenizerFast

    @classmethod
    def train(cls, texts: Iterable[str], vocabulary_size: int) -> "StoryTokens":
        """A byte-level vocabulary of texts, with the marks among its tokens.

        Args:
            texts: Texts without masks.
            vocabulary_size: Tokens in all.
        """
        return cls.marked(train_tokenizer(texts, vocabulary_size - SPECIAL_TOKENS + 1))

    @classmethod
    def marked(cls, tokenizer: PreTrainedTokenizerFast) -> "StoryTokens":
        """A tokenizer to which marks are added that it does not have."""
        tokenizer.add_special_tokens({"additional_special_tokens": list(_ADDED), "pad_token": _PAD})
        return cls(tokenizer)

    @classmethod
    def load(cls, folder: Path) -> "StoryTokens":
        """Read a tokenizer with its marks back.

        Raises:
            BadInput: The folder holds none, or one without the marks.
        """
        tokenizer = load_tokenizer(folder)
        known = tokenizer.get_vocab()
        if missing := [mark for mark in _ADDED if mark not in known]:
            raise BadInput(f"{folder}: the tokenizer has no {missing[0]}; prepare stories again")
        return cls(tokenizer)

    def __len__(self) -> int:
        return len(self.tokenizer)

    def _id(self, mark: str) -> int:
        return int(self.tokenizer.convert_tokens_to_ids(mark))  # type: ignore[arg-type]

    @property
    def end(self) -> int:
        """Token that ends every text, and that stands before it when it is written."""
        return int(self.tokenizer.eos_token_id)

    @property
    def mask(self) -> int:
        """Token of `MASK`."""
        return self._id(MASK)

    @property
    def sentence(self) -> int:
        """Token after each sentence, whose state stands for it."""
        return self._id(_SENTENCE)

    @property
    def key(self) -> int:
        """Token before each keyword."""
        return self._id(_KEY)

    @property
    def pad(self) -> int:
        """Token that fills up a short row and is never read."""
        return self._id(_PAD)

    @property
    def never(self) -> tuple[int, ...]:
        """Tokens that no text has: marks of sentences, keywords and filling."""
        return self.sentence, self.key, self.pad

    def text(self, text: str) -> list[int]:
        """Tokens of a text whose masks take the space before them with them."""
        pieces = text.replace(f" {MASK}", MASK).split(MASK)
        found: list[int] = []
        for number, ids in enumerate(encode(self.tokenizer, pieces)):
            found += [self.mask, *ids] if number else ids
        return found

    def sentences(self, sentences: Sequence[str]) -> list[list[int]]:
        """Tokens of each sentence of a story; all but the first begin with their space."""
        return [self.text(f" {one}" if at else one) for at, one in enumerate(sentences)]

    def marked_sentences(self, sentences: Sequence[Sequence[int]]) -> list[int]:
        """A story as the encoder reads it: its sentences, each with its mark behind it."""
        return [token for ids in sentences for token in (*ids, self.sentence)]

    def with_keys(self, text: Sequence[int], keywords: Sequence[str]) -> list[int]:
        """A masked text with keywords behind it, each after its mark, as masks are filled from."""
        return [*text, *(token for one in keywords for token in (self.key, *self.text(f" {one}")))]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of tokens, up to the first end; masks are words of their own."""
        own = list(ids)
        if self.end in own:
            own = own[: own.index(self.end)]
        pieces: list[list[int]] = [[]]
        for token in own:
            if token == self.mask:
                pieces.append([])
            elif token not in self.never:
                pieces[-1].append(token)
        texts = [str(self.tokenizer.decode(piece)) for piece in pieces]
        return f" {MASK}".join(texts).strip()


def fitting_in(name: str, length: int, context: int) -> None:
    """Refuse a text that the model cannot read whole.

    Args:
        name: What it is, for the message.
        length: Its tokens.
        context: Tokens that the model reads.

    Raises:
        BadInput: It is longer.
    """
    if length > context:
        raise BadInput(
            f"{name} has {length} tokens, the model reads {context} at once; raise model.context "
            "or leave it out"
        )
