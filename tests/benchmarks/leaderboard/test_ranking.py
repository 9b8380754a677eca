import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from benchmarks.chains.recipe import recipe_digest
from benchmarks.chains.record import Record, read_records
from benchmarks.comparing.curves import LOSS, excess
from benchmarks.comparing.curves import curves as compared
from benchmarks.comparing.ranks import RankInterval
from benchmarks.leaderboard import ranking, terms
from benchmarks.leaderboard.board import markdown
from benchmarks.leaderboard.entries import DISTINCT, TAIL, setting_digest
from benchmarks.leaderboard.ranking import rank, unranked
from benchmarks.paper.family import GivenMethod
from data.workflow import edit_thinned, long_tail, verified
from tests.support.losses import forget_losses
from tests.support.places import RECORDS

_RECORDS = read_records(RECORDS)
_SMOKE = [record for record in _RECORDS if record.recipe["name"] == "smoke"]


def _changed(record: Record, **changes: Any) -> Record:
    """A record with another recipe, workflow, seed or last loss."""
    content = forget_losses(json.loads(record.model_dump_json()))
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


_MINE = {"name": "mine", "workflows": ["fresh_human", "replace"]}


def _mine(workflow: str, losses: Sequence[float]) -> list[Record]:
    """The same chains of a recipe of another name."""
    return [_changed(record, recipe=_MINE) for record in _chains(workflow, losses)]


def test_a_worse_control_of_ones_own_wins_nothing() -> None:
    """Its method is 0.05 worse than the committed one and looked 0.10 better by its own control."""
    theirs = [*_chains("fresh_human", [1.70, 1.72, 1.71]), *_chains("replace", [1.80, 1.83, 1.82])]
    mine = [*_mine("fresh_human", [1.85, 1.87, 1.86]), *_mine("replace", [1.85, 1.881, 1.869])]

    (track,) = rank([*mine, *theirs])

    assert track.control.recipe == f"mine-{mine[0].digest}, smoke-470bad5f"
    assert track.control.curve.mean[-1] == pytest.approx((5.13 + 5.58) / 6)
    assert [(s.rank, s.recipe, s.score.mean) for s in track.standings] == [
        (RankInterval(1, 1), "smoke-470bad5f", pytest.approx(0.32 / 3 - 0.075)),
        (RankInterval(2, 2), f"mine-{mine[0].digest}", pytest.approx(0.47 / 3 - 0.075)),
    ]


def test_more_controls_of_a_seed_shift_no_score() -> None:
    """The best of several would lower the control by chance, and raise every score."""
    theirs = [*_chains("fresh_human", [1.70, 1.72, 1.71]), *_chains("replace", [1.80, 1.83, 1.82])]
    noisy = _mine("fresh_human", [1.71, 1.71, 1.71])

    (alone,), (beside,) = rank(theirs), rank([*theirs, *noisy])

    assert beside.standings[0].score.mean == pytest.approx(alone.standings[0].score.mean)
    assert beside.control.seeds == (0, 0, 1, 1, 2, 2)
    assert re.search(r"\| control \| `fresh_human` \| 0 .* \| 3 \|", markdown([beside], []))


def test_a_worse_control_of_other_seeds_wins_no_rank() -> None:
    theirs = [*_chains("fresh_human", [1.70, 1.72, 1.71]), *_chains("replace", [1.80, 1.83, 1.82])]
    mine = [
        _changed(record, seed=record.seed + 3)
        for record in (
            *_mine("fresh_human", [1.95, 1.97, 1.96]),
            *_mine("replace", [1.90, 1.93, 1.92]),
        )
    ]

    (track,) = rank([*mine, *theirs])

    assert track.control.recipe == f"mine-{mine[0].digest}, smoke-470bad5f"
    assert [(s.rank, s.recipe) for s in track.standings] == [
        (RankInterval(1, 1), "smoke-470bad5f"),
        (RankInterval(2, 2), f"mine-{mine[0].digest}"),
    ]


