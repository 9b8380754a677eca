"""A model divided over the processes (FSDP2): its checkpoints, and its weights made whole."""

import os
from pathlib import Path
from typing import Any, cast

import torch
from pytorch_lightning.strategies import ModelParallelStrategy
from torch import Tensor
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
from torch.distributed.tensor import DTensor
from transformers import PreTrainedModel

from lightning_modules.processes import gather, process_count


class AtomicShards(ModelParallelStrategy):
    """A sharded model whose gathered checkpoint is written beside its place and renamed."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], filepath: str | Path, storage_options: Any = None
    ) -> None:
        """Save, sync, rename; a kill leaves the old checkpoint or the new one."""
        final = Path(self.broadcast(filepath))
        partial = final.with_name(f"{final.name}.writing")
        super().save_checkpoint(checkpoint, partial, storage_options)
        if not self.is_global_zero:
            return
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(final)


def sharded_strategy() -> AtomicShards:
    """Weights, gradients and optimizer states, divided over all processes of all machines."""
    return AtomicShards(
        data_parallel_size=process_count(),  # by default this is the number of machines
        tensor_parallel_size=1,
        save_distributed_checkpoint=False,
    )


def is_finite(model: torch.nn.Module) -> bool:
    """Whether every weight on every process is a number; all processes must ask."""
    mine = all(bool(_local(weight).isfinite().all()) for weight in model.parameters())
    return all(gather(mine))


def _local(weight: Tensor) -> Tensor:
    return weight.to_local() if isinstance(weight, DTensor) else weight


def whole_weights(model: PreTrainedModel) -> dict[str, Tensor]:
    """All weights on the host of the first process, none on the others; all processes must ask."""
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    return cast(dict[str, Tensor], get_model_state_dict(model, options=options))
