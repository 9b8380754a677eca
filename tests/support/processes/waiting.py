"""Counts the operations for which a program waits for its device, on a machine without one."""

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

_WAITING = {
    "aten::_local_scalar_dense",  # item, bool, float, int of a tensor
    "aten::item",  # the same in inference mode
    "aten::is_nonzero",
    "aten::nonzero",
    "aten::masked_select",
    "aten::equal",
    "aten::_unique2",
    "aten::repeat_interleave",
}
_INDEXED = {"aten::index", "aten::index_put_", "aten::index_put", "aten::_index_put_impl_"}


class Waits(TorchDispatchMode):
    """Counts them while the context is open; an index by a mask is one, too."""

    def __init__(self) -> None:
        super().__init__()
        self.n = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func._schema.name
        masks = args[1] if name in _INDEXED else ()
        by_mask = any(isinstance(m, Tensor) and m.dtype == torch.bool for m in masks)
        self.n += name in _WAITING or by_mask
        return func(*args, **(kwargs or {}))
