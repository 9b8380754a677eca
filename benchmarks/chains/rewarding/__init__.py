"""Reward models in a chain: how they learn, what they choose, and what they think of its text."""
