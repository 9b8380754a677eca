"""Claims that the authors' evaluation files decide by arithmetic; no run of ours does."""

from benchmarks.families.story_style.history import audit as of
from benchmarks.paper.claims import PaperClaim
from benchmarks.paper.evidence import Evidence, Judgement, Verdict
from benchmarks.paper.printed_rules import Computed

_SAYS: frozenset[Verdict] = frozenset({"reproduced", "not reproduced"})
_FILES = "evaluation files in the public history"
_NOTE = (
    "(raw evaluations of the authors, source = history; not the paper's table; the numbers were "
    "known when the thresholds were set, so that the verdict describes them)"
)
LEAST_FLOOR = 0.4
"""r-Acc above which a run that transfers nothing is far from 0; it has no upper end."""


def _judged(holds: bool, observed: str) -> Judgement:
    return Judgement("reproduced" if holds else "not reproduced", observed, "arithmetic")


def judge_drops(evidence: Evidence) -> Judgement:
    """Whether leaving the sentence loss out lowers a-Acc in every set of runs."""
    found = of.drops()
    words = "; ".join(f"{one.what}: {float(one.change):+.3f}" for one in found)
    return _judged(all(one.change < 0 for one in found), words)


def judge_floor(evidence: Evidence) -> Judgement:
    """Whether every run with next to no a-Acc has an r-Acc far from 0."""
    found = of.unchanged()
    words = "; ".join(
        f"{one.row} (.{one.author}): r-Acc {float(one.relative):.3f}, a-Acc "
        f"{float(one.accuracy):.3f}, BLEU-1 {float(one.bleu):.3f}"
        for one in found
    )
    return _judged(bool(found) and all(one.relative > LEAST_FLOOR for one in found), words)


def judge_trade(evidence: Evidence) -> Judgement:
    """Whether style and overlap with the source go against each other in every set."""
    found = of.trade()
    words = "; ".join(f"{name}: {value:+.2f}" for name, value in found.items())
    return _judged(all(value < 0 for value in found.values()), words)


def judge_lengths(evidence: Evidence) -> Judgement:
    """Whether outputs keep the length of their source within a tenth."""
    found = of.lengths()
    far = [one for one in found.values() if abs(one - 1) > 1 / 10]
    low, high = float(min(found.values())), float(max(found.values()))
    words = f"{len(far)} of {len(found)} differ by more; {low:.2f} to {high:.2f} of the source"
    return _judged(not far, words)


def judge_counts(evidence: Evidence) -> Judgement:
    """Whether every share is one of a whole number of test stories."""
    wrong = [cell for cell in of.shares() if not of.is_count(cell)]
    names = "".join(f"; {cell.row}, {cell.column}: {cell.printed}" for cell in wrong)
    return _judged(not wrong, f"{len(wrong)} of {len(of.shares())} are none{names}")


def judge_bleu(evidence: Evidence) -> Judgement:
    """Whether the BLEU that the authors recorded is the one that their outputs give."""
    pairs = of.recorded()
    wrong = [pair for pair in pairs if not of.agree(*pair)]
    return _judged(bool(pairs) and not wrong, f"{len(wrong)} of {len(pairs)} differ")


CLAIMS: tuple[PaperClaim, ...] = (
    PaperClaim(
        id="st.history",
        where=f"abstract (C2); {_FILES} (K2)",
        statement="the sentence loss helps style: without it fewer outputs are of the target style",
        statistic="a-Acc without the sentence loss less a-Acc with all losses, in each set of runs",
        rule=Computed(judge_drops, "reproduced if below 0 in every set, else not", _SAYS),
        note=_NOTE,
    ),
    PaperClaim(
        id="st.history_floor",
        where=f"{_FILES} (K3)",
        statement="r-Acc has a floor near one half: runs that transfer no style have it",
        statistic=f"r-Acc of each run with an a-Acc up to {float(of.MOST_STYLE):g}",
        rule=Computed(judge_floor, f"reproduced if above {LEAST_FLOOR:g} in each, else not", _SAYS),
        note=f"{_NOTE} (the rule has no upper end: it says far from zero, not near one half)",
    ),
    PaperClaim(
        id="st.history_trade",
        where=f"{_FILES} (K4)",
        statement="style and content trade: runs with more outputs of the target style keep less "
        "of the source",
        statistic="rank correlation of a-Acc and BLEU-1 over the runs of a set",
        rule=Computed(judge_trade, "reproduced if below 0 in every set, else not", _SAYS),
        note=_NOTE,
    ),
    PaperClaim(
        id="st.history_length",
        where=f"{_FILES} (K6)",
        statement="outputs are as long as their source, within a tenth",
        statistic="mean words of outputs over those of sources, by run and target author",
        rule=Computed(judge_lengths, "reproduced if all are, else not", _SAYS),
        note=_NOTE,
    ),
    PaperClaim(
        id="st.history_counts",
        where=_FILES,
        statement="every share of outputs is that of a whole number of test stories",
        statistic="shares that are none, of 729 Chinese or 290 English stories",
        rule=Computed(judge_counts, "reproduced if none, else not", _SAYS),
        note=_NOTE,
    ),
    PaperClaim(
        id="st.history_bleu",
        where=f"{_FILES} (K7)",
        statement="BLEU as the authors recorded it is what their stored outputs give",
        statistic="recorded numbers that differ from those recomputed, of the one run with both",
        rule=Computed(judge_bleu, "reproduced if none does, else not", _SAYS),
        note="(recomputed from the stored outputs when the files were read; the digits kept are "
        "compared)",
    ),
)
"""What the authors' own files say, in the order of the page."""
