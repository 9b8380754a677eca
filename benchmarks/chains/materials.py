"""What a method makes a corpus from, when models are trained in stages."""

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from benchmarks.chains.corpus_file import CorpusFile, files
from benchmarks.chains.models import named_model
from benchmarks.chains.record import EditTotals, Generation
from benchmarks.chains.rewarding.stages import RewardModels
from benchmarks.chains.rewarding.work import best_of
from benchmarks.chains.work import corpora as corpus_work
from benchmarks.chains.work import counted as counted_work
from benchmarks.chains.work import edit as edit_work
from benchmarks.chains.work.rewrite import rewrite
from benchmarks.chains.work.thin import thin
from benchmarks.chains.writing import Context, asking, expected_length, write, written_corpus
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.code import source_digest as code_digest
from benchmarks.running.stage import File, Stage
from data.edits.places import Law, Place
from data.errors import BadInput
from data.executing.verification import Check
from data.randomness import Purpose
from data.selection import Score
from data.workflow import Workflow


@dataclass(frozen=True)
class History:
    """What the methods of one chain have asked for so far."""

    written: dict[int, CorpusFile] = field(default_factory=dict)
    """What the models of this chain wrote, by the generation that it is for."""
    fresh: set[int] = field(default_factory=set)
    """Generations for which the method asked for human text that none has seen."""


