"""The paper's own runs on text: IMDB, Yelp, an instruction task, and a grid of models."""

from dataclasses import replace

from benchmarks.families.critical_data.text.settings import TextSweep
from benchmarks.families.critical_data.text.study import TextStudy
from data.errors import BadInput
from data.sources.labelled import LABELLED, FiledLabels

_IMDB = TextSweep(
    source="imdb",
    parts=(1.0,),
    steps=700_000,
    batch=128,
    width=128,
    inner=512,
    vocabulary=30_520,
    context=256,
    longer="left out",
    scales=(10.0,),
    generalised_at=0.8,
    linear=False,
)
"""As published, but for what a token is: a word here, a piece of a word there. Reviews that are
longer than the context are left out, which leaves the paper 28,097 of 50,000."""
_WIDTHS = tuple(range(16, 257, 16))
_PARTS = tuple(round(0.1 * tenth, 1) for tenth in range(1, 11))


def critical_data_paper_text() -> TextStudy:
    """All published runs on text, one arm a data set, and one for each width of the grid."""
    texts = {
        "imdb": _IMDB,
        "yelp": replace(_IMDB, source="yelp_polarity", parts=(1.0, 0.1)),
        "task846": replace(_IMDB, source="task846", test_share=650 / 7150),
        **{
            f"width_{width}": replace(_IMDB, width=width, inner=4 * width, parts=_PARTS)
            for width in _WIDTHS
        },
    }
    return TextStudy(
        name="critical_data_paper_text",
        tier="paper",
        summary="IMDB, Yelp and task846, and 16 widths by 10 data sizes; needs the hub, days",
        arms=tuple(texts),
        texts=texts,
    )


def sets_of(study: TextStudy) -> list[FiledLabels]:
    """The sets of texts that a study reads and that are in no package, each once."""
    names = dict.fromkeys(sweep.source for sweep in study.texts.values())
    sets = (LABELLED[name] for name in names)
    return [one for one in sets if isinstance(one, FiledLabels)]


def check_sets(study: TextStudy) -> None:
    """Refuse a study whose texts are not all at hand.

    Raises:
        BadInput: A set is missing; the message says of all of them how each is had.
    """
    missing = [one for one in sets_of(study) if not one.file.is_file()]
    if missing:
        ways = (
            f"{one.name} (collapse data fetch {one.name})" if one.hub else f"{one.name} (by hand)"
            for one in missing
        )
        raise BadInput(
            f"{study.name} cannot run here: its texts are in no package, and missing in "
            f"{missing[0].file.parent} are {', '.join(ways)}; see its plan with --dry-run"
        )
