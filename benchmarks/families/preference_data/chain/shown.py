"""What of selection by reward stands on the family's pages: sentences, a section, a picture."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.chains.cost import size_words
from benchmarks.chains.record import Record
from benchmarks.chains.rewarding.stages import SELECTING, UNSEEN
from benchmarks.comparing.curves import over_generations
from benchmarks.comparing.differences import Difference, of_share
from benchmarks.families.preference_data.chain import statistics as of
from benchmarks.families.preference_data.chain.study import (
    BEST_8,
    FRESH,
    REPLACED,
    preference_data_chain,
)
from benchmarks.families.preference_data.showing import (
    beside,
    by_arm,
    in_words,
    section_of,
)
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown
from benchmarks.paper.sentences import Sentence
from benchmarks.profile.answers import corrected, profile_records
from benchmarks.profile.markdown import profile_markdown
from benchmarks.running.record import Envelope

PICTURE = "best_of_n_chain"
"""Name of the picture's files."""
Chains = Mapping[str, Sequence[Record]]
"""Records of the recipe as it stands, by workflow and in the order of seeds."""

_NUMBERS = (
    ": {excess_best} bits per byte over fresh human text, without selection {excess_replaced} "
    "({size}, {generations} generations, one text; the claim's number is the first less half of "
    "the second)"
)
SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="um.chain_collapse",
        reproduced="Keeping the best of eight samples by a reward model that learnt to prefer "
        f"human text leaves a chain of its own text less than half of its excess loss{_NUMBERS}",
        not_reproduced="Keeping the best of eight samples by a reward model that learnt to prefer "
        f"human text leaves a chain of its own text more than half of its excess loss{_NUMBERS}",
        subject="selection by a reward model leaves a chain of its own text less than half of its "
        "excess loss",
    ),
    Sentence(
        claim="um.chain_diversity",
        reproduced="What is selected is less diverse than what is not",
        not_reproduced="What is selected is more diverse than what is not",
        subject="selection by a reward model costs diversity",
    ),
    Sentence(
        claim="um.chain_hacking",
        reproduced="The reward model that selects is pleased more than one of another kind that "
        "has no say",
        not_reproduced="The reward model that selects is pleased less than one of another kind "
        "that has no say",
        subject="the reward model that selects is pleased more than one of another kind that has "
        "no say",
    ),
)
"""What the study brings to the opening, the most important first."""


def chains_of(records: Sequence[Envelope]) -> dict[str, list[Record]]:
    """The records of the chains by workflow, in the order of the recipe; none without a record."""
    return by_arm(records, preference_data_chain(), Record)


def bytes_each(record: Record, generation: int) -> float:
    """Mean length of the documents that a generation learnt, in bytes."""
    return record.generations[generation].corpus.health.mean_bytes


class Measure(NamedTuple):
    """What is shown of a chain at a generation."""

    read: Callable[[Record, int], float]
    is_share: bool = True


MEASURES: Mapping[str, Measure] = {
    "held-out loss, bits per byte": Measure(partial(of.metric, of.LOSS), is_share=False),
    "different pairs of words": Measure(partial(of.metric, of.DISTINCT)),
    "rare human pairs": Measure(partial(of.metric, of.TAIL)),
    "wins, selecting": Measure(partial(of.wins, name=SELECTING)),
    "wins, unseen": Measure(partial(of.wins, name=UNSEEN)),
    "bytes of a document": Measure(bytes_each, is_share=False),
}
"""What is shown of a chain at every generation, by its name on the page."""


def chains_frame(chains: Chains) -> pd.DataFrame:
    """Of each workflow what is measured at the last generation."""
    lines = []
    for workflow, records in chains.items():
        last = {name: _last(records, measure) for name, measure in MEASURES.items()}
        chosen = [one.last.corpus.best_of for one in records]
        price = [one.candidates / one.kept for one in chosen if one is not None]
        lines.append(
            {
                "workflow": f"`{workflow}`",
                f"excess over `{FRESH}`": "" if workflow == FRESH else _excess(chains, workflow),
                **{name: in_words(one, _digits(one)) for name, one in last.items()},
                "samples for each kept": f"{np.mean(price):.0f}" if price else "",
                "seeds": str(len(records)),
            }
        )
    return pd.DataFrame(lines)


def _last(records: Sequence[Record], measure: Measure) -> Difference:
    found = over_generations(records, measure.read)[-1]
    return of_share(found) if measure.is_share else found


def _digits(one: Difference) -> int:
    return 0 if abs(one.mean) > 10 else 4 if abs(one.mean) < 0.1 else 3


def _excess(chains: Chains, workflow: str) -> str:
    """Loss at the last generation less that of fresh human text, in bits per byte, in words."""
    last = partial(of.metric, of.LOSS, generation=-1)
    one = beside(chains.get(workflow, ()), chains.get(FRESH, ()), last)
    return in_words(one, sign=True)


def breaches_frame(chains: Chains) -> pd.DataFrame:
    """How many corpora of later generations break which limit of the health gate, by workflow.

    Args:
        chains: Records by workflow.
    """
    broken: dict[str, list[list[str]]] = {
        workflow: [
            [breach.split()[0] for breach in generation.corpus.breaches]
            for record in records
            for generation in record.generations[1:]
        ]
        for workflow, records in chains.items()
    }
    limits = list(dict.fromkeys(name for some in broken.values() for one in some for name in one))
    return pd.DataFrame(
        [
            {
                "workflow": f"`{workflow}`",
                "corpora": str(len(some)),
                **{name: str(sum(name in one for one in some)) for name in limits},
            }
            for workflow, some in broken.items()
        ]
    )


def tokens_each(records: Sequence[Record]) -> float:
    """Mean length of the documents of the last corpora, in tokens."""
    corpora = [one.last.corpus for one in records]
    return sum(one.tokens for one in corpora) / sum(one.documents for one in corpora)


def numbers(records: Sequence[Envelope]) -> dict[str, str]:
    """What stands beside the claims in sentences: empty without a record.

    Args:
        records: Records of any family.
    """
    chains, recipe = chains_of(records), preference_data_chain()
    if not chains:
        return {}
    return {
        "excess_best": _excess(chains, BEST_8),
        "excess_replaced": _excess(chains, REPLACED),
        "size": size_words(recipe.model),
        "generations": str(recipe.generations),
        "tokens_each": f"{tokens_each(chains[BEST_8]):.0f}" if BEST_8 in chains else "",
    }


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty without a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    chains = chains_of(records)
    if not chains:
        return ""
    return section_of(
        preference_data_chain(),
        "chain",
        claims,
        chains=as_markdown(chains_frame(chains)),
        breaches=as_markdown(breaches_frame(chains)),
        numbers=numbers(records),
        best=BEST_8,
        picture=PICTURE,
        control=FRESH,
        profile=_profile(chains),
    )


def _profile(chains: Chains) -> str:
    """The answers of the collapse profile in Markdown; empty without the control."""
    if FRESH not in chains:
        return ""
    every = [record for some in chains.values() for record in some]
    return profile_markdown(corrected(profile_records(every)))


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """Pages of the study's own, by file name; none."""
    return {}


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the picture where its records are there; return the files."""
    chains = chains_of(records)
    if not chains:
        return []
    from benchmarks.comparing.pictures.files import save_all
    from benchmarks.families.preference_data.chain.picture import chain_picture

    return save_all({PICTURE: lambda: chain_picture(chains)}, folder)
