"""The stages of one arm; those that make instructions have one address for all arms of a seed."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.chains.models import packaged_model
from benchmarks.chains.work.fit import fit
from benchmarks.families.preference_data.instructions.names import Answers
from benchmarks.families.preference_data.instructions.settings import InstructionSettings
from benchmarks.families.preference_data.instructions.work import (
    answering,
    asking,
    choosing,
    drawing,
    scoring,
    writing,
)
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.packaged import unpack_encoder
from benchmarks.running.stage import Stage
from data.sources.evaluation_sets import EVALUATION_SETS
from data.sources.packaged_encoder import MINILM

BEFORE, AFTER = "before", "after"
"""The model as it is packaged, and as it was tuned."""


class Arm:
    """The stages of one arm, in their order.

    Args:
        study: The study.
        learns: Which answers the arm learns.
        seed: Replicate; it draws questions, abstracts, answers and order.
        bench: Runs the stages.
    """

    def __init__(
        self, study: InstructionSettings, learns: Answers, seed: int, bench: Bench
    ) -> None:
        self.study, self.learns, self.seed, self.bench = study, learns, seed, bench
        self.made: list[Stage] = []

    def run(self) -> Sequence[Stage]:
        """Run all stages; the last two ask the exam, before and after."""
        study = self.study
        model = packaged_model(self.bench, study.model, 0)
        drawn = self._drawn()
        written = self._written(model, drawn)
        scored = self._run(
            "scored",
            scoring.score_complexity,
            model=model.file("model"),
            instructions=written.file(writing.INSTRUCTIONS),
            context=study.reads,
        )
        chosen = self._chosen(model, drawn, written, scored)
        tuned = self._run(
            "tuned",
            fit,
            corpora=[chosen.file(choosing.LEARNT)] * study.passes,
            tokenizer=model.file("model"),
            start=model.file("model"),
            shape=study.shape,
            optimization=study.fit,
            part_tokens=[study.rows * study.shape.context] * study.passes,
            truncate_above=None,
            seed=self.seed,
            generation=0,
        )
        for name, asked in ((BEFORE, model), (AFTER, tuned)):
            self._run(
                name,
                asking.ask_exam,
                model=asked.file("model"),
                context=study.reads,
                tested=drawn.file(drawing.TESTED),
            )
        return self.made

    def _run(self, kind: str, *arguments: Any, **named: Any) -> Stage:
        stage = self.bench.run(0, kind, *arguments, **named)
        self.made.append(stage)
        return stage

    def _drawn(self) -> Stage:
        study = self.study
        wheel = EVALUATION_SETS[study.exam].wheel
        return self._run(
            "drawn",
            drawing.draw_items,
            exam=study.exam,
            abstracts_of=study.abstracts_of,
            questions=study.questions,
            tested=study.tested,
            abstracts=study.abstracts,
            most_words=study.most_words,
            seed=self.seed,
            wheel=Pinned(wheel.requirement, wheel.sha256),
        )

    def _written(self, model: Stage, drawn: Stage) -> Stage:
        study = self.study
        return self._run(
            "written",
            writing.write_questions,
            progress=(study.questions + study.abstracts) * study.writing.max_tokens,
            model=model.file("model"),
            writer=study.model,
            learnt=drawn.file(drawing.LEARNT),
            abstracts=drawn.file(drawing.ABSTRACTS),
            abstract_words=study.abstract_words,
            context=study.reads,
            rule=study.writing,
            seed=self.seed,
        )

    def _chosen(self, model: Stage, drawn: Stage, written: Stage, scored: Stage) -> Stage:
        study, instructions = self.study, written.file(writing.INSTRUCTIONS)
        encoder = packaged_encoder(self.bench)
        replied = self._run(
            "replied",
            writing.write_replies,
            progress=study.abstracts * study.writing.max_tokens,
            model=model.file("model"),
            writer=study.model,
            instructions=instructions,
            abstracts=drawn.file(drawing.ABSTRACTS),
            abstract_words=study.abstract_words,
            context=study.reads,
            rule=study.writing,
            seed=self.seed,
        )
        answered = self._run(
            "answered",
            answering.answer_instructions,
            model=model.file("model"),
            encoder=encoder.file("model"),
            instructions=instructions,
            scores=scored.file(scoring.SCORES),
            context=study.reads,
            seed=self.seed,
        )
        return self._run(
            "chosen",
            choosing.choose_rows,
            learns=self.learns,
            instructions=instructions,
            scores=scored.file(scoring.SCORES),
            answers=answered.file(answering.ANSWERS),
            replies=replied.file(writing.REPLIES),
            simplest=study.simplest,
            rows=study.rows,
            seed=self.seed,
        )


def packaged_encoder(bench: Bench) -> Stage:
    """The packaged encoder of sentences, unpacked in a stage that every arm shares."""
    return bench.run(0, "encoder", unpack_encoder, sha256=MINILM.sha256)


def gathered(stages: Sequence[Stage]) -> Mapping[str, Mapping[str, Any]]:
    """All measures of one arm by name; the exam's stand behind `before/` and `after/`."""
    *others, before, after = stages
    return {
        **{name: one for stage in others for name, one in stage.facts.get("measures", {}).items()},
        **{f"{BEFORE}/{name}": one for name, one in before.facts["measures"].items()},
        **{f"{AFTER}/{name}": one for name, one in after.facts["measures"].items()},
    }
