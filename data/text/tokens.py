"""From text to token ids: a byte-level BPE trained on human text, and packed training windows."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from data.checkpoints.files import found, refuse_pointers
from data.checkpoints.hub import only_here
from data.errors import BadInput
from data.text.corpus import Corpus

END_OF_TEXT = "<|endoftext|>"
"""Token that stands before every document and after the last: a document is written until the next
one."""

_DOCUMENTS_PER_BATCH = 1000


def train_tokenizer(texts: Iterable[str], vocabulary_size: int) -> PreTrainedTokenizerFast:
    """Byte-level BPE (Sennrich et al. 2016) with one special token, id 0.

    Every text can be encoded and comes back byte for byte.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=END_OF_TEXT,
        eos_token=END_OF_TEXT,
        clean_up_tokenization_spaces=False,
    )


def load_tokenizer(name: str | Path) -> PreTrainedTokenizerFast:
    """A tokenizer from a folder, or by its hub name.

    Raises:
        BadInput: There is none, or it is no fast tokenizer, which alone knows where its tokens
            stand in a text.
    """
    if Path(name).is_dir():
        refuse_pointers(Path(name))
    with found(name):
        here = only_here(name)
        tokenizer = AutoTokenizer.from_pretrained(
            name, trust_remote_code=False, local_files_only=here
        )
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise BadInput(f"{name}: {type(tokenizer).__name__} is no fast tokenizer; convert it")
    letter = tokenizer.encode("a", add_special_tokens=False)
    if special_tokens(tokenizer).issuperset(letter):  # what transformers makes of no file
        raise BadInput(
            f"{name}: no tokenizer that knows any text; add the model's own tokenizer.json"
        )
    return tokenizer


def special_tokens(tokenizer: PreTrainedTokenizerFast) -> frozenset[int]:
    """Ids of all tokens that stand for no text: those that have a role, and those marked special.

    A tokenizer names a few by their role. Tokens that its model was trained to know by, of turns or
    tools or in reserve, only have a mark of their own.
    """
    added = tokenizer.backend_tokenizer.get_added_tokens_decoder()
    marked = {token for token, entry in added.items() if entry.special}
    return frozenset({*tokenizer.all_special_ids, *marked})


def whole(tokenizer: PreTrainedTokenizerFast) -> Tokenizer:
    """What splits texts, all of them: nothing cut off, nothing padded, nothing special in them."""
    backend = tokenizer.backend_tokenizer
    backend.encode_special_tokens = True
    backend.no_truncation()
    backend.no_padding()
    return backend


def encode(tokenizer: PreTrainedTokenizerFast, texts: Iterable[str]) -> list[list[int]]:
    """Token ids of each text, without special tokens; a text never becomes a special token."""
    backend = whole(tokenizer)
    return [e.ids for e in backend.encode_batch(list(texts), add_special_tokens=False)]


def pack(corpus: Corpus, tokenizer: PreTrainedTokenizerFast, path: Path) -> NDArray[np.int32]:
    """Write the corpus as one memory-mapped stream of tokens, shape (tokens,).

    The stream is `END document END document ... END`.
    """
    end = np.array([tokenizer.eos_token_id], dtype=np.int32)
    with path.open("wb") as file:
        for batch in corpus.table.iter(batch_size=_DOCUMENTS_PER_BATCH):
            for ids in encode(tokenizer, batch["text"]):
                file.write(end.tobytes())
                file.write(np.asarray(ids, dtype=np.int32).tobytes())
        file.write(end.tobytes())
    return np.memmap(path, dtype=np.int32, mode="r")
