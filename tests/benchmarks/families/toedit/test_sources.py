"""A claim stands under the paper's name only where the paper prints what it says."""

import re

from benchmarks.families.toedit.audit import PUBLISHED
from benchmarks.families.toedit.claims.ledger import CLAIMS
from theory.claims import CLAIMS as THEORY

PRINTED = {
    "mixture-perplexity": "the more synthetic, the worse (abstract); perplexities by share",
    "mixture-downstream": "the same of accuracies (abstract); accuracies by share",
    "training-loss": "curves of training loss that fall with the share",
    "perplexity-range": "human text 1 to 100 and more, synthetic 0 to 14",
    "n-gram-concentration": "over-concentrated n-grams (abstract); counts of bigrams",
    "n-gram-concentration-instruction": "the same",
    "dsir": "perplexity stays at that of pure synthetic text",
    "u-shape": "shares of tokens by probability",
    "three-quarters-uncertain": "75 % under 0.6",
    "flagged-falls": "584,103, then 549,519, then 517,433 tokens",
    "threshold": "38.69 for P >= 0.99 in bold, the best of those printed",
    "sampling-strategy": "64.50, 28.90, 28.20 after 64.50, 26.13, 24.82",
    "candidates": "63.80, 28.14, 27.34 after 64.50, 26.13, 24.82",
    "pretraining": "better (abstract); average 33.11 after 32.75",
    "continual-biomedicine": "better (abstract); averages 40.89 after 38.83, 56.48 after 56.04",
    "continual-finance": "better (abstract); averages 50.21 after 47.92, 72.24 after 71.40",
    "continual-math": "better (abstract); average 16.59 after 16.26",
    "finetuning-natural-instructions": "better (abstract); average 69.70 after 69.34",
    "finetuning-cot": "better (abstract); average 69.26 after 69.01",
    "finetuning-flan-v2": "better (abstract); average 70.65 after 70.18",
    "finetuning-oasst1": "better (abstract); average 69.44 after 69.19",
    "finetuning-oss-instruct-75k": "better (abstract); average 46.13 after 45.76",
    "finetuning-evol-instruct-110k": "better (abstract); average 46.92 after 46.62",
    "repeated-finetuning": "averages 69.01, 69.26, 69.39",
    "synthetic-degrades": "iterative training on self-generated data declines (abstract)",
    "edit-previous-below-synthetic": "edited chains beside synthetic ones in the figure",
    "cost": "1024 times for a length of 1024",
    "theory-lemma-3": "the lemma",
    "theory-theorem-1": "the theorem and the equation",
    "theory-theorem-2-first-mean": "the theorem",
    "theory-theorem-2-second": "the theorem",
}
"""What the paper prints of each claim under its name, as a fact to look up there."""
_PLACE = r"(Abstract|(Tables?|Figures?|Appendix|Theorem|Lemma) [\w.]+((,| to) \d+)*)"


def test_what_the_paper_does_not_print_is_said_to_be_ours() -> None:
    theirs = [claim for claim in CLAIMS if not claim.where.startswith("ours")]
    arithmetic = {f"arithmetic-{name}" for name in PUBLISHED.tables}

    assert {claim.id for claim in theirs} - arithmetic == PRINTED.keys()
    for claim in theirs:
        if claim.id in PRINTED and not claim.id.startswith("theory-"):
            assert re.fullmatch(rf"{_PLACE}(; {_PLACE})*", claim.where), claim.where


def test_a_reading_of_ours_says_what_it_follows_from() -> None:
    ours = [claim.where for claim in CLAIMS if claim.where.startswith("ours")]
    theory = [claim.source for claim in THEORY if "2412.14689" in claim.source]

    assert all(where == "ours" or where.startswith("ours; ") for where in ours)
    assert [source for source in theory if not re.match(r"arXiv|this project", source)] == []
    assert all(
        re.fullmatch(r"arXiv 2412.14689, (Lemma|Theorem) \d( and Eq. \d+|, \w+ part)?", source)
        for source in theory
        if source.startswith("arXiv")
    )


def test_no_claim_of_a_level_says_bounded() -> None:
    """What is judged is a slope over the generations that were run."""
    levels = [claim for claim in CLAIMS if claim.id.endswith("-level")]

    assert len(levels) == 2
    for claim in levels:
        assert "bounded" not in claim.statement
        assert "over the 3 or 5 or 10 generations that are run" in claim.statement
        assert claim.where.startswith("ours; ")
    assert [claim.id for claim in CLAIMS if claim.id.endswith("-bounded")] == []
