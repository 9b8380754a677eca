"""Preference data and reward models in a domain (UltraMedical, arXiv 2406.03949)."""
