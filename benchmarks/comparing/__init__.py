"""Chains beside each other: curves, differences, predictions, tables, figures."""
