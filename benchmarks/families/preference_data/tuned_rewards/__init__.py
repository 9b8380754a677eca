"""A reward model whose weights are all tuned on exam pairs, beside a readout of the same states."""
