"""Claims about chains whose sentences are rewritten can come out either way."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.record import Record, RewriteTotals
from benchmarks.families.story_style.chain import statistics as of
from benchmarks.families.story_style.chain.claims import ALIKE, CLAIMS
from benchmarks.families.story_style.chain.picture import excess
from benchmarks.families.story_style.chain.shown import (
    SENTENCES,
    chains_frame,
    chains_of,
    draw,
    section,
)
from benchmarks.families.story_style.chain.study import (
    EDITED,
    EDITED_AGAIN,
    FRESH,
    METHODS,
    RANDOM,
    REWRITTEN,
    REWRITTEN_AGAIN,
    SAME,
    WORKFLOWS,
    story_style_chain,
)
from benchmarks.paper.claims import judge_all
from benchmarks.running.record import Metric
from data.errors import BadInput
from data.workflow import NEED_SENTENCES
from tests.support.records import TOKENS, record_of

_SEEDS = range(5)
_CHANGED = 60


def _totals(changed: int) -> RewriteTotals:
    return RewriteTotals(
        tokens=TOKENS, sentences=100, rewritten=10, written=100, wanted=_CHANGED, changed=changed,
        log_probability_change=-20.0, content_words=70, content_words_kept=70,
    )  # fmt: skip


def _chain(
    workflow: str, seed: int, *, loss: float, tail: float = 0.02, changed: int = _CHANGED
) -> Record:
    """A record whose loss grows evenly to this, and that writes so much of the human tail."""
    noise = 1e-4 * (seed - 2) * (1 + WORKFLOWS.index(workflow))
    recipe = story_style_chain()
    losses = [1.9 + (loss + noise - 1.9) * n / 5 for n in range(recipe.generations + 1)]
    edits = workflow in (EDITED, EDITED_AGAIN, RANDOM)
    counts = [changed] * len(losses) if edits else ()
    record = record_of(workflow, seed, losses, counts, recipe=recipe)
    generations = []
    for at, one in enumerate(record.generations):
        rewrite = _totals(changed + seed % 2) if at and workflow in NEED_SENTENCES else None
        metrics = {
            of.TAIL: Metric(value=tail + noise, stderr=0.01, n=100, version=1),
            of.DISTINCT: Metric(value=0.8, stderr=0.01, n=100, version=1),
        }
        corpus: dict[str, Any] = {"rewrite": rewrite} | ({} if at else {"edit": None})
        update = {
            "metrics": {**one.metrics, **metrics},
            "corpus": one.corpus.model_copy(update=corpus),
        }
        generations.append(one.model_copy(update=update))
    return record.model_copy(update={"generations": generations})


@cache
def _records(source: float, last: float, tail: float, changed: int) -> tuple[Record, ...]:
    """All workflows; of the rewritten text and the rewritten last copy the loss is given."""
    of_workflow: dict[str, dict[str, Any]] = {
        REWRITTEN: {"loss": source, "changed": changed},
        EDITED: {"loss": 1.96},
        REWRITTEN_AGAIN: {"loss": last, "tail": tail, "changed": changed},
        EDITED_AGAIN: {"loss": 2.0},
        SAME: {"loss": 1.93},
        RANDOM: {"loss": 1.95},
        FRESH: {"loss": 1.92},
    }
    return tuple(
        _chain(workflow, seed, **given)
        for workflow, given in of_workflow.items()
        for seed in _SEEDS
    )


def _verdicts(*given: Any) -> dict[str, str]:
    return {one.claim.id: one.verdict for one in judge_all(CLAIMS, _records(*given), None)}


def test_every_claim_can_be_reproduced_or_not() -> None:
    found = _verdicts(1.93, 1.95, 0.03, _CHANGED + 1)
    reversed_ = _verdicts(1.99, 1.975, 0.01, _CHANGED + 10)
    costly = _verdicts(1.99, 2.05, 0.01, _CHANGED + 10)

    how = found.pop("st.chain_how")
    assert set(found.values()) == {"reproduced"}, found
    assert how == reversed_["st.chain_how"] == "not reproduced"
    assert _verdicts(1.9605, 1.95, 0.03, _CHANGED)["st.chain_how"] == "reproduced"
    assert reversed_["st.chain_again"] == "not reproduced"
    rest = {name: verdict for name, verdict in costly.items() if name != "st.chain_again"}
    assert set(rest.values()) == {"not reproduced"}, rest


def test_alike_is_within_the_margin() -> None:
    pair = [_chain(REWRITTEN, 2, loss=1.96 + ALIKE), _chain(EDITED, 2, loss=1.96)]

    assert of.loss_less(pair) == pytest.approx(ALIKE)


def test_the_share_of_a_control_is_asked_for_in_vain() -> None:
    with pytest.raises(BadInput, match="of text that nothing changed"):
        of.changed_share(_chain(SAME, 2, loss=1.9), 1)


def test_section_and_picture_need_records(tmp_path: Path) -> None:
    records = _records(1.93, 1.95, 0.03, _CHANGED + 1)
    entries = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, None)}

    text = section(records, entries)

    assert section([], entries) == ""
    assert draw([], tmp_path) == []
    assert all(f"| `{workflow}` " in text for workflow in WORKFLOWS)
    assert next(file.name for file in draw(records, tmp_path)) == "rewriting_chain.png"
    assert list(chains_of(records)) == list(WORKFLOWS)


def test_the_table_says_what_was_changed_and_kept() -> None:
    rows = chains_frame(chains_of(_records(1.93, 1.95, 0.03, _CHANGED + 1))).set_index("workflow")
    mine = rows.loc[f"`{REWRITTEN}`"]

    assert (mine["tokens changed"], mine["aimed at"]) == ("6.14 %", "6.00 %")
    assert (mine["sentences rewritten"], mine["content words kept"]) == ("10.00 %", "100.00 %")
    assert mine["bits a changed token"] == f"{-20 / 61.4:+.2f}"
    assert rows.loc[f"`{SAME}`", "tokens changed"] == ""


def test_what_is_held_against_the_control_needs_its_seed() -> None:
    chain, control = _chain(REWRITTEN, 1, loss=1.95), _chain(SAME, 2, loss=1.93)

    assert excess([chain], [control], of.LOSS) == []
    assert excess([chain], [_chain(SAME, 1, loss=1.93)], of.LOSS)[0].mean == pytest.approx(0)


def test_methods_have_their_price_and_claims_their_ids() -> None:
    recipe = story_style_chain().as_dict()

    assert {one.workflow: one.price(recipe) for one in METHODS} == dict.fromkeys(NEED_SENTENCES, 1)
    assert {sentence.claim for sentence in SENTENCES} <= {claim.id for claim in CLAIMS}
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)
