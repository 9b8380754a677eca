import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.comparison import LOSS, excess
from benchmarks.comparison import curves as compared
from benchmarks.leaderboard.ranking import rank, ranks, setting_digest, unranked
from benchmarks.recipe import recipe_digest
from benchmarks.record import Record, read_records

_RECORDS = read_records(Path(__file__).parents[3] / "benchmarks" / "records")
_SMOKE = [record for record in _RECORDS if record.recipe["name"] == "smoke"]


def _changed(record: Record, **changes: Any) -> Record:
    """A record with another recipe, workflow, seed or last loss."""
    content = json.loads(record.model_dump_json())
    content["recipe"].update(changes.pop("recipe", {}))
    if (loss := changes.pop("loss", None)) is not None:
        content["generations"][-1]["metrics"][LOSS]["value"] = loss
    for version in changes.pop("versions", ()):
        for generation in content["generations"]:
            generation["metrics"][LOSS]["version"] = version
    content.update(changes, digest=recipe_digest(content["recipe"]))
    return Record.model_validate(content)


def _chains(workflow: str, losses: Sequence[float]) -> list[Record]:
    """Chains of a workflow of `smoke` whose last losses are these, by seed."""
    (template,) = [r for r in _SMOKE if r.workflow == workflow and r.seed == 0]
    return [_changed(template, seed=seed, loss=loss) for seed, loss in enumerate(losses)]


def test_a_rank_counts_the_methods_that_are_significantly_better() -> None:
    clear = [{0: 0.0, 1: 0.01, 2: 0.02}, {0: 1.0, 1: 1.02, 2: 1.03}, {0: 2.0, 1: 2.03, 2: 2.04}]

    assert ranks(clear) == [1, 2, 3]


def test_methods_that_do_not_differ_share_a_rank() -> None:
    """The first two differ by 0.1, -0.1, 0.1: no significance; the third is worse than both."""
    alike = [{0: 0.1, 1: 0.0, 2: 0.1}, {0: 0.0, 1: 0.1, 2: 0.0}, {0: 9.0, 1: 9.0, 2: 9.0}]

    assert ranks(alike) == [1, 1, 3]


def test_a_rank_says_who_is_better_though_not_different_is_not_transitive() -> None:
    """The middle differs from neither end, the ends differ: they do not share a rank."""
    ends = [{s: 0.0 + 1e-4 * s for s in range(4)}, {0: -2.0, 1: 3.0, 2: -1.0, 3: 2.0}]
    ends.append({s: 0.5 + 1.1e-4 * s for s in range(4)})

    assert ranks(ends) == [1, 1, 2]


def test_one_seed_gives_no_rank_and_takes_none_from_others() -> None:
    assert ranks([{0: 0.0}, {0: 1.0, 1: 1.1}, {0: 5.0, 1: 5.2}]) == [None, 1, 2]
    assert ranks([{0: 0.0}]) == [None]


def test_many_null_methods_do_not_make_ranks() -> None:
    """Ten methods of pure noise over five seeds: without correction some of 45 pairs differ."""
    import numpy as np

    rng = np.random.default_rng(3)
    noise = [dict(enumerate(row)) for row in rng.normal(size=(10, 5))]

    assert ranks(noise) == [1] * 10


def test_the_score_is_the_paired_excess_at_the_last_generation() -> None:
    found = {curve.workflow: curve for curve in compared(_SMOKE)}
    scores = {s.workflow: s.score for track in rank(_SMOKE) for s in track.standings}

    assert scores == {
        name: excess(curve, found["fresh_human"])
        for name, curve in found.items()
        if name != "fresh_human"
    }


def test_tracks_are_what_a_chain_used() -> None:
    tracks = {track.name: [s.workflow for s in track.standings] for track in rank(_SMOKE)}

    assert {name: sorted(methods) for name, methods in tracks.items()} == {
        "smoke: human text at the start only, equal training": ["replace"],
        "smoke: human text in later generations, equal training": [
            "edit_previous",
            "edit_source",
            "same_human",
        ],
        "smoke: human text in later generations, more training": ["accumulate"],
    }


