"""Statistics of records of models of several depths; one record for each named arm."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from benchmarks.families.layer_emulators.depth.settings import ALIKE, LIKENESS, STRENGTH
from benchmarks.families.layer_emulators.record import EmulatorRecord


def n_layers(record: EmulatorRecord) -> int:
    """Number of layers of a record's model."""
    return sum(key.endswith(f"/{ALIKE}") for key in record.metrics)


def by_layer(record: EmulatorRecord, name: str) -> list[float]:
    """A measure behind each layer, in order."""
    return [record.metrics[f"{layer}/{name}"].value for layer in range(n_layers(record))]


def growth_of_blocks(records: Sequence[EmulatorRecord]) -> float:
    """Slope of the strength of blocks over the number of layers, for twelve more layers."""
    depths = [n_layers(record) for record in records]
    strengths = [record.metrics[STRENGTH].value for record in records]
    return float(12 * stats.linregress(depths, strengths).slope)


def likeness_beyond_function(records: Sequence[EmulatorRecord]) -> float:
    """CKA with the last layer less the share of equal predictions, mean over all layers before."""
    (record,) = records
    pairs = zip(by_layer(record, LIKENESS)[:-1], by_layer(record, ALIKE)[:-1], strict=True)
    return float(np.mean([likeness - alike for likeness, alike in pairs]))
