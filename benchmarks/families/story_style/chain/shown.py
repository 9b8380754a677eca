"""What of rewriting in a chain stands on the family's pages: sentences, a section, a picture."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.chains.record import EditTotals, Record, RewriteTotals
from benchmarks.comparing.curves import over_generations
from benchmarks.comparing.differences import Difference, in_words
from benchmarks.families.story_style.chain import statistics as of
from benchmarks.families.story_style.chain.claims import COMMAND
from benchmarks.families.story_style.chain.study import (
    EDITED,
    EDITED_AGAIN,
    REWRITTEN,
    REWRITTEN_AGAIN,
    story_style_chain,
)
from benchmarks.paper.claims import Entry
from benchmarks.paper.rendering import as_markdown, templates
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

PICTURE = "rewriting_chain"
"""Name of the picture's files."""
Chains = Mapping[str, Sequence[Record]]
"""Records of the recipe as it stands, by workflow and in the order of seeds."""

SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        claim="st.chain_source",
        reproduced="In a chain, human text whose sentences the model rewrites around their content "
        "words costs the next models less than as many edits of the tokens of which it is surest",
        not_reproduced="In a chain, human text whose sentences the model rewrites around their "
        "content words costs the next models more than as many edits of the tokens of which it is "
        "surest",
        subject="human text whose sentences a model rewrites costs a chain less than as many "
        "edited tokens",
    ),
    Sentence(
        claim="st.chain_how",
        reproduced="In a chain it makes no difference of note how the same share of human text is "
        "replaced: by tokens of which the model is surest, or by sentences that it writes around "
        "their content words",
        not_reproduced="In a chain it matters how the same share of human text is replaced: chains "
        "whose text is edited where the model is surest and chains whose sentences it rewrites "
        "around their content words end apart",
        subject="a chain ends alike however the same share of its human text is replaced",
    ),
    Sentence(
        claim="st.chain_human",
        reproduced="Human text with rewritten sentences is as good for the next model as it was",
        not_reproduced="Human text with rewritten sentences is worse for the next model",
        subject="human text with rewritten sentences is as good for the next model as it was",
    ),
)
"""What the study brings to the opening, the most important first."""

MEASURES: Mapping[str, Callable[[Record, int], float]] = {
    "held-out loss, bits per byte": partial(of.metric, of.LOSS),
    "different pairs of words": partial(of.metric, of.DISTINCT),
    "rare human pairs": partial(of.metric, of.TAIL),
}
"""What is shown of a chain at the last generation, by its name on the page."""


def chains_of(records: Sequence[Envelope]) -> dict[str, list[Record]]:
    """The records of the chains by workflow, in the order of the recipe; none without a record."""
    recipe = story_style_chain()
    mine = sorted(
        (one for one in records if isinstance(one, Record) and one.digest == recipe.digest),
        key=lambda record: record.seed,
    )
    found = {name: [one for one in mine if one.workflow == name] for name in recipe.workflows}
    return {name: chains for name, chains in found.items() if chains}


def made(record: Record) -> list[EditTotals | RewriteTotals]:
    """What was edited or rewritten, from generation 1 on; nothing in a control of human text."""
    corpora = [one.corpus for one in record.generations[1:]]
    return [one for corpus in corpora if (one := corpus.rewrite or corpus.edit) is not None]


def chains_frame(chains: Chains) -> pd.DataFrame:
    """Of each workflow what is measured at the last generation, and what was changed in all."""
    lines = []
    for workflow, records in chains.items():
        last = {name: over_generations(records, one)[-1] for name, one in MEASURES.items()}
        lines.append(
            {
                "workflow": f"`{workflow}`",
                **{name: _in_words(one) for name, one in last.items()},
                **_changes([one for record in records for one in made(record)]),
                "seeds": str(len(records)),
            }
        )
    return pd.DataFrame(lines)


def _changes(totals: Sequence[EditTotals | RewriteTotals]) -> dict[str, str]:
    """What was changed, over all generations and seeds, as cells of a table."""
    rewritten = [one for one in totals if isinstance(one, RewriteTotals)]
    return {
        "tokens changed": _share(sum(one.changed for one in totals), _tokens(totals)),
        "aimed at": _share(sum(one.wanted for one in rewritten), _tokens(rewritten)),
        "sentences rewritten": _share(
            sum(one.rewritten for one in rewritten), sum(one.sentences for one in rewritten)
        ),
        "content words kept": _share(
            sum(one.content_words_kept for one in rewritten),
            sum(one.content_words for one in rewritten),
        ),
        "bits a changed token": _bits(totals),
    }


def _tokens(totals: Sequence[EditTotals | RewriteTotals]) -> int:
    return sum(one.tokens for one in totals)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}".replace("%", " %") if whole else ""


def _bits(totals: Sequence[EditTotals | RewriteTotals]) -> str:
    changes = [one.log_probability_change for one in totals]
    known = [one for one in changes if one is not None]
    changed = sum(one.changed for one in totals)
    return f"{np.sum(known) / changed:+.2f}" if changed and len(known) == len(changes) else ""


def _in_words(one: Difference) -> str:
    return in_words(one, 4 if abs(one.mean) < 0.1 else 3)


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty without a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    chains = chains_of(records)
    if not chains:
        return ""
    render = templates("markdown", "benchmarks.families.story_style").get_template
    return render("chain.md.jinja").render(
        claims=claims,
        chains=as_markdown(chains_frame(chains)),
        picture=PICTURE,
        recipe=story_style_chain(),
        command=COMMAND,
        rewritten=REWRITTEN,
        edited=EDITED,
        rewritten_again=REWRITTEN_AGAIN,
        edited_again=EDITED_AGAIN,
    )


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """Pages of the study's own, by file name; none."""
    return {}


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the picture where its records are there; return the files."""
    chains = chains_of(records)
    if not chains:
        return []
    from benchmarks.comparing.pictures.files import save_all
    from benchmarks.families.story_style.chain.picture import chain_picture

    return save_all({PICTURE: lambda: chain_picture(chains)}, folder)
