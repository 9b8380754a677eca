"""A recipe: the whole description of a benchmark but for the seed, typed, with one digest."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter, ValidationError

from benchmarks.chains.settings import (
    PROMPTS_ARE_NOT_TRUNCATED,
    Base,
    Evaluation,
    HumanText,
    Judging,
)
from benchmarks.running.digests import canonical_json, settings_digest
from data.editing import EditRule
from data.errors import (
    OR_MORE,
    BadInput,
    Count,
    CountOrNone,
    Range,
    Share,
    at_least,
    between,
    in_range,
)
from data.measures.health_limits import HealthLimits
from data.names import check_name, imitated
from data.sources.texts import SOURCES
from data.workflow import NEED_QUESTIONS, NEED_REWARDS, WORKFLOWS, Workflow, known_method, label
from lightning_modules.rewarding.settings import RewardSettings
from lightning_modules.settings import ModelShape, Optimization, SamplingRule

Start = Literal["generation_0", "last", "scratch"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """One benchmark: human text, model, fits, workflows, measures."""

    name: str
    summary: str
    """One line for `collapse list recipes`."""
    tier: Literal["smoke", "cpu", "gpu", "paper"]
    workflows: tuple[Workflow, ...]
    generations: Count
    """Index of the last generation; generation 0 is the shared beginning."""
    start: Start = "generation_0"
    """Weights that later generations begin with; `scratch` is what generation 0 began with."""
    checkpoint: str | None = None
    """What chains start from in place of fresh weights, with its tokenizer: a packaged model, or a
    folder of a model that `model` describes."""
    base: Base | None = None
    """What chains start from in place of a checkpoint: a model that is fitted first."""
    human: HumanText
    model: ModelShape
    first_fit: Optimization
    """How generation 0 is fitted, on human text."""
    fit: Optimization
    """How every later generation is fitted, on the corpus that its workflow makes."""
    sampling: SamplingRule
    edit_rule: EditRule
    prior: str = "self"
    """`self` edits with the current generation's model; otherwise a packaged prior, a folder or a
    hub name."""
    prior_context: Count
    """Longest window that the prior scores, in its tokens."""
    synthetic: str = "self"
    """Who writes: `self` is the last model; otherwise text of another model, which workflows take
    in place of samples: a file (jsonl, parquet, txt), or `hub:owner/name`."""
    synthetic_field: str = "text"
    """Text field of that file or hub data set."""
    judging: Judging | None = None
    """Statistics of every corpus by a fixed judge; None leaves them out."""
    executes: bool = False
    """Whether answers are programs, which are executed and held against the human program of the
    same question."""
    rewarding: RewardSettings | None = None
    """Two reward models that learn beside generation 0 and read every corpus; None has none."""
    human_share: Share = 0.5
    """Share of human text in the corpus of the workflow `mix`."""
    candidates: Annotated[float, Range(least=1)] = 2.0
    """Size of the sample that a selection chooses from, relative to the corpus."""
    changed_tokens: Count = 600
    """Number of tokens that each counted edit changes; see `data.edits.places`."""
    truncate_above: Share = 0.9
    """Probability above which `truncated_loss` ignores a token."""
    health: HealthLimits = field(default_factory=HealthLimits)
    """Limits of corpus health; a corpus beyond one is flagged, or stops the chain."""
    evaluation: Evaluation
    downstream: tuple[str, ...] = ()
    """Tasks whose accuracy is measured; their text must not be in the human text."""
    downstream_limit: Count | None = None
    """Number of items of each task that are asked, from its beginning; None takes all."""
    downstream_shots: CountOrNone | None = None
    """Number of solved items before each prompt; None leaves what the task itself says."""
    downstream_at: Literal["every generation", "last generation"] = "every generation"

    def __post_init__(self) -> None:
        if self.generations < 1:
            raise BadInput(f"generations is {self.generations}; a chain needs at least 1")
        human = self.human
        at_least(
            1,
            {
                "candidates": self.candidates,
            },
        )
        at_least(257, {"model.vocabulary_size": self.model.vocabulary_size})  # bytes and the end
        at_least(2, {"model.context": self.model.context, "prior_context": self.prior_context})
        at_least(self.model.context, {"human.generation_tokens": human.generation_tokens})
        at_least(human.generation_tokens, {"human.first_tokens": human.first_tokens})
        between(0, 1, {"human_share": self.human_share, "truncate_above": self.truncate_above})
        self._check_beginning()
        self._check_downstream()
        check_name(self.name, "name")
        in_range(self)
        _check_workflows(self.workflows)
        if "truncated_loss" in self.workflows and self.has_prompts:
            raise BadInput(PROMPTS_ARE_NOT_TRUNCATED)
        self._check_questions()
        self._check_rewards()

    def _check_beginning(self) -> None:
        if self.base is None:
            return
        if self.checkpoint is not None:
            raise BadInput("checkpoint and base are both given; a chain starts from one of them")
        if self.base.source == self.human.source:
            raise BadInput(f"base.source and human.source are both {self.human.source}; change one")
        if self.base.fit.lora is not None:
            raise BadInput("base.fit.lora is given; a base has no weights to adapt, leave it out")

    def _check_questions(self) -> None:
        asks = [name for name in self.workflows if name in NEED_QUESTIONS]
        if (asks or self.executes) and not self.has_prompts:
            what = f"workflow {asks[0]}" if asks else "executes"
            raise BadInput(
                f"{what} needs answers to questions, and {self.human.source} has none; name a "
                "source with prompts, or human.prompt_field of a file"
            )

    def _check_rewards(self) -> None:
        chooses = [name for name in self.workflows if name in NEED_REWARDS]
        if chooses and self.rewarding is None:
            raise BadInput(
                f"workflow {chooses[0]} needs reward models; give the recipe a rewarding"
            )
        if self.rewarding is not None and (self.has_prompts or self.synthetic != "self"):
            raise BadInput(
                "rewarding is for text without prompts that the chain's own models write; leave it "
                "out of this recipe"
            )

    def _check_downstream(self) -> None:
        if self.downstream_limit is not None and self.downstream_limit < 2:
            raise BadInput(
                f"downstream_limit is {self.downstream_limit}; a standard error needs 2 items"
            )
        at_least(0, {"downstream_shots": self.downstream_shots}, OR_MORE)

    @property
    def arms(self) -> tuple[Workflow, ...]:
        """The workflows of the recipe: each is run for every seed."""
        return self.workflows

    @property
    def has_prompts(self) -> bool:
        """Whether text of the chain answers prompts."""
        sources = (self.human.source, self.synthetic)
        named = any(name in SOURCES and SOURCES[name].has_prompts for name in sources)
        return named or self.human.prompt_field is not None

    @property
    def digest(self) -> str:
        """8 hex digits that change with any setting; see `recipe_digest`."""
        return recipe_digest(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """All settings of the recipe as plain values, as they stand in a record."""
        plain: dict[str, Any] = json.loads(canonical_json(asdict(self)))
        return plain


def read_recipe(plain: Mapping[str, Any]) -> Recipe:
    """The recipe that plain values, such as those of a record, describe.

    Raises:
        BadInput: A setting is missing, or its value is of another kind or range.
    """
    return _read_canonical(canonical_json(plain))


@lru_cache(maxsize=1024)
def _read_canonical(content: str) -> Recipe:
    """The recipe of canonical JSON; records of one recipe, and all checks of one, read it once."""
    try:
        return _recipes().validate_python(json.loads(content))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, ("recipe", *first["loc"])))
        raise BadInput(f"{place}: {first['msg']}") from error


@cache
def _recipes() -> TypeAdapter[Recipe]:
    return TypeAdapter(Recipe)


def _check_workflows(workflows: tuple[Workflow, ...]) -> None:
    unknown = [name for name in workflows if known_method(name) is None and ".py:" not in name]
    if unknown or not workflows:
        raise BadInput(
            f"workflows {unknown} are unknown; use some of {', '.join(WORKFLOWS)}, or "
            "FILE.py:FUNCTION for one of your own"
        )
    labels = [label(name) for name in workflows]
    if len(set(labels)) < len(labels):
        raise BadInput(f"two workflows have one name in {labels}; rename one")
    for name in workflows:
        check_name(label(name), "the function of a workflow")
        if known_method(name) is None and (known := imitated(label(name), WORKFLOWS)):
            raise BadInput(
                f"{name} reads like {known}, a method of the project; give your function another "
                "name"
            )


def recipe_digest(plain: Mapping[str, Any]) -> str:
    """Digest of the plain values of a recipe of chains; see `settings_digest`."""
    return _digest_of_canonical(canonical_json(plain))


@lru_cache(maxsize=1024)
def _digest_of_canonical(content: str) -> str:
    """The digest of canonical JSON; thousands of records are of a few recipes."""
    return settings_digest(json.loads(content), Recipe)
