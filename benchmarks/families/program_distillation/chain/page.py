"""The page of the chains: what verified recursion kept and lost, and what the theory said of it."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from benchmarks.chains.record import Record
from benchmarks.comparing.curves import over_generations
from benchmarks.families.program_distillation.chain import tail
from benchmarks.families.program_distillation.chain.baselines import (
    by_chance,
    hardest_frame,
    less,
    points,
    questions_frame,
)
from benchmarks.families.program_distillation.chain.claims import MARGIN
from benchmarks.families.program_distillation.chain.found import (
    LAWS,
    Chains,
    chains_of,
    expected,
    hard_names,
    price,
)
from benchmarks.families.program_distillation.chain.generations import (
    corpus_right,
    fifths_frame,
    generations_frame,
)
from benchmarks.families.program_distillation.chain.recipe import (
    ANEW,
    EXECUTED,
    REPLACED,
    program_distillation_chain,
)
from benchmarks.families.program_distillation.students.shown import interval
from benchmarks.paper.cells import command
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown
from benchmarks.paper.rendering import templates as environment
from benchmarks.running.record import Envelope

_PACKAGE = "benchmarks.families.program_distillation"
TAIL = "tail"
"""Name of the picture's files."""


def chain_page(records: Sequence[Envelope], ledger: Sequence[Entry]) -> str:
    """The page, as Markdown.

    Args:
        records: Records of any family.
        ledger: Every claim of the family with what the records say of it.
    """
    chains = chains_of(records)
    executed = chains.get(EXECUTED, [])
    return environment("markdown", _PACKAGE).get_template("chain.md.jinja").render(
        command=command("program_distillation_chain"),
        claims={entry.claim.id: entry for entry in ledger},
        margin=MARGIN,
        recipe=program_distillation_chain(),
        workflows=as_markdown(workflows_frame(chains)),
        right_answers=as_markdown(generations_frame(chains, tail.accuracy)),
        right_corpora=as_markdown(generations_frame(chains, corpus_right)),
        fifths=as_markdown(fifths_frame(chains)),
        is_there=bool(executed),
        types=as_markdown(types_frame(executed))
        if executed
        else "",
        hard_names=hard_names(executed),
        hardest=as_markdown(hardest_frame(chains)),
        pairs=as_markdown(questions_frame(chains)),
        by_chance=by_chance(executed) if executed else 0,
        isolated=points(less(chains, ANEW, REPLACED)),
        begins=over_generations(executed, tail.hard_accuracy)[0].mean if executed else 0,
        right=over_generations(executed, tail.accuracy)[0].mean if executed else 0,
    )  # fmt: skip


def workflows_frame(chains: Chains) -> pd.DataFrame:
    """Of each workflow: accuracy at the end, the tail, what the theory expects, and the price."""
    return pd.DataFrame([_of_workflow(name, records) for name, records in chains.items()])


def _of_workflow(workflow: str, records: Sequence[Record]) -> Mapping[str, str]:
    measures = {
        "right": tail.accuracy,
        "hardest fifth": tail.hard_accuracy,
        "easiest fifth": tail.easy_accuracy,
    }
    found = {name: over_generations(records, measure) for name, measure in measures.items()}
    half = over_generations(records, tail.half_share)[-1]
    law = over_generations(records, partial(expected, workflow))[-1] if workflow in LAWS else None
    cost = price(records)
    return {
        "workflow": f"`{workflow}`",
        **{f"{name}, last": interval(values[-1]) for name, values in found.items()},
        "harder half of the corpus": interval(half),
        "by the law": "" if law is None else interval(law),
        "executed for each kept": "" if cost is None else f"{cost.mean:.2f}",
        "seeds": str(half.n),
    }


def types_frame(executed: Sequence[Record]) -> pd.DataFrame:
    """Of each type: what generation 0 answers, and its share of the corpus before and after."""
    return pd.DataFrame(
        [
            {
                "type, by steps": str(place + 1),
                "right, generation 0": _mean(executed, tail.passing, 0, place),
                "right, last": _mean(executed, tail.passing, -1, place),
                "share of human text": _mean(executed, tail.shares, 0, place),
                "of the last corpus": _mean(executed, tail.shares, -1, place),
                "by the law": _mean(
                    executed, tail.expected_shares, len(executed[0].generations) - 1, place
                ),
            }
            for place in range(tail.parts(executed[0]))
        ]
    )


def _mean(records: Sequence[Record], measure: tail.Measure, generation: int, place: int) -> str:
    values = [float(measure(record, generation)[place]) for record in records]
    return f"{100 * sum(values) / len(values):.1f} %"
