import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import PreTrainedTokenizerFast

from data.text.corpus import Corpus
from data.text.token_text import Pieces, locate, tokenizer_digest
from data.text.tokens import train_tokenizer


@given(text=st.text(max_size=60))
def test_tokens_tile_the_text_and_writable_ones_are_what_they_cover(
    tokenizer: PreTrainedTokenizerFast, text: str
) -> None:
    pieces = Pieces(tokenizer)

    located = locate(["before", text], pieces)

    mine = slice(*located.offsets[1:3])
    spans = list(zip(located.starts[mine].tolist(), located.stops[mine].tolist(), strict=True))
    assert "".join(text[start:stop] for start, stop in spans) == text
    assert located.not_given_back == 0
    for token, (start, stop), yes in zip(
        located.tokens_of(1).tolist(), spans, located.writable[mine], strict=True
    ):
        if yes:
            assert pieces.text(token) == text[start:stop]


def test_special_tokens_and_parts_of_characters_have_no_text(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    pieces = Pieces(tokenizer)
    part_of_a_character = tokenizer("\u4e2d").input_ids[0]

    assert pieces.text(tokenizer.eos_token_id) is None
    assert pieces.text(part_of_a_character) is None
    assert pieces.text(10**6) is None
    assert pieces.text(tokenizer(" the").input_ids[-1]) is not None


def test_a_token_with_a_mark_of_its_own_has_no_text(corpus: Corpus) -> None:
    tokenizer = train_tokenizer(corpus.texts(), 300)
    tokenizer.backend_tokenizer.add_special_tokens(["<|eot_id|>"])
    tokenizer.backend_tokenizer.add_tokens(["shepherdess"])
    marked, word = tokenizer.convert_tokens_to_ids(["<|eot_id|>", "shepherdess"])

    pieces = Pieces(tokenizer)

    assert pieces.text(marked) is None
    assert pieces.text(word) == "shepherdess"


def _lossy_tokenizer() -> PreTrainedTokenizerFast:
    """Metaspace pieces of lower-case text: what it decodes is not what it read."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=80, special_tokens=["<unk>", "</s>"], show_progress=False
    )
    tokenizer.train_from_iterator(["the king saw the river by the sea"] * 3, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>", unk_token="<unk>")


def test_of_a_text_that_does_not_come_back_only_what_matches_is_writable() -> None:
    pieces = Pieces(_lossy_tokenizer())

    located = locate(["the king saw", "the KING saw"], pieces)

    assert located.not_given_back == 1
    first, second = np.split(located.writable, located.offsets[1:2])
    covered = [
        "the KING saw"[start:stop]
        for start, stop in zip(
            located.starts[located.offsets[1] :], located.stops[located.offsets[1] :], strict=True
        )
    ]
    assert first.tolist() == [False, True, True]  # before the first stands a space of its own
    assert [c for c, yes in zip(covered, second, strict=True) if yes]
    assert not any("K" in c for c, yes in zip(covered, second, strict=True) if yes)


def test_tokens_whose_spans_leave_out_spaces_are_not_writable() -> None:
    """As the tokenizers of some model families are saved."""
    tokenizer = train_tokenizer(["hello\n   world and\n   more"] * 9, 290)
    tokenizer.backend_tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    pieces, text = Pieces(tokenizer), "hello\n   world and\n   more"

    located = locate([text], pieces)

    assert located.not_given_back == 0
    for place in np.flatnonzero(located.writable):
        covered = text[located.starts[place] : located.stops[place]]
        assert covered == pieces.text(int(located.ids[place]))


def test_a_tokenizer_that_cuts_and_pads_reads_whole_texts_here(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    cutting = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(tokenizer.backend_tokenizer.to_str()),
        eos_token=tokenizer.eos_token,
    )
    cutting.backend_tokenizer.enable_truncation(4)
    cutting.backend_tokenizer.enable_padding(length=50)

    located = locate(["the king saw the river by the sea", "a"], Pieces(cutting))

    expected = locate(["the king saw the river by the sea", "a"], Pieces(tokenizer))
    assert located.ids.tolist() == expected.ids.tolist()


def test_the_digest_tells_tokenizers_apart(tokenizer: PreTrainedTokenizerFast) -> None:
    other = train_tokenizer(["another text"], 260)

    assert tokenizer_digest(tokenizer) == tokenizer_digest(tokenizer)
    assert tokenizer_digest(tokenizer) != tokenizer_digest(other)
