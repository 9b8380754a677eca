"""The whole ledger on planted records: what is true is known, and every command is asked."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.comparing.curves import LOSS
from benchmarks.comparing.decisions import LEVEL
from benchmarks.paper.claims import Entry, PaperClaim
from benchmarks.paper.evidence import Verdict
from benchmarks.running.record import write_record
from tests.support.ledgers import TESTED, WORLDS, false_decisions, judged, truth
from tests.support.planted import HARM, NOTHING, ORDER, planted

pytestmark = pytest.mark.long

_EXPECTED: Mapping[str, tuple[Verdict, Verdict, Verdict]] = {
    "synthetic-degrades": ("undecided", "reproduced", "not reproduced"),
    "mixture-perplexity": ("undecided", "reproduced", "not reproduced"),
    "pretraining": ("reproduced", "not reproduced", "reproduced"),
    "continual-math": ("reproduced", "not reproduced", "reproduced"),
    "finetuning-finance-lora": ("reproduced", "not reproduced", "reproduced"),
    "edit-source-below-synthetic": ("undecided", "reproduced", "not reproduced"),
    "edit-previous-level": ("reproduced", "not reproduced", "reproduced"),
    "threshold-loss": ("undecided", "reproduced", "not reproduced"),
    "three-quarters-uncertain": ("not reproduced", "reproduced", "not reproduced"),
    "same-end": ("reproduced", "not reproduced", "not reproduced"),
    "crossing": ("undecided", "not reproduced", "reproduced"),
    "place-continual-finance": ("undecided", "reproduced", "not reproduced"),
    "selection-importance": ("reproduced", "reproduced", "not reproduced"),
    "human-mix": ("undecided", "reproduced", "not reproduced"),
    "machinery-redraw": ("reproduced", "not reproduced", "not reproduced"),
}
"""Worked out by hand from the worlds: nothing, harm, help."""


@pytest.mark.parametrize("id", _EXPECTED)
def test_the_truth_is_what_one_works_out_by_hand(id: str) -> None:
    assert tuple(truth(world)[id] for world in WORLDS) == _EXPECTED[id]


@pytest.mark.parametrize("claim", TESTED, ids=lambda claim: claim.id)
def test_every_rule_comes_out_either_way_and_both_are_right(claim: PaperClaim) -> None:
    found = [_verdict(name, claim.id) for name in WORLDS]

    assert found == [truth(world)[claim.id] for world in WORLDS]
    assert {"reproduced", "not reproduced"} <= set(found)
    assert set(found) <= claim.rule.can_say


@cache
def _in_world(name: str) -> dict[str, Entry]:
    return judged(WORLDS[name], 1)


def _verdict(name: str, claim: str) -> Verdict:
    return _in_world(name)[claim].verdict


def test_noise_leaves_what_is_0_undecided() -> None:
    found = judged(NOTHING, 2)

    on_end = [id for id, verdict in truth("nothing").items() if verdict == "undecided"]
    assert len(on_end) > 15
    assert {found[id].verdict for id in on_end} == {"undecided"}


def test_a_chain_like_replace_is_not_found_level() -> None:
    """The rule of levels is one that an unbounded chain fails."""
    like_replace = replace(HARM, cost={**HARM.cost, "edit_source": 0.1, "edit_previous": 0.1})

    found = judged(like_replace, 3)

    assert found["edit-source-level"].verdict == "not reproduced"
    assert found["edit-previous-level"].verdict == "not reproduced"


def test_an_edit_that_changes_next_to_nothing_decides_nothing() -> None:
    found = judged(replace(HARM, changed=5e-5), 4)

    for id in ("pretraining", "continual-math", "threshold-loss", "candidates-loss"):
        assert found[id].verdict == "undecided"
        assert "changed" in found[id].reason


@pytest.fixture(scope="module", params=list(WORLDS))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp(request.param)
    for record in planted(WORLDS[request.param], np.random.default_rng(1)):
        write_record(record, folder)
    return str(folder)


def _name(world: str) -> str:
    return next(name for name in WORLDS if Path(world).name.startswith(name))


def _collapse(*arguments: str) -> None:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output


def test_the_command_claims_finds_what_is_true(world: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.json"

    _collapse("claims", "toedit", "--records", world, "--json", str(path))

    verdicts = {row["id"]: row["verdict"] for row in json.loads(path.read_text())}
    expected = truth(_name(world))
    assert {id: verdicts[id] for id in expected} == expected


def test_the_command_profile_finds_what_is_true(world: str, tmp_path: Path) -> None:
    path = tmp_path / "profile.json"

    _collapse("profile", "workflows", "--records", world, "--json", str(path))

    answers = {
        profile["subject"]: {one["id"]: one["answer"] for one in profile["findings"]}
        for profile in json.loads(path.read_text())
    }
    rises = {workflow: answers[workflow]["any-increase"] for workflow in ORDER}
    grows = {workflow: answers[workflow]["divergence"] for workflow in ORDER}
    expected = "yes" if _name(world) == "harm" else "no"
    assert set(rises.values()) == {expected}
    assert set(grows.values()) <= {expected, "undecided"}
    assert _name(world) != "harm" or set(grows.values()) == {"yes"}
    assert answers["same_human"]["any-increase"] == "no"


def test_the_command_leaderboard_finds_what_is_true(world: str, tmp_path: Path) -> None:
    path = tmp_path / "board.md"

    _collapse("leaderboard", "--records", world, "--tracks", str(path))

    ranks = _ranks(path.read_text(), "workflows: human text at the start only, equal training")
    started = [w for w in ORDER if w in ranks]
    assert len(started) == 5
    expected = {
        "nothing": ["1 to 5"] * 5,
        "harm": ["1", "2", "3", "4", "5"],
        "help": ["5", "4", "3", "2", "1"],
    }
    assert [ranks[workflow] for workflow in started] == expected[_name(world)]


def _ranks(page: str, heading: str) -> dict[str, str]:
    """Ranks that each method of a track can have, as the page writes them."""
    track = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    return {name: ranks for ranks, name in re.findall(r"^\| (\d[\d to]*) \| `(\w+)` ", track, re.M)}


@pytest.mark.parametrize("ledgers", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_few_ledgers_hold_any_false_decision(ledgers: int) -> None:
    """With no effect at all and noise of the size of the committed chains', normal over seeds."""
    wrong = sum(false_decisions(NOTHING, key, 7).corrected > 0 for key in range(ledgers))

    assert wrong <= stats.binom.ppf(0.99, ledgers, LEVEL)


def test_a_quiet_arm_leaves_a_difference_the_law_of_the_other() -> None:
    """Differences of two chains of one law are symmetric, and show nothing of skewed ones."""
    world = replace(NOTHING, quiet=frozenset({"same_human"}))
    found = planted(world, np.random.default_rng(0))
    ends = {record.workflow: set[float]() for record in found}
    for record in found:
        ends[record.workflow].add(record.last.metrics[LOSS].value)

    assert ends["same_human"] == {2.0}
    assert len(ends["edit_source"]) > 10


def test_without_correction_most_ledgers_would() -> None:
    """The test above can fail."""
    wrong = sum(false_decisions(NOTHING, key, 7).alone > 0 for key in range(20))

    assert wrong > 10
