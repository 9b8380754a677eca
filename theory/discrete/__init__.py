"""Chains of discrete, Gaussian and maximum-likelihood models, solved exactly."""
