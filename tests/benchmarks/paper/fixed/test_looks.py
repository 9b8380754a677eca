from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.comparing.decisions import ABOVE_0
from benchmarks.families.catalogue import FAMILIES
from benchmarks.families.toedit.claims.statistics import last_difference
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.paper.claims import Entry, PaperClaim, as_json, judge_all
from benchmarks.paper.evidence import Judgement
from benchmarks.paper.family import Family
from benchmarks.paper.fixed.looks import Look, read_looks
from benchmarks.paper.fixed.rules import Dated, Standing, dated, digest_of, extended
from benchmarks.paper.fixed.seen import Seen
from benchmarks.paper.rendering import claims_page
from benchmarks.paper.rules import from_arms
from data.errors import BadInput

_RULE = from_arms(smoke, ("replace", "fresh_human"), last_difference, ABOVE_0)
_NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_HISTORY = extended({}, {"claim": _RULE}, {"claim": "words"}, _NOW, "f" * 40)
_SEEN = Seen({"smoke": {"replace": {0: _NOW + _HOUR}}})
_LOOK = Look(_NOW - _HOUR, ("smoke",), ("replace",), "a run of seed 2 collapsed", seeds=(2,))
_DECLARING = [family for family in FAMILIES if family.looks()]


def _dated(*looks: Look) -> Dated:
    return dated(_RULE, _HISTORY["claim"], Judgement("not attempted", ""), _SEEN, looks)


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (_LOOK, "post hoc"),
        (replace(_LOOK, seeds=None), "post hoc"),
        (replace(_LOOK, by=_NOW), "post hoc"),
        (replace(_LOOK, by=_NOW + timedelta(seconds=1)), "before its records"),
        (replace(_LOOK, seeds=(3, 100)), "before its records"),
        (replace(_LOOK, differs="half as many steps"), "before its records"),
        (replace(_LOOK, arms=("mix",)), "before its records"),
        (replace(_LOOK, recipes=("workflows",)), "before its records"),
    ],
)
def test_an_outcome_that_was_looked_at_dates_a_rule_as_a_record_does(
    look: Look, expected: Standing
) -> None:
    found = _dated(look)

    assert found.standing == expected
    assert bool(found.late) == ("post hoc" in found.words) == (expected == "post hoc")


def test_a_rule_says_what_was_seen_of_its_runs_and_of_no_others() -> None:
    pilot = replace(_LOOK, seeds=(100,), what="a pilot went well", differs="half as many steps")
    other = replace(_LOOK, arms=("mix",), what="something else")

    words = _dated(_LOOK, pilot, other).words

    assert "**post hoc**, after its outcome was seen (looked at by 2026-11-28 06:00" in words
    assert "Seen by 2026-11-28 06:00, and no record: a run of seed 2 collapsed." in words
    assert "a pilot went well; another run than these: half as many steps." in words
    assert "something else" not in words


def test_what_was_looked_at_after_the_records_leaves_the_words_to_them() -> None:
    late = replace(_LOOK, by=_NOW + 2 * _HOUR)

    assert _dated(late).first == _SEEN.first["smoke"]["replace"][0]
    assert "before its records" in _dated(late).words


def test_the_page_and_the_json_of_claims_tell_a_look() -> None:
    claim = PaperClaim(id="claim", where="", statement="", statistic="", rule=_RULE)
    family = next(one for one in FAMILIES if one.name == "toedit")

    with_look, without = (
        judge_all([claim], (), None, _HISTORY, _SEEN, looks) for looks in ((_LOOK,), ())
    )

    assert "a run of seed 2 collapsed" in claims_page(family, with_look)
    assert "looks.json" in claims_page(family, with_look)
    assert "looks.json" not in claims_page(family, without)
    assert '"looks": [\n   "Seen by' in as_json({"toedit": with_look})


def test_a_file_of_looks_is_read_or_named(tmp_path: Path) -> None:
    file = tmp_path / "looks.json"
    assert read_looks(file) == ()
    file.write_text(
        '[{"by": "2026-11-28T06:00:00Z", "recipes": ["smoke"], "arms": ["replace"], '
        '"what": "a run of seed 2 collapsed", "seeds": [2]}]'
    )
    assert read_looks(file) == (_LOOK,)
    file.write_text('[{"by": "2026-11-28T06:00:00", "recipes": [], "arms": [], "what": ""}]')
    with pytest.raises(BadInput, match=r"looks\.json: 0\.by: .* timezone .*; restore it from git"):
        read_looks(file)


def _by_runs(family: Family) -> list[Entry]:
    claims = [claim for claim in family.claims() if claim.rule.by_runs]
    return judge_all(claims, (), None, family.rules(), looks=family.looks())


@pytest.mark.parametrize("family", _DECLARING, ids=lambda family: family.name)
def test_a_declared_look_concerns_a_claim_and_makes_late_what_it_shows(family: Family) -> None:
    """A look that is dated after every rule that it could touch would hide what it is for."""
    entries = _by_runs(family)

    for look in family.looks():
        mine = [one for one in entries if look.concerns(one.claim.rule.plans)]
        shown = {one.claim.id: one for one in mine if look.shows(one.claim.rule.plans)}
        assert mine or "floor" in look.arms, look.what
        assert {id for id, one in shown.items() if "post hoc" not in one.standing} == set()


def test_claims_whose_outcome_a_run_had_shown_are_post_hoc() -> None:
    program_distillation = next(one for one in FAMILIES if one.name == "program_distillation")
    found = {one.claim.id: one.standing for one in _by_runs(program_distillation)}

    counted = ("twins", "false_reject", "rounding", "real_teacher", "real_label", "text_real")
    assert {found[f"pad.{id}"] for id in (*counted, "sandbox")} == {"post hoc"}
    assert digest_of(_RULE) == _HISTORY["claim"][0].digest
