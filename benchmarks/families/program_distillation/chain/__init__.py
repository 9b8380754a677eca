"""Chains of models that answer with programs: what verified recursion keeps, and what it loses."""
