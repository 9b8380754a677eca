"""A study: settings whose arms are no chains of generations, and what each arm measures.

A family's recipe extends it by its settings and by `run`, and is frozen as it is.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.running.digests import canonical_json, settings_digest


@dataclass(frozen=True, kw_only=True)
class Study:
    """What every recipe of a study has."""

    name: str
    """That of the function that makes it."""
    tier: str
    """How much machine it needs: smoke, cpu, gpu or paper."""
    summary: str
    """One line for `collapse list recipes`; no part of the digest."""
    arms: tuple[str, ...]
    """What is run for every seed, one record each."""

    @property
    def digest(self) -> str:
        """8 hex digits that change with any setting."""
        return settings_digest(self.as_dict(), type(self))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as they stand in a record."""
        plain: dict[str, Any] = json.loads(canonical_json(asdict(self)))
        return plain
