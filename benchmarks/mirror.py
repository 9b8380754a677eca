"""Mirror of a run in W&B; the only module that imports wandb, and only when asked."""

from pathlib import Path
from typing import Literal

from pytorch_lightning.loggers import Logger, WandbLogger

from benchmarks.recipe import Recipe
from benchmarks.record import Record

WandbMode = Literal["off", "offline", "online"]


class Mirror:
    """One W&B run per chain: training curves of every generation and the chain's metrics."""

    def __init__(self, recipe: Recipe, name: str, *, mode: WandbMode, folder: Path) -> None:
        import wandb

        folder.mkdir(parents=True, exist_ok=True)
        self._run = wandb.init(
            project="collapse-ledger",
            name=name,
            group=f"{recipe.name}-{recipe.digest}",
            dir=str(folder),
            mode="offline" if mode == "offline" else "online",
            reinit="create_new",
            settings=wandb.Settings(console="off", silent=True),
        )
        self._run.define_metric("generation")
        self._run.define_metric("chain/*", step_metric="generation")

    def loggers(self, generation: int) -> list[Logger]:
        """The training curve of one generation."""
        prefix = f"generation_{generation}"
        self._run.define_metric(f"{prefix}/trainer/global_step")
        self._run.define_metric(f"{prefix}/*", step_metric=f"{prefix}/trainer/global_step")
        return [WandbLogger(experiment=self._run, prefix=prefix)]

    def finish(self, record: Record) -> None:
        """Log every metric of every generation, and close the run."""
        for generation in record.generations:
            metrics = {f"chain/{key}": m.value for key, m in generation.metrics.items()}
            self._run.log({"generation": generation.generation, **metrics})
        self._run.config.update(record.model_dump(exclude={"generations"}))
        self._run.finish()
