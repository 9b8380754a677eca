"""What a recipe or a plan costs at any size: floating-point operations, hours, memory, disk."""

from dataclasses import dataclass

from benchmarks.chains.recipe import Recipe
from lightning_modules.settings import ModelShape

_BYTES_OF_FP32 = 4
_MASTER_AND_MOMENTS = 4
"""Numbers per parameter in training: weight, gradient, two moments of AdamW; all fp32."""
_BYTES_OF_TOKEN = 4
_BYTES_OF_FROZEN = 2
"""Bytes per parameter of a model that is only read, in bfloat16."""
_BYTES_OF_TEXT = 4.5
"""Bytes per token of English text, byte-pair encoded with some 50,000 tokens."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """A device with what it reaches in practice."""

    name: str
    peak_flops: float
    """Dense bf16 operations per second, as its maker states them."""
    utilization: float
    """Share of the peak that training reaches; an assumption, not a measurement of ours."""
    scoring_utilization: float
    """Share of the peak that a prior reaches when it reads text to score its tokens; an assumption
    too."""


H100 = Machine(name="H100 SXM", peak_flops=989e12, utilization=0.4, scoring_utilization=0.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What some fits and editions need; arithmetic, not measurement."""

    parameters: float
    training_flops: float
    scoring_flops: float
    device_hours: float
    memory_bytes: float
    """Weights, gradients and optimizer states of one copy of the model, without activations, or the
    prior if that is larger."""
    disk_bytes: float
    """Text and token ids of all corpora, one checkpoint, all kept models."""


def estimate(
    *,
    parameters: float,
    training_flops: float,
    scoring_flops: float,
    prior_parameters: float,
    kept_models: int,
    tokens: float,
    frozen: bool = False,
    machine: Machine = H100,
) -> Cost:
    """The one cost model of recipes and plans.

    Args:
        parameters: Number of parameters of the trained model.
        training_flops: Floating-point operations of all fits together.
        scoring_flops: Floating-point operations of the prior on all text that it reads.
        prior_parameters: Number of parameters of the prior; 0 where no prior edits.
        kept_models: Models that stay on the disk.
        tokens: Different tokens of all corpora together.
        frozen: Whether only adapters are trained; they are too small to count.
        machine: Machine that the fits and the prior run on.
    """
    seconds = training_flops / (machine.peak_flops * machine.utilization)
    seconds += scoring_flops / (machine.peak_flops * machine.scoring_utilization)
    model = _BYTES_OF_FP32 * parameters
    training = _BYTES_OF_FROZEN * parameters if frozen else _MASTER_AND_MOMENTS * model
    checkpoint = 0 if kept_models == 0 else training - model
    return Cost(
        parameters=parameters,
        training_flops=training_flops,
        scoring_flops=scoring_flops,
        device_hours=seconds / 3600,
        memory_bytes=max(training, _BYTES_OF_FROZEN * prior_parameters),
        disk_bytes=kept_models * model
        + max(checkpoint, 0)
        + tokens * (_BYTES_OF_TOKEN + _BYTES_OF_TEXT),
    )


def parameters(shape: ModelShape) -> int:
    """Parameters of `build_model(shape, seed)`: tied embeddings, gated feed-forward, norms."""
    attention = 4 * shape.width * shape.width
    feed_forward = 3 * shape.width * shape.feed_forward
    norms = 2 * shape.width
    per_layer = attention + feed_forward + norms
    return shape.vocabulary_size * shape.width + shape.layers * per_layer + shape.width


def size_words(*shapes: ModelShape) -> str:
    """The size of a model, or the range of several, wherever a page says it.

    `0.92 million parameters`, `0.43 to 55 million parameters`.
    """
    sizes = sorted({_in_millions(parameters(shape)) for shape in shapes}, key=float)
    ends = sizes if len(sizes) == 1 else [sizes[0], sizes[-1]]
    return f"{' to '.join(ends)} million parameters"


def _in_millions(count: int) -> str:
    """Two digits, or whole millions."""
    millions = count / 1e6
    return f"{millions:.0f}" if millions >= 10 else f"{millions:.2g}"


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
        recipe: Recipe of the chain; its model, corpora and generations decide the cost.
        prior: Shape of the editing prior; None: the model itself.
        machine: Machine that the fits and the prior run on.
    """
    later = recipe.generations * recipe.human.generation_tokens
    trained = recipe.human.first_tokens + later
    return estimate(
        parameters=parameters(recipe.model),
        training_flops=trained * flops_per_token(recipe.model, training=True),
        scoring_flops=later * flops_per_token(prior or recipe.model, training=False),
        prior_parameters=parameters(prior or recipe.model),
        kept_models=recipe.generations + 1,
        tokens=trained,
        machine=machine,
    )


def lines(title: str, found: Cost) -> list[str]:
    """A cost in words, one row of a Markdown table each."""
    return [
        f"| {title} | |",
        "|---|---:|",
        f"| parameters | {found.parameters / 1e9:,.2f} G |",
        f"| training | {found.training_flops:.2e} FLOPs |",
        f"| reading by the prior | {found.scoring_flops:.2e} FLOPs |",
        f"| device hours | {found.device_hours:,.0f} |",
        f"| weights, gradients, optimizer | {found.memory_bytes / 1e9:,.0f} GB |",
        f"| disk | {found.disk_bytes / 1e9:,.0f} GB |",
    ]
