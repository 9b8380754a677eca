"""Arms of the study of floors: which authors are told apart, and how their works are dealt."""

from dataclasses import dataclass
from typing import Literal

NOVELISTS, PRESIDENTS = "melville_austen", "roosevelt_cleveland"
HALVES, NOVELS, PERMUTED, ALL = "halves", "novels", "permuted", "presidents"
Deal = Literal["as they are", "in halves"]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Whose works make the styles of one arm."""

    authors: tuple[str, ...]
    """Keys of the authors."""
    deal: Deal = "as they are"
    """Whether each author is a style, or the works of each are dealt in two halves by chance, of
    which the first halves of all are one style and the second another."""


_BY_CHAPTER = (
    "austen_emma", "austen_mansfield_park", "austen_northanger_abbey",
    "austen_persuasion", "austen_pride_and_prejudice", "austen_sense_and_sensibility",
)  # fmt: skip
PAIRINGS: dict[str, Pairing] = {
    NOVELISTS: Pairing(("melville", "austen")),
    PRESIDENTS: Pairing(("roosevelt_t", "cleveland")),
    HALVES: Pairing(("melville",), "in halves"),
    NOVELS: Pairing(("austen_emma", "austen_mansfield_park")),
    PERMUTED: Pairing(("melville", *_BY_CHAPTER), "in halves"),
}
"""Pairs of styles by arm. Two are null pairs: chapters of one book dealt in halves, and two novels
of one author, which differ in matter and in what editions make of it. One has permuted labels:
chapters of both novelists, dealt in halves."""
OF_ONE_GENRE: dict[str, Pairing] = {
    NOVELISTS: PAIRINGS[NOVELISTS],
    PRESIDENTS: PAIRINGS[PRESIDENTS],
    "jackson_polk": Pairing(("jackson", "polk")),
    "harrison_mc_kinley": Pairing(("harrison", "mc_kinley")),
    "truman_eisenhower": Pairing(("truman", "eisenhower")),
    "clinton_obama": Pairing(("clinton", "obama")),
    ALL: Pairing(
        (
            "washington", "adams_j", "jefferson", "madison", "monroe", "adams_jq", "jackson",
            "van_buren", "tyler", "polk", "fillmore", "pierce", "buchanan", "lincoln", "johnson_a",
            "grant", "hayes", "arthur", "cleveland", "harrison", "mc_kinley", "roosevelt_t", "taft",
            "wilson", "coolidge", "hoover", "roosevelt_fd", "truman", "eisenhower", "kennedy",
            "johnson_lb", "nixon", "ford", "carter", "reagan", "bush_g", "clinton", "bush_gw",
            "obama", "trump",
        )
    ),
}  # fmt: skip
"""The same two pairs, four more of presidents, and the 40 presidents with messages of three years
or more, who are told apart all at once."""
