"""How the modules of fits are optimised: AdamW, warm-up and cosine decay, one norm of gradients."""

import pytorch_lightning as pl
import torch
from pytorch_lightning.utilities.types import OptimizerLRScheduler
from torch import nn
from torch.optim import Optimizer
from transformers import get_cosine_schedule_with_warmup

from lightning_modules.settings import Optimization


class Optimized(pl.LightningModule):
    """A module that is fitted as a recipe says, in a number of steps that is known before.

    Args:
        optimization: How it is fitted.
        n_steps: Steps of the fit, over which its learning rate falls.
    """

    def __init__(self, optimization: Optimization, n_steps: int) -> None:
        super().__init__()
        self.optimization = optimization
        self.n_steps = n_steps

    def configure_gradient_clipping(
        self,
        optimizer: Optimizer,
        gradient_clip_val: int | float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Clip the norm of all gradients together.

        Lightning's own refuses to clip for a fused optimizer under bf16, which has nothing to
        unscale.
        """
        if gradient_clip_val:
            trained = [p for group in optimizer.param_groups for p in group["params"]]
            nn.utils.clip_grad_norm_(trained, gradient_clip_val)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """AdamW with weight decay on matrices only; one warm-up and one cosine per fit."""
        settings = self.optimization
        parameters = [p for p in self.parameters() if p.requires_grad]
        groups = [
            {
                "params": [p for p in parameters if p.dim() >= 2],
                "weight_decay": settings.weight_decay,
            },
            {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
        ]
        optimizer = torch.optim.AdamW(
            groups,
            lr=settings.learning_rate,
            betas=settings.betas,
            fused=True,  # one pass over the weights
        )
        schedule = get_cosine_schedule_with_warmup(optimizer, settings.warmup_steps, self.n_steps)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
