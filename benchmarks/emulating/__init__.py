"""Emulators of a user's own model: layers chosen by a rule, and what the others were worth."""
