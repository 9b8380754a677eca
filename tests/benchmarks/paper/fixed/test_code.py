import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.comparing.decisions import sides
from benchmarks.families.layer_emulators.claims import chain_slack
from benchmarks.families.toedit.claims.doses import Dose
from benchmarks.families.toedit.claims.statistics import cost_of_change, loss_slope
from benchmarks.paper.evidence import after_correction
from benchmarks.paper.fixed.code import deciding_code
from benchmarks.paper.rules import BestSupported, FromRuns
from data.errors import BadInput

_STATISTIC = """
from benchmarks.comparing.decisions import LEVEL

SCALE = 2
OTHER = 3


class Chain:
    slack: float = 0.5

    def loss(self) -> float:
        '''What it loses.'''
        return helper(self.slack)

    def words(self) -> str:
        return "a chain"


def helper(x: float) -> float:
    return SCALE * x


def unused(x):
    return OTHER


def statistic(chains: list[Chain]) -> float:
    # a comment
    return chains[0].loss() - LEVEL
"""


def _loaded(folder: Path, name: str, text: str) -> Callable[..., object]:
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.statistic  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SCALE = 2", "SCALE = 2.5"),
        ("SCALE * x", "SCALE + x"),
        ("helper(self.slack)", "self.slack"),
        ("slack: float = 0.5", "slack: float = 0.25"),
        ("loss() - LEVEL", "loss() + LEVEL"),
    ],
    ids=["constant", "helper", "method", "default", "statistic"],
)
def test_what_a_statistic_rests_on_is_in_its_code(tmp_path: Path, old: str, new: str) -> None:
    before = deciding_code([_loaded(tmp_path, "before", _STATISTIC)])

    after = deciding_code([_loaded(tmp_path, "after", _STATISTIC.replace(old, new))])

    assert old in _STATISTIC
    assert after != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# a comment", "# another one"),
        ("'''What it loses.'''", "'''Its loss.'''"),
        ("x: float) -> float", "x)"),
        ("OTHER = 3", "OTHER = 4"),
        ('"a chain"', '"some chain"'),
        ("chains[0].loss() - LEVEL", "(\n        chains[0].loss()\n        - LEVEL\n    )"),
    ],
    ids=["comment", "docstring", "annotation", "unused", "unnamed method", "layout"],
)
def test_what_decides_nothing_is_not(tmp_path: Path, old: str, new: str) -> None:
    before = deciding_code([_loaded(tmp_path, "before", _STATISTIC)])

    assert old in _STATISTIC
    assert deciding_code([_loaded(tmp_path, "after", _STATISTIC.replace(old, new))]) == before


def test_the_tests_and_the_choice_are_in_the_code_of_a_rule() -> None:
    found = deciding_code([FromRuns.judge, BestSupported.judge, Dose.missing, after_correction])

    named = {"sides", "holm", "decide_all", "LEVEL", "_support", "Sides.place", "Region.holds"}
    assert named <= found.keys()
    assert {"FromRuns._tested", "Evidence.of_digest", "changes", "MIN_SEEDS"} <= found.keys()
    assert deciding_code([sides]).items() <= found.items()


def test_a_statistic_brings_helpers_and_constants_of_other_modules() -> None:
    assert {"LOSS", "first_edit", "_per_percent"} <= deciding_code([cost_of_change]).keys()
    assert "SHARES" in deciding_code([loss_slope])
    assert "LEAST_ADJACENT" in deciding_code([chain_slack])  # of the theory


def test_the_order_of_roots_does_not_matter() -> None:
    assert deciding_code([sides, loss_slope]) == deciding_code([loss_slope, sides])


def test_what_a_protocol_promises_is_no_code() -> None:
    found = deciding_code([BestSupported.judge, FromRuns.judge])

    assert not {"Rule.judge", "Need.missing", "Rule.__hash__"} & found.keys()


def test_a_function_without_a_name_is_refused() -> None:
    with pytest.raises(BadInput, match="decides; give a function that a module defines"):
        deciding_code([lambda chains: 0.0])
