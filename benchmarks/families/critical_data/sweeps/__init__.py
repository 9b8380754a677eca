"""Sweeps over data sizes: what is set, and what runs inside their stages."""
