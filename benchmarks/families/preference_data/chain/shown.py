"""What of selection by reward stands on the family's pages: sentences, a section, a picture."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.chains.record import Record
from benchmarks.chains.rewarding.stages import SELECTING, UNSEEN
from benchmarks.comparing.curves import over_generations
from benchmarks.comparing.differences import Difference
from benchmarks.families.preference_data.chain import statistics as of
from benchmarks.families.preference_data.chain.study import FRESH, preference_data_chain
from benchmarks.families.preference_data.showing import by_arm, section_of
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

SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="um.chain_collapse",
        reproduced="Keeping the best of eight samples by a reward model that learnt to prefer "
        "human text takes away more than half of what a chain of its own text loses",
        not_reproduced="Keeping the best of eight samples by a reward model that learnt to prefer "
        "human text does not keep a chain of its own text from collapsing",
        subject="selection by a reward model keeps a chain of its own text from collapsing",
    ),
    Sentence(
        claim="um.chain_diversity",
        reproduced="What is selected is less diverse than what is not",
        not_reproduced="What is selected is more diverse than what is not",
        subject="selection by a reward model costs diversity",
    ),
    Sentence(
        claim="um.chain_hacking",
        reproduced="The reward model that selects is pleased more than one that has no say",
        not_reproduced="The reward model that selects is pleased less than one that has no say",
        subject="the reward model that selects is pleased more than one that has no say",
    ),
)
"""What the study brings to the opening, the most important first."""


def chains_of(records: Sequence[Envelope]) -> dict[str, list[Record]]:
    """The records of the chains by workflow, in the order of the recipe; none without a record."""
    return by_arm(records, preference_data_chain(), Record)


def bytes_each(record: Record, generation: int) -> float:
    """Mean length of the documents that a generation learnt, in bytes."""
    return record.generations[generation].corpus.health.mean_bytes


MEASURES: Mapping[str, Callable[[Record, int], float]] = {
    "held-out loss, bits per byte": partial(of.metric, of.LOSS),
    "different pairs of words": partial(of.metric, of.DISTINCT),
    "rare human pairs": partial(of.metric, of.TAIL),
    "wins, selecting": partial(of.wins, name=SELECTING),
    "wins, unseen": partial(of.wins, name=UNSEEN),
    "bytes of a document": bytes_each,
}
"""What is shown of a chain at every generation, by its name on the page."""


def chains_frame(chains: Chains) -> pd.DataFrame:
    """Of each workflow what is measured at the last generation, and the human control's first."""
    lines = []
    for workflow, records in chains.items():
        last = {name: over_generations(records, one)[-1] for name, one in MEASURES.items()}
        chosen = [one.last.corpus.best_of for one in records]
        price = [one.candidates / one.kept for one in chosen if one is not None]
        lines.append(
            {
                "workflow": f"`{workflow}`",
                **{name: _in_words(one) for name, one in last.items()},
                "samples for each kept": f"{np.mean(price):.0f}" if price else "",
                "seeds": str(len(records)),
            }
        )
    return pd.DataFrame(lines)


def _in_words(one: Difference) -> str:
    digits = 0 if abs(one.mean) > 10 else 4 if abs(one.mean) < 0.1 else 3
    if one.low is None or one.high is None:
        return f"{one.mean:.{digits}f}"
    return f"{one.mean:.{digits}f} [{one.low:.{digits}f}, {one.high:.{digits}f}]"


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
