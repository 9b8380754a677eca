"""What of preference tuning stands on the family's pages: sentences, a section, a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.comparing.differences import with_interval
from benchmarks.families.preference_data.record import PreferenceRecord
from benchmarks.families.preference_data.showing import by_arm, section_of
from benchmarks.families.preference_data.tuning import statistics as of
from benchmarks.families.preference_data.tuning.study import preference_data_cpu
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

PICTURE = "displacement"
"""Name of the picture's files."""
Policies = Mapping[str, Sequence[PreferenceRecord]]
"""Records of the recipe as it stands, by arm and in the order of seeds."""

SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="um.iterate_hacking",
        reproduced="One more round of DPO, on a small policy's own answers, pleases the reward "
        "model that ranked them more than one that has no say",
        not_reproduced="One more round of DPO, on a small policy's own answers, pleases the reward "
        "model that ranked them less than one that has no say",
        subject="one more round of DPO on own answers pleases the reward model that ranked them "
        "more than one that has no say",
    ),
    Sentence(
        claim="um.displacement",
        reproduced="DPO on human and own continuations lowers the probability of human ones too",
        not_reproduced="DPO on human and own continuations raises the probability of human ones",
        subject="DPO lowers the probability of the chosen answers too",
    ),
    Sentence(
        claim="um.preference",
        reproduced="By a reward model that has no say a small policy answers better after DPO",
        not_reproduced="By a reward model that has no say a small policy answers worse after DPO",
        subject="a small policy answers better after DPO by a reward model that has no say",
    ),
    Sentence(
        claim="um.mix_general",
        reproduced="A policy of the domain's data alone forgets general text that mixed data keep",
        not_reproduced="A policy of the domain's data alone knows general text better than one of "
        "mixed data",
        subject="a policy of the domain's data alone forgets general text",
    ),
)
"""What the study brings to the opening, the most important first."""


def policies_of(records: Sequence[Envelope]) -> dict[str, list[PreferenceRecord]]:
    """The records of the recipe by arm, in its order; none without a record."""
    return by_arm(records, preference_data_cpu(), PreferenceRecord)


def policies_frame(policies: Policies) -> pd.DataFrame:
    """Of each policy: what held-out pairs show at the end, its distance, losses and rewards."""
    lines = []
    for arm, records in policies.items():
        last = of.looks(records[0])[-1]
        keys = {
            "chosen, nats": f"{last}/chosen",
            "rejected, nats": f"{last}/rejected",
            "margin": f"{last}/margin",
            "right of held-out pairs": f"{last}/accuracy",
            "KL, nats": "after/kl",
            "loss, domain": "after/domain/bits_per_byte",
            "loss, general": "after/general/bits_per_byte",
            "wins, selecting": "after/wins/selecting",
            "wins, unseen": "after/wins/unseen",
        }
        found = {
            name: with_interval([of.value(one, key) for one in records])
            for name, key in keys.items()
        }
        lines.append({"policy": f"`{arm}`", **found, "seeds": str(len(records))})
    return pd.DataFrame(lines)


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty without a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    policies = policies_of(records)
    if not policies:
        return ""
    return section_of(
        preference_data_cpu(),
        "tuning",
        claims,
        policies=as_markdown(policies_frame(policies)),
        picture=PICTURE,
    )


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """Pages of the study's own, by file name; none."""
    return {}


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the picture where its records are there; return the files."""
    policies = policies_of(records)
    if not policies:
        return []
    from benchmarks.comparing.pictures.files import save_all
    from benchmarks.families.preference_data.tuning.picture import displacement_picture

    return save_all({PICTURE: lambda: displacement_picture(policies)}, folder)
