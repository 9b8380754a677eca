"""What a family of experiments brings: everything that the commands show of one paper.

A family is a folder below `benchmarks/families/` with a `family.py` that holds one `Family`, and a
line in the catalogue. What takes seconds to load stands behind a function, so that a command loads
what it shows and no more.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks.chains.recipe import Recipe
from benchmarks.running.record import Envelope
from benchmarks.running.study import RunsItself

if TYPE_CHECKING:  # for types alone
    import typer

    from benchmarks.paper.audit import Audit
    from benchmarks.paper.cells import Filling
    from benchmarks.paper.claims import PaperClaim
    from benchmarks.paper.fixed.looks import Looks
    from benchmarks.paper.fixed.rules import History
    from benchmarks.running.step import Step
    from data.workflow import Method
    from theory.verdict import Claim


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """The paper that a family reproduces."""

    title: str
    authors: str
    """First author and the rest: `Zhu et al.`."""
    venue: str
    """Where and when it appeared: `ICML 2025`."""
    arxiv: str
    """Number of the paper on arXiv."""

    @property
    def citation(self) -> str:
        """Title, authors, venue and number, as Markdown."""
        return f"*{self.title}* ({self.authors}, {self.venue}, arXiv {self.arxiv})"


class Plan(Protocol):
    """An experiment of tier `paper`: what it needs and would cost."""

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables whose cells it fills, by name."""

    def lines(self, name: str) -> list[str]:
        """The plan as lines of text, for the terminal."""


AnyRecipe = Recipe | RunsItself
_FAMILIES = Path(__file__).resolve().parents[1] / "families"


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenMethod:
    """A way to make the next corpus that a family gives to every chain.

    The function stands in `data/`, imports no family, and is named in recipes like any other.
    """

    method: "Method"
    uses: str
    """What the method uses that others do not; methods of a leaderboard's track share it."""
    price: Callable[[Mapping[str, Any]], float]
    """Cost of that beside the training, from the plain settings of a recipe of chains."""
    unit: str
    """Unit of the price, in words."""

    @property
    def workflow(self) -> str:
        """Name of the method as a workflow in recipes."""
        return self.method.__name__


def nothing(*arguments: object) -> tuple[()]:
    """An empty tuple, in place of what a family does not bring."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Family:
    """The experiments, numbers, claims and pages of one paper."""

    name: str
    """Name of the family's folders: in `benchmarks/families/`, and in the other packages where it
    needs them."""
    paper: Paper
    question: str
    """The question that the paper asks, in one line."""
    docs: str
    """Folder below `docs/` that holds its pages."""
    recipes: Mapping[str, Callable[[], AnyRecipe]]
    """Recipes by name; those of tiers above smoke are called `<family>_cpu`, `_gpu` and
    `_paper`."""
    record: Callable[[], type[Envelope]]
    """Returns the class of the family's records."""
    record_family: str
    """Value of the field `family` in its records."""
    plans: Callable[[], Mapping[str, Plan]] = dict
    """Experiments of tier `paper`, by the name of their command."""
    start: Callable[[str], Sequence[AnyRecipe]] = nothing
    """The recipes of a plan, once all of them can run."""
    audit: "Callable[[], Audit | None]" = lambda: None
    """The numbers that the paper prints, and how they are checked."""
    fillings: "Callable[[], Mapping[str, tuple[Filling, ...]]]" = dict
    """Returns which records fill which cells, by table; of two that fill a cell the later one
    counts."""
    claims: "Callable[[], tuple[PaperClaim, ...]]" = nothing
    """Returns what the paper claims, in its order."""
    theory: "Callable[[], tuple[Claim[Any], ...]]" = nothing
    """Returns what of it can be proved, refuted or computed without training a model."""
    figures: Callable[[Sequence[Envelope], Path], list[Path]] = nothing  # type: ignore[assignment]
    """Draws its figures into a folder; returns the files."""
    table_figures: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Caption and file of the figure that belongs on the page of a table."""
    pages: Callable[[Sequence[Envelope]], Mapping[str, str]] = lambda records: {}
    """Pages beside those of tables and claims, by file name."""
    see_also: str = ""
    """What the index says of these pages, as Markdown."""
    methods: tuple[GivenMethod, ...] = ()
    """Ways to make the next corpus that it gives to every chain."""
    sources: tuple[str, ...] = ()
    """Names of the human text that it brings; the text itself stands in `data.sources`."""
    commands: "Callable[[], Iterable[typer.Typer]]" = nothing
    """Commands for a user's own data."""
    speed_rows: Callable[[Any], Iterable[Any]] = nothing
    """Rows of `collapse speed`, from a device."""
    gpu_steps: "Callable[[], Sequence[Step]]" = nothing
    """What is worth running on a GPU that is had for minutes, ninety seconds each at most; see
    `benchmarks.gpu`."""

    def rules(self) -> "History":
        """When the rule of each claim was fixed, by its `rules.json`; empty where there is none.

        Raises:
            BadInput: The file is no history of rules.
        """
        from benchmarks.paper.fixed.rules import read_history

        return read_history(_FAMILIES / self.name / "rules.json")

    def looks(self) -> "Looks":
        """What was seen of its runs before their rules and is no record, by its `looks.json`.

        Raises:
            BadInput: The file is no list of looks.
        """
        from benchmarks.paper.fixed.looks import read_looks

        return read_looks(_FAMILIES / self.name / "looks.json")

    def plan_of(self, table: str) -> str:
        """Name of the plan that fills a table; empty where there is none."""
        plans = self.plans()
        return next((name for name, plan in plans.items() if table in plan.tables), "")
