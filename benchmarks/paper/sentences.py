"""Sentences of a page that rest on a claim each, and say no more than was decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.paper.claims import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is said of a claim, by its verdict; `{}` names are filled with numbers of records."""

    claim: str
    """Id of the claim."""
    reproduced: str
    not_reproduced: str
    subject: str
    """What the claim is about, for `whether ..` where nothing is decided."""

    def said(self, entry: Entry, numbers: Mapping[str, str]) -> str:
        """The sentence with the verdict and the number behind it."""
        words = {"reproduced": self.reproduced, "not reproduced": self.not_reproduced}
        open_ = f"It is {entry.verdict} whether {self.subject}"
        text = words.get(entry.verdict, open_).format(**numbers)
        return f"{text} (`{self.claim}` {entry.outcome}: {entry.said})."
