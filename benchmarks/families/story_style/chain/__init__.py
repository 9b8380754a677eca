"""Rewriting in a chain of generations: sentences that a model writes anew around their words."""
