"""Reward heads: linear functions of frozen features, fitted to preferences."""
