"""A corpus that lies in the folder of a finished stage."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.running.stage import File, Stage


@dataclass(frozen=True)
class CorpusFile:
    """A corpus inside a finished stage, and how much of it a fit uses."""

    stage: Stage
    name: str = "corpus"
    limit: int | None = None
    """Tokens that a fit uses of it at most; None uses the recipe's size of a corpus."""
    truncate_above: float | None = None
    """Probability above which the fit ignores a token."""

    @property
    def file(self) -> File:
        """The corpus as a file of its stage, which another stage can be given to read."""
        return self.stage.file(f"{self.name}.arrow")

    @property
    def path(self) -> Path:
        """Path of the Arrow file that holds the documents."""
        return self.file.path

    @property
    def facts(self) -> dict[str, Any]:
        """What its stage found out: documents, tokens, and how the corpus was made."""
        facts = self.stage.facts
        return dict(facts["parts"][self.name] if "parts" in facts else facts)

    @property
    def human_tokens(self) -> int:
        """Tokens of human text, as it was or edited; 0 for text sampled from a model."""
        if "cut_off" in self.facts:
            return 0
        return int(self.facts.get("human_tokens", self.facts["tokens"]))


def files(corpus: "tuple[CorpusFile, ...]") -> list[File]:
    """The files of a corpus that has several, in their order."""
    return [part.file for part in corpus]
