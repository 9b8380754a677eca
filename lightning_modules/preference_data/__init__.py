"""Reward models, and tuning by preferences."""
