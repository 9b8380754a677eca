"""The study of released reward models: each judges the released pairs of the medical benchmark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from data.errors import BadInput, Count, in_range

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class JudgeStudy(Study):
    """Reward models that give a text one number, one for each arm; they judge the same pairs."""

    models: Mapping[str, str]
    """Model of each arm: a folder, or a name on the hub that its cache holds."""
    dialogue_tokens: Count = 4096
    """Tokens of a prompt with an answer; a pair with a longer one is left out and counted."""
    dialogues_at_once: Count = 4
    """Texts that are read at a time."""

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: An arm has no model, or a model no arm.
        """
        in_range(self)
        if odd := sorted(set(self.arms) ^ set(self.models)):
            raise BadInput(f"arm {odd[0]!r} has no model, or is none; name each in both")

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Judge every pair by one model; nothing is drawn, so that seeds change nothing."""
        from benchmarks.families.preference_data.paper import work
        from benchmarks.families.preference_data.paper.needs import check, pairs_file
        from benchmarks.running.bench import Pinned
        from data.files import file_digest, folder_identity

        check(self.name, self.models)
        name, pairs = self.models[arm], pairs_file()
        judged = bench.run(
            0,
            "judged",
            work.judge_pairs,
            model=Pinned(name, folder_identity(name)),
            pairs=Pinned(pairs, file_digest(pairs)),
            most_tokens=self.dialogue_tokens,
            at_once=self.dialogues_at_once,
        )
        return [judged]

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The measures of the only stage."""
        (judged,) = stages
        return {"metrics": as_metrics(judged.facts["measures"])}


def preference_data_paper_judges() -> JudgeStudy:
    """A released reward model of Table 4 on the released pairs."""
    return JudgeStudy(
        name="preference_data_paper_judges",
        tier="paper",
        summary="a reward model of 8B judges the released medical pairs; needs the hub, minutes",
        arms=("fsfairx",),
        models={"fsfairx": "sfairXC/FsfairX-LLaMA3-RM-v0.1"},
    )


STUDIES: tuple[type[Study], ...] = (JudgeStudy,)
"""Kinds of studies whose records are the family's."""
