"""Floors of style transfer: judges by view, metrics, and what systems without a model reach."""
