"""Names that the linear study, its work and its claims share."""

from collections.abc import Mapping

from lightning_modules.story_style.linear_settings import Objective

NOVELS, PRESIDENTS = "melville_austen", "roosevelt_cleveland"
"""Arms of two authors: of other matters, and of one genre, by years of office."""
TWO_NOVELS, ONE_AUTHOR, PERMUTED = "two_novels", "one_author", "permuted"
"""Arms of controls: two novels of Austen, halves of Melville's chapters, labels that were drawn."""
AUTHORS: Mapping[str, tuple[str, str]] = {
    NOVELS: ("melville", "austen"),
    PRESIDENTS: ("roosevelt_t", "cleveland"),
    TWO_NOVELS: ("austen_emma", "austen_mansfield_park"),
    ONE_AUTHOR: ("melville", "melville"),
    PERMUTED: ("melville", "austen"),
}
"""Keys of the two authors of each arm; the same one twice is divided by work at random."""
PAIRS = (NOVELS, PRESIDENTS)
"""Arms whose claims are about authors."""

NONE, RELEASED = "none", "released"
WRITTEN: Mapping[float, str] = {0.1: "written 0.1", 1.0: "written 1", 10.0: "written 10"}
"""Names of the disentangling loss with its gradient, by weight."""
WRITTEN_SCALED, GAP, GAP_SCALED = "written scaled", "mean gap", "mean gap scaled"
OBJECTIVES: Mapping[str, Objective] = {
    NONE: Objective(kind="none"),
    RELEASED: Objective(kind="released", weight=1.0),
    **{name: Objective(kind="written", weight=weight) for weight, name in WRITTEN.items()},
    WRITTEN_SCALED: Objective(kind="written", weight=1.0, is_scaled=True),
    GAP: Objective(kind="mean gap", weight=1.0),
    GAP_SCALED: Objective(kind="mean gap", weight=30.0, is_scaled=True),
}
"""What is added to the error of reconstruction, by name."""
ERASED, SHRUNK = "erased", "shrunk"
"""The representation of `none` after erasure in closed form, and the same divided by a number."""
SHRINKING = 128.0
"""That number, a power of two, so that nothing is rounded."""
INPUTS, INPUTS_ERASED = "inputs", "inputs erased"
"""The directions themselves, and after erasure in closed form."""
SHOWN = (*OBJECTIVES, ERASED, SHRUNK, INPUTS, INPUTS_ERASED)
"""Everything that is measured, in the order of the page."""
