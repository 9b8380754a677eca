"""The model writes: questions rewritten as cases, questions about abstracts, and answers to these.

What it writes is cleaned by rules alone; what these leave out is counted with its reason.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.families.preference_data.instructions.work import requests
from data.errors import BadInput
from data.files import discard
from data.preference_data.instructions import (
    Instruction,
    cleaned,
    fault,
    read_instructions,
    write_instructions,
)
from data.prior import Prior, load_prior
from data.text.corpus import Corpus, Document, write_corpus
from lightning_modules.device import Advance, Device
from lightning_modules.processes import on_lead
from lightning_modules.settings import SamplingRule
from lightning_modules.trainer import predicting_alone
from lightning_modules.writing.synthesis import Prompt, SynthesisJob, write_shards

INSTRUCTIONS, REPLIES = "instructions.jsonl", "replies.arrow"
_PURPOSE = "preference_data/instructions"


def write_questions(
    folder: Path,
    *,
    model: Path,
    writer: str,
    learnt: Path,
    abstracts: Path,
    abstract_words: int,
    context: int,
    rule: SamplingRule,
    seed: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Rewrite every question, ask one about every abstract, and put all behind the exam's own.

    Args:
        folder: Receives `instructions.jsonl`, and `written.jsonl` with all that was written.
        model: Checkpoint of the model.
        writer: Its name, which stands in every row that it wrote.
        learnt: File of the exam's questions.
        abstracts: File of the abstracts.
        abstract_words: Words of an abstract that are read.
        context: Tokens that the model looks back at.
        rule: How it writes.
        seed: Replicate.
        device: Where it writes.
        advance: Told how many more tokens were written.
    """
    prior = load_prior(model, context=context, prefix=False)
    exam, texts = read_instructions(learnt), list(Corpus.open(abstracts))
    asked = [
        *(requests.chat(prior.tokenizer, requests.EVOLVE, question=one.question) for one in exam),
        *(
            requests.chat(prior.tokenizer, requests.ASK, abstract=beginning(one, abstract_words))
            for one in texts
        ),
    ]
    said = written(folder, prior, asked, rule, seed, f"{_PURPOSE}/questions", device, advance)
    evolved = [_evolved(one, text, writer) for one, text in zip(exam, said, strict=False)]
    about = [_about(one, text, writer) for one, text in zip(texts, said[len(exam) :], strict=True)]
    faults = {
        **{one.id: fault(one.question, of) for one, of in zip(evolved, exam, strict=True)},
        **{one.id: fault(one.question) for one in about},
    }
    kept = [one for one in (*evolved, *about) if not faults[one.id]]
    on_lead(lambda: write_instructions(folder / INSTRUCTIONS, [*exam, *kept]))
    counts = Counter(f"{one.kind}, {faults[one.id] or 'usable'}" for one in (*evolved, *about))
    return {
        "measures": {
            f"written/{name}": {"value": float(number), "stderr": None, "n": len(said)}
            for name, number in sorted(counts.items())
        }
    }


def _evolved(original: Instruction, text: str, writer: str) -> Instruction:
    return Instruction(
        id=f"{original.id}:evolved",
        kind="evolved",
        question=cleaned(text),
        options=original.options,
        gold=original.gold,
        source=original.source,
        licence=original.licence,
        writer=writer,
        request=requests.EVOLVE,
    )


def _about(document: Document, text: str, writer: str) -> Instruction:
    return Instruction(
        id=f"{document.id}:asked",
        kind="abstract",
        question=cleaned(text),
        source=document.id,
        licence=document.licence,
        writer=writer,
        request=requests.ASK,
    )


def beginning(document: Document, words: int) -> str:
    """The first words of a document."""
    return " ".join(document.text.split()[:words])


def write_replies(
    folder: Path,
    *,
    model: Path,
    writer: str,
    instructions: Path,
    abstracts: Path,
    abstract_words: int,
    context: int,
    rule: SamplingRule,
    seed: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Answer the questions about abstracts, each with its abstract in sight.

    Args:
        folder: Receives `replies.arrow`, whose documents are answers; their prompt is the id of the
            instruction.
        model: Checkpoint of the model.
        writer: Its name.
        instructions: File of the instructions.
        abstracts: File of the abstracts.
        abstract_words: Words of an abstract that are read.
        context: Tokens that the model looks back at.
        rule: How it writes.
        seed: Replicate.
        device: Where it writes.
        advance: Told how many more tokens were written.
    """
    prior = load_prior(model, context=context, prefix=False)
    texts = {one.id: one for one in Corpus.open(abstracts)}
    about = [one for one in read_instructions(instructions) if one.kind == "abstract"]
    asked = [
        requests.chat(
            prior.tokenizer,
            requests.REPLY,
            abstract=beginning(texts[one.source], abstract_words),
            question=one.question,
        )
        for one in about
    ]
    said = written(folder, prior, asked, rule, seed, f"{_PURPOSE}/replies", device, advance)
    replies = [
        Document(one.id, " ".join(text.split()), writer, one.licence, 1, one.id)
        for one, text in zip(about, said, strict=True)
        if text.strip()
    ]
    on_lead(lambda: write_corpus(folder / REPLIES, replies))
    return {"documents": len(replies), "empty": len(about) - len(replies)}


def written(
    folder: Path,
    prior: Prior,
    asked: Sequence[list[int]],
    rule: SamplingRule,
    seed: int,
    purpose: str,
    device: Device,
    advance: Advance,
) -> list[str]:
    """What the model writes after every prompt; a run that was cut off goes on from its shards.

    Raises:
        BadInput: A prompt is too long.
    """
    longest = max(map(len, asked), default=0)
    if longest + rule.max_tokens > prior.context:
        raise BadInput(
            f"a request has {longest} tokens, which with max_tokens {rule.max_tokens} is more than "
            f"the {prior.context} that are read; lower abstract_words or most_words"
        )
    working = folder / "working"
    on_lead(lambda: working.mkdir(exist_ok=True))
    job = SynthesisJob(
        prompt=lambda index: Prompt(asked[index], {}),
        documents=len(asked),
        documents_per_shard=rule.documents_per_batch,
        folder=working,
        rule=rule,
        seed=seed,
        purpose=purpose,
        advance=advance,
    )
    write_shards(job, prior, predicting_alone(device, advance))
    lines = [
        line
        for shard in range(len(job.shards))
        for line in job.path(shard).read_text(encoding="utf-8").split("\n")
        if line
    ]
    on_lead(lambda: (folder / "written.jsonl").write_text("\n".join(lines), encoding="utf-8"))
    on_lead(lambda: discard(working))
    return [str(json.loads(line)["text"]) for line in lines]
