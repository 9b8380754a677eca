"""What each layer is worth while a model is trained: the loss without it, at some steps.

Choosing layers means something only in a model that uses them: where any middle layer can be left
out for nothing, every emulator is as good as another.
"""

from collections.abc import Sequence
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback

from lightning_modules.layers.selection.measures import Measures


class SkipCosts(Callback):
    """Measures the loss of a model in training, and of the model without each of its layers.

    Args:
        texts: Token ids of each text that is never trained on.
        every: Steps between two looks; the last step is looked at too.
    """

    def __init__(self, texts: Sequence[Sequence[int]], every: int) -> None:
        self.texts, self.every = texts, every
        self.steps: list[int] = []
        self.losses: list[float] = []
        self.costs: list[list[float]] = []

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Look at the fresh weights."""
        if not self.steps:
            self._look(0, module)

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, *args: Any
    ) -> None:
        """Look where it is time and the step is complete."""
        step = trainer.global_step
        is_due = step % self.every == 0 or step == trainer.max_steps
        if is_due and step > self.steps[-1]:
            self._look(step, module)

    def _look(self, step: int, module: Any) -> None:
        model = module.model
        model.eval()
        measures = Measures(model, self.texts)
        self.steps.append(step)
        self.losses.append(float(measures.full.mean()))
        self.costs.append(measures.skip_costs.tolist())
        model.train()

    def state_dict(self) -> dict[str, Any]:
        """Plain numbers, for a checkpoint that loads without pickle."""
        return {"steps": self.steps, "losses": self.losses, "costs": self.costs}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what was seen before an interruption."""
        self.steps, self.losses = list(state["steps"]), list(state["losses"])
        self.costs = [list(costs) for costs in state["costs"]]
