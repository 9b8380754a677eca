"""Pages state results in the words of claims, and in no others."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.families.toedit.claims.findings import (
    Heads,
    Ledger,
    crossing,
    degrades,
    human,
    judged,
    machinery,
    measured,
    place,
    place_smollm2,
    reading,
    readme,
    recursion,
    selection,
    source,
)
from data.workflow import WORKFLOWS
from tests.support.places import ROOT
from tests.support.planted import FINE, HARM, HELP, World, committed, planted

_WORLDS: Mapping[str, World] = {"nothing": FINE, "harm": HARM, "help": HELP}


@pytest.fixture(scope="module")
def worlds() -> dict[str, Ledger]:
    return {
        name: judged(planted(world, np.random.default_rng(1))) for name, world in _WORLDS.items()
    }


@pytest.fixture(scope="module")
def ours() -> Ledger:
    return judged(committed())


def test_a_sentence_says_what_its_claim_says_in_every_world(worlds: dict[str, Ledger]) -> None:
    nothing, harm, helps = worlds.values()

    assert degrades(harm).startswith("**A chain that learns only what its last model wrote gets w")
    assert "gets no worse." in degrades(helps)
    assert degrades(nothing).startswith("**Whether")
    assert source(harm).startswith("**Editing the human text costs less, but something.**")
    assert source(helps).startswith("**Editing the human text costs no less, and nothing to")
    assert "does not stay level" in recursion(harm)
    assert "again stays level" in recursion(nothing)
    assert "(refuted) and ends" in crossing(harm)
    assert "(shown) and ends" in crossing(helps)
    assert "alike within 0.01: shown" in crossing(nothing)
    assert "is the wrong place" in place(harm, ())
    assert "is the right place" in place(helps, ())
    assert "is undecided" in place(nothing, ())
    assert "nothing is decided" in place_smollm2(nothing, ())
    assert "it is so too" in place_smollm2(harm, ())
    assert "does not repair" in selection(harm)
    assert "samples repairs them" in selection(helps)
    assert "human text helps" in human(harm)
    assert "human text does harm" in human(helps)
    assert "adds nothing" in machinery(nothing)
    assert "adds something" in machinery(harm)


def test_the_sentences_about_the_committed_records_are_those_of_their_verdicts(
    ours: Ledger,
) -> None:
    """What the larger chains say of the two headlines, and what they do not."""
    assert ours["same-end"].verdict == "undecided"
    assert "alike within 0.01: undecided" in crossing(ours)
    assert "+0.0052 [+0.0015, +0.0090]" in crossing(ours)
    assert "P >= 0.21 to 0.06" in place(ours, committed())
    assert place_smollm2(ours, committed()).startswith("**With SmolLM2 as prior nothing is decid")


def test_what_is_shown_alone_is_not_said_to_be_shown(ours: Ledger) -> None:
    alone = [one for one in ours.values() if one.verdict != one.judgement.verdict]

    assert alone
    assert all("not after correction" in measured(entry) for entry in alone)


def test_a_beginning_follows_from_the_verdicts(ours: Ledger) -> None:
    heads = Heads("all", "none", "open", "some")
    shown, refuted, undecided = (
        next(e for e in ours.values() if e.verdict == verdict)
        for verdict in ("reproduced", "not reproduced", "undecided")
    )

    assert heads.of([shown, shown]) == "all"
    assert heads.of([shown, undecided]) == heads.of([shown, refuted]) == "some"
    assert heads.of([refuted, undecided]) == "none"
    assert heads.of([undecided]) == "open"
    assert heads._replace(mixed="").of([shown, undecided]) == "open"


def test_claims_without_records_are_sentences_too() -> None:
    nobody = judged(())

    with pytest.raises(ValueError, match="nothing was measured; collapse run smoke"):
        degrades(nobody)


_COMPARES = re.compile(
    r"\b(better|worse|worst|best|less|more than|lower|higher|below|above|ends?|alike|costs?|"
    r"cheaper|loses?|gains?|repairs?|rises?|flattens?|cross(es)?|bounded|as far as|drifts?)\b"
)
_NAMES = re.compile("`(" + "|".join(map(re.escape, WORKFLOWS)) + ")`")
_PAGES = [
    ROOT / "README.md",
    *(ROOT / "docs" / f"{name}.md" for name in ("workflows", "claims", "editing", "profile")),
]


def _own_words(page: Path) -> str:
    """What a page says outside code, tables and blocks that follow from records."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"<!-- ([\w-]+) -->\n.*?<!-- /\1 -->", "", text, flags=re.DOTALL)
    return "\n".join(line for line in text.splitlines() if not line.startswith("|"))


def _compared(text: str) -> list[str]:
    """Sentences that name a workflow and compare."""
    sentences = re.split(r"(?<=[.:;!?])\s+|\n\n|\n- ", text)
    return [one for one in sentences if _NAMES.search(one) and _COMPARES.search(one)]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_no_page_compares_workflows_in_words_of_its_own(page: Path) -> None:
    assert _compared(_own_words(page)) == []


@pytest.mark.parametrize(
    "text",
    [
        "`edit_previous` ends as far from new human text as pure synthetic text does.",
        "A verifier is fine. DSIR (`importance`) ends worst of all; nothing else does.",
        "`mix` loses a third.",
    ],
)
def test_a_comparison_in_words_of_its_own_is_found(text: str) -> None:
    assert len(_compared(text)) == 1
    assert _compared("`replace` learns only text sampled from the last model.") == []


def test_every_finding_is_on_a_page(ours: Ledger) -> None:
    """Line breaks apart; `tests/test_docs.py` holds the blocks."""
    pages = {
        "README.md": readme(ours),
        "docs/workflows.md": reading(ours, committed()),
    }
    for name, paragraphs in pages.items():
        text = re.sub(r"\s+", " ", (ROOT / name).read_text(encoding="utf-8"))
        assert [one for one in paragraphs if one not in text] == [], "run docs/make_blocks.py"


def test_a_page_whose_claim_turns_is_stale(worlds: dict[str, Ledger], ours: Ledger) -> None:
    for ledger in worlds.values():
        assert set(readme(ledger)).isdisjoint(readme(ours))


def test_a_small_dose_is_named(ours: Ledger) -> None:
    few = judged(planted(replace(HARM, changed=1e-4), np.random.default_rng(2)))

    assert "no test" in place_smollm2(few, ())
    assert "no test" in place_smollm2(ours, ())
