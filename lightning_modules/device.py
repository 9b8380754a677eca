"""Where stages run: a processor or a GPU, and the precision that suits it.

Half of the project names a `Device`; this module loads neither torch nor Lightning until a device
is asked for that could be a GPU.
"""

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from data.errors import BadInput

DeviceName = Literal["auto", "cpu", "cuda"]
Advance = Callable[[int], None]
"""Function that is told how many more tokens are done."""


@dataclass(frozen=True, kw_only=True)
class Device:
    """The processor or GPU that stages run on, and whether fits divide the model."""

    name: DeviceName = "auto"
    sharded: bool = False
    """Whether fits divide the model over the processes instead of copying it; see `sharding`."""
    full_precision: bool = False
    """Whether a GPU computes in fp32 as a CPU does, to compare the two; slower by far."""

    def __post_init__(self) -> None:
        if self.name == "cuda":
            check_gpu("run with --device cpu")
        if self.accelerator == "gpu":
            _check_gpu_for_each_process()

    @property
    def accelerator(self) -> Literal["cpu", "gpu"]:
        """Kind of device as Lightning names it; `auto` takes a GPU where there is one."""
        use_gpu = self.name == "cuda" or (self.name == "auto" and _sees_gpu())
        return "gpu" if use_gpu else "cpu"

    @property
    def kind(self) -> Literal["cpu", "cuda"]:
        """Kind of device as PyTorch names it, `cpu` or `cuda`."""
        return "cuda" if self.accelerator == "gpu" else "cpu"

    @property
    def precision(self) -> Literal["32-true", "bf16-mixed"]:
        """Precision of computation as Lightning names it: bf16 where it is fast, fp32 on a CPU."""
        is_fast = self.accelerator == "gpu" and not self.full_precision
        return "bf16-mixed" if is_fast else "32-true"


def wait(kind: str) -> None:
    """Wait until the device has done all that it was told; a CPU has.

    Args:
        kind: Kind of device as PyTorch names it, `cpu` or `cuda`.
    """
    if kind == "cuda":
        import torch

        torch.cuda.synchronize()


def check_gpu(mend: str) -> None:
    """Refuse to go on where no CUDA device is visible.

    Args:
        mend: What to do instead, in words that fit the command.

    Raises:
        BadInput: None is visible.
    """
    if not _sees_gpu():
        raise BadInput(f"no CUDA device is visible; {mend}")


def _sees_gpu() -> bool:
    """Whether CUDA can be used; torch, which takes seconds to load, is asked only with a driver."""
    if not _has_driver():
        return False
    import torch

    return torch.cuda.is_available()


def _has_driver() -> bool:
    """Whether CUDA's driver is on this machine."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def _check_gpu_for_each_process() -> None:
    """Refuse to let several processes of this machine share one GPU."""
    import torch

    from lightning_modules.processes import local_count

    n_processes, n_gpus = local_count(), torch.cuda.device_count()
    if n_processes > n_gpus:
        raise BadInput(
            f"{n_processes} processes on this machine see {n_gpus} GPUs; start as many as there "
            "are, show every process all of them, or run with --device cpu"
        )