def test_a_pretrained_prior_is_a_track_of_its_own() -> None:
    found = [r for r in _RECORDS if r.recipe["name"] == "smoke_pretrained_prior"]

    tracks = {frozenset(s.workflow for s in track.standings): track for track in rank(found)}

    assert tracks.keys() == {frozenset({"same_human"}), frozenset({"edit_source", "edit_previous"})}
    assert "A pretrained model may edit." in tracks[
        frozenset({"edit_source", "edit_previous"})
    ].allowed  # fmt: skip


def test_recipes_that_differ_in_the_method_compete_and_others_do_not() -> None:
    control = _chains("fresh_human", [1.70, 1.71, 1.72])
    mine = [
        _changed(r, recipe={"name": "mine", "workflows": ["replace"], "human_share": 0.3})
        for r in _chains("replace", [1.80, 1.82, 1.83])
    ]
    other = [
        _changed(r, recipe={"name": "other", "workflows": ["replace"], "start": "last"})
        for r in _chains("replace", [1.5, 1.6, 1.7])
    ]

    (track,) = rank([*control, *mine, *other])

    assert [s.recipe for s in track.standings] == [f"mine-{mine[0].digest}"]
    assert setting_digest(mine[0]) == setting_digest(control[0]) != setting_digest(other[0])
    assert [
        (u.recipe, u.method, u.seeds, u.reason) for u in unranked([*control, *mine, *other])
    ] == [
        (
            f"other-{other[0].digest}",
            "replace",
            (0, 1, 2),
            "no fresh_human chain with these settings",
        )
    ]


def test_a_chain_is_paired_with_the_control_of_its_own_recipe() -> None:
    """Another machine's control differs by rounding; a chain belongs to that of its own run."""
    control = _chains("fresh_human", [1.70, 1.70, 1.70])
    named = {"name": "mine", "workflows": ["fresh_human", "replace"]}
    mine = [_changed(r, recipe=named) for r in _chains("fresh_human", [1.75, 1.75, 1.75])]
    mine += [_changed(r, recipe=named) for r in _chains("replace", [1.80, 1.80, 1.80])]

    (track,) = rank([*control, *mine])

    assert track.standings[0].score.mean == pytest.approx(0.05)


def test_versions_of_a_metric_never_share_a_table() -> None:
    old = [
        _changed(r, recipe={"name": "old"}, versions=[0])
        for r in (*_chains("fresh_human", [1.7, 1.7]), *_chains("replace", [1.8, 1.9]))
    ]

    tracks = rank([*old, *_SMOKE])

    assert [(t.is_current, t.versions[0], t.control.recipe) for t in tracks] == [
        *[(True, 1, "smoke-470bad5f")] * 3,
        (False, 0, f"old-{old[0].digest}"),
    ]


def test_one_seed_has_neither_interval_nor_rank() -> None:
    (track,) = rank([*_chains("fresh_human", [1.7]), *_chains("replace", [1.8])])

    (standing,) = track.standings
    assert (standing.rank, standing.score.low, standing.curve.low) == (None, None, None)


def test_seeds_without_a_control_do_not_count() -> None:
    records = [*_chains("fresh_human", [1.7, 1.7]), *_chains("replace", [1.8, 1.8, 1.8])]

    (track,) = rank(records)
    (left,) = unranked(records)

    assert track.standings[0].seeds == (0, 1)
    assert (left.seeds, left.reason) == ((2,), "no fresh_human chain with this seed")


def test_the_same_chain_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="more than one record of smoke-470bad5f/replace-seed0"):
        rank([*_SMOKE, *_chains("replace", [1.9])])


def test_a_band_is_the_interval_of_every_generation() -> None:
    standing = next(s for t in rank(_SMOKE) for s in t.standings if s.workflow == "replace")

    assert standing.excess.low is not None
    assert standing.excess.low[-1] == standing.score.low
    assert standing.excess.mean[0] == 0  # one first model for all
    assert len(standing.curve.mean) == 4
