"""The work of the stages before a student trains: its problems, its tokenizer, its corpus."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from transformers import PreTrainedTokenizerFast

from benchmarks.chains.settings import HumanText
from benchmarks.chains.text.human_text import human_identity, read_human, split_held_out
from benchmarks.families.program_distillation.students.settings import Student
from benchmarks.families.program_distillation.work.measures import Measures, count, mean, share
from data.errors import BadInput
from data.program_distillation.taught.selection import (
    accepted,
    gives_answer,
    kept_share,
    shuffled,
    topped_up,
    with_faults,
)
from data.program_distillation.taught.solved import (
    TARGETS,
    Solved,
    Target,
    read_solved,
    write_solved,
)
from data.program_distillation.taught.tokens import train_digit_tokenizer
from data.program_distillation.templates.chosen import (
    TemplateRule,
    choose_templates,
    draw_chosen,
    draw_different,
)
from data.program_distillation.templates.problems import DrawnProblem, read_templates
from data.randomness import stream
from data.sources.fetching import Wheel, open_package
from data.text.corpus import Corpus, Document, write_corpus
from data.text.tokens import encode, load_tokenizer

_FAMILY = "program_distillation/students"
_RESERVE = 3
"""Part of the draws of templates that is the reserve; 0 to 2 are training and test sets."""


def draw(
    folder: Path,
    *,
    seed: int,
    rule: TemplateRule,
    train: int,
    reserve: int,
    test: int,
    wheel: Wheel,
) -> Mapping[str, Any]:
    """Choose templates, and draw the problems that all students of a seed share.

    Args:
        folder: Receives `train`, `reserve`, `fresh` and `unseen`, each `.jsonl`.
        seed: Replicate.
        rule: By what templates are chosen.
        train: Problems to learn of each learnt template.
        reserve: Further problems of each, which take the place of rejected ones.
        test: Problems of each template in each test set.
        wheel: The pinned package of the templates.
    """
    trees = read_templates(open_package(wheel))
    chosen = choose_templates(trees, rule)
    sets = draw_chosen(trees, chosen, seed, train=train, test=test)
    known = frozenset(one.question for one in (*sets.train, *sets.fresh, *sets.unseen))
    further = draw_different(trees, chosen.learnt, seed, each=reserve, part=_RESERVE, known=known)
    parts = {"train": sets.train, "reserve": further, "fresh": sets.fresh, "unseen": sets.unseen}
    for name, problems in parts.items():
        write_solved(folder / f"{name}.jsonl", _mixed(problems, seed, name))
    return {
        "templates": {"learnt": list(chosen.learnt), "unseen": list(chosen.unseen)},
        "problems": {name: len(problems) for name, problems in parts.items()},
    }


def _mixed(problems: Sequence[DrawnProblem], seed: int, name: str) -> Iterator[Solved]:
    """Problems in an order that says nothing of their template."""
    order = stream(seed, f"{_FAMILY}/order", name).permutation(len(problems))
    return (Solved.of(problems[int(at)], str(problems[int(at)].template)) for at in order)


def prepare_words(
    folder: Path,
    *,
    general: HumanText,
    content: str,
    vocabulary_size: int,
    tokens: int,
    copies: int,
    seed: int,
    problems: Path,
) -> Mapping[str, Any]:
    """Divide the general text, and train the tokenizer of all students of a seed.

    The tokenizer learns from the problems, and from as many bytes of general text. The text of the
    base is general text and questions that are written once more after themselves, mixed: whoever
    cannot copy a number solves nothing, and what is learnt there favours no target.

    Args:
        folder: Receives `base.arrow`, `held_out.arrow` and `tokenizer/`.
        general: The general text, and how much of it is held out.
        content: Identity of that text, checked again.
        vocabulary_size: Tokens of the tokenizer.
        tokens: Tokens of general text that the base reads; the last document stays whole.
        copies: How often it copies each question.
        seed: Replicate; it orders the general text that models begin with.
        problems: File of the problems that are learnt.
    """
    if human_identity(general) != content:
        raise BadInput(f"{general.source} changed while it was read; run again")
    read, _ = read_human(general)
    held_out, rest = split_held_out(read, general.held_out_bytes, general.source)
    order = stream(seed, f"{_FAMILY}/general").permutation(len(rest))
    rest = rest.select(map(int, order))
    solved = read_solved(problems)
    words = [text for one in solved for text in (one.question, *map(one.text, TARGETS))]
    as_much = first_bytes(rest.texts(), sum(len(text.encode()) for text in words))
    tokenizer = train_digit_tokenizer(itertools.chain(words, as_much), vocabulary_size)
    tokenizer.save_pretrained(folder / "tokenizer")
    write_corpus(folder / "held_out.arrow", held_out)
    write_corpus(folder / "base.arrow", _base_text(rest, solved, tokenizer, tokens, copies, seed))
    return {"held_out_documents": len(held_out), "general_documents": len(rest)}


def _base_text(
    general: Corpus,
    problems: Sequence[Solved],
    tokenizer: PreTrainedTokenizerFast,
    tokens: int,
    copies: int,
    seed: int,
) -> Iterator[Document]:
    """General text and copied questions, in an order that is drawn."""
    lengths = np.cumsum([len(ids) for ids in encode(tokenizer, general.texts())])
    read = general.select(range(int(np.searchsorted(lengths, tokens)) + 1))
    copied = [
        Document(f"copy-{n}-{at}", one.question, "copied", "see the source", 0, one.prompt)
        for n in range(copies)
        for at, one in enumerate(problems)
    ]
    documents = [*read, *copied]
    order = stream(seed, f"{_FAMILY}/base").permutation(len(documents))
    return (documents[int(place)] for place in order)


def first_bytes(texts: Iterable[str], n_bytes: int) -> Iterator[str]:
    """The first texts, until they have so many bytes together."""
    seen = 0
    for text in texts:
        if seen >= n_bytes:
            return
        seen += len(text.encode())
        yield text


def chosen_problems(
    student: Student,
    problems: Sequence[Solved],
    reserve: Sequence[Solved],
    faulty: float,
    seed: int,
) -> list[Solved]:
    """The problems that a student sees, with the programs that it sees.

    Args:
        student: What it learns.
        problems: All problems, with right programs.
        reserve: Further problems with right programs.
        faulty: Share of programs that get a fault, where some do.
        seed: Replicate.
    """
    match student.programs:
        case "right":
            found = list(problems)
        case "shuffled":
            found = shuffled(problems, seed)
        case "faulty":
            found = with_faults(problems, faulty, seed)
        case "filtered":
            found = accepted(with_faults(problems, faulty, seed))
        case "topped up":
            kept = accepted(with_faults(problems, faulty, seed))
            found = topped_up(kept, reserve, len(problems))
    return found if student.share == 1 else kept_share(found, student.share, student.keep, seed)


def teach(
    folder: Path,
    *,
    student: Student,
    faulty: float,
    passes: int,
    seed: int,
    context: int,
    train: Path,
    reserve: Path,
    tokenizer: Path,
) -> Mapping[str, Any]:
    """Write the corpus of one student: its problems again and again, in a new order each time.

    Args:
        folder: Receives `corpus.arrow`.
        student: What the student learns.
        faulty: Share of programs that get a fault, where some do.
        passes: How often the student of all right programs sees each problem.
        seed: Replicate.
        context: Tokens that a student reads at once; no problem may be longer.
        train: File of the problems.
        reserve: File of further problems.
        tokenizer: Folder of the tokenizer.

    Raises:
        BadInput: A problem with its solution does not fit into the context.
    """
    words, problems = load_tokenizer(tokenizer), read_solved(train)
    mine = chosen_problems(student, problems, read_solved(reserve), faulty, seed)
    lengths = token_counts(words, mine, student.target)
    if max(lengths) > context:
        raise BadInput(
            f"a problem with its {student.target} has {max(lengths)} tokens, the model reads "
            f"{context} at once; raise model.context"
        )
    budget = (
        None
        if student.equal == "problems"
        else passes * sum(token_counts(words, problems, "program"))
    )
    order = list(_presented(lengths, passes, budget, seed))
    write_corpus(
        folder / "corpus.arrow",
        (_document(mine[place], student.target, number) for number, place in enumerate(order)),
    )
    return {"measures": _taught_measures(mine, lengths, order, student)}


def token_counts(
    tokenizer: PreTrainedTokenizerFast, problems: Sequence[Solved], target: Target
) -> list[int]:
    """Tokens of each problem with what is written after it, and of the end that both share."""
    prompts = encode(tokenizer, (one.prompt for one in problems))
    texts = encode(tokenizer, (one.text(target) for one in problems))
    return [len(prompt) + len(text) + 2 for prompt, text in zip(prompts, texts, strict=True)]


def _presented(lengths: Sequence[int], passes: int, budget: int | None, seed: int) -> Iterator[int]:
    """Places of problems in the order in which they are seen: so many passes, or so many tokens."""
    spent = 0
    for number in itertools.count():
        if budget is None and number == passes:
            return
        for place in stream(seed, f"{_FAMILY}/passes", number).permutation(len(lengths)):
            spent += lengths[int(place)]
            if budget is not None and spent > budget:
                return
            yield int(place)


def _document(problem: Solved, target: Target, number: int) -> Document:
    return Document(
        str(number), problem.text(target), "program_distillation", "see the source", 0,
        problem.prompt,
    )  # fmt: skip


def _taught_measures(
    mine: Sequence[Solved], lengths: Sequence[int], order: Sequence[int], student: Student
) -> Measures:
    """What the student was given, on record."""
    wrong = sum(not gives_answer(one) for one in mine)
    return {
        "taught/problems": count(len(mine), len(mine)),
        "taught/kinds": count(len({one.kind for one in mine}), len(mine)),
        "taught/presented": count(len(order), len(order)),
        "taught/tokens": count(int(np.array(lengths)[order].sum()), len(order)),
        "taught/tokens_each": mean([float(length) for length in lengths]),
        **({"taught/wrong": share(wrong, len(mine))} if student.target == "program" else {}),
    }
