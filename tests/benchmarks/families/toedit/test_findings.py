"""Pages state results in the words of claims, and in no others."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from benchmarks.chains.cost import size_words
from benchmarks.chains.recipe import Recipe
from benchmarks.comparing.predictions import BASE, STATEMENTS, Gap
from benchmarks.families.catalogue import RECIPES
from benchmarks.families.toedit.claims.findings import (
    HUMAN,
    MACHINERY,
    PLACE,
    PLACE_SMOLLM2,
    SELECTION,
    WORDS,
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
from benchmarks.families.toedit.claims.pairs import SMALL
from benchmarks.families.toedit.claims.predicted import DECIDED, outcome, predictions_markdown
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.families.toedit.recipes.workflows import workflows, workflows_gpu
from benchmarks.paper.claims import Entry
from benchmarks.paper.evidence import Verdict
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
    assert source(harm).startswith("**Editing the human text costs less than writing it anew. It c")
    assert "costs no less than writing it anew. It costs less than 0.002 bits" in source(helps)
    assert "does not stay level over 5 generations" in recursion(harm)
    assert "again stays level over 5 generations" in recursion(nothing)
    assert "(refuted) and ends" in crossing(harm)
    assert "(shown) and ends" in crossing(helps)
    assert "alike within 0.01: shown" in crossing(nothing)
    assert PLACE.shown in place(harm, ())
    assert PLACE.refuted in place(helps, ())
    assert "is undecided" in place(nothing, ())
    assert "is undecided" in place_smollm2(nothing, ())
    assert PLACE_SMOLLM2.shown in place_smollm2(harm, ())
    assert SELECTION.shown in selection(harm)
    assert SELECTION.refuted in selection(helps)
    assert HUMAN.shown in human(harm)
    assert HUMAN.refuted in human(helps)
    assert MACHINERY.shown in machinery(nothing)
    assert MACHINERY.refuted in machinery(harm)


def test_the_sentences_about_the_committed_records_are_those_of_their_verdicts(
    ours: Ledger,
) -> None:
    """What the larger chains say of the two headlines, and what they do not."""
    assert ours["same-end"].verdict == "undecided"
    assert "alike within 0.01: undecided" in crossing(ours)
    assert "+0.0052 [+0.0015, +0.0090]" in crossing(ours)
    assert "P >= 0.21 to 0.06" in place(ours, committed())
    assert place_smollm2(ours, committed()).startswith("**Whether edits cost more where SmolLM2 is")


def test_what_is_shown_alone_is_not_said_to_be_shown(ours: Ledger) -> None:
    alone = [one for one in ours.values() if one.verdict != one.judgement.verdict]

    assert alone
    assert all("not after correction" in measured(entry) for entry in alone)


_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_ALIKE: Mapping[Verdict, str] = {"reproduced": "shown", "not reproduced": "refuted"}


def _with(entries: Sequence[Entry], verdicts: Sequence[Verdict]) -> list[Entry]:
    return [replace(e, verdict=v) for e, v in zip(entries, verdicts, strict=True)]


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_beginning_says_no_more_than_every_claim_decided(ours: Ledger, n: int) -> None:
    heads = Heads("it is so", "It is so.", "It is not so.")
    entries = list(ours.values())[:n]

    for verdicts in product(_VERDICTS, repeat=n):
        said = heads.of(_with(entries, verdicts))
        assert (said == heads.shown) == (set(verdicts) == {"reproduced"})
        assert (said == heads.refuted) == (set(verdicts) == {"not reproduced"})
        if said not in (heads.shown, heads.refuted):
            _names_each(said, entries, verdicts)


def _names_each(said: str, entries: Sequence[Entry], verdicts: Sequence[Verdict]) -> None:
    """Claims that were decided alike have their own words; of others each outcome has its names."""
    if len(set(verdicts)) == 1:
        assert said == f"Whether it is so is {WORDS[verdicts[0]]}."
        return
    parts = dict(
        part.split(" for ")
        for part in said.removeprefix("Whether it is so is ").rstrip(".").split("; ")
    )
    assert parts == {
        WORDS[verdict]: ", ".join(
            f"`{entry.claim.id}`"
            for entry, own in zip(entries, verdicts, strict=True)
            if own == verdict
        )
        for verdict in set(verdicts)
    }


_SENTENCES: Mapping[str, tuple[Heads, Callable[[Ledger], str], str]] = {
    "place": (PLACE, lambda ledger: place(ledger, ()), "place-source|place-previous"),
    "smollm2": (PLACE_SMOLLM2, lambda ledger: place_smollm2(ledger, ()), "place-(cont|fine).*"),
    "selection": (SELECTION, selection, "selection-.*"),
    "human": (HUMAN, human, "human-.*"),
    "machinery": (MACHINERY, machinery, "machinery-.*"),
}


@pytest.mark.parametrize("name", _SENTENCES)
def test_a_paragraph_begins_with_no_more_than_all_of_its_claims_decided(
    ours: Ledger, name: str
) -> None:
    """Over all combinations of outcomes: decided either way, undecided, not run."""
    heads, sentence, ids = _SENTENCES[name]
    entries = {id: entry for id, entry in ours.items() if re.fullmatch(ids, id)}
    assert len(entries) > 1

    for verdicts in product(_VERDICTS[:4], repeat=len(entries)):
        changed = dict(zip(entries, _with(list(entries.values()), verdicts), strict=True))
        head = sentence({**ours, **changed}).split("**")[1]
        assert (head == heads.shown) == (set(verdicts) == {"reproduced"})
        assert (head == heads.refuted) == (set(verdicts) == {"not reproduced"})
        assert len(set(verdicts)) == 1 or all(f"`{id}`" in head for id in entries)


def test_a_prediction_has_the_verdict_of_the_claim_that_asks_the_same(
    ours: Ledger, worlds: dict[str, Ledger]
) -> None:
    """Each statement has a claim about the same chains, or says that it is not judged."""
    text = predictions_markdown(ours, [r for r in committed() if r.recipe["name"] == "workflows"])
    lines = text.splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]

    assert {one.id for one in STATEMENTS} - DECIDED.keys() == {"drift-proportional"}
    assert [row[1] for row in rows if row[2].strip("`") == "place-source"] == ["undecided"]
    assert [row[1] for row in rows if row[2] == "no claim"] == ["not judged"]
    assert [row[3] for row in rows if row[2].strip("`") in ours] == [
        measured(ours[decided.claim]) for decided in DECIDED.values()
    ]
    for one in STATEMENTS:
        if one.id in DECIDED:
            statistic = ours[DECIDED[one.id].claim].claim.statistic
            assert one.workflow in statistic
            assert (one.control if isinstance(one, Gap) else BASE) in statistic
    assert outcome("reproduced", is_the_same=False) == "against it"
    assert outcome("not reproduced", is_the_same=False) == "as predicted"
    assert outcome("undecided", is_the_same=True) == "undecided"
    harm = worlds["harm"]["place-source"]
    turned = predictions_markdown({**ours, "place-source": harm}, ())
    assert turned.count("against it") == text.count("against it") + 1


def test_claims_without_records_are_sentences_too() -> None:
    nobody = judged(())

    with pytest.raises(ValueError, match="nothing was measured; collapse run smoke"):
        degrades(nobody)


_COMPARES = re.compile(
    r"\b(better|worse|worst|best|less(?! that of)|more than|lower|higher|below|above|ends?|alike|"
    r"bounded|costs?|cheaper|loses?|gains?|repairs?|rises?|flattens?|cross(es)?|"
    r"as (?:far|bad|good|well) as|drifts?|beats?|climbs?|falls?|stays? (?:flat|level)|avoids?|"
    r"harm(?:s|less)?|outperforms?|helps?)\b"
)
_NAMES = re.compile("`(" + "|".join(map(re.escape, WORKFLOWS)) + ")`")
_PAGES = [
    ROOT / "README.md",
    ROOT / "LEADERBOARD.md",
    *(page for page in sorted((ROOT / "docs").glob("*.md")) if not page.name.startswith("theory")),
    *(ROOT / "docs" / "paper" / f"{name}.md" for name in ("edit-rules", "smollm2-text")),
]
"""Pages of ours about chains; those of the theory name the claim of each statement."""


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
        "`edit_previous` is as bad as `replace`.",
        "`edit_source` stays flat.",
        "`accumulate` avoids what `replace` does.",
    ],
)
def test_a_comparison_in_words_of_its_own_is_found(text: str) -> None:
    assert len(_compared(text)) == 1
    assert _compared("`replace` learns only text sampled from the last model.") == []


_SIZE = re.compile(r"\S+ (?:to \S+ )?(?:million parameters|M parameters|M-parameter)")


def _sizes() -> set[str]:
    """What one function says of the models of each recipe, and of all that have records."""
    recipes = [make() for make in RECIPES.values()]
    models = [one.model for one in recipes if isinstance(one, Recipe)]
    ran = {record.digest for record in committed()}
    shown = [one.model for one in recipes if isinstance(one, Recipe) and one.digest in ran]
    return {size_words(*shown), *(size_words(model) for model in models)}


_REPORTS = ("gpu.md", "scale.md")
"""Pages that repeat what a run on a GPU reported under its own names."""


@pytest.mark.parametrize(
    "page", [p for p in _PAGES if p.name not in _REPORTS], ids=lambda p: p.name
)
def test_a_page_says_the_size_of_a_model_in_the_words_of_one_function(page: Path) -> None:
    said = {size.lstrip("(") for size in _SIZE.findall(" ".join(page.read_text("utf-8").split()))}

    assert said <= _sizes()


_FLAGGED = re.compile(r"\(\d[\d.]* ?%\) flagged|flagged \([^)]*%\)|%\W+flagged", re.IGNORECASE)


@pytest.mark.parametrize(
    "page", [p for p in _PAGES if p.name not in _REPORTS], ids=lambda p: p.name
)
def test_the_threshold_in_force_stands_wherever_a_flagged_share_does(page: Path) -> None:
    paragraphs = re.split(r"\n\n|\n(?=[-|>])", page.read_text("utf-8"))
    shares = [one for one in paragraphs if _FLAGGED.search(one)]

    assert [one for one in shares if not re.search(r"P [<>]=? ?\d|from P", one)] == []
    assert shares or page.name not in ("editing.md", "workflows.md")


def test_a_size_is_a_number_and_its_unit() -> None:
    assert size_words(smoke().model) == "0.92 million parameters"
    assert size_words(smoke().model, workflows().model) == "0.43 to 0.92 million parameters"
    assert size_words(smoke().model, workflows_gpu().model) == "0.92 to 55 million parameters"
    assert "0.43 million parameters (`workflows`)" in SMALL
    assert _SIZE.findall("a model of a million parameters") == ["a million parameters"]


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
