"""Masks that see the labels: rows chosen by their residuals."""