def _trained(records: Sequence[Record], factors: Sequence[float]) -> list[Record]:
    """Records whose last fits read so many times as many tokens."""
    contents = [json.loads(record.model_dump_json()) for record in records]
    for content, factor in zip(contents, factors, strict=True):
        for generation in content["generations"]:
            generation["tokens_seen"] = round(factor * generation["tokens_seen"])
    return [Record.model_validate({**content, "content": None}) for content in contents]


@pytest.mark.parametrize(
    ("factors", "training"),
    [([1.05, 1.05], "equal"), ([1.15, 1.0], "equal"), ([1.12, 1.12], "more"), ([1.3, 1.0], "more")],
)
def test_training_is_equal_within_a_tenth_over_all_seeds(
    factors: Sequence[float], training: str
) -> None:
    chains = _trained(_chains("replace", [1.8, 1.9]), factors)

    (track,) = rank([*_chains("fresh_human", [1.7, 1.7]), *chains])

    assert track.name == f"smoke: human text at the start only, {training} training"


def test_two_versions_of_a_method_are_two_rows() -> None:
    (template,) = [r for r in _SMOKE if r.workflow == "replace" and r.seed == 0]
    recipe = {**_MINE, "workflows": ["mine.py:study"]}
    seeds = [
        _changed(
            template, recipe=recipe, workflow="mine.py:study", seed=seed, loss=loss, method_sha256=h
        )
        for seed, (h, loss) in enumerate([("a" * 64, 1.8), ("a" * 64, 1.9), ("b" * 64, 1.7)])
    ]

    (track,) = rank([*_chains("fresh_human", [1.7, 1.7, 1.7]), *seeds])

    assert {(s.method, s.seeds) for s in track.standings} == {
        ("study aaaaaaaa", (0, 1)),
        ("study bbbbbbbb", (2,)),
    }


_BASE = {
    "source": "factbook",
    "held_out_bytes": 1_000,
    "tokens": 1_000,
    "fit": {"learning_rate": 1e-3, "warmup_steps": 1, "windows_per_step": 1},
}


@pytest.mark.parametrize(
    ("settings", "words", "sentence"),
    [
        ({"synthetic": "other.jsonl"}, "text of another model", "outside the chain wrote"),
        ({"checkpoint": "smollm2"}, "a pretrained start", "fitted on other text"),
        ({"base": _BASE}, "a pretrained start", "fitted on other text"),
    ],
)
def test_another_model_is_in_the_name_of_the_track(
    settings: dict[str, Any], words: str, sentence: str
) -> None:
    chains = [*_chains("fresh_human", [1.7, 1.7]), *_chains("replace", [1.8, 1.9])]
    contents = [json.loads(_changed(r, recipe=settings).model_dump_json()) for r in chains]
    for content in contents:
        if content["workflow"] == "replace":
            stages = content["generations"][1]["stages"]
            stages["written"] = stages.pop("sample")

    (track,) = rank([Record.model_validate(content) for content in contents])

    assert track.name == f"smoke: human text at the start only, {words}, equal training"
    assert sentence in track.allowed


def test_versions_of_diversity_share_a_track_that_names_them() -> None:
    """Version 3 changed standard errors alone, so that seeds of today join committed ones."""
    chains = [*_chains("fresh_human", [1.7, 1.7]), *_chains("replace", [1.8, 1.9])]
    contents = [json.loads(record.model_dump_json()) for record in chains]
    for content in contents:
        for generation in content["generations"]:
            for metric in (DISTINCT, TAIL):
                generation["metrics"][metric]["version"] = 2 + content["seed"]

    (track,) = rank([Record.model_validate(content) for content in contents])

    assert track.is_current
    assert track.standings[0].seeds == (0, 1)
    assert (track.loss_version, track.diversity_versions) == (1, (2, 3))
    assert "loss v1, diversity v2 and v3" in markdown([track], [])
    assert "(v2 and v3)" in markdown([track], [])


