"""Losses of preference tuning, selection of the best of N, and what a verifier must be worth."""
