"""What one policy is tuned by, and what all policies of a study share; loads without torch."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.chains.settings import Base, HumanText
from benchmarks.running.study import Study
from data.errors import BadInput, Count, in_range
from lightning_modules.preference_data.tuning.settings import Loss, TuningSettings, check_loss
from lightning_modules.rewarding.settings import RewardSettings
from lightning_modules.settings import ModelShape, Optimization


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuned:
    """How one policy is tuned: an arm of the study."""

    loss: Loss = "dpo"
    """Loss of a pair."""
    mixed: bool = False
    """Whether half of its text and of its pairs is general; the other half alone is of the
    domain."""
    again: bool = False
    """Whether it is tuned once more, on its own answers as a reward model ranks them."""

    def __post_init__(self) -> None:
        check_loss(self.loss)


@dataclass(frozen=True, kw_only=True)
class PolicySettings(Study):
    """Policies from one start: a base of general text, fitted on the domain, tuned on pairs."""

    policies: Mapping[str, Tuned]
    """How each arm's policy is tuned."""
    base: Base
    """General text that all policies of all seeds have read before, and how."""
    domain: HumanText
    """Text of the domain: what policies are fitted on first, and, in parts that no policy was
    fitted on, the human answers."""
    model: ModelShape
    fit: Optimization
    """How the base is fitted on the domain."""
    prompt_tokens: Count
    """Tokens of a prompt: the beginning of a stretch of human text."""
    answer_tokens: Count
    """Tokens of an answer, human or written; all have as many, so that length tells nothing."""
    pairs: Count
    """Pairs that a policy is tuned on."""
    held_pairs: Count
    """Pairs that are looked at alone."""
    tuning: TuningSettings
    candidates: Count
    """Own answers to each prompt, of which the best and the worst make a pair of the second
    round."""
    rewards: RewardSettings
    """Two reward models: one ranks the answers of the second round, the other judges."""
    judge_alike: bool = False
    """Whether a third one judges too, of the kind of the one that ranks, from the other half of the
    pairs: what it does not share with that one is chance alone."""

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: An arm has no policy, or a number is out of its range.
        """
        in_range(self)
        if set(self.arms) != set(self.policies):
            odd = sorted(set(self.arms) ^ set(self.policies))
            raise BadInput(f"arm {odd[0]!r} has no policy, or is none; name each in both")
        whole = self.prompt_tokens + self.answer_tokens
        if whole > self.model.context:
            raise BadInput(
                f"a prompt with its answer has {whole} tokens, the model reads "
                f"{self.model.context}; lower prompt_tokens or answer_tokens"
            )
        if self.candidates < 2:
            raise BadInput("candidates is 1; the best and the worst of one answer are one")
