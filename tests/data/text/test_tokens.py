from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from data.text.corpus import Corpus
from data.text.tokens import END_OF_TEXT, encode, pack, special_tokens, train_tokenizer


def test_training_twice_gives_the_same_tokenizer(corpus: Corpus) -> None:
    first, second = (train_tokenizer(corpus.texts(), 300).get_vocab() for _ in range(2))

    assert first == second


@given(st.text())
def test_every_text_comes_back(tokenizer: PreTrainedTokenizerFast, text: str) -> None:
    (ids,) = encode(tokenizer, [text])

    assert tokenizer.decode(ids, clean_up_tokenization_spaces=False) == text


def test_text_that_looks_special_is_text(tokenizer: PreTrainedTokenizerFast) -> None:
    (ids,) = encode(tokenizer, [f"a{END_OF_TEXT}b"])

    assert tokenizer.eos_token_id not in ids


def test_a_packed_stream_separates_documents(
    corpus: Corpus, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    few = corpus.select([0, 1])
    first, second = encode(tokenizer, few.texts())

    stream = pack(few, tokenizer, tmp_path / "tokens")

    end = tokenizer.eos_token_id
    assert stream.tolist() == [end, *first, end, *second, end]


def test_a_special_token_is_told_by_its_own_mark(corpus: Corpus) -> None:
    """As of Llama 3: two roles in the configuration, and hundreds of tokens with a mark alone."""
    tokenizer = train_tokenizer(corpus.texts(), 300)
    reserved = [f"<|reserved_special_token_{i}|>" for i in range(20)]
    tokenizer.backend_tokenizer.add_special_tokens(["<|eot_id|>", *reserved])
    tokenizer.backend_tokenizer.add_tokens(["shepherdess"])  # a word like any other

    found = special_tokens(tokenizer)

    marked = tokenizer.convert_tokens_to_ids(["<|eot_id|>", *reserved])
    assert found == {tokenizer.eos_token_id, *marked}
    assert not set(marked) & set(tokenizer.all_special_ids)  # what a tokenizer itself knows of
