"""Models in training, and the batches that they learn."""
