"""Judges of style: logistic regression on the TF-IDF of what a view lets them see.

The regression is multinomial, of any number of authors. It is fitted here in a few lines, as the
suite's other libraries have none for sparse counts: scipy minimises its convex objective.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax

from data.errors import BadInput
from data.story_style.keywords import Lexicon
from data.story_style.stories import Story, halves
from data.story_style.views import terms

PENALTY = 0.1
"""Half the squared norm of the weights costs this, against the summed loss over stories."""
_LEAST_STORIES = 2
"""Stories that a term is in before a judge knows it."""
_MOST_TERMS = 20_000
"""Terms that a judge knows, those that are in most stories."""
_STEPS = 200
"""Steps of the minimiser at most."""
JUDGES = ("seen", "unseen", "masked", "function_words")
"""Judges by name: of all words, fitted on the half of the works that a method may see; the same on
the other half; and two more on the other half, which read text without names and keywords, and
function words alone."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judge:
    """Tells the author of a text by one view of it."""

    view: str
    """What it sees, one of `data.story_style.views.VIEWS`."""
    authors: tuple[str, ...]
    """Keys of the authors it tells apart."""
    lexicon: Lexicon
    """By which it tells names and keywords."""
    columns: Mapping[str, int]
    """Place of each term that it knows."""
    rarity: Floats
    """Inverse document frequency of each term, shape (terms,)."""
    weights: Floats
    """Shape (terms, authors)."""
    offsets: Floats
    """Shape (authors,)."""

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Probability of each author for each text, shape (texts, authors)."""
        found = _features([terms(self.view, one, self.lexicon) for one in texts], self.columns)
        return np.asarray(softmax(_unit(found, self.rarity) @ self.weights + self.offsets, axis=1))

    def probability(self, texts: Sequence[str], author: str) -> Floats:
        """Probability of one author for each text, shape (texts,)."""
        return np.asarray(self.probabilities(texts)[:, self._place(author)])

    def accuracy(self, stories: Sequence[Story]) -> float:
        """Share of stories whose author is told, mean over authors, so that one half is chance."""
        return float(np.mean(list(self.accuracies(stories).values())))

    def accuracies(self, stories: Sequence[Story]) -> dict[str, float]:
        """Share of stories whose author is told, by author.

        Raises:
            BadInput: An author has no story.
        """
        answers = self.probabilities([story.text for story in stories]).argmax(axis=1)
        truth = np.array([self._place(story.author) for story in stories])
        if missing := set(range(len(self.authors))) - set(truth.tolist()):
            raise BadInput(f"no story of {self.authors[min(missing)]} is there to be judged")
        return {
            author: float(np.mean(answers[truth == place] == place))
            for place, author in enumerate(self.authors)
        }

    def strongest(self, author: str, number: int) -> tuple[str, ...]:
        """Terms that speak most for an author, the strongest first.

        Args:
            author: Key of the author.
            number: Of terms.
        """
        own = self.weights[:, self._place(author)]
        names = list(self.columns)
        lead = own - np.max(np.delete(self.weights, self._place(author), axis=1), axis=1)
        order = np.argsort(-lead * self.rarity, kind="stable")
        return tuple(names[place] for place in order[:number] if lead[place] > 0)

    def _place(self, author: str) -> int:
        if author not in self.authors:
            raise BadInput(f"this judge tells {', '.join(self.authors)} apart, not {author!r}")
        return self.authors.index(author)


def fit_judge(
    stories: Sequence[Story], view: str, lexicon: Lexicon, *, penalty: float = PENALTY
) -> Judge:
    """Fit a judge; every author weighs as much as any other, however many stories there are.

    Args:
        stories: Stories of two authors or more.
        view: What it sees.
        lexicon: By which names and keywords are told; of these stories or of more.
        penalty: Of the weights, above 0.

    Raises:
        BadInput: The stories are of one author, or have no term that two of them share.
    """
    authors = tuple(sorted({story.author for story in stories}))
    if len(authors) < 2:
        raise BadInput(f"a judge tells authors apart, and the stories are of {len(authors)}")
    seen = [terms(view, story.text, lexicon) for story in stories]
    columns, rarity = _vocabulary(seen)
    if not columns:
        raise BadInput(f"no two stories share a term of the view {view}; give more stories")
    labels = np.array([authors.index(story.author) for story in stories])
    importance = len(stories) / (len(authors) * np.bincount(labels)[labels])
    weights, offsets = fit_logistic(
        _unit(_features(seen, columns), rarity), labels, importance, penalty
    )
    return Judge(view, authors, lexicon, columns, rarity, weights, offsets)


def fit_judges(
    train: Sequence[Story], rng: np.random.Generator, lexicon: Lexicon
) -> dict[str, Judge]:
    """All of `JUDGES` by name, from the works that are trained on.

    Args:
        train: Stories of the works that are trained on.
        rng: Draws which works a method's own judge may see; `data.story_style.stories.halves` with
            a generator of the same state gives the same half.
        lexicon: By which names and keywords are told.

    Raises:
        BadInput: An author has a single work, or there are no two authors.
    """
    seen, unseen = halves(train, rng)
    return {
        "seen": fit_judge(seen, "words", lexicon),
        "unseen": fit_judge(unseen, "words", lexicon),
        "masked": fit_judge(unseen, "masked", lexicon),
        "function_words": fit_judge(unseen, "function_words", lexicon),
    }


def fit_logistic(
    points: csr_matrix, labels: NDArray[np.int64], importance: Floats, penalty: float
) -> tuple[Floats, Floats]:
    """Minimise the weighted cross-entropy plus the penalty times half the squared weights.

    Args:
        points: Shape (texts, terms).
        labels: Class of each text, from 0 on, shape (texts,).
        importance: Weight of each text, shape (texts,).
        penalty: Above 0; offsets are free.

    Returns:
        Weights, shape (terms, classes), and offsets, shape (classes,).
    """
    n_texts, n_terms = points.shape
    n_classes = int(labels.max()) + 1
    truth = np.eye(n_classes)[labels]

    def loss(flat: Floats) -> tuple[float, Floats]:
        parameters = flat.reshape(n_terms + 1, n_classes)
        weights = parameters[:-1]
        logs = log_softmax(points @ weights + parameters[-1], axis=1)
        error = importance[:, None] * (np.exp(logs) - truth)
        value = -(importance @ logs[np.arange(n_texts), labels]) + penalty / 2 * np.sum(weights**2)
        slope = np.vstack([points.T @ error + penalty * weights, error.sum(axis=0)])
        return float(value), slope.ravel()

    start = np.zeros((n_terms + 1) * n_classes)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    parameters = np.asarray(found.x).reshape(n_terms + 1, n_classes)
    return parameters[:-1], parameters[-1]


def _vocabulary(seen: Sequence[Sequence[str]]) -> tuple[dict[str, int], Floats]:
    """Terms with their places, and their inverse document frequencies."""
    stories = Counter(term for one in seen for term in set(one))
    common = [(term, n) for term, n in stories.items() if n >= _LEAST_STORIES]
    kept = sorted(common, key=lambda pair: (-pair[1], pair[0]))[:_MOST_TERMS]
    rarity = np.array([np.log((1 + len(seen)) / (1 + n)) + 1 for _, n in kept])
    return {term: place for place, (term, _) in enumerate(kept)}, rarity


def _features(seen: Sequence[Sequence[str]], columns: Mapping[str, int]) -> csr_matrix:
    """Counts of known terms, shape (texts, terms)."""
    counts = [Counter(columns[term] for term in one if term in columns) for one in seen]
    rows = np.repeat(np.arange(len(seen)), [len(one) for one in counts])
    places = np.array([place for one in counts for place in one], dtype=np.int64)
    values = np.array([n for one in counts for n in one.values()], dtype=np.float64)
    return csr_matrix((values, (rows, places)), shape=(len(seen), len(columns)))


def _unit(counts: csr_matrix, rarity: Floats) -> csr_matrix:
    """Counts times rarity, scaled to length 1 where there is any term."""
    scaled = counts.multiply(rarity).tocsr()
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1))).ravel()
    return scaled.multiply(1 / np.maximum(lengths, 1e-12)[:, None]).tocsr()
