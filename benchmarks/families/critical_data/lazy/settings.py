"""What one arm of a lazy study fits: a modulus, drawn vectors, a number of features."""

from dataclasses import dataclass
from typing import Annotated

from data.errors import BadInput, Count, Range, in_range
from theory.critical_data.identify import Embedding
from theory.critical_data.primes import check_prime


@dataclass(frozen=True, kw_only=True, slots=True)
class LazyStudent:
    """What one arm fits: a readout on rectified sums of drawn vectors, one for each symbol."""

    modulus: Annotated[int, Range(least=3)]
    """The modulus p: there are p * p questions."""
    embedding: Embedding = "one"
    """Whether both places share their vectors, as the trained models do; then a + b and b + a have
    the same features."""
    features: Count = 4096
    """Number of features; more than examples, so that every set can be learnt by heart."""

    def __post_init__(self) -> None:
        """Refuse what is no student of addition modulo a prime.

        Raises:
            BadInput: A setting is out of range, or the modulus is no prime.
        """
        in_range(self)
        try:
            check_prime(self.modulus)
        except ValueError as error:
            raise BadInput(f"{error}; use 23, 31, 43 or another prime") from error
