"""Claims about word counts with human words in every corpus: the largest written share."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import sympy

from theory.discrete import resampling
from theory.discrete.resampling import Words, simulated
from theory.verdict import Assumption, Claim, Estimate, Route, RouteName

SEDDIK = "arXiv 2404.05090, abstract, as we read it"
SURESH = "arXiv 2412.17646, abstract and its summaries, as we read it"
VARIANCES = "variance of one generation after the other"
"""Derivation of the closed forms."""
CHAINS = 4000
"""Number of simulated chains."""

STATES: Mapping[RouteName, str] = {
    "exact": "Markov chain over counts",
    "simulated": "draws of words",
}


def _mixed(human: str, draws: int, kept: int, first: int, generations: int = 60) -> Words:
    return Words(
        counts=(first, kept - first),
        draws=draws,
        generations=generations,
        human="same" if human == "same" else "new",
        human_words=kept,
    )


def _mixes(human: str) -> Callable[[np.random.Generator], Sequence[Words]]:
    return lambda rng: (
        _mixed(human, 1, 20, 6),
        _mixed(human, 60, 3, 1, generations=200),
        *(
            _mixed(
                human, int(rng.integers(2, 60)), int(rng.integers(10, 30)), int(rng.integers(1, 10))
            )
            for _ in range(2)
        ),
    )


def _unit(case: Words) -> float:
    """Return the squared error of one human fit: to the human words kept, or to a whole corpus."""
    p = float(case.law[0])
    words = case.human_words + (case.draws if case.human == "new" else 0)
    return p * (1 - p) / words


def _error() -> Mapping[RouteName, Route[Words]]:
    def drawn(case: Words, rng: np.random.Generator) -> Estimate:
        found = simulated(case, resampling.squared_error(case), rng, chains=CHAINS)
        return Estimate(value=found.value / _unit(case), stderr=found.stderr / _unit(case))

    return {
        "exact": lambda case, _rng: Estimate(
            value=resampling.variance_by_chain(case) / _unit(case)
        ),
        "simulated": drawn,
    }


SAME_WORDS = Claim(
    id="words-same-human",
    statement="n human words kept in every corpus, written share s: these add s(1 - s)/(1 - s^2 + "
    "s^2/N) to the error of one human fit, under 1/2 for every s < 1",
    source=f"{SEDDIK}: a largest synthetic share that does not collapse; here every share will do",
    relation="equals",
    formula=VARIANCES,
    cases=_mixes("same"),
    span="written shares .05 to .95, 60 or 200 generations",
    stated=resampling.same_words_error,
    routes=_error(),
    derivations=STATES,
    assumptions=(
        Assumption(
            text="the same human words are in every corpus", holds=lambda c: c.human == "same"
        ),
    ),
    tolerance=1e-4,
    unit="error of the human fit",
    note="a word that the human text has is never forgotten; s/(1 + s) is the limit of large N. "
    "The largest share for an addition d is d/(1 - d)",
)
NEW_WORDS = Claim(
    id="words-new-human",
    statement="new human words in every corpus of T, written share s: the error is 1/(1 - s^2 + "
    "s^2/N) human fits to T words, finite for every s < 1",
    source=f"{SEDDIK}; the setting of new human words is ours",
    relation="equals",
    formula=VARIANCES,
    cases=_mixes("new"),
    span="written shares .05 to .95, 60 or 200 generations",
    stated=resampling.new_words_error,
    routes=_error(),
    derivations=STATES,
    assumptions=(
        Assumption(text="human words are new in every corpus", holds=lambda c: c.human == "new"),
    ),
    tolerance=1e-4,
    unit="error of a human fit",
    note="it grows without bound as s -> 1, to N = T",
)
LARGEST = Claim(
    id="words-largest-share",
    statement="new human words: a written share up to sqrt(1 - 1/f) keeps the error under f fits, "
    "2 at s = .707",
    source="this project, from words-new-human",
    relation="at most",
    cases=lambda rng: (
        _mixed("new", 70, 30, 6),
        *(_mixed("new", int(rng.integers(2, 70)), 30, int(rng.integers(3, 15))) for _ in range(2)),
    ),
    span="written shares up to .7, f = 2",
    stated=lambda _case: 2.0,
    routes={
        **_error(),
        "symbolic": lambda case, _rng: Estimate(value=resampling.new_words_error(case)),
    },
    derivations={**STATES, "symbolic": VARIANCES},
    tolerance=1e-4,
    assumptions=(
        Assumption(
            text="new human words, s <= sqrt(1 - 1/2)",
            holds=lambda c: c.human == "new" and float(c.share) <= resampling.largest_share(2.0),
        ),
    ),
    proof=lambda: _largest_holds(),
    typical=lambda: 2.0 / resampling.new_words_error(_mixed("new", 70, 30, 6)),
    unit="error of a human fit",
    note="more than that breaks it for large T: the condition is exact in the limit",
)


def _largest_holds() -> bool:
    """Check that v' = a + s^2 (1 - 1/N) v only grows, and that its limit is f at s^2 = 1 - 1/f."""
    s, N, f, v = sympy.symbols("s N f v", positive=True)
    limit = 1 / (1 - s**2 + s**2 / N)
    fixed = sympy.simplify(1 + s**2 * (1 - 1 / N) * limit - limit) == 0
    # from v < limit the next value is below the limit too: the map is increasing in v
    rises = sympy.diff(1 + s**2 * (1 - 1 / N) * v, v).subs(N, 1 + f).simplify().is_positive
    at = sympy.limit(limit, N, sympy.oo).subs(s, sympy.sqrt(1 - 1 / f))
    return bool(fixed and rises and sympy.simplify(at - f) == 0)


MIXTURE_CLAIMS = (SAME_WORDS, NEW_WORDS, LARGEST)
"""Claims about corpora that keep human words."""
