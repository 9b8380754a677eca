"""Counts the operations for which a program waits for its device, on a machine without one."""

from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

_WAITING = {
    "aten::_local_scalar_dense",  # item, bool, float, int of a tensor
    "aten::nonzero",  # and with it an index by a mask
    "aten::masked_select",
    "aten::equal",
    "aten::_unique2",
    "aten::repeat_interleave",
}


class Waits(TorchDispatchMode):
    """Counts them while the context is open."""

    def __init__(self) -> None:
        super().__init__()
        self.n = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.n += func._schema.name in _WAITING
        return func(*args, **(kwargs or {}))
