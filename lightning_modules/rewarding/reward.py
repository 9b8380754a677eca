"""Reward models of two kinds, their files, and how they read texts.

Texts that are compared have no prompt, so that a reward of one is known up to a constant alone:
what is learnt from pairs are differences.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from data.attention import one_text_per_row
from data.errors import BadInput, readable
from data.files import saving, write_atomic
from data.measures.ngrams import BUCKETS, hash_places, split_words
from data.prior import load_prior
from data.text.tokens import encode, load_tokenizer
from lightning_modules.rewarding.settings import READERS, Reader

FILL = -1
"""Stands in a row of tokens where a text has ended."""
_DESCRIBED, _MODEL, _READOUT = "reward.json", "model", "readout.safetensors"


class ModelReward(nn.Module):
    """A language model whose mean state over a text is read out as one number.

    Args:
        model: Language model; all of its weights are trained.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model
        self.readout = nn.Linear(model.config.hidden_size, 1, bias=False)
        nn.init.zeros_(self.readout.weight)

    def forward(self, rows: Tensor) -> Tensor:
        """Rewards of texts, shape (texts,), of rows of tokens, shape (texts, time)."""
        is_read = rows != FILL
        with one_text_per_row(self.model):
            states = self.model.base_model(
                input_ids=rows.clamp(min=0), use_cache=False
            ).last_hidden_state
        total = (states * is_read[..., None]).sum(dim=1)
        rewards: Tensor = self.readout(total / is_read.sum(dim=1, keepdim=True))[:, 0]
        return rewards


class WordReward(nn.Module):
    """The mean weight of the hashed words and neighbouring pairs of words of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.readout = nn.Embedding(BUCKETS + 1, 1)
        nn.init.zeros_(self.readout.weight)

    def forward(self, rows: Tensor) -> Tensor:
        """Rewards of texts, shape (texts,), of rows of hashed places, shape (texts, places)."""
        is_read = rows != FILL
        weights = self.readout(rows.clamp(min=0))[..., 0] * is_read
        rewards: Tensor = weights.sum(dim=1) / is_read.sum(dim=1)
        return rewards


@dataclass(frozen=True)
class Reward:
    """A reward model with what it needs to read a text."""

    reader: Reader
    module: nn.Module
    tokenizer: PreTrainedTokenizerFast
    context: int
    """Tokens of a text that are read at most, with the one that stands before it."""

    @classmethod
    def new(cls, reader: Reader, model: Path, context: int) -> "Reward":
        """A reward model that finds all texts equal.

        Args:
            reader: Its kind.
            model: Checkpoint of the language model that it begins with, or whose tokenizer it has.
            context: Tokens of a text that are read at most.
        """
        prior = load_prior(model, context=context, prefix=True)
        module = ModelReward(prior.model) if reader == "model" else WordReward()
        return cls(reader, module, prior.tokenizer, context)

    def rows(self, texts: Iterable[str]) -> list[list[int]]:
        """What is read of each text; never nothing, not even of an empty one."""
        end = self.tokenizer.eos_token_id
        begun = [ids[: self.context - 1] for ids in encode(self.tokenizer, texts)]
        if self.reader == "model":
            return [[end, *ids] for ids in begun]
        words = (split_words(str(self.tokenizer.decode(ids))) for ids in begun)
        return [[BUCKETS, *map(int, hash_places(tuple(one)))] for one in words]

    def save(self, folder: Path) -> None:
        """Write all of it into a folder."""
        folder.mkdir(exist_ok=True)
        with saving(folder):
            if isinstance(self.module, ModelReward):
                self.module.model.save_pretrained(folder / _MODEL)
            readout: nn.Linear | nn.Embedding = self.module.readout  # type: ignore[assignment]
            save_file({"weight": readout.weight.detach().contiguous()}, folder / _READOUT)
        self.tokenizer.save_pretrained(folder / _MODEL)
        described = {"reader": self.reader, "context": self.context}
        write_atomic(folder / _DESCRIBED, json.dumps(described) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "Reward":
        """Read a reward model back.

        Raises:
            BadInput: The folder holds none, or a damaged one.
        """
        path = folder / _DESCRIBED
        with readable(path, "fit the reward model again"):
            described = json.loads(path.read_text())
            reader, context = described["reader"], int(described["context"])
            weight = load_file(folder / _READOUT)["weight"]
        if reader not in READERS:
            raise BadInput(f"{path}: reader is {reader!r}; fit the reward model again")
        if reader == "model":
            loaded = cls.new(reader, folder / _MODEL, context)
        else:
            loaded = cls(reader, WordReward(), load_tokenizer(folder / _MODEL), context)
        loaded.module.load_state_dict({"readout.weight": weight}, strict=False)
        return loaded


def filled(rows: Sequence[Sequence[int]], width: int | None = None) -> Tensor:
    """Rows of one width, shape (rows, width), with `FILL` behind those that are shorter.

    Args:
        rows: What is read of each text.
        width: The width; None takes that of the longest.
    """
    wide = width or max(map(len, rows))
    return torch.tensor([[*row, *[FILL] * (wide - len(row))] for row in rows])
