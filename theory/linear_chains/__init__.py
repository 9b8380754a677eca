"""Chains of linear models: exact error, simulation, symbolic proofs, bounds and a refuter."""
