"""What a recipe costs at any size: floating-point operations, hours, memory, disk."""

from dataclasses import dataclass

from benchmarks.recipe import Recipe
from lightning_modules.causal_lm import ModelShape

_BYTES_OF_FP32 = 4
_MASTER_AND_MOMENTS = 4
"""Numbers per parameter in training: weight, gradient, two moments of AdamW; all fp32."""
_BYTES_OF_TOKEN = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """A device with what it reaches in practice."""

    name: str
    peak_flops: float
    """Dense bf16 operations per second, as its maker states them."""
    utilization: float
    """Share of the peak that training reaches; an assumption, not a measurement of ours."""
    scoring_utilization: float
    """The same for reading with a prior."""


H100 = Machine(name="H100 SXM", peak_flops=989e12, utilization=0.4, scoring_utilization=0.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one chain needs."""

    parameters: int
    training_flops: float
    editing_flops: float
    device_hours: float
    training_bytes: int
    """Weights, gradients and optimizer states of one copy of the model, without activations."""
    disk_bytes: int
    """Checkpoints, kept models and packed tokens of all generations."""


def parameters(shape: ModelShape) -> int:
    """Parameters of `build_model(shape, seed)`: tied embeddings, gated feed-forward, norms."""
    attention = 4 * shape.width * shape.width
    feed_forward = 3 * shape.width * shape.feed_forward
    norms = 2 * shape.width
    per_layer = attention + feed_forward + norms
    return shape.vocabulary_size * shape.width + shape.layers * per_layer + shape.width


def flops_per_token(shape: ModelShape, *, training: bool) -> float:
    """Operations of one token of a full window.

    6 per weight in training and 2 in reading (Kaplan et al. 2020, Section 2.1), and the attention
    scores at half the context in the mean (Chowdhery et al. 2022, Appendix B).
    """
    passes = 3 if training else 1
    scores = 2 * shape.layers * shape.width * shape.context
    return passes * (2 * parameters(shape) + scores)


def cost(recipe: Recipe, *, prior: ModelShape | None = None, machine: Machine = H100) -> Cost:
    """Cost of one chain of a token-editing workflow.

    Args:
        recipe: Model, corpora, generations.
        prior: Shape of the editing prior; None: the model itself.
        machine: What it runs on.
    """
    later = recipe.generations * recipe.human.generation_tokens
    trained = recipe.human.first_tokens + later
    training = trained * flops_per_token(recipe.model, training=True)
    editing = later * flops_per_token(prior or recipe.model, training=False)
    seconds = training / (machine.peak_flops * machine.utilization)
    seconds += editing / (machine.peak_flops * machine.scoring_utilization)
    size = parameters(recipe.model) * _BYTES_OF_FP32
    return Cost(
        parameters=parameters(recipe.model),
        training_flops=training,
        editing_flops=editing,
        device_hours=seconds / 3600,
        training_bytes=size * _MASTER_AND_MOMENTS,
        disk_bytes=(recipe.generations + 1) * size + 3 * size + trained * _BYTES_OF_TOKEN,
    )


def lines(title: str, found: Cost) -> list[str]:
    """A cost in words, one row of a Markdown table each."""
    return [
        f"| {title} | |",
        "|---|---:|",
        f"| parameters | {found.parameters / 1e9:,.2f} G |",
        f"| training | {found.training_flops:.2e} FLOPs |",
        f"| editing | {found.editing_flops:.2e} FLOPs |",
        f"| device hours | {found.device_hours:,.0f} |",
        f"| weights, gradients, optimizer | {found.training_bytes / 1e9:,.0f} GB |",
        f"| disk | {found.disk_bytes / 1e9:,.0f} GB |",
    ]
