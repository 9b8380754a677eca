"""A recipe: the whole description of a benchmark but for the seed, typed, with one digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from data.editing import EditRule
from data.health_limits import HealthLimits
from data.workflow import WORKFLOWS, Workflow, label
from lightning_modules.settings import ModelShape, Optimization, SamplingRule

RECORD_SCHEMA = 2
"""Version of the record format; part of every digest."""

Start = Literal["generation_0", "last", "scratch"]


@dataclass(frozen=True, kw_only=True, slots=True)
class HumanText:
    """Where human text comes from and how it is divided, by document."""

    source: str
    """Name in `collapse list sources`, a file (jsonl, parquet, txt), or `hub:owner/name`."""
    field: str = "text"
    """Text field of a file or a hub data set."""
    prompt_field: str | None = None
    """Field of a prompt before the text: the text is its answer, and fits learn the answer alone.
    A named source has prompts or has none."""
    held_out_bytes: int
    """Size of the text that is measured on and never trained on; the same for every seed."""
    first_tokens: int
    """Human tokens that generation 0 is fitted on."""
    generation_tokens: int
    """Size of every later corpus, and of the human text that workflows keep or edit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """A model fitted once on general human text; chains of every seed and workflow start from it.

    Intervals over seeds are therefore about one base, and hold for that base.
    """

    source: str
    """As `HumanText.source`; the tokenizer is trained on it, and it is never the chain's text."""
    field: str = "text"
    held_out_bytes: int
    """Size of its text that every model of the chain is measured on too, as `general`."""
    tokens: int
    """That it is fitted on, in one pass."""
    fit: Optimization


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """What is measured at every generation."""

    sample_tokens: int
    """Tokens that each model writes for the diversity measures."""
    document_tokens: int
    """Tokens of each of these documents at most; the human floor is cut in the same way."""
    sample_words: int
    """Words of that text that are counted, the same for every model and for the human floor."""
    rare_count: int = 1
    """A held-out bigram that occurs at most this often belongs to the tail."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judging:
    """How a fixed model reads every corpus that is trained on: perplexities, beside n-grams."""

    model: str
    """A packaged prior, a folder or a hub name."""
    tokens: int
    """Of each document, from its beginning; shorter documents are left out, and the share of them
    is on record."""
    documents: int
    """That are read, the same number in every corpus; a corpus with fewer is refused."""
    words: int
    """Whose n-grams are counted, the same number in every corpus."""

    def __post_init__(self) -> None:
        for name in ("tokens", "documents"):
            if getattr(self, name) < 2:
                raise ValueError(f"judging.{name} is {getattr(self, name)}; it must be at least 2")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """One benchmark: human text, model, fits, workflows, measures."""

    name: str
    summary: str
    """One line for `collapse list recipes`."""
    tier: Literal["smoke", "cpu", "gpu", "paper"]
    workflows: tuple[Workflow, ...]
    generations: int
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
    """Generation 0."""
    fit: Optimization
    """Every later generation."""
    sampling: SamplingRule
    edit_rule: EditRule
    prior: str = "self"
    """`self` edits with the current generation's model; otherwise a packaged prior, a folder or a
    hub name."""
    prior_context: int
    """Longest window that the prior scores, in its tokens."""
    synthetic: str = "self"
    """Who writes: `self` is the last model; otherwise text of another model, which workflows take
    in place of samples: a file (jsonl, parquet, txt), or `hub:owner/name`."""
    synthetic_field: str = "text"
    """Text field of that file or hub data set."""
    judging: Judging | None = None
    """Statistics of every corpus by a fixed judge; None leaves them out."""
    human_share: float = 0.5
    """Of the corpus of `mix`."""
    candidates: float = 2.0
    """Size of the sample that a selection chooses from, relative to the corpus."""
    truncate_above: float = 0.9
    """Probability above which `truncated_loss` ignores a token."""
    health: HealthLimits = field(default_factory=HealthLimits)
    """What flags a corpus, or stops the chain."""
    evaluation: Evaluation
    downstream: tuple[str, ...] = ()
    """Tasks whose accuracy is measured; their text must not be in the human text."""
    downstream_limit: int | None = None
    """First items of each task; None takes all."""
    downstream_shots: int | None = None
    """Solved items before each prompt; None leaves what the task itself says."""
    downstream_at: Literal["every generation", "last generation"] = "every generation"

    def __post_init__(self) -> None:
        if self.generations < 1:
            raise ValueError(f"generations is {self.generations}; a chain needs at least 1")
        human = self.human
        for name, value, least in (
            ("first_fit.windows_per_step", self.first_fit.windows_per_step, 1),
            ("fit.windows_per_step", self.fit.windows_per_step, 1),
            ("model.vocabulary_size", self.model.vocabulary_size, 257),  # all bytes and the end
            ("model.context", self.model.context, 2),
            ("prior_context", self.prior_context, 2),
            ("human.held_out_bytes", human.held_out_bytes, 1),
            ("human.generation_tokens", human.generation_tokens, self.model.context),
            ("human.first_tokens", human.first_tokens, human.generation_tokens),
        ):
            if value < least:
                raise ValueError(f"{name} is {value:,}; it must be at least {least:,}")
        for name, share in (
            ("human_share", self.human_share),
            ("truncate_above", self.truncate_above),
        ):
            if not 0 < share < 1:
                raise ValueError(f"{name} is {share}; it must lie between 0 and 1")
        if self.checkpoint is not None and self.base is not None:
            raise ValueError("checkpoint and base are both given; a chain starts from one of them")
        if self.base is not None and self.base.source == human.source:
            raise ValueError(f"base.source and human.source are both {human.source}; change one")
        if self.base is not None and self.base.fit.lora is not None:
            raise ValueError("base.fit.lora is given; a base has no weights to adapt, leave it out")
        if self.candidates < 1:
            raise ValueError(f"candidates is {self.candidates}; it must be at least 1")
        if self.downstream_limit is not None and self.downstream_limit < 2:
            raise ValueError(
                f"downstream_limit is {self.downstream_limit}; a standard error needs 2 items"
            )
        if self.downstream_shots is not None and self.downstream_shots < 0:
            raise ValueError(f"downstream_shots is {self.downstream_shots}; it must be 0 or more")
        _check_workflows(self.workflows)

    @property
    def digest(self) -> str:
        """8 hex digits that change with any setting; see `recipe_digest`."""
        return recipe_digest(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as they stand in a record."""
        plain: dict[str, Any] = json.loads(canonical_json(asdict(self)))
        return plain


