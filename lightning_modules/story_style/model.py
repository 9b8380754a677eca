"""The models of stories: one that rewrites, one that fills masks, one that tells styles apart.

All are made of encoders and decoders of transformers. The one that rewrites knows of a story what
stands at the marks of its sentences, and nothing of its words beside that.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_model, save_model
from torch import Tensor, nn
from transformers import AutoModelForSeq2SeqLM, MBartConfig, PreTrainedModel
from transformers import MBartForConditionalGeneration as Seq2Seq

from data.checkpoints.other import load_other
from data.errors import BadInput, readable
from data.files import saving
from lightning_modules.fitting.dropout import dropout_of
from lightning_modules.story_style.pointer import Pointer
from lightning_modules.story_style.settings import StoryShape
from lightning_modules.story_style.tokens import StoryTokens

_WEIGHTS = "weights.safetensors"


def encoder_decoder(shape: StoryShape, tokens: StoryTokens, seed: int) -> PreTrainedModel:
    """An encoder-decoder without dropout: of fresh weights, or the checkpoint that is named.

    Fresh ones have layer norms before what they are for, and learnt places (mBART's layers).

    Args:
        shape: Its size, and its checkpoint if it has one.
        tokens: Tokens of stories; a checkpoint gets embeddings of those it has not.
        seed: Decides the fresh weights.
    """
    if shape.start is not None:
        loaded: Any = load_other(AutoModelForSeq2SeqLM, shape.start)
        for name in dropout_of(loaded.config):
            setattr(loaded.config, name, 0.0)
        for module in loaded.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            loaded.resize_token_embeddings(len(tokens))
        return loaded  # type: ignore[no-any-return]
    config = MBartConfig(
        vocab_size=len(tokens),
        d_model=shape.width,
        encoder_layers=shape.layers,
        decoder_layers=shape.layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=shape.feed_forward,
        decoder_ffn_dim=shape.feed_forward,
        max_position_embeddings=shape.context + 1,
        dropout=0.0,
        attention_dropout=0.0,
        scale_embedding=True,
        tie_word_embeddings=True,
        bos_token_id=tokens.end,
        eos_token_id=tokens.end,
        pad_token_id=tokens.pad,
        decoder_start_token_id=tokens.end,
        forced_eos_token_id=None,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Seq2Seq(config)


class _Kept(nn.Module):
    """A module whose weights are written to a folder and read back."""

    def save(self, folder: Path) -> None:
        """Write all weights into a folder."""
        folder.mkdir(exist_ok=True)
        with saving(folder):
            save_model(self, str(folder / _WEIGHTS))

    def restore(self, folder: Path) -> None:
        """Read all weights back.

        Raises:
            BadInput: The folder holds others, or none.
        """
        with readable(folder / _WEIGHTS, "fit the model again"):
            try:
                load_model(self, folder / _WEIGHTS)
            except (RuntimeError, OSError) as error:  # safetensors and torch name every weight
                raise ValueError(f"weights of another model, or none ({error})") from error


class StoryWriter(_Kept):
    """What both models that write have: an encoder-decoder and its tokens.

    Args:
        seq2seq: Encoder and decoder.
        tokens: Tokens of stories.
        context: Tokens that it reads and writes at most.
    """

    def __init__(self, seq2seq: PreTrainedModel, tokens: StoryTokens, context: int) -> None:
        super().__init__()
        self.seq2seq = seq2seq
        self.tokens = tokens
        self.context = context
        self.pad, self.end, self.mark = tokens.pad, tokens.end, tokens.sentence
        begin = seq2seq.config.decoder_start_token_id
        self.begin = self.end if begin is None else int(begin)

    @property
    def width(self) -> int:
        """Width of a state."""
        return int(self.seq2seq.config.d_model)

    @property
    def embedding(self) -> Tensor:
        """What stands for each token where it is read, shape (vocabulary, width)."""
        embeddings: Any = self.seq2seq.get_input_embeddings()
        table: Tensor = embeddings.weight
        return table * embedding_scale(self.seq2seq)

    def encode(self, rows: Tensor) -> Tensor:
        """States of every token, shape (texts, time, width), of rows with `pad` behind them."""
        states: Tensor = self.seq2seq.get_encoder()(
            input_ids=rows, attention_mask=(rows != self.pad).long()
        ).last_hidden_state
        return states

    def logits(self, seen: Tensor, is_seen: Tensor, text: Tensor) -> Tensor:
        """Logits of every token of texts, given those before it, shape (texts, time, vocabulary).

        Args:
            seen: States that the decoder attends to, shape (texts, states, width).
            is_seen: Which of them count, shape (texts, states).
            text: Tokens, shape (texts, time).
        """
        before = torch.cat([text.new_full((len(text), 1), self.begin), text[:, :-1]], dim=1)
        found: Tensor = self.seq2seq(
            encoder_outputs=(seen,),
            attention_mask=is_seen.long(),
            decoder_input_ids=before,
            use_cache=False,
        ).logits
        return found


class Rewriter(StoryWriter):
    """Rewrites a story in a style: the first stage.

    Args:
        seq2seq: Encoder and decoder.
        tokens: Tokens of stories.
        shape: Layers and heads of the encoder that joins style and sentences.
        styles: Number of styles; one more stands for text of no style of these.
        seed: Decides the weights that are not of the encoder and the decoder.
    """

    def __init__(
        self,
        seq2seq: PreTrainedModel,
        tokens: StoryTokens,
        shape: StoryShape,
        styles: int,
        seed: int,
    ) -> None:
        super().__init__(seq2seq, tokens, shape.context)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.style = nn.Embedding(styles + 1, self.width)
            layer = nn.TransformerEncoderLayer(
                self.width,
                shape.heads,
                shape.feed_forward,
                dropout=0.0,
                activation="gelu",
                batch_first=True,
                norm_first=True,
            )
            self.fusion = nn.TransformerEncoder(
                layer,
                shape.fusion_layers,
                norm=nn.LayerNorm(self.width),
                enable_nested_tensor=False,
            )
            self.pointer = Pointer(self.width)
            self.bag = nn.Linear(self.width, self.width)
        self.erasure: tuple[Tensor, Tensor] | None = None

    @classmethod
    def new(cls, shape: StoryShape, tokens: StoryTokens, styles: int, seed: int) -> "Rewriter":
        """A rewriter of a size; a pure function of the arguments."""
        return cls(encoder_decoder(shape, tokens, seed), tokens, shape, styles, seed)

    def represent(self, rows: Tensor) -> Tensor:
        """Representations of sentences, the states at their marks, shape (texts, sentences, width).

        Where an erasure was set, they are without what it takes out.

        Raises:
            BadInput: Stories of one batch have different numbers of sentences.
        """
        marks = rows == self.mark
        counts = marks.sum(dim=1)
        if bool((counts != counts[0]).any()) or not counts[0]:
            raise BadInput(
                "stories of one batch have different numbers of sentences; cut all of them alike"
            )
        found = self.encode(rows)[marks].view(len(rows), -1, self.width)
        if self.erasure is None:
            return found
        centre, kept = self.erasure
        return centre + (found - centre) @ kept.T

    def fused(self, sentences: Tensor, styles: Tensor) -> Tensor:
        """What the decoder attends to: a style and the sentences, shape (texts, 1 + n, width)."""
        joined: Tensor = self.fusion(torch.cat([self.style(styles)[:, None], sentences], dim=1))
        return joined

    def rewritten(self, sentences: Tensor, styles: Tensor, text: Tensor) -> Tensor:
        """Logits of a text in a style, shape (texts, time, vocabulary)."""
        seen = self.fused(sentences, styles)
        return self.logits(seen, seen.new_ones(seen.shape[:2]), text)

    def bags(self, sentences: Tensor) -> Tensor:
        """Log-probabilities of tokens in no order, read off the representation of their sentence.

        Args:
            sentences: Representations, shape (texts, sentences, width).

        Returns:
            Shape (texts, sentences, vocabulary).
        """
        table: Any = self.seq2seq.get_input_embeddings()
        found: Tensor = (self.bag(sentences) @ table.weight.T).log_softmax(dim=-1)
        return found


class Filler(StoryWriter):
    """Fills the masks of a text from keywords that stand behind it: the second stage."""

    @classmethod
    def new(cls, shape: StoryShape, tokens: StoryTokens, seed: int) -> "Filler":
        """A filler of a size; a pure function of the arguments."""
        return cls(encoder_decoder(shape, tokens, seed), tokens, shape.context)

    def filled(self, rows: Tensor, text: Tensor) -> Tensor:
        """Logits of the whole text, shape (texts, time, vocabulary), of texts with keywords."""
        return self.logits(self.encode(rows), rows != self.pad, text)


class StyleClassifier(_Kept):
    """Tells styles apart by the mean state of an encoder of the same family, through one layer.

    It reads embeddings, so that a mean over tokens by their probabilities can be read as well.

    Args:
        seq2seq: Its encoder is used.
        tokens: Tokens of stories.
        styles: Number of styles.
    """

    def __init__(self, seq2seq: PreTrainedModel, tokens: StoryTokens, styles: int) -> None:
        super().__init__()
        self.encoder: Any = seq2seq.get_encoder()
        self.scale = embedding_scale(seq2seq)
        self.pad = tokens.pad
        self.readout = nn.Linear(int(seq2seq.config.d_model), styles)
        nn.init.zeros_(self.readout.weight)
        nn.init.zeros_(self.readout.bias)

    @classmethod
    def new(
        cls, shape: StoryShape, tokens: StoryTokens, styles: int, seed: int
    ) -> "StyleClassifier":
        """A classifier of a size; a pure function of the arguments."""
        return cls(encoder_decoder(shape, tokens, seed), tokens, styles)

    @property
    def embedding(self) -> Tensor:
        """What stands for each token where it is read, shape (vocabulary, width)."""
        table: Tensor = self.encoder.get_input_embeddings().weight
        return table * self.scale

    def forward(self, embedded: Tensor, is_read: Tensor) -> Tensor:
        """Logits of styles, shape (texts, styles).

        Args:
            embedded: Embeddings of tokens, shape (texts, time, width).
            is_read: Which of them are text, shape (texts, time).
        """
        states = self.encoder(
            inputs_embeds=embedded, attention_mask=is_read.long()
        ).last_hidden_state
        weights = is_read.to(states.dtype)[..., None]
        mean = (states * weights).sum(dim=1) / weights.sum(dim=1)
        logits: Tensor = self.readout(mean)
        return logits

    def of_tokens(self, rows: Tensor) -> Tensor:
        """Logits of styles of texts, shape (texts, styles), of rows with `pad` behind them."""
        said: Tensor = self(nn.functional.embedding(rows, self.embedding), rows != self.pad)
        return said

    def of_soft(self, logits: Tensor, is_read: Tensor) -> Tensor:
        """Logits of styles of a soft output: its probabilities times the embeddings.

        Args:
            logits: Logits of tokens, shape (texts, time, vocabulary).
            is_read: Which places are text, shape (texts, time).
        """
        said: Tensor = self(logits.softmax(dim=-1) @ self.embedding, is_read)
        return said


def embedding_scale(seq2seq: PreTrainedModel) -> float:
    """What a model multiplies embeddings with before it reads them."""
    scaled = getattr(seq2seq.config, "scale_embedding", False)
    return math.sqrt(seq2seq.config.d_model) if scaled else 1.0


def padded(rows: Sequence[Sequence[int]], pad: int, width: int | None = None) -> Tensor:
    """Rows of one width, shape (rows, width), filled up behind those that are shorter."""
    wide = width or max(map(len, rows))
    return torch.tensor([[*row, *[pad] * (wide - len(row))] for row in rows], dtype=torch.int64)
