"""Many encoders of one layer that learn to sort short texts, each as if it were alone."""
