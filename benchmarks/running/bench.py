"""Where stages are run: what a stage is given decides its address, by construction.

Every argument of a stage's work is described once, by `described`, and the description is its part
of the address. A path says nothing of its content, so that none is taken: a `File` of a finished
stage, whose content follows from the stage's own address, or a `Pinned` value, whose identity is
given beside it.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.running.code import code_of
from benchmarks.running.progress import Progress
from benchmarks.running.stage import File, Stage, Stages
from lightning_modules.device import Device
from lightning_modules.processes import on_lead, process_count

if TYPE_CHECKING:  # Lightning takes seconds to load
    from pytorch_lightning.loggers import Logger

Loggers = Callable[[int], "list[Logger]"]
"""Gives the loggers of the training curve of one generation."""
_PLACE = frozenset({"device", "advance", "loggers"})
"""What a work may ask for that decides where it runs and who looks on, and not what it makes."""
_RESERVED = _PLACE | {"precision", "work"}
"""Names that no argument may have: the bench enters them itself."""


@dataclass(frozen=True)
class Pinned:
    """A value whose content is identified by something else: a digest, a version, a source text."""

    value: Any
    identity: Any
    """Plain values; what stands for the value in the address."""


def no_loggers(generation: int) -> "list[Logger]":
    """No loggers, so that no training curve is drawn."""
    return []


class Bench:
    """Runs the stages of one chain, and remembers which stage each generation used.

    Args:
        stages: Stages of the chain, which finds finished ones and runs others.
        device: Where heavy work runs; its precision is part of the address of such work.
        progress: Told which stage runs, and how many tokens of it are done.
        loggers: Gives the loggers that draw the training curve of a generation.
    """

    def __init__(
        self, stages: Stages, device: Device, progress: Progress, loggers: Loggers = no_loggers
    ) -> None:
        self.stages = stages
        self.device = device
        self.progress = progress
        self.loggers = cache(loggers)
        self.used: dict[tuple[int, str], Stage] = {}
        """Stages that were run or found finished, by generation and kind."""

    def run(
        self,
        generation: int,
        kind: str,
        work: Callable[..., Mapping[str, Any]],
        /,
        *,
        progress: int = 0,
        **arguments: object,
    ) -> Stage:
        """Run `work(folder, **arguments)` as a stage, or find it finished.

        A work with a parameter `device` is heavy: all processes of the run do it together, on the
        bench's device, and tell `advance` of their tokens. Light work is done by the first process.

        Args:
            generation: Index of the generation that the stage belongs to.
            kind: Kind of the stage; it names the stage's folder, and the stage in a record.
            work: Function that fills a folder and returns facts.
            progress: Tokens that the work will tell `advance` of.
            arguments: Arguments of the work: plain values, settings, `File`s and `Pinned` values.

        Raises:
            TypeError: An argument cannot be described.
        """
        if not inspect.isfunction(work) or work.__name__ == "<lambda>":
            raise TypeError(f"the work of {kind} is {work!r}; hand over a function with a name")
        if taken := sorted(_RESERVED & arguments.keys()):
            raise TypeError(
                f"{kind} is given {taken[0]}, which the bench decides; call it otherwise"
            )
        place = self._place(work, generation)
        address = {name: described(value, name) for name, value in arguments.items()}
        address["work"] = work.__qualname__
        if "device" in place:
            address["precision"] = self.device.precision
        given = {name: handed_over(value) for name, value in arguments.items()} | place
        label = f"generation {generation}"
        with self.progress.stage(f"{label} {kind}", progress):
            self.used[generation, kind] = self.stages.run(
                label,
                kind,
                arguments=address,
                code=code_of(work),
                work=lambda folder: _together(work, "device" in place, folder, given),
            )
        return self.used[generation, kind]

    def beside(self, name: str) -> "Bench":
        """The same bench for another chain, whose curves nobody draws."""
        return Bench(self.stages.beside(name), self.device, self.progress)

    def _place(self, work: Callable[..., Any], generation: int) -> dict[str, Any]:
        """What the work asks for of this bench."""
        offered: dict[str, Callable[[], Any]] = {
            "device": lambda: self.device,
            "advance": lambda: self._advance,
            "loggers": lambda: self.loggers(generation),
        }
        asked = inspect.signature(work).parameters
        return {name: offered[name]() for name in asked if name in _PLACE}

    def _advance(self, n_tokens: int) -> None:
        """Show progress; the other processes are as far as this one."""
        self.progress.advance(n_tokens * process_count())


def described(value: object, name: str) -> Any:
    """What stands for an argument in a stage's address: plain values that JSON can hold.

    Raises:
        TypeError: Nothing can stand for it: a path, a function, an object of another kind.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case File():
            return {"stage": value.stage.digest, "file": value.name}
        case Pinned():
            return described(value.identity, name)
        case list() | tuple():
            return [described(item, f"{name}.{i}") for i, item in enumerate(value)]
        case Mapping():
            return {
                _key(key, name): described(item, f"{name}.{key}") for key, item in value.items()
            }
        case Path():
            raise TypeError(
                f"{name} is the bare path {value}, which does not say what it holds; hand over "
                "stage.file(name), or Pinned(path, identity)"
            )
    if is_dataclass(value) and not isinstance(value, type):
        return {
            one.name: described(getattr(value, one.name), f"{name}.{one.name}")
            for one in fields(value)
        }
    raise TypeError(
        f"{name} is a {type(value).__name__}, which no address can hold; hand over plain values, "
        "or Pinned(value, identity)"
    )


def _key(key: object, name: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{name} has the key {key!r}; the keys of an address are text")
    return key


def handed_over(value: object) -> Any:
    """What the work gets: paths in place of files, values in place of what pins them."""
    match value:
        case File():
            return value.path
        case Pinned():
            return value.value
        case list() | tuple():
            return type(value)(handed_over(item) for item in value)
        case Mapping():
            return {key: handed_over(item) for key, item in value.items()}
    return value


def _together(
    work: Callable[..., Mapping[str, Any]], heavy: bool, folder: Path, given: dict[str, Any]
) -> Mapping[str, Any]:
    """Do the work in all processes if it is heavy, and otherwise in the first for all."""
    return work(folder, **given) if heavy else on_lead(lambda: work(folder, **given))