@dataclass(frozen=True)
class StageMaterials:
    """`data.workflow.Materials`: every method is one stage, run when it is asked for."""

    context: Context
    bench: Bench
    model: Stage
    """The fit of the last generation."""
    previous: tuple[CorpusFile, ...]
    generation: int
    """Index of the generation that will be trained on what is made."""
    history: History
    """What the chain asked for so far; samples and fresh text are entered as they are asked for."""
    twin: Callable[[Workflow], list[Generation]]
    """Returns the chain of another workflow with the same seed."""
    rewards: RewardModels | None = None
    """The reward models of the chain, if it has some."""

    @property
    def source(self) -> tuple[CorpusFile, ...]:
        """The human text that later generations keep or edit."""
        return (CorpusFile(self.context.human, "source"),)

    @property
    def pool(self) -> tuple[CorpusFile, ...]:
        """The source and the samples for earlier generations."""
        written = self.history.written
        return (*self.source, *(written[g] for g in sorted(written) if g < self.generation))

    @property
    def human_share(self) -> float:
        """Share of human text in the corpus of a mix."""
        return self.context.recipe.human_share

    @property
    def candidates(self) -> float:
        """Size of the sample that a selection chooses from."""
        return self.context.recipe.candidates

    def sample(self, size: float = 1.0) -> tuple[CorpusFile, ...]:
        """Text that the last model writes, or another one in its place."""
        recipe, n_tokens = self.context.recipe, self._tokens(size)
        if recipe.synthetic == "self":
            rule = asking(self.context, recipe.sampling)
            stage = write(
                self.bench,
                self.context,
                "sample",
                self.model,
                rule,
                n_tokens,
                Purpose.SAMPLE,
                self.generation,
            )
            corpus = CorpusFile(stage, limit=n_tokens)
        else:
            corpus = written_corpus(self.bench, self.context, n_tokens, self.generation)
        self.history.written[self.generation] = corpus
        return (corpus,)

    def edit(self, text: tuple[CorpusFile, ...], *, layers: float = 1.0) -> tuple[CorpusFile, ...]:
        """The text, token-edited with the current prior, or with a share of its layers."""
        return self._edit(text, "rule", None, layers)

    def edit_random(
        self, text: tuple[CorpusFile, ...], *, like: Workflow
    ) -> tuple[CorpusFile, ...]:
        """The text with as many tokens changed as `like` changed, at random places.

        Raises:
            BadInput: The workflow `like` edits nothing.
        """
        return self._edit(text, "random", self._edit_of(like).changed)

    def edit_counted(
        self, text: tuple[CorpusFile, ...], *, place: Place, law: Law
    ) -> tuple[CorpusFile, ...]:
        """The text with as many tokens changed as the recipe says, in a place and by a law.

        The scores of a text are a stage of their own, which all places and laws share.
        """
        recipe = self.context.recipe
        read: dict[str, Any] = {
            "corpora": files(text),
            "prior": self._prior(),
            "prefix": recipe.prior == "self",
            "context": recipe.prior_context,
            "rule": recipe.edit_rule,
        }
        n_tokens = sum(part.facts["tokens"] for part in text)
        scores = self.bench.run(
            self.generation, "score", counted_work.score_text, progress=n_tokens, **read
        )
        stage = self.bench.run(
            self.generation,
            "edit",
            counted_work.edit_counted,
            scores=scores.file("scores"),
            human=self.context.human.file("first.arrow"),
            tokenizer=self._tokenizer,
            place=place._asdict(),
            law=law,
            n_changed=recipe.changed_tokens,
            seed=self.context.seed,
            generation=self.generation,
            **read,
        )
        return (CorpusFile(stage),)

    def rewrite(self, text: tuple[CorpusFile, ...], *, like: Workflow) -> tuple[CorpusFile, ...]:
        """The text with sentences rewritten that change the share of tokens that `like` changed.

        Raises:
            BadInput: The workflow `like` edits nothing.
        """
        recipe, edit = self.context.recipe, self._edit_of(like)
        stage = self.bench.run(
            self.generation,
            "rewrite",
            rewrite,
            progress=sum(part.facts["tokens"] for part in text),
            corpora=files(text),
            prior=self._prior(),
            tokenizer=self._tokenizer,
            prefix=recipe.prior == "self",
            context=recipe.prior_context,
            rule=recipe.sampling,
            share=edit.changed / max(edit.tokens, 1),
            seed=self.context.seed,
            generation=self.generation,
        )
        return (CorpusFile(stage),)

    def redraw(self, text: tuple[CorpusFile, ...]) -> tuple[CorpusFile, ...]:
        """The text with every flagged token written anew as what it was."""
        return self._edit(text, "redraw", None)

    def reencode(self, text: tuple[CorpusFile, ...]) -> tuple[CorpusFile, ...]:
        """The text as the prior's tokenizer returns it: encoded and decoded, nothing edited."""
        stage = self.bench.run(
            self.generation,
            "reencode",
            corpus_work.decode_again,
            corpora=files(text),
            prior=self._prior(),
            tokenizer=self._tokenizer,
            generation=self.generation,
        )
        return (CorpusFile(stage),)

    def fresh(self) -> tuple[CorpusFile, ...]:
        """Human text that no generation has seen."""
        self.history.fresh.add(self.generation)
        return (replace(self.source[0], name=f"fresh_{self.generation}"),)

    def keep(
        self, score: Score, text: tuple[CorpusFile, ...], size: float = 1.0
    ) -> tuple[CorpusFile, ...]:
        """The documents with the highest scores that fill the size."""
        n_tokens = self._tokens(size)
        stage = self.bench.run(
            self.generation,
            "select",
            corpus_work.select,
            corpora=files(text),
            human=self.source[0].file,
            tokenizer=self._tokenizer,
            score=Pinned(score, source_digest(score)),
            n_tokens=n_tokens,
            seed=self.context.seed,
            generation=self.generation,
        )
        return (CorpusFile(stage, limit=n_tokens),)

    def truncated_loss(self, text: tuple[CorpusFile, ...]) -> tuple[CorpusFile, ...]:
        """The text, marked for a loss that ignores tokens that the model is very sure of."""
        limit = self.context.recipe.truncate_above
        return tuple(replace(part, truncate_above=limit) for part in text)

    def answers(self, text: tuple[CorpusFile, ...], size: float = 1.0) -> tuple[CorpusFile, ...]:
        """Answers that the last model writes to the questions of a text, in random order.

        Raises:
            BadInput: The text has no questions.
        """
        recipe, n_tokens = self.context.recipe, self._tokens(size)
        questions = self.bench.run(
            self.generation,
            "questions",
            corpus_work.questions,
            corpora=files(text),
            seed=self.context.seed,
            generation=self.generation,
        )
        stage = write(
            self.bench,
            self.context,
            "sample",
            self.model,
            asking(self.context, recipe.sampling),
            n_tokens,
            Purpose.SAMPLE,
            self.generation,
            prompts=questions.file("questions.arrow"),
        )
        corpus = CorpusFile(stage, limit=n_tokens)
        self.history.written[self.generation] = corpus
        return (corpus,)

    def verify(
        self, check: Check, text: tuple[CorpusFile, ...], size: float = 1.0
    ) -> tuple[CorpusFile, ...]:
        """The first documents that the check accepts, as many as fill the size.

        Raises:
            BadInput: It accepts too few.
        """
        n_tokens = self._tokens(size)
        stage = self.bench.run(
            self.generation,
            "verify",
            corpus_work.verify,
            corpora=files(text),
            human=self.context.human.file("first.arrow"),
            tokenizer=self._tokenizer,
            check=Pinned(check, source_digest(check)),
            n_tokens=n_tokens,
        )
        return (CorpusFile(stage, limit=n_tokens),)

    def best_of(self, group: int, *, at_random: bool = False) -> tuple[CorpusFile, ...]:
        """Of every group of documents that the last model writes the one of highest reward.

        Raises:
            BadInput: The recipe has no reward models.
        """
        if self.rewards is None:
            raise BadInput("best_of needs reward models; give the recipe a rewarding")
        recipe, n_tokens = self.context.recipe, self._tokens(1.0)
        stage = self.bench.run(
            self.generation,
            "best_of",
            best_of,
            progress=group * n_tokens,
            model=self.model.file("model"),
            reward=self.rewards.selecting,
            group=group,
            at_random=at_random,
            rule=recipe.sampling,
            context=recipe.model.context,
            n_tokens=n_tokens,
            mean_length=expected_length(self.context, recipe.sampling),
            seed=self.context.seed,
            generation=self.generation,
        )
        corpus = CorpusFile(stage, limit=n_tokens)
        self.history.written[self.generation] = corpus
        return (corpus,)

    def _edit_of(self, like: Workflow) -> EditTotals:
        """What another workflow edited in this generation with the same seed."""
        edit = self.twin(like)[self.generation].corpus.edit
        if edit is None:
            raise BadInput(f"workflow {like} edits no token: there is no rate to follow")
        return edit

    @property
    def _tokenizer(self) -> File:
        return self.context.human.file("tokenizer")

    def _tokens(self, size: float) -> int:
        return round(size * self.context.recipe.human.generation_tokens)

    def _prior(self) -> File | Pinned:
        """The checkpoint of the prior of the edits."""
        name = self.context.recipe.prior
        if name == "self":
            return self.model.file("model")
        return named_model(self.bench, name, self.generation)

    def _thinned(self, layers: float) -> File:
        """The prior of the edits without some of its layers."""
        stage = self.bench.run(
            self.generation,
            "thin",
            thin,
            model=self._prior(),
            context=self.context.recipe.prior_context,
            layers=layers,
        )
        return stage.file("model")

    def _edit(
        self,
        text: tuple[CorpusFile, ...],
        arm: Literal["rule", "random", "redraw"],
        n_changed: int | None,
        layers: float = 1.0,
    ) -> tuple[CorpusFile, ...]:
        recipe = self.context.recipe
        prior = self._prior() if layers == 1.0 else self._thinned(layers)
        stage = self.bench.run(
            self.generation,
            "edit",
            edit_work.edit,
            progress=sum(part.facts["tokens"] for part in text),
            corpora=files(text),
            prior=prior,
            tokenizer=self._tokenizer,
            prefix=recipe.prior == "self",
            context=recipe.prior_context,
            rule=recipe.edit_rule,
            arm=arm,
            n_changed=n_changed,
            seed=self.context.seed,
            generation=self.generation,
        )
        return (CorpusFile(stage),)


def source_digest(function: Callable[..., Any]) -> str:
    """16 hex digits of a function's code without its docstring: what identifies a score.

    A function that is no `def` of its own, such as a lambda, counts by its text.
    """
    text = textwrap.dedent(inspect.getsource(function))
    if function.__name__ != "<lambda>":
        text = code_digest(ast.parse(text))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
