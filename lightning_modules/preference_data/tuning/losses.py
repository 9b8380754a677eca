"""Losses of pairs in the log ratios of policy and reference.

h = log pi - log pi_ref of a whole answer is its log ratio, and beta h its implicit reward.
"""

from torch import Tensor
from torch.nn.functional import logsigmoid

from lightning_modules.preference_data.tuning.settings import Loss
from lightning_modules.rewarding.learning import bradley_terry


def pair_loss(loss: Loss, chosen: Tensor, rejected: Tensor, beta: float) -> Tensor:
    """The loss of every pair, shape (pairs,).

    Args:
        loss: Which one.
        chosen: Log ratios of chosen answers, shape (pairs,).
        rejected: Log ratios of rejected answers, shape (pairs,).
        beta: Factor of the implicit reward.
    """
    if loss == "dpo":
        return bradley_terry(beta * chosen, beta * rejected)
    if loss == "nca":
        return nca(beta * chosen, beta * rejected)
    return kto(beta * chosen, beta * rejected)


def nca(chosen: Tensor, rejected: Tensor) -> Tensor:
    """-log s(r_w) - log s(-r_w) / 2 - log s(-r_l) / 2 of implicit rewards.

    Its least value is at r_w = log 2 and r_l at minus infinity.
    """
    return -logsigmoid(chosen) - (logsigmoid(-chosen) + logsigmoid(-rejected)) / 2


def kto(chosen: Tensor, rejected: Tensor) -> Tensor:
    """1 - s(r_w - z_l) + 1 - s(z_w - r_l) of implicit rewards of a batch.

    z is the batch's mean reward of the other side, at least 0; no gradient goes through it.
    """
    of_chosen, of_rejected = (side.detach().mean().clamp(min=0) for side in (chosen, rejected))
    return (of_rejected - chosen).sigmoid() + (rejected - of_chosen).sigmoid()
