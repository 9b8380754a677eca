"""No argument can reach the work and not the address."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.running.bench import Bench, Pinned, described, handed_over
from benchmarks.running.stage import File, Stage
from lightning_modules.device import Device
from tests.support.chains import Workshop


@dataclass(frozen=True)
class _Settings:
    rate: float
    sizes: tuple[int, ...] = ()


def _stage(number: int) -> Stage:
    address = {"kind": "test", "arguments": {"number": number}, "code": {}, "versions": {}}
    return Stage(Path(f"outputs/test-{number}"), address, reused=True)


_names = st.sampled_from(["corpus.arrow", "model", "tokenizer"])
_plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=3),
)
_leaves = st.one_of(
    _plain,
    st.builds(File, st.integers(0, 5).map(_stage), _names),
    st.builds(Pinned, st.builds(Path, _names), _names),
    st.builds(_Settings, st.floats(0, 1), st.tuples(st.integers())),
)
_arguments = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


def _what_is_read(value: Any) -> Any:
    """What a work could tell two arguments apart by: contents, and not where they lie."""
    match value:
        case File():
            return ("file", value.stage.digest, value.name)
        case Pinned():
            return ("pinned", value.identity)
        case dict():
            return ("dict", sorted((k, _what_is_read(v)) for k, v in value.items()))
        case list() | tuple():
            return ("list", [_what_is_read(item) for item in value])
        case _Settings():
            return ("settings", repr(value.rate), list(value.sizes))
    return (type(value).__name__, repr(value))


@given(_arguments, _arguments)
def test_equal_addresses_mean_equal_contents(one: Any, other: Any) -> None:
    same = json.dumps(described(one, "a"), sort_keys=True) == json.dumps(
        described(other, "a"), sort_keys=True
    )

    if same and repr(_what_is_read(one)) != repr(_what_is_read(other)):
        # Only where settings or files are spelt out as the mapping or text they are described by.
        assert type(one) is not type(other) or isinstance(one, list | dict)


@given(_arguments)
def test_the_work_gets_what_the_address_describes(value: Any) -> None:
    """Files become paths and pins their values; all else is handed over as it is."""
    match value:
        case File():
            assert handed_over(value) == value.stage.path / value.name
        case Pinned():
            assert handed_over(value) is value.value
        case list():
            assert handed_over(value) == [handed_over(item) for item in value]
        case dict():
            assert handed_over(value) == {k: handed_over(v) for k, v in value.items()}
        case _:
            assert handed_over(value) is value


@pytest.mark.parametrize(
    ("argument", "what"),
    [
        (Path("model"), "given is the bare path model"),
        ([Path("model")], r"given\.0 is the bare path"),
        ({"a": Path("model")}, r"given\.a is the bare path"),
        (len, "a builtin_function_or_method, which no address can hold"),
        (b"bytes", "a bytes"),
        ({1: 2}, "has the key 1; the keys of an address are text"),
        (Pinned("x", Path("model")), "bare path"),
        (object(), "a object"),
    ],
)
def test_what_no_address_can_hold_is_refused(
    workshop: Workshop, argument: object, what: str
) -> None:
    def work(folder: Path, given: object) -> dict[str, Any]:
        raise AssertionError("nothing may be done")

    with pytest.raises(TypeError, match=what):
        workshop.bench().run(0, "test", work, given=argument)


@pytest.fixture
def seen() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def run(workshop: Workshop, seen: list[dict[str, Any]]) -> Callable[..., Stage]:
    bench = workshop.bench()

    def work(folder: Path, **given: Any) -> dict[str, Any]:
        (folder / "result.txt").write_text("result")
        seen.append(given)
        return {}

    return lambda **arguments: bench.run(0, "test", work, **arguments)


def test_every_argument_of_the_work_decides_the_address(
    run: Callable[..., Stage], seen: list[dict[str, Any]]
) -> None:
    first = run(size=1)
    given = [
        {"size": 1},
        {"size": 2},
        {"size": 1.0},
        {"size": True},
        {"size": None},
        {"size": "1"},
        {"size": [1]},
        {"other": 1},
        {"size": 1, "more": 0},
        {"size": first.file("result.txt")},
        {"size": first.file("model")},
        {"size": Pinned(Path("model"), "digest")},
        {"size": Pinned(Path("model"), "another")},
        {"size": _Settings(0.5)},
        {"size": _Settings(0.25)},
        {"size": [run(size=2).file("result.txt")]},
    ]

    digests = [run(**arguments).digest for arguments in given]

    assert len(set(digests)) == len(given)
    assert len(seen) == len(given)


def test_where_a_pinned_value_lies_decides_nothing(
    run: Callable[..., Stage], seen: list[dict[str, Any]]
) -> None:
    here, there = (run(model=Pinned(Path(place), "digest")) for place in ("here", "there"))

    assert here.digest == there.digest
    assert seen == [{"model": Path("here")}]


def test_the_generation_of_a_stage_is_no_part_of_its_address(workshop: Workshop) -> None:
    """What depends on the generation is given it as an argument."""
    bench = workshop.bench()

    def work(folder: Path, *, generation: int = 0) -> dict[str, Any]:
        return {}

    assert bench.run(0, "test", work).digest == bench.run(1, "test", work).digest
    assert bench.run(1, "test", work, generation=1).digest != bench.used[0, "test"].digest


def test_heavy_work_is_told_where_it_runs_and_its_precision_counts(workshop: Workshop) -> None:
    bench = workshop.bench()
    places: list[Device] = []

    def heavy(folder: Path, *, size: int, device: Device, advance: Any) -> dict[str, Any]:
        places.append(device)
        advance(size)
        return {}

    def light(folder: Path, *, size: int) -> dict[str, Any]:
        return {}

    heavy_stage = bench.run(0, "heavy", heavy, progress=3, size=3)
    light_stage = bench.run(0, "light", light, size=3)

    assert places == [bench.device]
    heavy_arguments = heavy_stage.manifest["arguments"]
    assert heavy_arguments.pop("work").endswith("heavy")
    assert heavy_arguments == {"size": 3, "precision": bench.device.precision}
    assert light_stage.manifest["arguments"]["size"] == 3
    assert "precision" not in light_stage.manifest["arguments"]
    assert set(bench.used) == {(0, "heavy"), (0, "light")}


def test_a_bench_beside_another_shares_its_stages(workshop: Workshop) -> None:
    bench: Bench = workshop.bench()

    def work(folder: Path, *, size: int) -> dict[str, Any]:
        return {}

    bench.run(0, "test", work, size=1)

    assert bench.beside("twin").run(0, "test", work, size=1).reused


def test_two_works_of_one_module_are_two_stages(workshop: Workshop) -> None:
    bench = workshop.bench()

    def one(folder: Path, *, size: int) -> dict[str, Any]:
        return {"n": size}

    def other(folder: Path, *, size: int) -> dict[str, Any]:
        return {"n": -size}

    assert bench.run(0, "test", one, size=1).facts["n"] == 1
    assert bench.run(0, "test", other, size=1).facts["n"] == -1


@pytest.mark.parametrize("name", ["precision", "device", "advance", "loggers", "work"])
def test_what_the_bench_decides_is_no_argument(run: Callable[..., Stage], name: str) -> None:
    with pytest.raises(TypeError, match=f"is given {name}, which the bench decides"):
        run(**{name: 1})


def test_a_work_is_a_function_with_a_name(workshop: Workshop) -> None:
    """What a method, a partial function or a lambda holds would reach the work and no address."""

    class Holder:
        def work(self, folder: Path) -> dict[str, Any]:
            return {}

    for work in (Holder().work, partial(Holder.work, Holder()), lambda folder: {}):
        with pytest.raises(TypeError, match="hand over a function with a name"):
            workshop.bench().run(0, "test", work)


def test_loggers_are_made_once_a_generation_and_for_work_that_asks(workshop: Workshop) -> None:
    """An observer may ask a service for each of them."""
    bench = workshop.bench()
    made: list[int] = []
    watched = Bench(
        bench.stages, bench.device, bench.progress, lambda generation: made.append(generation) or []
    )

    def fits(folder: Path, *, size: int, loggers: list[Any]) -> dict[str, Any]:
        return {}

    def measures(folder: Path, *, size: int) -> dict[str, Any]:
        return {}

    for generation in (0, 1):
        watched.run(generation, "measure", measures, size=generation)
        watched.run(generation, "fit", fits, size=generation)
        watched.loggers(generation)

    assert made == [0, 1]
