"""The work inside a sample stage: a model writes a corpus."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

from data.prior import load_prior
from data.randomness import Purpose
from data.text.corpus import Corpus, Document, write_corpus
from data.text.tokens import encode
from lightning_modules.device import Advance, Device
from lightning_modules.processes import on_lead
from lightning_modules.settings import SamplingRule
from lightning_modules.trainer import predicting
from lightning_modules.writing.corpus_sampling import DocumentSampler, sample_documents


def sample(
    folder: Path,
    *,
    model: Path,
    prompts: Path | None,
    rule: SamplingRule,
    context: int,
    n_tokens: int,
    mean_length: float,
    seed: int,
    purpose: Purpose,
    generation: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Let a model write a corpus of `n_tokens` tokens into `corpus.arrow`.

    Args:
        folder: Folder that receives `corpus.arrow`.
        model: Checkpoint of the writer.
        prompts: Human documents whose beginnings are continued, if the rule has prompts.
        rule: How documents are drawn.
        context: Tokens that the writer looks back at most.
        n_tokens: Tokens wanted, separators not counted.
        mean_length: Mean human document in tokens, a hint for scheduling.
        seed: Replicate of the chain.
        purpose: Whether the text is to train on or to measure; the two have different random draws.
        generation: Index of the generation that the text is for; it keys the random draws.
        device: Device that the writer runs on.
        advance: Told how many more tokens were written.
    """
    writer = load_prior(model, context=context, prefix=True)
    asked = [] if prompts is None else list(Corpus.open(prompts))
    sampler = DocumentSampler(
        writer,
        rule,
        prompts=_beginnings(asked, writer.tokenizer, rule),
        seed=seed,
        purpose=purpose,
        generation=generation,
        advance=advance,
    )
    sampled = sample_documents(sampler, n_tokens, mean_length, predicting(device, advance))
    texts = writer.tokenizer.batch_decode(sampled.tokens, skip_special_tokens=False)
    questions = [document.prompt for document in asked] or [""]
    written = (
        Document(
            f"sample-{generation}-{index}",
            text,
            "model",
            "model-written",
            generation,
            questions[index % len(questions)],
        )
        for index, text in enumerate(texts)
    )
    on_lead(lambda: write_corpus(folder / "corpus.arrow", written))
    return {
        "documents": len(texts),
        "tokens": sum(len(ids) for ids in encode(writer.tokenizer, texts)),
        "tokens_drawn": sum(map(len, sampled.tokens)),
        "cut_off": sampled.cut_off,
        "replacement_characters": sum(text.count("\ufffd") for text in texts),
    }


def _beginnings(
    asked: Sequence[Document], tokenizer: PreTrainedTokenizerFast, rule: SamplingRule
) -> list[list[int]]:
    """What documents are continued: the end of a prompt, or the beginning of a text without one."""
    ids = encode(tokenizer, [document.prompt or document.text for document in asked])
    return [
        tokens[-rule.prompt_tokens :] if document.prompt else tokens
        for document, tokens in zip(asked, ids, strict=True)
    ]
