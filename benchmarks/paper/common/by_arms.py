"""Claims about arms of one recipe, which share its seeds, its command and what is said of it."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.comparing.decisions import Region
from benchmarks.paper.cells import command
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.rules import FIRST_FIVE, Need, Statistic, from_arms
from benchmarks.running.study import FamilyRecipe


@dataclass(frozen=True, kw_only=True, slots=True)
class ByArms:
    """What claims about one recipe have in common."""

    recipe: Callable[[], FamilyRecipe]
    caveat: str
    """How the experiment differs from the paper's."""
    seeds: tuple[int, ...] = FIRST_FIVE
    """The seeds that every claim plans."""

    @property
    def command(self) -> str:
        """What makes the records that decide."""
        return command(self.recipe().name, self.seeds)

    def claim(
        self,
        id: str,
        where: str,
        statement: str,
        statistic: str,
        arms: tuple[str, ...],
        number: Statistic,
        region: Region,
        note: str = "",
        need: Need | None = None,
    ) -> PaperClaim:
        """A claim that a number of some arms lies in a region.

        Args:
            id: Id of the claim.
            where: Where the paper makes it.
            statement: What is claimed.
            statistic: The number that decides, in words.
            arms: The arms whose records of one seed the number is computed from, in its order.
            number: Computes it.
            region: Where the claim says that it lies.
            note: What must be said about the rule beside its words.
            need: What the records must show before a test says anything; None for nothing.
        """
        return PaperClaim(
            id=id,
            where=where,
            statement=statement,
            statistic=statistic,
            rule=from_arms(self.recipe, arms, number, region, need, self.seeds),
            note=note,
            command=self.command,
            caveat=self.caveat,
        )
