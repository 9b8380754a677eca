"""What the ledger looks like to a reader and to a program."""

import json
from pathlib import Path

import numpy as np
import pytest

from theory import report
from theory.claims import CLAIMS, check_all
from theory.linear_chains.sighted.confident import fit_previous, one_edit_by_quadrature
from theory.speed import batch_against_loop, rows_against_dense
from theory.toedit.figure import draw
from theory.toedit.reference_chains import CHAINS

CHEAP = tuple(claim for claim in CLAIMS if claim.id in ("theorem-1", "table-15", "one-edit"))


def test_json_holds_every_route_and_no_nan() -> None:
    text = report.as_json(check_all(CHEAP), seed=3)

    ledger = json.loads(text, parse_constant=pytest.fail)
    assert [claim["id"] for claim in ledger["claims"]] == ["table-15", "theorem-1", "one-edit"]
    assert ledger["claims"][1]["routes"]["symbolic"]["exact"] == "14/9"
    assert ledger["claims"][0]["standard_errors"] is None


def test_details_name_the_case_and_the_routes() -> None:
    (verdict,) = check_all(CHEAP[:1])

    text = "\n".join(report.detail_lines(verdict))

    assert "edited rows: 1" in text
    assert "symbolic [table of every noise, in fractions]: 1.55556 = 14/9" in text


def test_the_table_has_a_row_for_every_chain() -> None:
    rows = report.ratio_table(
        rng=np.random.default_rng(0), fits=(2, 4), n_samples=100, n_features=2, designs=3
    )

    lines = report.table_lines(rows, (2, 4))

    assert len(lines) == len(CHAINS) + 1
    assert rows[0].ratios == pytest.approx((2, 4))


def test_the_figure_is_written(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "theory.png"

    draw(
        path, rng=np.random.default_rng(0), fits=4, n_samples=100, n_features=2, designs=2, chains=2
    )

    assert path.read_bytes().startswith(b"\x89PNG")


def test_speed_ratios_name_what_they_compare() -> None:
    rng = np.random.default_rng(0)

    ratios = [
        *rows_against_dense(rng=rng, n_samples=40, n_features=2, edits=4),
        batch_against_loop(rng=rng, n_samples=20, n_features=2, edits=3, chains=20),
    ]

    assert all(ratio.speedup > 0 for ratio in ratios)
    assert "fixed masks, T = 40, d = 2" in ratios[0].line()


def test_the_confident_curve_starts_at_one_and_grows() -> None:
    fit = fit_previous(
        (0.1, 0.3),
        rng=np.random.default_rng(0),
        generations=11,
        n_samples=60,
        n_features=1,
        designs=8,
        chains=60,
    )

    assert fit.ratio(0.2, 0) == 1
    assert fit.ratio(0.2, 10) > fit.ratio(0.1, 10) > 1
    assert fit.residual < 0.5


def test_one_confident_edit_costs_less_than_a_random_one() -> None:
    assert 1 < one_edit_by_quadrature(0.3) < 1 + 2 * 0.3 - 0.3**2
