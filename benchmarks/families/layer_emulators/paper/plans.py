"""What the paper's runs need and would cost: `collapse run layer_emulators_paper --dry-run`."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.chains.cost import H100, Cost, estimate
from benchmarks.families.layer_emulators.paper.tasks import TASKS, Task

ARMS = (
    "offsite",
    "uniform_spread",
    "clusters",
    "clusters_shared",
    "full_places",
    "full",
)
"""Rows of Table 1 that are tuned, and the full model tuned at the same places, which it lacks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EmulatorPlan:
    """Tuning one model through emulators on eight tasks, as published."""

    summary: str
    model: str
    """Hub name of the model."""
    parameters: float
    layers: int
    kept: int
    """Layers that every emulator has, those that are trained included."""
    trained: int
    """Layers that are trained."""
    rates: tuple[float, ...]
    """Learning rates; the paper prints the best of them."""
    epochs: int
    batch: int
    """Examples of a step, all devices together."""
    tables: tuple[str, ...] = ()
    """Tables whose cells it fills, by name."""
    tasks: tuple[Task, ...] = TASKS
    arms: tuple[str, ...] = ARMS
    seeds: int = 3
    """Seeds that an interval needs; the paper has one."""

    @property
    def asked(self) -> tuple[Task, ...]:
        """Tasks that are run: those whose training part lm-eval writes out."""
        return tuple(task for task in self.tasks if task.is_written_out)

    @property
    def runs(self) -> int:
        """Fits for one seed: a task, an arm and a rate each."""
        return len(self.asked) * len(self.arms) * len(self.rates)

    @property
    def steps(self) -> int:
        """Steps of all fits of one seed."""
        per_arm = sum(-(-task.examples // self.batch) * self.epochs for task in self.asked)
        return per_arm * len(self.arms) * len(self.rates)

    @property
    def tokens(self) -> float:
        """Tokens that one arm trains on at one rate, all tasks together."""
        return float(sum(task.examples * task.tokens * self.epochs for task in self.asked))

    @property
    def cost(self) -> Cost:
        """Operations, time, memory and disk of one seed.

        Each token takes 4 operations for every weight that it passes (2 forward, 2 back to the
        first trained layer) and 2 more for every trained one; emulators without sharing pass
        `kept` of the layers. Scoring is left out.
        """
        passed = {
            arm: self.kept / self.layers if arm in ("offsite", "uniform_spread", "clusters") else 1
            for arm in self.arms
        }
        learnt = {arm: 1.0 if arm == "full" else self.trained / self.layers for arm in self.arms}
        each = sum(4 * passed[arm] + 2 * learnt[arm] for arm in self.arms)
        return estimate(
            parameters=self.parameters,
            training_flops=each * self.parameters * self.tokens * len(self.rates),
            scoring_flops=0.0,
            prior_parameters=0.0,
            kept_models=1,
            tokens=self.tokens / self.epochs,
        )

    def lines(self, name: str) -> list[str]:
        """The plan in words, for the terminal."""
        cost = self.cost
        rates = ", ".join(f"{rate:g}" for rate in self.rates)
        return [
            f"{name}: {self.summary}",
            f"tables: {', '.join(self.tables) or 'none that has been read'}",
            f"model: {self.model}, {self.parameters / 1e9:.3g} billion parameters, "
            f"{self.layers} layers of which {self.kept} are kept and {self.trained} trained",
            f"data: {', '.join(dict.fromkeys(task.data for task in self.asked))}",
            f"arms: {', '.join(self.arms)}; distilled emulators are not among them, for the shard "
            "of the Pile that they were trained on is not said",
            f"one run: {self.epochs} passes over a task's training part, {self.batch} examples a "
            f"step, cosine schedule, answers alone count; learning rates {rates}",
            f"runs: {self.runs} per seed, {self.steps:,} steps; {self.seeds} seeds",
            "read: accuracy by lm-eval at every rate; the paper prints the best by the same "
            "accuracy, which stands beside the mean over rates",
            f"evaluated on: {', '.join(task.column for task in self.asked)}",
            *(
                f"not run: {task.column}, of which lm-eval writes out no training part"
                for task in self.tasks
                if not task.is_written_out
            ),
            f"weights: {self.model} as safetensors; a pickle of weights is not read here",
            "layers: chosen by 512 examples of a task's training part, where the paper takes its "
            "validation part, which two of the tasks are scored on",
            f"training: {cost.training_flops:.3g} FLOP per seed",
            f"time: {cost.device_hours:,.0f} hours of one {H100.name} per seed at "
            f"{H100.utilization:.0%} of {H100.peak_flops / 1e12:.0f} TFLOP/s, without scoring",
            f"memory: {cost.memory_bytes / 2**30:,.0f} GiB without activations, where all weights "
            "are trained",
        ]


PLANS: Mapping[str, EmulatorPlan] = {
    "layer_emulators_paper": EmulatorPlan(
        summary="OPT-1.3B tuned through emulators of 12 of 24 layers, on eight tasks",
        model="facebook/opt-1.3b",
        parameters=1.32e9,
        layers=24,
        kept=12,
        trained=4,
        rates=(1e-4, 2e-5, 5e-5, 8e-5),
        epochs=5,
        batch=16,
        tables=("1",),
    ),
    "layer_emulators_paper_large": EmulatorPlan(
        summary="OPT-6.7B tuned through emulators of 22 of 32 layers, on eight tasks",
        model="facebook/opt-6.7b",
        parameters=6.66e9,
        layers=32,
        kept=22,
        trained=4,
        rates=(8e-6, 2e-5, 5e-5),
        epochs=3,
        batch=8,
        tables=("offsite_tuning",),
    ),
}
"""Both models of the paper's tables that have been read."""
