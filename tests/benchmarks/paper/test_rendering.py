from dataclasses import replace
from typing import get_args

import pytest

from benchmarks.families.toedit.family import FAMILY
from benchmarks.paper.claims import Entry
from benchmarks.paper.fixed.rules import Standing
from benchmarks.paper.pages import ledger
from benchmarks.paper.rendering import templates, verdict_words


@pytest.fixture(scope="module")
def entry() -> Entry:
    """A claim without a record."""
    return ledger(FAMILY, ())[0]


@pytest.mark.parametrize("standing", get_args(Standing))
def test_a_verdict_says_that_its_rule_is_post_hoc_whatever_stood_before(
    entry: Entry, standing: Standing
) -> None:
    mine = replace(entry, rule=replace(entry.rule, standing=standing))
    page = templates("markdown").from_string('{{ verdict("it") }}')

    said = verdict_words(mine, observed=False)

    assert (", post hoc (`" in said) == ("post hoc" in standing)
    assert said.startswith(f"**{mine.outcome}**")
    assert page.render(claims={"it": mine}) == verdict_words(mine)


def test_a_verdict_says_its_number_or_that_there_is_none(entry: Entry) -> None:
    assert entry.observed == ""
    assert verdict_words(entry).endswith(f"(`{entry.claim.id}`: no record yet)")
    assert verdict_words(entry, observed=False).endswith(f"(`{entry.claim.id}`)")
