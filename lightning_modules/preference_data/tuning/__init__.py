"""A policy that is tuned on pairs of answers: losses, fits and what is seen on the way."""
