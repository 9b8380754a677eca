"""What of preference tuning stands on the family's pages: sentences, a section, a picture."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.comparing.differences import Difference, of_share, paired
from benchmarks.families.preference_data.record import PreferenceRecord
from benchmarks.families.preference_data.showing import (
    beside,
    by_arm,
    in_words,
    section_of,
)
from benchmarks.families.preference_data.tuning import statistics as of
from benchmarks.families.preference_data.tuning.study import (
    AGAIN,
    DPO,
    MIXED,
    preference_data_cpu,
)
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

PICTURE = "displacement"
"""Name of the picture's files."""
Policies = Mapping[str, Sequence[PreferenceRecord]]
"""Records of the recipe as it stands, by arm and in the order of seeds."""
_BEFORE, _AFTER = "before", "after"
_SHARES = ("right of held-out pairs", "wins, selecting", "wins, unseen")
"""Columns that are shares, whose intervals end at 0 and 1."""

SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="um.iterate_hacking",
        reproduced="One more round of DPO, on a small policy's own answers, pleases the reward "
        "model that ranked them more than one of another kind that has no say; that gap changes by "
        "{gap_first} in the first round, where none ranks",
        not_reproduced="One more round of DPO, on a small policy's own answers, pleases the reward "
        "model that ranked them less than one of another kind that has no say; that gap changes by "
        "{gap_first} in the first round, where none ranks",
        subject="one more round of DPO on own answers pleases the reward model that ranked them "
        "more than one of another kind that has no say",
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
        reproduced="A policy of the domain's data alone loses on general text beside one of mixed "
        "data, by {general_before} bits per byte before any pair was seen",
        not_reproduced="A policy of the domain's data alone knows general text better than one of "
        "mixed data",
        subject="a policy of the domain's data alone loses on general text beside mixed data",
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
        found = {name: _mean(records, partial(of.value, key=key)) for name, key in keys.items()}
        told = {n: in_words(of_share(one) if n in _SHARES else one) for n, one in found.items()}
        lines.append({"policy": f"`{arm}`", **told, "seeds": str(len(records))})
    return pd.DataFrame(lines)


Number = Callable[[PreferenceRecord], float]
"""Reads a number from a record."""
Reading = Callable[[PreferenceRecord, str], float]
"""Reads a number from a record, of the policy `before` or `after` it was tuned."""


def _mean(records: Sequence[PreferenceRecord], number: Number) -> Difference:
    return paired(np.array([number(one) for one in records]))


def _gap(record: PreferenceRecord, when: str) -> float:
    """Wins by the reward model that ranks less those by the unseen one."""
    return of.value(record, f"{when}/wins/selecting") - of.value(record, f"{when}/wins/unseen")


def _at(key: str) -> Reading:
    return lambda record, when: of.value(record, f"{when}/{key}")


CHANGES: Mapping[str, Reading] = {
    "wins, selecting": _at("wins/selecting"),
    "wins, unseen": _at("wins/unseen"),
    "gap of both": _gap,
    "loss, domain": _at("domain/bits_per_byte"),
    "loss, general": _at("general/bits_per_byte"),
    "KL from the first start, nats": _at("kl"),
}
"""What a round of tuning may change, by its name on the page."""


def rounds_frame(policies: Policies) -> pd.DataFrame:
    """What every first round changed, none of which a reward model ranked, and what the second did.

    Args:
        policies: Records by arm; a second round begins where that of DPO ended.
    """
    lines = []
    for arm, records in policies.items():
        is_second = arm == AGAIN
        told = {
            name: in_words(
                _second(policies, read) if is_second else _mean(records, partial(_change, read)),
                sign=True,
            )
            for name, read in CHANGES.items()
        }
        right = of_share(_mean(records, partial(of.at_end, measure="accuracy")))
        step = f"second, `{AGAIN}` less `{DPO}`" if is_second else f"first, `{arm}` less its start"
        ranked = "the selecting reward model" if is_second else "nobody: human above own"
        lines.append(
            {"round": step, "who ranks": ranked, **told, "right of held-out pairs": in_words(right)}
        )
    return pd.DataFrame(lines)


def _change(read: Reading, record: PreferenceRecord) -> float:
    return read(record, _AFTER) - read(record, _BEFORE)


def _second(policies: Policies, read: Reading) -> Difference | None:
    """What the second round changed: the end of both rounds less the end of the first."""
    return beside(policies.get(AGAIN, ()), policies.get(DPO, ()), lambda one: read(one, _AFTER))


def numbers(records: Sequence[Envelope]) -> dict[str, str]:
    """What stands beside the claims in sentences: empty without a record.

    Args:
        records: Records of any family.
    """
    policies = policies_of(records)
    if DPO not in policies:
        return {}
    dpo, again, mixed = (policies.get(arm, ()) for arm in (DPO, AGAIN, MIXED))
    domain, general = CHANGES["loss, domain"], CHANGES["loss, general"]

    def grown(records: Sequence[PreferenceRecord]) -> str:
        gap = _mean(records, partial(_change, _gap)) if records else None
        return in_words(gap, sign=True)

    def end(records: Sequence[PreferenceRecord], number: Number) -> str:
        return in_words(_mean(records, number) if records else None)

    kl = partial(of.value, key="after/kl")
    return {
        "gap_first": grown(dpo),
        "gap_first_mixed": grown(mixed),
        "wins_selecting": end(dpo, partial(of.value, key="before/wins/selecting")),
        "wins_unseen": end(dpo, partial(of.value, key="before/wins/unseen")),
        "domain_again": in_words(_second(policies, domain), sign=True),
        "kl_first": end(dpo, kl),
        "kl_again": end(again, kl),
        "right_again": end(again, partial(of.at_end, measure="accuracy")),
        "domain_before": in_words(beside(mixed, dpo, lambda one: domain(one, _BEFORE)), sign=True),
        "general_before": in_words(
            beside(dpo, mixed, lambda one: general(one, _BEFORE)), sign=True
        ),
    }


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
        rounds=as_markdown(rounds_frame(policies)),
        numbers=numbers(records),
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