def read_recipe(plain: Mapping[str, Any]) -> Recipe:
    """The recipe of plain values.

    Raises:
        ValueError: A setting is missing, or its value is of another kind or range.
    """
    try:
        return _recipes().validate_python(plain)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, ("recipe", *first["loc"])))
        raise ValueError(f"{place}: {first['msg']}") from error


@cache
def _recipes() -> TypeAdapter[Recipe]:
    return TypeAdapter(Recipe)


def recipe_digest(plain: Mapping[str, Any]) -> str:
    """Digest of a recipe's plain values, of everything but its prose.

    A setting counts when it differs from its default, so that records stay valid when the recipe
    gains a setting whose default is what was done before.
    """
    content = {**_chosen(plain, Recipe), "schema": RECORD_SCHEMA}
    content.pop("summary", None)
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()[:8]


def _chosen(plain: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """The values that differ from the defaults of a dataclass, and those that it does not know."""
    hints, defaults = _hints(kind), _defaults(kind)
    chosen = {}
    for name, value in plain.items():
        part = _dataclass_of(hints.get(name))
        if part is not None and value is not None:
            value = _chosen(value, part)
            default = defaults.get(name)
            is_default = default is not None and value == _chosen(default, part)
        else:
            is_default = name in defaults and value == defaults[name]
        if not is_default:
            chosen[name] = value
    return chosen


def _dataclass_of(hint: Any) -> type | None:
    """The dataclass that a field holds, perhaps None in its place."""
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return next((kind for kind in kinds if isinstance(kind, type) and is_dataclass(kind)), None)


_hints = cache(get_type_hints)


@cache
def _defaults(kind: type) -> dict[str, Any]:
    given = {
        entry.name: entry.default if entry.default_factory is MISSING else entry.default_factory()
        for entry in fields(kind)
    }
    plain: dict[str, Any] = json.loads(
        canonical_json(
            {
                name: asdict(value)
                if is_dataclass(value) and not isinstance(value, type)
                else value
                for name, value in given.items()
                if value is not MISSING
            }
        )
    )
    return plain


def _check_workflows(workflows: tuple[Workflow, ...]) -> None:
    unknown = [name for name in workflows if name not in WORKFLOWS and ".py:" not in name]
    if unknown or not workflows:
        raise ValueError(
            f"workflows {unknown} are unknown; use some of {', '.join(WORKFLOWS)}, or "
            "FILE.py:FUNCTION for one of your own"
        )
    labels = [label(name) for name in workflows]
    if len(set(labels)) < len(labels):
        raise ValueError(f"two workflows have one name in {labels}; rename one")


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
