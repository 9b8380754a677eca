"""A lazy student beside the trained ones: fixed random features, and a readout by ridge."""
