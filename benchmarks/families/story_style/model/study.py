"""The study of rewriters of two authors, and its recipes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.families.story_style.model.settings import ModelSettings, System
from benchmarks.paper.family import AnyRecipe
from benchmarks.running.study import Study
from data.story_style.authors import PRESIDENTS
from lightning_modules.settings import Optimization
from lightning_modules.story_style.settings import StoryFit, StoryLosses, StoryShape

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class ModelStudy(ModelSettings):
    """Rewriters of two authors' stories: the paper's losses, and one less or another each."""

    def check_data(self) -> None:
        """Refuse to begin where the works of an author without a file of one's own are missing."""
        from benchmarks.families.story_style.model.work.works import own_file
        from data.story_style.authors import check_at_hand

        has_base = self.base is not None or self.base_filling is not None
        named = (*self.authors, *(self.base_authors if has_base else ()))
        check_at_hand(tuple(one for one in named if own_file(one) is None))

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Fit the bases, which all seeds share, what arms of a seed share, and one rewriter."""
        from benchmarks.families.story_style.model.stages import Arm

        return Arm(self, self.systems[arm], seed, bench).run()

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """What was measured of the fits, the representations and the rewritten stories."""
        from benchmarks.families.story_style.model.stages import gathered

        return gathered(stages)


FULL, NO_DISENTANGLING, DETACHED = "full", "no_disentangling", "detached"
ERASURE, NEITHER, ONE_STAGE = "erasure", "neither", "one_stage"
MEAN_GAP, NO_ORDER, NO_STYLE = "mean_gap", "no_order", "no_style"
OWN_STYLE, AS_RELEASED = "own_style", "as_released"
"""Systems where the loss of style is that of the released code, and where both losses are."""
_GAP_WEIGHT = 10.0
"""Weight of the gap of means alone, which is the smaller part of the loss as written."""
SYSTEMS: Mapping[str, System] = {
    FULL: System(),
    NO_DISENTANGLING: System(losses=StoryLosses(disentangling="none")),
    DETACHED: System(losses=StoryLosses(disentangling="released")),
    ERASURE: System(losses=StoryLosses(disentangling="none"), is_erased=True),
    NEITHER: System(losses=StoryLosses(disentangling="none", style=0.0)),
    ONE_STAGE: System(one_stage=True),
    MEAN_GAP: System(
        losses=StoryLosses(disentangling="mean_gap", disentangling_weight=_GAP_WEIGHT)
    ),
    NO_ORDER: System(losses=StoryLosses(order=0.0)),
    NO_STYLE: System(losses=StoryLosses(style=0.0)),
}
"""Systems by the name of their arm, those first whose records decide most."""
RELEASED: Mapping[str, System] = {
    OWN_STYLE: System(),
    AS_RELEASED: System(losses=StoryLosses(disentangling="released")),
}
"""Systems of the recipe whose loss of style is of the own style, as it was released."""
_PRESIDENTS = ("roosevelt_t", "cleveland")
_NOVELISTS = ("melville", "austen")


_OTHERS = tuple(key for key in PRESIDENTS if key not in _PRESIDENTS)


def _fit(steps: int, rate: float, warmup: int, stories: int = 8) -> StoryFit:
    return StoryFit(
        steps=steps,
        fit=Optimization(learning_rate=rate, warmup_steps=warmup, windows_per_step=stories),
    )


def story_style_cpu() -> ModelStudy:
    """Nine systems a seed on two novelists; the base has read plays, scripture and presidents.

    Stories are short: what stands at five marks of a model of this size does not hold the five long
    sentences of a president.
    """
    return ModelStudy(
        name="story_style_cpu",
        tier="cpu",
        summary="a model of 2 M parameters rewrites Melville and Austen, loss by loss",
        arms=tuple(SYSTEMS),
        systems=SYSTEMS,
        authors=_NOVELISTS,
        base_authors=("shakespeare", "king_james", *PRESIDENTS),
        words=(20, 80),
        model=StoryShape(
            layers=2, width=128, heads=4, feed_forward=512, context=224, vocabulary_size=4096
        ),
        base=_fit(1200, 2e-3, 100, stories=16),
        base_filling=_fit(700, 2e-3, 100, stories=16),
        classifier=_fit(200, 1e-3, 20),
        rewriting=_fit(120, 1e-3, 20),
        filling=_fit(100, 1e-3, 20),
        test_stories=40,
        probed_stories=800,
    )


def story_style_cpu_released() -> ModelStudy:
    """Systems with the loss of style as it was released, of the reconstruction in the own style."""
    return replace(
        story_style_cpu(),
        name="story_style_cpu_released",
        summary="the same model with losses as they were released: style of the own words",
        arms=tuple(RELEASED),
        systems=RELEASED,
        style_of="own",
    )


def story_style_cpu_presidents() -> ModelStudy:
    """The systems that decide most on two authors of one genre; the base has read the others."""
    cpu = story_style_cpu()
    arms = (FULL, NO_DISENTANGLING, ERASURE, NEITHER)
    return replace(
        cpu,
        name="story_style_cpu_presidents",
        summary="a model of 2 M parameters rewrites messages of two presidents",
        arms=arms,
        systems={arm: SYSTEMS[arm] for arm in arms},
        authors=_PRESIDENTS,
        base_authors=("shakespeare", "king_james", *_OTHERS),
        words=(40, 150),
        model=replace(cpu.model, context=384),
    )


def story_style_gpu() -> ModelStudy:
    """The same systems with six layers of width 512 each way; minutes on one GPU."""
    cpu = story_style_cpu()
    return replace(
        cpu,
        name="story_style_gpu",
        tier="gpu",
        summary="a model of 60 M parameters rewrites messages of two presidents, loss by loss",
        authors=_PRESIDENTS,
        base_authors=("shakespeare", "king_james", "melville", "austen", *_OTHERS),
        words=(40, 220),
        model=StoryShape(
            layers=6, width=512, heads=8, feed_forward=2048, context=512, vocabulary_size=8192
        ),
        base=_fit(3000, 5e-4, 200, stories=32),
        base_filling=_fit(2000, 5e-4, 200, stories=32),
        classifier=_fit(200, 3e-4, 20, stories=16),
        rewriting=_fit(150, 2e-4, 20, stories=16),
        filling=_fit(150, 2e-4, 20, stories=16),
        test_stories=100,
    )


STUDIES: tuple[type[Study], ...] = (ModelStudy,)
"""Kinds of studies whose records are the family's."""
RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {
    story_style_cpu.__name__: story_style_cpu,
    story_style_cpu_released.__name__: story_style_cpu_released,
    story_style_cpu_presidents.__name__: story_style_cpu_presidents,
    story_style_gpu.__name__: story_style_gpu,
}
"""Recipes by name."""
