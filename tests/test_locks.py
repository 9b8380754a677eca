"""Benchmark environments are pinned, and records name the lock they were made in."""

import configparser
import itertools
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from benchmarks.families.catalogue import FAMILIES
from benchmarks.running.surroundings import environment
from tests.support.checkout import load_script
from tests.support.places import ROOT

_TOX = configparser.ConfigParser(interpolation=None)
_TOX.read(ROOT / "tox.ini")


def _make() -> Any:
    return load_script(ROOT / "locks" / "make.py")


_MAKE = _make()
_SECTION = next(name for name in _TOX.sections() if name.startswith("testenv:bench-{"))
_BENCHMARKS = sorted(_MAKE.benchmarks())


def _lines(name: str, key: str) -> list[str]:
    """What the one section says for one benchmark: the lines that begin with its factor."""
    chosen = []
    for line in _TOX[_SECTION][key].strip().splitlines():
        factors, _, rest = line.partition(":")
        if name.removeprefix("bench-") in [factor.strip() for factor in factors.split(",")]:
            chosen.append(rest.strip())
    return chosen


def test_every_environment_installs_from_its_own_lock() -> None:
    assert "PIP_CONSTRAINT = locks/{env_name}.txt" in _TOX["testenv"]["set_env"]
    assert [
        name
        for name in _TOX.sections()
        if "set_env" in _TOX[name]
        and name not in ("testenv", "testenv:lock")
        and "{[testenv]set_env}" not in _TOX[name]["set_env"]
    ] == []


@pytest.mark.parametrize("name", _BENCHMARKS)
def test_a_benchmark_says_what_it_is_and_runs_something(name: str) -> None:
    (description,) = _lines(name, "description")

    assert re.fullmatch(r".{20,100}", description)
    assert _lines(name, "commands")
    assert "COLLAPSE_LOCK = {tox_root}/locks/{env_name}.txt" in _TOX[_SECTION]["set_env"]


def test_tox_list_shows_every_description() -> None:
    """Tox reads `word: text` as text for the environments that have the factor `word`."""
    sections = [name for name in _TOX.sections() if ":" in name and name != _SECTION]
    described = {name: _TOX[name]["description"] for name in sections}
    described |= {name: _lines(name, "description")[0] for name in _BENCHMARKS}

    assert [name for name, text in described.items() if ":" in text] == []


@pytest.mark.parametrize(
    ("name", "extras"), [("bench-smoke", []), ("bench-domains", ["prior", "lora"])]
)
def test_a_lock_is_made_for_the_extras_that_are_installed(name: str, extras: list[str]) -> None:
    sources, _ = _MAKE.ENVIRONMENTS[name]

    assert sources == ["pyproject.toml", *(f"--extra={extra}" for extra in extras)]
    assert _lines(name, "extras") == extras


def test_every_family_has_an_environment() -> None:
    """`bench-<family>` for a family; ToEdit, the first one, has one for each of its studies."""
    families = {f"bench-{family.name}" for family in FAMILIES if family.name != "toedit"}

    assert families <= set(_BENCHMARKS)


@pytest.mark.parametrize("lock", sorted((ROOT / "locks").glob("bench-*.txt")), ids=lambda p: p.stem)
def test_a_lock_pins_the_cuda_build_beside_the_cpu_build(lock: Path) -> None:
    """A build for CPUs needs none of the CUDA packages, so that one file serves both."""
    pins = dict(re.findall(r"^([a-z0-9-]+)==\S+(?: ; (.*))?$", lock.read_text(), re.MULTILINE))

    cuda = {name: marker for name, marker in pins.items() if name.startswith("nvidia-")}
    assert pins["torch"] == ""
    assert {"nvidia-cublas", "nvidia-cuda-runtime"} <= cuda.keys()
    assert all("sys_platform == 'linux'" in marker for marker in cuda.values())


@pytest.mark.skipif("TOX_ENV_NAME" not in os.environ, reason="outside tox nothing is pinned")
def test_what_tox_installed_is_what_the_lock_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLAPSE_LOCK", str(ROOT / os.environ["PIP_CONSTRAINT"]))

    lock = environment("32-true").lock

    assert lock is not None
    assert (lock.name, lock.satisfied) == (f"{os.environ['TOX_ENV_NAME']}.txt", True)


@pytest.mark.parametrize("path", sorted((ROOT / "locks").glob("*.txt")), ids=lambda path: path.stem)
def test_what_a_lock_pins_is_what_the_project_asks_for(path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    asked = [Requirement(one) for one in (*project["dependencies"], *itertools.chain(*extras))]
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", path.read_text(), re.MULTILINE))

    assert pins
    assert [
        f"{one.name} {pins[one.name]} is not {one.specifier}"
        for one in asked
        if one.name in pins and not one.specifier.contains(pins[one.name], prereleases=True)
    ] == []
