"""One token at a time for rows of different length: a key-value cache with a length per row."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel
from transformers.cache_utils import Cache, DynamicLayer

from data.llama import is_plain_llama


class _Place:
    """Where the forward pass in progress writes its keys and values."""

    rows: Tensor
    """Rows of the cache, shape (batch,)."""
    columns: Tensor | None = None
    """Position of the one new token of each row; None while whole stretches are read."""
    visible: int = 0
    """Number of positions that are looked at, the longest row's."""

    def __init__(self) -> None:
        self._slots: dict[tuple[int, int], Tensor] = {}

    def step(self, rows: Tensor, columns: Tensor, visible: int) -> None:
        """Set the place of one new token in every row."""
        self.rows, self.columns, self.visible = rows, columns, visible
        self._slots.clear()

    def slots(self, heads: int, capacity: int) -> Tensor:
        """Places of the new token of each row and head in a cache laid flat, row by row."""
        if (heads, capacity) not in self._slots:
            assert self.columns is not None
            head = self.rows[:, None] * heads + torch.arange(heads, device=self.rows.device)
            self._slots[heads, capacity] = (head * capacity + self.columns[:, None]).flatten()
        return self._slots[heads, capacity]


class _RowLayer(DynamicLayer):
    """Keys and values of one layer, allocated once, written in place at every row's own length."""

    keys: Tensor
    values: Tensor
    held: Tensor
    """The key of each head, then the value of each, shape (rows, 2 x heads, capacity, size)."""

    def __init__(self, place: _Place, n_rows: int, capacity: int) -> None:
        super().__init__()
        self.place = place
        self.n_rows = n_rows
        self.capacity = capacity

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Allocate keys and values of all rows, when their type and size are first seen."""
        _, heads, _, size = value_states.shape
        # Under autocast a key that was turned has fp32, and attention would take it in bf16 anyway.
        self.dtype, self.device = value_states.dtype, value_states.device
        # Zeros, because what lies behind a row's length is multiplied by a weight of 0.
        self.hold(value_states.new_zeros(self.n_rows, 2 * heads, self.capacity, size))
        self.is_initialized = True

    def hold(self, held: Tensor) -> None:
        """Take this tensor as the keys and values of all rows."""
        self.held = held
        self.keys, self.values = held.chunk(2, dim=1)

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Write the new positions; return what the new tokens may look at."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        place = self.place
        if place.columns is None:
            read, dtype = slice(key_states.shape[2]), self.held.dtype
            self.keys[place.rows, :, read] = key_states.to(dtype)
            self.values[place.rows, :, read] = value_states.to(dtype)
            return key_states, value_states
        return self.write(torch.cat((key_states, value_states), dim=1)[:, :, 0])

    def write(self, new: Tensor) -> tuple[Tensor, Tensor]:
        """Write one new position of every row; return what it may look at.

        Args:
            new: The key of each head, then the value of each, shape (rows, 2 x heads, size).
        """
        if not self.is_initialized:
            self.lazy_initialization(*new[:, :, None].chunk(2, dim=1))
        size, visible = new.shape[-1], self.place.visible
        slots = self.place.slots(new.shape[1], self.capacity)
        self.held.view(-1, size).index_copy_(0, slots, new.reshape(-1, size).to(self.held.dtype))
        return self.keys[:, :, :visible], self.values[:, :, :visible]

    def get_seq_length(self) -> int:
        """Positions before the new ones: none while a stretch is read from its beginning."""
        return 0 if self.place.columns is None else self.place.visible - 1


class _Block(NamedTuple):
    """Matrices of one layer, input by output; those that read the same input are laid together.

    The weights of the norm before a matrix are part of it, and what its norm leaves undone.
    """

    query_key_value: Tensor
    attention_out: Tensor
    gate_up: Tensor
    down: Tensor


class LlamaStep:
    """The forward pass of a Llama model for one token per row, with as few operations as it takes.

    At small sizes a step is as slow as the number of its operations; the model's own forward pass
    has three times as many. Holds a copy of most matrices, in the precision they are used in.
    """

    def __init__(self, model: Any, context: int) -> None:
        config = model.config
        self.heads, self.key_heads = config.num_attention_heads, config.num_key_value_heads
        self.epsilon, self.model = config.rms_norm_eps, model
        kind = model.device.type
        autocast = torch.is_autocast_enabled(kind)
        self.dtype = torch.get_autocast_dtype(kind) if autocast else model.dtype
        self.least_length: Tensor = model.model.norm.weight.new_tensor(
            [[(config.hidden_size * config.rms_norm_eps) ** 0.5]]
        )
        self.blocks = [self._block(layer) for layer in model.model.layers]
        self.head = self._behind(model.model.norm, model.lm_head)
        positions = torch.arange(context, device=model.device)[None]
        # Angles in the precision of the weights, as the model's own pass has them under autocast.
        cosine, sine = model.model.rotary_emb(model.model.norm.weight, positions)
        half = sine.shape[-1] // 2
        sine = torch.cat([-sine[..., :half], sine[..., half:]], dim=-1)
        self.cosine, self.sine = cosine[0, :, None], sine[0, :, None]

    def __call__(
        self, tokens: Tensor, columns: Tensor, layers: list[_RowLayer], mask: Tensor
    ) -> Tensor:
        """Logits after one more token per row; see `RowDecoder.step`."""
        state = self.model.model.embed_tokens(tokens)
        cosine, sine = self.cosine[columns], self.sine[columns]
        # Every product says its own precision, and asks for no copy of weights or mask.
        with torch.autocast(state.device.type, enabled=False):
            for block, layer in zip(self.blocks, layers, strict=True):
                state = state + self._attend(block, state, layer, cosine, sine, mask)
                gate, up = torch.mm(self._norm(state), block.gate_up).chunk(2, dim=-1)
                state = state + torch.mm(functional.silu(gate) * up, block.down)
            return self._logits(self._norm(state))

    def _logits(self, state: Tensor) -> Tensor:
        """The output layer; a GPU adds up in fp32 and need not round what it found to bf16."""
        if state.is_cuda and self.dtype == torch.bfloat16:
            return torch.mm(state, self.head, out_dtype=torch.float32)
        return torch.mm(state, self.head)

    def _attend(
        self,
        block: _Block,
        state: Tensor,
        layer: _RowLayer,
        cosine: Tensor,
        sine: Tensor,
        mask: Tensor,
    ) -> Tensor:
        mixed = torch.mm(self._norm(state), block.query_key_value)
        mixed = mixed.view(len(state), self.heads + 2 * self.key_heads, -1)
        turned, value = mixed.split([self.heads + self.key_heads, self.key_heads], dim=1)
        rolled = turned.roll(turned.shape[-1] // 2, dims=-1)
        turned = torch.addcmul(turned * cosine, rolled, sine).to(self.dtype)
        query, key = turned.split([self.heads, self.key_heads], dim=1)
        keys, values = layer.write(torch.cat((key, value), dim=1))
        # The heads that share a key are so many queries at one place: nothing is laid out anew.
        query = query.view(len(state), self.key_heads, -1, query.shape[-1])
        seen = functional.scaled_dot_product_attention(query, keys, values, attn_mask=mask)
        return torch.mm(seen.flatten(1), block.attention_out)

    def _norm(self, state: Tensor) -> Tensor:
        """RMS norm (Zhang and Sennrich 2019) without its weights; on a CPU, of length 1."""
        if state.is_cuda:  # one kernel there, eight on a CPU
            return functional.rms_norm(state, state.shape[-1:], eps=self.epsilon).to(self.dtype)
        length = torch.linalg.vector_norm(state, dim=-1, keepdim=True)
        return (state / torch.hypot(length, self.least_length)).to(self.dtype)

    def _block(self, layer: Any) -> _Block:
        attention, feed_forward = layer.self_attn, layer.mlp
        return _Block(
            self._behind(
                layer.input_layernorm, attention.q_proj, attention.k_proj, attention.v_proj
            ),
            attention.o_proj.weight.to(self.dtype).t(),
            self._behind(
                layer.post_attention_layernorm, feed_forward.gate_proj, feed_forward.up_proj
            ),
            feed_forward.down_proj.weight.to(self.dtype).t(),
        )

    def _behind(self, norm: Any, *parts: nn.Linear) -> Tensor:
        scale = norm.weight
        if not scale.is_cuda:
            scale = scale.float() * len(scale) ** 0.5
        weight: Tensor = torch.cat([part.weight for part in parts]) * scale
        return weight.to(self.dtype).t()


class RowDecoder:
    """A causal language model that reads and continues rows, each at a length of its own.

    Args:
        model: Any causal language model of transformers that takes a cache, whose keys and values
            have one size.
        n_rows: Number of rows of the batch.
        context: Number of positions per row.
    """

    def __init__(self, model: PreTrainedModel, n_rows: int, context: int) -> None:
        self.model = model
        self._place = _Place()
        layers = model.config.num_hidden_layers
        self._layers = [_RowLayer(self._place, n_rows, context) for _ in range(layers)]
        self._cache = Cache(layers=list(self._layers))
        self._columns = torch.arange(context, device=model.device)
        self._all = torch.arange(n_rows, device=model.device)
        self._llama = LlamaStep(model, context) if is_plain_llama(model) else None

    @property
    def is_static(self) -> bool:
        """Whether a step does the same at every time, whatever the numbers, so it can be recorded.

        It is not known of other models than Llama.
        """
        return self._llama is not None

    def read(self, rows: Tensor, tokens: Tensor) -> None:
        """Read the beginning of some rows, over whatever they held.

        Args:
            rows: Indices of the rows that are read.
            tokens: Token ids, shape (rows, time), padded on the right; what a row holds behind its
                own length is overwritten before it is looked at.
        """
        self._place.rows = rows
        self._place.columns = None
        self.model(input_ids=tokens, past_key_values=self._cache, use_cache=True, logits_to_keep=1)

    def step(self, tokens: Tensor, columns: Tensor, visible: int) -> Tensor:
        """Logits after one more token in every row, shape (rows, vocabulary).

        Args:
            tokens: Token id of the new token of each row, shape (rows,).
            columns: Number of positions that each row holds so far, shape (rows,).
            visible: Number of positions that are looked at; more than those of any row that counts.
        """
        self._place.step(self._all, columns, visible)
        if self._llama is not None:
            mask = self._mask(columns, visible, self._llama.dtype)
            return self._llama(tokens, columns, self._layers, mask)
        output = self.model(
            input_ids=tokens[:, None],
            position_ids=columns[:, None],
            attention_mask=self._mask(columns, visible, self.model.dtype),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: Tensor = output.logits[:, -1]
        return logits

    def _mask(self, columns: Tensor, visible: int, dtype: torch.dtype) -> Tensor:
        """Minus infinity behind the new token of each row, shape (rows, 1, 1, visible)."""
        hidden = self._columns[:visible] > columns[:, None]
        return hidden.new_zeros(hidden.shape, dtype=dtype).masked_fill_(hidden, -torch.inf)[
            :, None, None
        ]

    def keep(self, rows: Tensor) -> None:
        """Keep these rows, in this order, and drop all others."""
        self._all = self._all[: len(rows)]
        for layer in self._layers:
            if layer.is_initialized:
                layer.hold(layer.held[rows])
