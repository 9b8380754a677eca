"""What a method makes a corpus from, when models are trained in stages."""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchmarks import corpus_work, edit_work, work
from benchmarks.stage import Stage
from data.randomness import Purpose
from data.selection import Score
from data.workflow import Workflow

if TYPE_CHECKING:
    from benchmarks.laboratory import Laboratory


@dataclass(frozen=True)
class Part:
    """A corpus inside a finished stage."""

    stage: Stage
    name: str = "corpus"
    limit: int | None = None
    """Tokens that a fit uses of it at most; None uses the recipe's size of a corpus."""
    truncate_above: float | None = None
    """Probability above which the fit ignores a token."""

    @property
    def path(self) -> Path:
        """Its file."""
        return self.stage.path / f"{self.name}.arrow"

    @property
    def facts(self) -> dict[str, Any]:
        """Its documents and tokens, and how it was made."""
        facts = self.stage.facts
        return dict(facts["parts"][self.name] if "parts" in facts else facts)

    @property
    def human_tokens(self) -> int:
        """Tokens of human text, as it was or edited; 0 for text sampled from a model."""
        if "cut_off" in self.facts:
            return 0
        return int(self.facts.get("human_tokens", self.facts["tokens"]))


@dataclass(frozen=True)
class StageMaterials:
    """`data.workflow.Materials`: every method is one stage, run when it is asked for."""

    laboratory: "Laboratory"
    model: Stage
    """Of the last generation."""
    previous: tuple[Part, ...]
    generation: int
    """That will be trained on what is made."""

    @property
    def source(self) -> tuple[Part, ...]:
        """The human text of the chain."""
        return self.laboratory.source

    @property
    def pool(self) -> tuple[Part, ...]:
        """The source and the samples for earlier generations."""
        written = self.laboratory.written
        return (*self.source, *(written[g] for g in sorted(written) if g < self.generation))

    @property
    def human_share(self) -> float:
        """Of a mix."""
        return self.laboratory.recipe.human_share

    @property
    def candidates(self) -> float:
        """Size of the sample that a selection chooses from."""
        return self.laboratory.recipe.candidates

    def sample(self, size: float = 1.0) -> tuple[Part, ...]:
        """Text that the last model writes, or another one in its place."""
        laboratory = self.laboratory
        n_tokens = self._tokens(size)
        if laboratory.recipe.synthetic == "self":
            rule = laboratory.asking(laboratory.recipe.sampling)
            stage = laboratory.sample(
                "sample", self.model, rule, n_tokens, Purpose.SAMPLE, self.generation
            )
            part = Part(stage, limit=n_tokens)
        else:
            part = laboratory.written_part(n_tokens, self.generation)
        laboratory.written[self.generation] = part
        return (part,)

    def edit(self, text: tuple[Part, ...]) -> tuple[Part, ...]:
        """The text, token-edited with the current prior."""
        return self._edit(text, "rule", None)

    def edit_random(self, text: tuple[Part, ...], *, like: Workflow) -> tuple[Part, ...]:
        """The text with as many tokens changed as `like` changed, at random places.

        Raises:
            ValueError: `like` edits nothing.
        """
        edit = self.laboratory.twin(like)[self.generation].corpus.edit
        if edit is None:
            raise ValueError(f"workflow {like} edits no token: there is no rate to follow")
        return self._edit(text, "random", edit.changed)

    def redraw(self, text: tuple[Part, ...]) -> tuple[Part, ...]:
        """The text with every flagged token written anew as what it was."""
        return self._edit(text, "redraw", None)

    def reencode(self, text: tuple[Part, ...]) -> tuple[Part, ...]:
        """The text, encoded and decoded."""
        prior, path = self.laboratory.prior(self.model, self.generation)
        stage = self.laboratory.run(
            self.generation,
            "reencode",
            corpus_work.decode_again,
            settings={"generation": self.generation},
            inputs={"human": self.laboratory.human, "prior": prior},
            also=self._prior_identity(prior),
            corpora=text,
            paths={"prior": path, "tokenizer": self._tokenizer},
        )
        return (Part(stage),)

    def fresh(self) -> tuple[Part, ...]:
        """Human text that no generation has seen."""
        self.laboratory.fresh.add(self.generation)
        return (replace(self.source[0], name=f"fresh_{self.generation}"),)

    def keep(self, score: Score, text: tuple[Part, ...], size: float = 1.0) -> tuple[Part, ...]:
        """The documents with the highest scores that fill the size."""
        n_tokens = self._tokens(size)
        stage = self.laboratory.run(
            self.generation,
            "select",
            corpus_work.select,
            settings={
                "n_tokens": n_tokens,
                "seed": self.laboratory.seed,
                "generation": self.generation,
            },
            inputs={"human": self.laboratory.human},
            also={"score": source_digest(score)},
            corpora=text,
            paths={
                "score": score,
                "human": self.source[0].path,
                "tokenizer": self._tokenizer,
            },
        )
        return (Part(stage, limit=n_tokens),)

    def truncated_loss(self, text: tuple[Part, ...]) -> tuple[Part, ...]:
        """The text, marked for a loss that ignores tokens that the model is very sure of."""
        limit = self.laboratory.recipe.truncate_above
        return tuple(replace(part, truncate_above=limit) for part in text)

    @property
    def _tokenizer(self) -> Path:
        return self.laboratory.human.path / "tokenizer"

    def _tokens(self, size: float) -> int:
        return round(size * self.laboratory.recipe.human.generation_tokens)

    def _prior_identity(self, prior: Stage | None) -> dict[str, str]:
        name = self.laboratory.recipe.prior
        return {} if prior else {"prior": work.folder_identity(name)}

    def _edit(
        self,
        text: tuple[Part, ...],
        arm: Literal["rule", "random", "redraw"],
        n_changed: int | None,
    ) -> tuple[Part, ...]:
        recipe = self.laboratory.recipe
        prior, path = self.laboratory.prior(self.model, self.generation)
        stage = self.laboratory.run(
            self.generation,
            "edit",
            edit_work.edit,
            settings={
                "rule": recipe.edit_rule,
                "arm": arm,
                "n_changed": n_changed,
                "context": recipe.prior_context,
                "prefix": recipe.prior == "self",
                "seed": self.laboratory.seed,
                "generation": self.generation,
            },
            inputs={"human": self.laboratory.human, "prior": prior},
            also=self._prior_identity(prior),
            corpora=text,
            paths={"prior": path, "tokenizer": self._tokenizer},
            n_tokens=sum(part.facts["tokens"] for part in text),
        )
        return (Part(stage),)


def source_digest(function: Callable[..., Any]) -> str:
    """16 hex digits of a function's source text: what identifies a score of a user's own."""
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16]
