"""Fills the blocks of the README and the docs that follow from records, ledgers and the catalogue.

A block stands between `<!-- NAME -->` and `<!-- /NAME -->`. Run `python docs/make_blocks.py` after
`collapse tables --out docs`, when records or families were added; a test compares.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.chains.cost import size_words
from benchmarks.chains.record import Record, read_records
from benchmarks.comparing.differences import support
from benchmarks.comparing.tables import sentences
from benchmarks.families.catalogue import FAMILIES, find_chains
from benchmarks.families.program_distillation.census import FromCensus
from benchmarks.families.toedit.claims.findings import judged, reading, readme
from benchmarks.families.toedit.claims.predicted import predictions_markdown
from benchmarks.families.toedit.places_page import place_blocks
from benchmarks.leaderboard.headline import Study, studies
from benchmarks.leaderboard.ranking import rank
from benchmarks.leaderboard.summary import headline_table
from benchmarks.paper.claims import Entry
from benchmarks.paper.evidence import Rule
from benchmarks.paper.family import Family
from benchmarks.paper.printed_rules import Computed, FromPrint, FromTheory, NotAttempted
from benchmarks.paper.rules import BestSupported, FromRuns
from benchmarks.speed.history import read_history
from data.workflow import MEANING
from lightning_modules.settings import ModelShape

ROOT = Path(__file__).resolve().parents[1]
FILES = (
    "README.md",
    "docs/claims.md",
    "docs/editing.md",
    "docs/gpu.md",
    "docs/profile.md",
    "docs/scale.md",
    "docs/workflows.md",
)
"""Pages with blocks."""
_RECORDS = ROOT / "benchmarks" / "records"
_VERDICTS = (
    "reproduced",
    "undecided",
    "not reproduced",
    "inconsistent as printed",
    "not attempted",
)
_EXAMPLES = (
    "synthetic-degrades",
    "continual-biomedicine",
    "edit-previous-level",
    "threshold",
    "mixture-downstream",
)
_BROKEN_BOUND = "theory-theorem-2-first-mean"


@dataclass(frozen=True, slots=True)
class Claim:
    """A row of a page of claims."""

    id: str
    statement: str
    verdict: str
    observed: str


_ON_FIRST_PAGE = 2
"""Studies whose methods stand on the first page."""


def _of_text() -> list[Study]:
    """Studies of chains that write text; those that write programs have a page of their own."""
    return [study for study in studies(rank(_all_records())) if not study.programs]


def _large() -> list[Study]:
    """The two studies of most methods, the main one first; LEADERBOARD.md has the others too."""
    found = _of_text()
    most = sorted(found, key=lambda study: -len(study.found))[:_ON_FIRST_PAGE]
    return [study for study in found if study in most]


def blocks() -> dict[Path, dict[str, str]]:
    """The text of every block, by file and name."""
    smoke = _records("smoke")
    return {
        ROOT / "README.md": {
            "found": _found(),
            "scope": _scope(),
            "headline": headline_table(_large(), with_intervals=False),
            "claims": _claims(),
            "families": _families(),
        },
        ROOT / "docs" / "editing.md": {
            "smoke": f"> {sentences(smoke)[-1]}",
            "pretrained-prior": f"> {sentences(_records('smoke_pretrained_prior'))[-1]}",
        },
        ROOT / "docs" / "gpu.md": {"gpu-runs": _gpu_runs()},
        ROOT / "docs" / "scale.md": {"gpu-ratios": _gpu_ratios()},
        ROOT / "docs" / "profile.md": {"three-seeds": f"> {support(3)}"},
        ROOT / "docs" / "claims.md": {"kinds": _kinds()},
        ROOT / "docs" / "workflows.md": {
            "meaning": "\n".join(f"- `{name}`: {words}." for name, words in MEANING.items()),
            "reading": _listed(reading(_chains_ledger(), _all_records())),
            "predicted": predictions_markdown(_chains_ledger(), _records("workflows")),
            **place_blocks(_chains_ledger(), _all_records()),
        },
    }


def filled(text: str, found: Mapping[str, str]) -> str:
    """The text with its blocks as they should be.

    Raises:
        ValueError: A block is not there exactly once.
    """
    for name, body in found.items():
        blocks = re.findall(rf"<!-- {name} -->\n.*?<!-- /{name} -->", text, re.DOTALL)
        if len(blocks) != 1:
            raise ValueError(f"the block {name} is there {len(blocks)} times, not once")
        text = text.replace(blocks[0], f"<!-- {name} -->\n{body}\n<!-- /{name} -->")
    return text


def _records(recipe: str) -> list[Record]:
    digest = find_chains(recipe).digest
    return [record for record in read_records(_RECORDS) if record.digest == digest]


@cache
def _all_records() -> list[Record]:
    return read_records(_RECORDS)


@cache
def _chains_ledger() -> Mapping[str, Entry]:
    return judged(_all_records())


def _listed(paragraphs: Sequence[str]) -> str:
    """Paragraphs as a list in Markdown, broken into lines."""
    return "\n".join(
        textwrap.fill(
            f"- {paragraph}",
            width=120,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for paragraph in paragraphs
    )


def _found() -> str:
    """What the chains and the theory found, in the words of the claims."""
    broken = {claim.id: claim for claim in _ledger(FAMILIES[0])}[_BROKEN_BOUND]
    reached, bound = re.findall(r"[0-9.]+", broken.observed)
    theory = (
        "**The paper's bound for edited chains is false as stated.** With three rows of data and "
        f"two edits the mean error is {float(reached):.3f} times that of one fit; the bound says "
        f"{bound} ([by hand](docs/theory.md#4-the-first-part-of-theorem-2-is-false))."
    )
    if broken.verdict != "not reproduced":
        raise ValueError(f"{_BROKEN_BOUND} is {broken.verdict}: say it in the block `found` anew")
    return _listed([*readme(_chains_ledger()), theory])


def _scope() -> str:
    """What all records of chains have in common, and so what they cannot show.

    Raises:
        ValueError: A record is larger than the words say.
    """
    records = read_records(_RECORDS)
    sizes = size_words(*(ModelShape(**record.recipe["model"]) for record in records))
    tiers = {record.recipe["tier"] for record in records}
    devices = {record.hardware.device for record in records}
    priors = {record.recipe["prior"] for record in records}
    if (tiers, devices, priors) != ({"smoke", "cpu"}, {"cpu"}, {"self", "smollm2"}):
        raise ValueError(f"{tiers}, {devices}, {priors}: say it in the block `scope` anew")
    return "\n".join(
        [
            f"**What it does not show.** All {len(records)} records of chains are of small models "
            f"({sizes}, edited",
            "by themselves or by SmolLM2-135M) on CPUs; none is of the paper's own size. What is "
            "shown is shown for these",
            "models and this held-out text; what is undecided may be so or not.",
        ]
    )


def _gpu_runs() -> str:
    """The reports of all runs of `collapse gpu`, the newest first."""
    reports = sorted((ROOT / "benchmarks" / "gpu_runs").glob("*/report.md"), reverse=True)
    return "\n\n".join(
        re.sub(r"^# .*", f"## {path.parent.name}", path.read_text(encoding="utf-8"))
        .replace("\n## ", "\n### ")
        .strip()
        for path in reports
    )


def _gpu_ratios() -> str:
    """What was measured on GPUs last, ratio by ratio, with card and commit."""
    history = read_history(ROOT / "benchmarks" / "speed_history.jsonl")
    last = {
        row.name: (run, row) for run in history.runs if run.device != "cpu" for row in run.ratios
    }
    lines = [
        _row("what", "ours", "baseline", "ratio", "goal", "card, commit"),
        _row("---", "---:", "---:", "---:", "---:", "---"),
    ]
    for run, row in last.values():
        goal = "" if row.goal is None else f"{row.goal:g}"
        numbers = f"{row.ours:,.4g} {row.unit}", f"{row.baseline:,.4g}", f"{row.ratio:.2f}", goal
        lines.append(_row(row.name, *numbers, f"{run.device}, {run.commit[:8]}"))
    return "\n".join(lines)


def _claims() -> str:
    """How many claims of all families have each verdict, and an example from the first family.

    Raises:
        ValueError: An example has another verdict now.
    """
    ledgers = [list(_ledger(family)) for family in FAMILIES if family.claims()]
    counts = Counter(claim.verdict for ledger in ledgers for claim in ledger)
    known = {claim.id: claim for claim in ledgers[0]}
    lines = [
        _row("verdict", f"{counts.total()} claims", "for example, of ToEdit"),
        _row("---", "---:", "---"),
    ]
    for verdict, example in zip(_VERDICTS, _EXAMPLES, strict=True):
        if known[example].verdict != verdict:
            raise ValueError(f"the claim {example} is no example of {verdict!r} any more")
        lines.append(_row(verdict, str(counts[verdict]), known[example].statement))
    return "\n".join(lines)


def _kind(rule: Rule) -> str:
    """What a rule looks at, in words."""
    if isinstance(rule, BestSupported):
        return _kind(next(one for one in rule.rules if isinstance(one, FromRuns)))
    if not isinstance(rule, FromRuns):
        return _OTHER_KINDS[type(rule)]
    ends = {rule.region.above, rule.region.below}
    if None not in ends:
        return "runs: between two limits (equivalence)"
    return "runs: above or below 0" if 0.0 in ends else "runs: on one side of a margin"


_OTHER_KINDS: Mapping[type, str] = {
    FromPrint: "printed numbers: the audit",
    Computed: "printed numbers: a test or a comparison",
    FromCensus: "runs: a count over a whole data set",
    FromTheory: "the theory",
    NotAttempted: "runs that nobody has made",
}


def _kinds() -> str:
    """Each kind of rule, how many claims it judges, and what some evidence makes it say."""
    rules = [claim.rule for family in FAMILIES for claim in family.claims()]
    said: dict[str, set[str]] = {}
    for rule in rules:
        said.setdefault(_kind(rule), set()).update(rule.can_say)
    counts = Counter(map(_kind, rules))
    lines = [_row("a rule looks at", "claims", "and can say"), _row("---", "---:", "---")]
    for kind, verdicts in sorted(said.items()):
        words = ", ".join(verdict for verdict in _VERDICTS if verdict in verdicts)
        lines.append(_row(kind, str(counts[kind]), words))
    return "\n".join(lines)


def _ledger(family: Family) -> Iterator[Claim]:
    """The claims of a family as its page states them; the page is held to the ledger by a test.

    Raises:
        ValueError: The page is not there.
    """
    page = ROOT / "docs" / family.docs / "claims.md"
    if not page.is_file():
        raise ValueError(f"{page} is missing; run: collapse tables --out docs")
    text = page.read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    for name, _, statement, _, verdict, observed, *_ in rows[1:]:
        yield Claim(name, statement, verdict.strip("*"), observed)


def _families() -> str:
    """One row per family."""
    lines = [_row("pages", "paper", "what it asks", "try it"), _row("---", "---", "---", "---")]
    for family in FAMILIES:
        link = f"https://arxiv.org/abs/{family.paper.arxiv}"
        paper = f"[{family.paper.authors}, {family.paper.venue}]({link})"
        command = f"run {next(iter(family.recipes))}" if family.recipes else f"tables {family.name}"
        page = f"[{family.name}](docs/{family.docs}/README.md)"
        lines.append(_row(page, paper, family.question, f"`collapse {command}`"))
    return "\n".join(lines)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    for path, found in blocks().items():
        path.write_text(filled(path.read_text(encoding="utf-8"), found), encoding="utf-8")
