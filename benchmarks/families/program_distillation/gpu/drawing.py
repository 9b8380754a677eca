"""Several answers to each prompt, drawn: what a vote counts, and what a second try is."""

from collections.abc import Sequence

from torch.utils.data import DataLoader

from data.prior import Prior
from data.randomness import Purpose
from data.text.tokens import encode
from lightning_modules.device import Advance, Device
from lightning_modules.settings import SamplingRule
from lightning_modules.trainer import predicting
from lightning_modules.writing.corpus_sampling import DocumentSampler


def draw_answers(
    prior: Prior,
    prompts: Sequence[str],
    *,
    each: int,
    temperature: float,
    seed: int,
    max_tokens: int,
    at_once: int,
    device: Device,
    advance: Advance,
) -> list[list[str]]:
    """Answers to each prompt, drawn by the student; the n-th of one depends on no other prompt.

    Args:
        prior: The student with its tokenizer.
        prompts: Texts that are answered, in order.
        each: Answers to each prompt.
        temperature: Temperature of the draws.
        seed: Replicate; it draws.
        max_tokens: Tokens at which an answer is cut off.
        at_once: Answers that are written at a time.
        device: Where the student writes.
        advance: Told how many more tokens were written.
    """
    if not prompts:
        return []
    rule = SamplingRule(
        temperature=temperature,
        max_tokens=max_tokens,
        prompt_tokens=prior.context,
        documents_per_batch=at_once,
    )
    sampler = DocumentSampler(
        prior,
        rule,
        prompts=encode(prior.tokenizer, prompts),
        seed=seed,
        purpose=Purpose.SYNTHESIS,
        generation=0,
        advance=advance,
    )
    n = each * len(prompts)
    loader: DataLoader[int] = DataLoader(range(n), batch_size=n)  # type: ignore[arg-type]
    batches = predicting(device, advance).predict(sampler, loader) or []
    end = prior.tokenizer.eos_token_id
    written = [[token for token in text if token != end] for batch in batches for text in batch]
    texts = list(prior.tokenizer.batch_decode(written, skip_special_tokens=False))
    return [texts[place :: len(prompts)] for place in range(len(prompts))]
