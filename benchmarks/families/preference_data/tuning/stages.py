"""The stages of one policy: what all arms of a seed share is run once, for it has one address."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.chains.rewarding.work import learn_reward
from benchmarks.chains.settings import HumanText
from benchmarks.chains.starting import BASE_SEED
from benchmarks.chains.text.human_text import human_identity, prepare
from benchmarks.chains.work.fit import fit, fit_base
from benchmarks.families.preference_data.tuning import work
from benchmarks.families.preference_data.tuning.settings import PolicySettings, Tuned
from benchmarks.running.bench import Bench
from benchmarks.running.stage import File, Stage
from lightning_modules.rewarding.settings import Reader

SELECTING, UNSEEN, ALIKE = "selecting", "unseen", "alike"
"""Reward models: one ranks the answers of a second round, the others have no say; the last is of
the kind of the first."""
DOMAIN, GENERAL = "domain", "general"
"""Held-out human texts."""


class Answers(NamedTuple):
    """Human answers to prompts, and those of a policy to the same."""

    human: File
    written: File


class _Seed(NamedTuple):
    """What the arms of a seed share."""

    general: Stage
    """The general text, divided, and its tokenizer."""
    base: Stage
    domain: Stage
    """The text of the domain, divided for the seed."""


class Arm:
    """The stages of one policy, in their order.

    Args:
        study: The study.
        tuned: How the policy is tuned.
        seed: Replicate; it draws text, pairs and order.
        bench: Runs the stages.
    """

    def __init__(self, study: PolicySettings, tuned: Tuned, seed: int, bench: Bench) -> None:
        self.study, self.tuned, self.seed, self.bench = study, tuned, seed, bench
        self.made: list[Stage] = []

    def run(self) -> Sequence[Stage]:
        """Run all stages; the last one measures the policy, and the one before it the start."""
        shared = self._shared()
        start = self._fitted(shared)
        parts = [shared.domain, shared.general] if self.tuned.mixed else [shared.domain]
        learnt = self._answers(
            start, [one.file("fresh_1.arrow") for one in parts], self.study.pairs, "learnt", shared
        )
        held_out = self._answers(
            start,
            [shared.domain.file("held_out.arrow")],
            self.study.held_pairs,
            "held_out",
            shared,
        )
        rewards = {
            SELECTING: self._reward(SELECTING, self.study.rewards.selects, 0, start, learnt),
            UNSEEN: self._reward(UNSEEN, self.study.rewards.judges, 1, start, learnt),
        }
        if self.study.judge_alike:
            rewards[ALIKE] = self._reward(ALIKE, self.study.rewards.selects, 1, start, learnt)
        policy = self._tuned("tuned", start, learnt.human, learnt.written, held_out)
        if self.tuned.again:
            ranked = self._ranked(policy, learnt, rewards[SELECTING])
            policy = self._tuned(
                "tuned_again",
                policy,
                ranked.file("chosen.arrow"),
                ranked.file("rejected.arrow"),
                held_out,
            )
        self._measured("before", start, start, held_out, shared, rewards)
        self._measured("after", policy, start, held_out, shared, rewards)
        return self.made

    def _run(self, kind: str, *arguments: Any, **named: Any) -> Stage:
        stage = self.bench.run(0, kind, *arguments, **named)
        self.made.append(stage)
        return stage

    def _shared(self) -> _Seed:
        study = self.study
        general = self._run(
            "general",
            prepare,
            human=study.base.text,
            content=human_identity(study.base.text),
            vocabulary_size=study.model.vocabulary_size,
            generations=1,
            seed=BASE_SEED,
        )
        base = self._run(
            "base",
            fit_base,
            progress=study.base.tokens,
            corpora=[general.file("first.arrow")],
            tokenizer=general.file("tokenizer"),
            shape=study.model,
            optimization=study.base.fit,
            part_tokens=[study.base.tokens],
            seed=BASE_SEED,
        )
        domain: HumanText = study.domain
        divided = self._run(
            "domain",
            prepare,
            human=domain,
            content=human_identity(domain),
            vocabulary_size=study.model.vocabulary_size,
            generations=1,
            seed=self.seed,
            start=base.file("model"),
        )
        return _Seed(general, base, divided)

    def _fitted(self, shared: _Seed) -> Stage:
        """The start of the policies: the base, fitted on the domain, or on as much of both."""
        tokens = self.study.domain.first_tokens
        corpora, limits = [shared.domain.file("first.arrow")], [tokens]
        if self.tuned.mixed:
            corpora.append(shared.general.file("first.arrow"))
            limits = [tokens // 2, tokens // 2]
        return self._run(
            "start",
            fit,
            progress=tokens,
            corpora=corpora,
            tokenizer=shared.general.file("tokenizer"),
            start=shared.base.file("model"),
            shape=self.study.model,
            optimization=self.study.fit,
            part_tokens=limits,
            truncate_above=None,
            seed=self.seed,
            generation=0,
        )

    def _answers(
        self, start: Stage, texts: Sequence[File], number: int, name: str, shared: _Seed
    ) -> Answers:
        study = self.study
        human = self._run(
            f"{name}_human",
            work.cut_answers,
            corpora=list(texts),
            tokenizer=shared.general.file("tokenizer"),
            prompt_tokens=study.prompt_tokens,
            answer_tokens=study.answer_tokens,
            number=number,
            seed=self.seed,
        ).file("human.arrow")
        written = self._written(f"{name}_written", start, human, 1, name)
        return Answers(human, written)

    def _written(self, kind: str, model: Stage, prompts: File, each: int, purpose: str) -> File:
        stage = self._run(
            kind,
            work.write_answers,
            model=model.file("model"),
            prompts=prompts,
            each=each,
            context=self.study.model.context,
            answer_tokens=self.study.answer_tokens,
            seed=self.seed,
            purpose=purpose,
        )
        return stage.file("written.arrow")

    def _reward(self, kind: str, reader: Reader, half: int, start: Stage, learnt: Answers) -> File:
        rewards = self.study.rewards
        stage = self._run(
            kind,
            learn_reward,
            reader=reader,
            half=half,
            model=start.file("model"),
            human=learnt.human,
            written=learnt.written,
            passes=rewards.passes,
            optimization=rewards.optimization(reader),
            context=self.study.model.context,
            seed=self.seed,
        )
        return stage.file("reward")

    def _tuned(
        self, kind: str, model: Stage, chosen: File, rejected: File, held_out: Answers
    ) -> Stage:
        return self._run(
            kind,
            work.tune_policy,
            model=model.file("model"),
            loss=self.tuned.loss,
            tuning=self.study.tuning,
            context=self.study.model.context,
            chosen=chosen,
            rejected=rejected,
            held_chosen=held_out.human,
            held_rejected=held_out.written,
            seed=self.seed,
        )

    def _ranked(self, policy: Stage, learnt: Answers, reward: File) -> Stage:
        each = self.study.candidates
        return self._run(
            "ranked",
            work.rank_answers,
            written=self._written("own", policy, learnt.human, each, "own"),
            reward=reward,
            each=each,
        )

    def _measured(
        self,
        kind: str,
        model: Stage,
        reference: Stage,
        held_out: Answers,
        shared: _Seed,
        rewards: dict[str, File],
    ) -> Stage:
        return self._run(
            kind,
            work.measure_policy,
            model=model.file("model"),
            reference=reference.file("model"),
            context=self.study.model.context,
            answer_tokens=self.study.answer_tokens,
            held_out=held_out.human,
            texts={
                DOMAIN: shared.domain.file("held_out.arrow"),
                GENERAL: shared.general.file("held_out.arrow"),
            },
            rewards=rewards,
            seed=self.seed,
        )


def gathered(stages: Sequence[Stage]) -> work.Measures:
    """All measures of one policy by name: of its last tuning, and of the start and the end."""
    *others, before, after = stages
    tuned = next(one for one in reversed(others) if "look_00/step" in one.facts.get("measures", ()))
    return {
        **tuned.facts["measures"],
        **{f"before/{key}": one for key, one in before.facts["measures"].items()},
        **{f"after/{key}": one for key, one in after.facts["measures"].items()},
    }
