"""Tuning by emulators at equal kept layers and equal trained places, on models of the suite."""
