"""Executes programs that a model wrote: exactly, or in a sandbox, never in Python."""
