"""Which layers of a model an emulator has, and whose weights stand where; loads without torch.

A *place* is the index of a layer in the full model. An emulator keeps some layers; without sharing
it has no others, with sharing every place that was left out holds the weights of the nearest kept
layer (CRaSh, Zhang et al. 2023, arXiv 2310.15477). Offsite tuning (Xiao et al. 2023, arXiv
2302.04870, Section 3.3) keeps layers at equal distances.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from data.errors import BadInput

Sharing = Literal["all", "non_trainable"]
"""Which kept layers lend their weights to places that were left out: all, or those not trained."""
SHARINGS: tuple[Sharing, ...] = get_args(Sharing)


def kept_layers(n_layers: int, share: float) -> tuple[int, ...]:
    """The layers that a share of a model keeps: the first, the last, and others between.

    Args:
        n_layers: Number of layers of the whole model.
        share: Share of the layers that is kept; at least one layer stays, the first.

    Raises:
        BadInput: The share is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise BadInput(f"layers is {share}; it must be above 0 and at most 1")
    return at_equal_distances(n_layers, max(round(share * n_layers), 1))


def at_equal_distances(n_layers: int, n_kept: int) -> tuple[int, ...]:
    """A number of layers at equal distances: the first, the last, and others between.

    Raises:
        BadInput: The number is below 1 or above that of the model's layers.
    """
    check_count(n_layers, n_kept)
    gaps, last = n_kept - 1, n_layers - 1
    # Halves are rounded up, in whole numbers.
    return tuple((2 * i * last + gaps) // (2 * gaps) if gaps else 0 for i in range(n_kept))


def check_count(n_layers: int, n_kept: int) -> None:
    """Refuse a number of layers that a model cannot keep.

    Raises:
        BadInput: The number is below 1 or above that of the model's layers.
    """
    if not 1 <= n_kept <= n_layers:
        raise BadInput(
            f"{n_kept} layers are to be kept; the model has {n_layers}, keep 1 to {n_layers}"
        )


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The layers of an emulator, as layers of the full model."""

    n_layers: int
    """Number of layers of the full model."""
    kept: tuple[int, ...]
    """Places of the kept layers, in the order in which the emulator has them."""
    trainable: tuple[int, ...] = ()
    """Places of the kept layers that are trained."""
    sharing: Sharing | None = None
    """How places that were left out are filled; None where they stay out."""

    def __post_init__(self) -> None:
        """Refuse a layout that no emulator can have.

        Raises:
            BadInput: A place is none of the model's, is named twice, is trained and left out; or
                layers are shared that do not ascend, or that are all trained.
        """
        check_count(self.n_layers, len(self.kept))
        _check_places("kept", self.kept, self.n_layers)
        _check_places("trainable", self.trainable, self.n_layers)
        if dropped := sorted(set(self.trainable) - set(self.kept)):
            raise BadInput(
                f"layer {dropped[0]} is to be trained and is not kept; keep it, or train one of "
                f"{_listed(self.kept)}"
            )
        if self.sharing is None:
            return
        if self.sharing not in SHARINGS:
            raise BadInput(f"unknown sharing {self.sharing!r}; use one of {', '.join(SHARINGS)}")
        if list(self.kept) != sorted(self.kept):
            raise BadInput(
                f"kept layers are {_listed(self.kept)}; where layers are shared, they must ascend"
            )
        if not self._lending:
            raise BadInput(
                "every kept layer is trained, so that none is left to share; train fewer, or use "
                "the sharing 'all'"
            )

    @property
    def places(self) -> tuple[int, ...]:
        """The place that each layer of the emulator stands for, in its order."""
        return self.kept if self.sharing is None else tuple(range(self.n_layers))

    @property
    def sources(self) -> tuple[int, ...]:
        """The layer whose weights stand at each of `places`: its own, or the nearest that lends.

        Of two that are equally near, the one to the right lends.
        """
        kept = set(self.kept)
        return tuple(
            place if place in kept else min(self._lending, key=lambda k: (abs(k - place), -k))
            for place in self.places
        )

    @property
    def position(self) -> dict[int, int]:
        """The index in the emulator of each of `places`."""
        return {place: index for index, place in enumerate(self.places)}

    @property
    def _lending(self) -> tuple[int, ...]:
        """The kept layers whose weights may stand in other places."""
        if self.sharing == "all":
            return self.kept
        return tuple(place for place in self.kept if place not in self.trainable)


def _check_places(what: str, places: tuple[int, ...], n_layers: int) -> None:
    if outside := [place for place in places if not 0 <= place < n_layers]:
        raise BadInput(
            f"{what} layer {outside[0]} is none of the model's, which are 0 to {n_layers - 1}"
        )
    if twice := sorted({place for place in places if places.count(place) > 1}):
        raise BadInput(f"{what} layers name {twice[0]} twice; name each layer once")


def _listed(places: Iterable[int]) -> str:
    return ", ".join(map(str, places))