def test_versions_of_a_metric_never_share_a_table() -> None:
    old = [
        _changed(r, recipe={"name": "old"}, versions=[0])
        for r in (*_chains("fresh_human", [1.7, 1.7]), *_chains("replace", [1.8, 1.9]))
    ]

    tracks = rank([*old, *_SMOKE])

    assert [(t.is_current, t.loss_version, t.control.recipe) for t in tracks] == [
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


def test_doses_at_places_are_no_methods() -> None:
    named = {"name": "doses", "workflows": ["fresh_human", "edit_source_0_1_prior"]}
    doses = [
        _changed(record, recipe=named, workflow=workflow)
        for workflow in named["workflows"]
        for record in _chains("fresh_human", [1.7, 1.7])
    ]

    assert rank([*_SMOKE, *doses]) == rank(_SMOKE)
    assert {one.method for one in unranked([*_SMOKE, *doses])} == set(named["workflows"])
    assert all("no method" in one.reason for one in unranked(doses))

    mixed = {"name": "mixed", "workflows": [*named["workflows"], "replace"]}
    both = [_changed(record, recipe=mixed) for record in doses]
    assert unranked(both) == []


def test_the_same_chain_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="more than one record of smoke-470bad5f/replace-seed0"):
        rank([*_SMOKE, *_chains("replace", [1.9])])


def test_a_band_is_the_interval_of_every_generation() -> None:
    standing = next(s for t in rank(_SMOKE) for s in t.standings if s.workflow == "replace")

    assert standing.excess.low is not None
    assert standing.excess.low[-1] == standing.score.low
    assert standing.excess.mean[0] == 0  # one first model for all
    assert len(standing.curve.mean) == 4


def test_a_method_that_a_family_gives_has_a_track_and_a_price_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It uses what others do not: neither does it compete with them, nor do they with it."""
    given = GivenMethod(
        method=edit_thinned,
        uses="a prior without half of its layers",
        price=lambda recipe: 2 / recipe["model"]["layers"],
        unit="whole forward passes",
    )
    for module in (terms, ranking):
        monkeypatch.setattr(module, "GIVEN", {given.workflow: given})
    (template,) = [r for r in _SMOKE if r.workflow == "edit_source" and r.seed == 0]
    workflows = {"workflows": ["edit_thinned"], "name": "thinned"}
    mine = [
        _changed(template, seed=seed, loss=1.75, workflow="edit_thinned", recipe=workflows)
        for seed in range(3)
    ]

    tracks = {track.id: track for track in rank([*_SMOKE, *mine])}
    before = {track.id: track for track in rank(_SMOKE)}

    (own,) = (track for id, track in tracks.items() if id not in before)
    assert own.name.endswith("a prior without half of its layers, equal training")
    assert own.id.endswith("-edit-thinned")
    assert [standing.method for standing in own.standings] == ["edit_thinned"]
    assert own.price == "0.5 whole forward passes"
    assert "The method uses a prior without half of its layers." in own.allowed
    assert {id: track.standings for id, track in before.items()} == {
        id: track.standings for id, track in tracks.items() if id != own.id
    }
    assert {track.price for track in before.values()} == {""}
    assert "Price: 0.5 whole forward passes." in markdown([own], [])


def test_methods_of_a_family_that_use_the_same_compete_in_one_track(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {
        method.__name__: GivenMethod(method=method, uses=uses, price=lambda _: 2.0, unit="passes")
        for method, uses in ((verified, "a verifier"), (long_tail, "a verifier"),
                             (edit_thinned, "half of a prior"))
    }  # fmt: skip
    for module in (terms, ranking):
        monkeypatch.setattr(module, "GIVEN", given)
    (template,) = [r for r in _SMOKE if r.workflow == "edit_source" and r.seed == 0]
    mine = [
        _changed(
            template,
            seed=seed,
            loss=1.75,
            workflow=workflow,
            recipe={"workflows": list(given), "name": "given"},
        )
        for workflow in given
        for seed in range(3)
    ]
    before = {track.id for track in rank(_SMOKE)}

    own = [track for track in rank([*_SMOKE, *mine]) if track.id not in before]

    assert sorted(sorted(one.method for one in track.standings) for track in own) == [
        ["edit_thinned"], ["long_tail", "verified"],
    ]  # fmt: skip
