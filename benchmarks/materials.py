"""What a method makes a corpus from, when models are trained in stages."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.stage import Stage
from data.selection import Score
from data.workflow import Workflow

if TYPE_CHECKING:
    from benchmarks.laboratory import Laboratory, Part


@dataclass(frozen=True)
class StageMaterials:
    """`data.workflow.Materials`: every method is one stage, run when it is asked for."""

    laboratory: "Laboratory"
    model: Stage
    """Of the last generation."""
    previous: tuple["Part", ...]
    generation: int
    """That will be trained on what is made."""

    @property
    def source(self) -> tuple["Part", ...]:
        """The human text of the chain."""
        return self.laboratory.source

    @property
    def pool(self) -> tuple["Part", ...]:
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

    def sample(self, size: float = 1.0) -> tuple["Part", ...]:
        """Text that the last model writes."""
        return (self.laboratory.sample(self.model, size, self.generation),)

    def edit(self, text: tuple["Part", ...]) -> tuple["Part", ...]:
        """The text, token-edited with the current prior."""
        return (self.laboratory.edit(text, self.model, self.generation),)

    def edit_random(self, text: tuple["Part", ...], *, like: Workflow) -> tuple["Part", ...]:
        """The text with as many tokens changed as `like` changed, at random places."""
        n_changed = self.laboratory.n_changed(like, self.generation)
        return (
            self.laboratory.edit(
                text, self.model, self.generation, arm="random", n_changed=n_changed
            ),
        )

    def redraw(self, text: tuple["Part", ...]) -> tuple["Part", ...]:
        """The text with every flagged token written anew as what it was."""
        return (self.laboratory.edit(text, self.model, self.generation, arm="redraw"),)

    def reencode(self, text: tuple["Part", ...]) -> tuple["Part", ...]:
        """The text, encoded and decoded."""
        return (self.laboratory.edit(text, self.model, self.generation, arm="reencode"),)

    def fresh(self) -> tuple["Part", ...]:
        """Human text that no generation has seen."""
        return (replace(self.source[0], name=f"fresh_{self.generation}"),)

    def keep(self, score: Score, text: tuple["Part", ...], size: float = 1.0) -> tuple["Part", ...]:
        """The documents with the highest scores that fill the size."""
        return (self.laboratory.keep(score, text, size, self.generation),)

    def truncated_loss(self, text: tuple["Part", ...]) -> tuple["Part", ...]:
        """The text, marked for a loss that ignores tokens that the model is very sure of."""
        limit = self.laboratory.recipe.truncate_above
        return tuple(replace(part, truncate_above=limit) for part in text)
