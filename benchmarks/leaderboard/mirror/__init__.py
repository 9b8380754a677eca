"""The mirror of records and ranking in Weights & Biases."""
