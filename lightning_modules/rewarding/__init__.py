"""Reward models: which of two texts is better, learnt from pairs as Bradley and Terry have it."""
