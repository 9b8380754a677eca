"""Fills the blocks of the README and the docs that follow from records, ledgers and the catalogue.

A block stands between `<!-- NAME -->` and `<!-- /NAME -->`. Run `python docs/make_blocks.py` after
`collapse tables --out docs`, when records or families were added; a test compares.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chains.cost import parameters
from benchmarks.chains.record import Record, read_records
from benchmarks.comparing.curves import CONTROL, curves, excess
from benchmarks.comparing.differences import support
from benchmarks.comparing.tables import markdown, sentences
from benchmarks.families.catalogue import FAMILIES, find_chains
from benchmarks.paper.family import Family
from benchmarks.speed.history import read_history
from data.workflow import MEANING
from lightning_modules.settings import ModelShape

ROOT = Path(__file__).resolve().parents[1]
FILES = (
    "README.md",
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
    "edit-previous-bounded",
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


def blocks() -> dict[Path, dict[str, str]]:
    """The text of every block, by file and name."""
    smoke = _records("smoke")
    table, _, _ = markdown(smoke).partition("\n\n")
    return {
        ROOT / "README.md": {
            "found": _found(smoke, _records("workflows")),
            "scope": _scope(),
            "results": table,
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
        ROOT / "docs" / "workflows.md": {
            "meaning": "\n".join(f"- `{name}`: {words}." for name, words in MEANING.items())
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


def _found(smoke: Sequence[Record], workflows: Sequence[Record]) -> str:
    """What the chains and the theory found, in plain words."""
    short, long = _excesses(smoke), _excesses(workflows)
    later = smoke[0].generations[-1].generation, workflows[0].generations[-1].generation
    seeds = len({record.seed for record in smoke}), len({record.seed for record in workflows})
    broken = {claim.id: claim for claim in _ledger(FAMILIES[0])}[_BROKEN_BOUND]
    reached, bound = re.findall(r"[0-9.]+", broken.observed)
    return "\n".join(
        [
            "- **A chain that learns only what its last model wrote gets worse.** After "
            f"{later[0]} generations ({seeds[0]} seeds) `replace` needs",
            f"  {short['replace']} bits per byte more to predict held-out human text than a chain "
            "that gets new human text each time.",
            "- **Editing the human text costs less; editing the edited text again does not stay "
            "bounded.** The human text edited",
            f"  anew each time (`edit_source`) costs {short['edit_source']}; the last edited text "
            "edited again, as the paper does",
            f"  (`edit_previous`), {short['edit_previous']}. After {later[1]} generations of a "
            f"smaller model ({seeds[1]} seeds) the latter ends at {long['edit_previous']},",
            f"  where `replace` ends at {long['replace']}.",
            "- **The paper's bound for edited chains is false as stated.** With three rows of data "
            "and two edits the mean error",
            f"  is {float(reached):.3f} times that of one fit; the bound says {bound} "
            "([by hand](docs/theory.md#4-the-first-part-of-theorem-2-is-false)).",
        ]
    )


def _scope() -> str:
    """What all records of chains have in common, and so what they cannot show.

    Raises:
        ValueError: A record is larger than the words say.
    """
    records = read_records(_RECORDS)
    sizes = [parameters(ModelShape(**record.recipe["model"])) for record in records]
    tiers = {record.recipe["tier"] for record in records}
    devices = {record.hardware.device for record in records}
    priors = {record.recipe["prior"] for record in records}
    if (tiers, devices, priors) != ({"smoke", "cpu"}, {"cpu"}, {"self", "smollm2"}):
        raise ValueError(f"{tiers}, {devices}, {priors}: say it in the block `scope` anew")
    return "\n".join(
        [
            f"**What it does not show.** All {len(records)} records of chains are of small models "
            f"({min(sizes) / 1e6:.1f} to {max(sizes) / 1e6:.1f} million parameters, edited",
            "by themselves or by SmolLM2-135M) on CPUs; none is of the paper's own size. The "
            "direction of a difference is established",
            "for these models and texts, its size elsewhere is not.",
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


def _excesses(records: Sequence[Record]) -> dict[str, str]:
    """Loss at the last generation above the control's, by workflow."""
    by_name = {curve.workflow: curve for curve in curves(records)}
    found = {name: excess(curve, by_name[CONTROL]) for name, curve in by_name.items()}
    return {name: f"{one.mean:.3f}" for name, one in found.items() if one is not None}


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
