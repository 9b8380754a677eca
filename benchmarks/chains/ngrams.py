"""n-gram models in the same chain as transformers: a chain in the time of one fit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.chains.chain import run_chain
from data.editing import SHARE, EditRule
from data.edits.places import Law, Place
from data.errors import BadInput
from data.executing.verification import Check
from data.measures.ngram_lm import (
    END,
    NgramModel,
    Tokens,
    Vocabulary,
    documents,
    edit_ngrams,
    fit_ngrams,
    log_probabilities,
    sample_ngrams,
)
from data.randomness import Purpose, stream
from data.selection import Score, kept
from data.text.corpus import Corpus, Document
from data.workflow import Workflow

_NO_QUESTIONS = "words of a stream answer no questions; choose another workflow"


@dataclass(frozen=True, kw_only=True, slots=True)
class NgramRecipe:
    """One study of n-gram models; sizes are in words."""

    vocabulary: int = 256
    order: int = 2
    strength: float = 4.0
    """Weight of each order's prior, which is the order below, in observations; see
    `data.measures.ngram_lm.fit_ngrams`."""
    generations: int = 50
    held_out_words: int = 20_000
    first_words: int = 10_000
    generation_words: int = 10_000
    edit_rule: EditRule = SHARE
    human_share: float = 0.5
    candidates: float = 2.0
    truncate_above: float = 0.9


@dataclass(frozen=True)
class Stream:
    """A part of a corpus: documents as one stream of tokens."""

    tokens: Tokens
    changed: int = 0
    """Tokens that the last edit changed."""
    truncate_above: float | None = None


@dataclass(frozen=True, slots=True)
class NgramGeneration:
    """What was measured of one n-gram model and of the corpus that it counted."""

    generation: int
    bits_per_token: float
    """Loss on held-out human text, in bits per token."""
    entropy: float
    """Cross-entropy of its own corpus, in bits per token: what it has learnt, not how it writes."""
    tail_coverage: float
    """Share of rare held-out bigrams that its corpus contains."""
    changed: float
    """Share of its corpus that the last edit changed."""


@dataclass(frozen=True)
class Encoded:
    """Human text as tokens, one document each, with its end."""

    vocabulary: Vocabulary
    documents: list[Tokens]

    @classmethod
    def of(cls, texts: Sequence[str], recipe: NgramRecipe) -> "Encoded":
        """Encode texts with their most frequent words."""
        vocabulary = Vocabulary.of(texts, recipe.vocabulary)
        return cls(vocabulary, [vocabulary.encode([text])[1:] for text in texts])


@dataclass(frozen=True)
class NgramText:
    """Human text as tokens, divided for one seed."""

    vocabulary: Vocabulary
    held_out: Tokens
    first: Tokens
    source: Tokens
    fresh: list[Tokens]
    tail: frozenset[int]
    """Bigrams that occur once in the held-out text, as one integer each."""


def divide(encoded: Encoded, recipe: NgramRecipe, seed: int) -> NgramText:
    """Divide a text by document; held-out text and vocabulary are the same for every seed.

    Raises:
        BadInput: The text is too short.
    """
    texts = encoded.documents
    shuffled = stream(0, Purpose.HELD_OUT).permutation(len(texts))
    held_out, rest = _take(texts, shuffled, recipe.held_out_words)
    order = stream(seed, Purpose.HUMAN_ORDER).permutation(np.sort(rest))
    first, rest = _take(texts, order, recipe.first_words)
    source, _ = _take(texts, order, recipe.generation_words)
    fresh = []
    for _ in range(recipe.generations):
        part, rest = _take(texts, rest, recipe.generation_words)
        fresh.append(part)
    pairs, counts = np.unique(_pairs(held_out, recipe.vocabulary), return_counts=True)
    return NgramText(
        encoded.vocabulary, held_out, first, source, fresh, frozenset(pairs[counts == 1].tolist())
    )


def _take(
    encoded: Sequence[Tokens], order: NDArray[np.int64], n_words: int
) -> tuple[Tokens, NDArray[np.int64]]:
    total = np.cumsum([len(encoded[place]) - 1 for place in order])
    if len(total) == 0 or total[-1] < n_words:
        have = int(total[-1]) if len(total) else 0
        raise BadInput(f"the text is too short: {n_words:,} words are needed, {have:,} are left")
    stop = int(np.searchsorted(total, n_words)) + 1
    start = np.array([END], dtype=np.int64)
    return np.concatenate([start, *(encoded[place] for place in order[:stop])]), order[stop:]


def _pairs(tokens: Tokens, size: int) -> Tokens:
    inside = (tokens[1:] != END) & (tokens[:-1] != END)
    return np.asarray((tokens[:-1] * size + tokens[1:])[inside])


@dataclass
class NgramChain:
    """`benchmarks.chains.chain.Chain` of n-gram models, on one divided text with one seed."""

    recipe: NgramRecipe
    text: NgramText
    seed: int
    written: dict[int, Stream] = field(default_factory=dict)
    paired: dict[Workflow, list[int]] = field(default_factory=dict)
    """Tokens that other workflows changed, by generation."""
    changed: list[int] = field(default_factory=list)
    start: Literal["generation_0", "last", "scratch"] = "last"

    @property
    def generations(self) -> int:
        """Index of the last generation."""
        return self.recipe.generations

    @property
    def first(self) -> tuple[Stream, ...]:
        """The human text of generation 0."""
        return (Stream(self.text.first),)

    @property
    def source(self) -> tuple[Stream, ...]:
        """The human text that later generations keep or edit."""
        return (Stream(self.text.source),)

    def fit(
        self, corpus: tuple[Stream, ...], *, start: NgramModel | None, generation: int
    ) -> NgramModel:
        """Counts of the corpus; a truncated loss leaves out what the last model is sure of."""
        counted = [
            np.ones(len(part.tokens) - 1, dtype=bool)
            if part.truncate_above is None or start is None
            else np.exp(log_probabilities(start, part.tokens)) <= part.truncate_above
            for part in corpus
        ]
        return fit_ngrams(
            [part.tokens for part in corpus],
            self.recipe.vocabulary,
            order=self.recipe.order,
            strength=self.recipe.strength,
            counted=counted,
        )

    def measure(
        self,
        model: NgramModel,
        corpus: tuple[Stream, ...],
        *,
        generation: int,
    ) -> NgramGeneration:
        """Loss on held-out text, and what the corpus still has of the human tail."""
        size = self.recipe.vocabulary
        held_out = -log_probabilities(model, self.text.held_out) / np.log(2)
        own = np.concatenate([log_probabilities(model, part.tokens) for part in corpus])
        found: set[int] = set()
        for part in corpus:
            found.update(np.unique(_pairs(part.tokens, size)).tolist())
        n_tokens = sum(len(part.tokens) for part in corpus)
        self.changed.append(sum(part.changed for part in corpus))
        return NgramGeneration(
            generation,
            float(held_out.mean()),
            float(-own.mean() / np.log(2)),
            len(self.text.tail & found) / len(self.text.tail),
            self.changed[-1] / n_tokens,
        )

    def materials(
        self, model: NgramModel, previous: tuple[Stream, ...], *, generation: int
    ) -> "NgramMaterials":
        """What the next corpus can be made from."""
        return NgramMaterials(self, model, previous, generation)

    def n_changed(self, workflow: Workflow, generation: int) -> int:
        """Tokens that another workflow changed in this generation, with the same seed."""
        if workflow not in self.paired:
            twin = NgramChain(self.recipe, self.text, self.seed)
            run_chain(twin, workflow)
            self.paired[workflow] = twin.changed
        return self.paired[workflow][generation]


@dataclass(frozen=True)
class NgramMaterials:
    """What a workflow makes the next corpus of an n-gram chain from: `data.workflow.Materials`."""

    chain: NgramChain
    model: NgramModel
    previous: tuple[Stream, ...]
    generation: int

    @property
    def source(self) -> tuple[Stream, ...]:
        """The human text of the chain."""
        return self.chain.source

    @property
    def pool(self) -> tuple[Stream, ...]:
        """The source and the samples for earlier generations."""
        written = self.chain.written
        return (*self.source, *(written[g] for g in sorted(written) if g < self.generation))

    @property
    def human_share(self) -> float:
        """Share of human text in the corpus of a mix."""
        return self.chain.recipe.human_share

    @property
    def candidates(self) -> float:
        """Size of the sample that a selection chooses from."""
        return self.chain.recipe.candidates

    def sample(self, size: float = 1.0) -> tuple[Stream, ...]:
        """Text that the last model writes."""
        n_words = round(size * self.chain.recipe.generation_words)
        rng = self._rng(Purpose.SAMPLE)
        source = self.chain.text.source
        length = len(source) / int((source == END).sum())
        part = Stream(sample_ngrams(self.model, n_words, rng=rng, mean_length=length))
        self.chain.written[self.generation] = part
        return (part,)

    def edit(self, text: tuple[Stream, ...], *, layers: float = 1.0) -> tuple[Stream, ...]:
        """The text, token-edited with the last model.

        Raises:
            BadInput: Layers are to be left out; an n-gram model has none.
        """
        if layers != 1.0:
            raise BadInput("an n-gram model has no layers to leave out; choose another workflow")
        return (self._edited(text, self.chain.recipe.edit_rule),)

    def edit_random(self, text: tuple[Stream, ...], *, like: Workflow) -> tuple[Stream, ...]:
        """The text with as many tokens changed as `like` changed, at random places."""
        n_changed = self.chain.n_changed(like, self.generation)
        rule = replace(self.chain.recipe.edit_rule, share=None, threshold=0.0, inclusive=True)
        tokens = _joined(text)
        everywhere = self._edited(text, rule).tokens
        places = np.flatnonzero(everywhere != tokens)
        rng = self._rng(Purpose.RANDOM_EDIT)
        chosen = rng.permutation(places)[:n_changed]
        edited = tokens.copy()
        edited[chosen] = everywhere[chosen]
        return (Stream(edited, changed=len(chosen)),)

    def edit_counted(
        self, text: tuple[Stream, ...], *, place: Place, law: Law
    ) -> tuple[Stream, ...]:
        """Refuse: counted edits are made from the scores that a prior keeps.

        Raises:
            BadInput: Always.
        """
        raise BadInput(
            "an n-gram model keeps no scores to count edits by; choose another workflow, or edit a "
            "chain of transformers"
        )

    def rewrite(self, text: tuple[Stream, ...], *, like: Workflow) -> tuple[Stream, ...]:
        """Refuse: a stream of words has no sentences.

        Raises:
            BadInput: Always.
        """
        raise BadInput("words of a stream make no sentences; choose another workflow")

    def redraw(self, text: tuple[Stream, ...]) -> tuple[Stream, ...]:
        """The text, its flagged tokens written anew as what they were."""
        return (self._edited(text, self.chain.recipe.edit_rule, observed_wins=True),)

    def reencode(self, text: tuple[Stream, ...]) -> tuple[Stream, ...]:
        """The text: a stream of tokens is its own encoding, so that this measures nothing."""
        return text

    def fresh(self) -> tuple[Stream, ...]:
        """Human text that no generation has seen."""
        return (Stream(self.chain.text.fresh[self.generation - 1]),)

    def keep(self, score: Score, text: tuple[Stream, ...], size: float = 1.0) -> tuple[Stream, ...]:
        """The documents with the highest scores that fill the size."""
        vocabulary = self.chain.text.vocabulary
        candidates = [document for part in text for document in documents(part.tokens)]
        corpus = _corpus(" ".join(vocabulary.words[t] for t in d) for d in candidates)
        human = _corpus(vocabulary.decode(self.chain.text.source))
        lengths = np.array([len(document) for document in candidates], dtype=np.int64)
        n_words = round(size * self.chain.recipe.generation_words)
        score_of = score(corpus, human, self._rng(Purpose.SELECTION))
        end = np.array([END], dtype=np.int64)
        chosen = [candidates[place] for place in kept(score_of, lengths, n_words)]
        return (Stream(np.concatenate([end, *(t for d in chosen for t in (d, end))])),)

    def truncated_loss(self, text: tuple[Stream, ...]) -> tuple[Stream, ...]:
        """The text, marked for counts that leave out what the last model is sure of."""
        limit = self.chain.recipe.truncate_above
        return tuple(replace(part, truncate_above=limit) for part in text)

    def answers(self, text: tuple[Stream, ...], size: float = 1.0) -> tuple[Stream, ...]:
        """Refuse: words of a stream are no answers.

        Raises:
            BadInput: Always.
        """
        raise BadInput(_NO_QUESTIONS)

    def verify(
        self, check: Check, text: tuple[Stream, ...], size: float = 1.0
    ) -> tuple[Stream, ...]:
        """Refuse: words of a stream are no answers.

        Raises:
            BadInput: Always.
        """
        raise BadInput(_NO_QUESTIONS)

    def best_of(self, group: int, *, at_random: bool = False) -> tuple[Stream, ...]:
        """Refuse: a reward model reads texts, and no stream of words.

        Raises:
            BadInput: Always.
        """
        raise BadInput("a chain of n-gram models has no reward models; choose another workflow")

    def _rng(self, purpose: Purpose) -> np.random.Generator:
        return stream(self.chain.seed, purpose, self.generation)

    def _edited(
        self, text: tuple[Stream, ...], rule: EditRule, *, observed_wins: bool = False
    ) -> Stream:
        tokens, rng = _joined(text), self._rng(Purpose.EDIT)
        edited, _ = edit_ngrams(self.model, tokens, rule, rng=rng, observed_wins=observed_wins)
        return Stream(edited, changed=int((edited != tokens).sum()))


def _joined(text: tuple[Stream, ...]) -> Tokens:
    return np.concatenate([text[0].tokens, *(part.tokens[1:] for part in text[1:])])


def _corpus(texts: Iterable[str]) -> Corpus:
    return Corpus.of(
        Document(str(index), text, "words", "none", 0) for index, text in enumerate(texts)
    )
